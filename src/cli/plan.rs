//! Plans in TOML: the sections `[plan.NAME]` of the config file, or of a file of their own.
//! Every mistake is named with its place, all in one go.

use super::value;
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use crate::domain::waf::AclScope;
use crate::model::source::{Source, did_you_mean};
use crate::session::plan::{
    GroupWish, LIMITS, LONGEST_TTL, Plan, RuleSet, RuleWish, SETTLE, ServiceWish, TTL, UNATTENDED,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

const MINUTE: Duration = Duration::from_mins(1);

/// A plan, and where each of its lines stands: what is found wrong later is named with its place too.
#[derive(Clone, Debug)]
pub struct Written {
    pub plan: Plan,
    pub source: Source,
    /// In the order backup, groups, services, rules.
    pub spans: Vec<Range<usize>>,
}

/// All plans of a file.
pub type Plans = BTreeMap<String, Written>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    ttl: Option<Spanned<String>>,
    unattended: Option<Spanned<String>>,
    settle: Option<Spanned<String>>,
    #[serde(default)]
    backup: Vec<Spanned<String>>,
    #[serde(default)]
    stop_on_alarm: Vec<Spanned<String>>,
    #[serde(default)]
    asg: Vec<Spanned<RawGroup>>,
    #[serde(default)]
    service: Vec<Spanned<RawService>>,
    #[serde(default)]
    rate_rule: Vec<Spanned<RawRule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    name: Spanned<String>,
    min: Spanned<i64>,
    max: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawService {
    cluster: Spanned<String>,
    name: Spanned<String>,
    min: Spanned<i64>,
    max: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    acl: Spanned<String>,
    #[serde(default)]
    scope: Option<Spanned<String>>,
    rule: Spanned<String>,
    set: Spanned<RawSet>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawSet {
    Word(String),
    Limit { limit: i64 },
}

/// The plans below `[plan]`, taken out of a file's table.
pub fn plans(source: &Source, found: Spanned<DeValue<'_>>) -> Result<Plans, Vec<Fault>> {
    let span = found.span();
    let DeValue::Table(sections) = found.into_inner() else {
        return Err(vec![
            source
                .fault(&span, "plan is not a setting")
                .next("A plan is a section: write [plan.NAME]"),
        ]);
    };
    let (mut plans, mut faults) = (Plans::new(), Vec::new());
    for (name, section) in sections {
        let name = name.into_inner().into_owned();
        match one(source, &name, section) {
            Ok(written) => drop(plans.insert(name, written)),
            Err(wrong) => faults.extend(wrong),
        }
    }
    if faults.is_empty() {
        Ok(plans)
    } else {
        Err(faults)
    }
}

/// The plans of a file that `--plan` names: other sections are not for it.
pub fn of_file(source: &Source) -> Result<Plans, Vec<Fault>> {
    let mut table: DeTable<'_> = source.parse().map_err(|fault| vec![fault])?;
    let found = table.remove("plan");
    let strange = table.iter().map(|(name, _)| {
        source
            .fault(&name.span(), format!("“{}” is no plan", name.get_ref()))
            .next("A plan file holds sections [plan.NAME] only")
    });
    let mut faults: Vec<Fault> = strange.collect();
    match found.map(|found| plans(source, found)) {
        Some(Ok(plans)) if faults.is_empty() => return Ok(plans),
        Some(Err(wrong)) => faults.extend(wrong),
        None if faults.is_empty() => faults.push(
            source
                .fault(&(0..0), "there is no plan in it")
                .next("Write a section [plan.NAME]"),
        ),
        Some(Ok(_)) | None => {}
    }
    Err(faults)
}

fn one(source: &Source, name: &str, section: Spanned<DeValue<'_>>) -> Result<Written, Vec<Fault>> {
    let span = section.span();
    let DeValue::Table(table) = section.into_inner() else {
        return Err(vec![
            source
                .fault(&span, format!("“{name}” is not a plan"))
                .next("A plan is a section: write [plan.NAME]"),
        ]);
    };
    let table = Spanned::new(span.clone(), table);
    let raw = Raw::deserialize(Deserializer::from(table))
        .map_err(|error| vec![refusal(source, &error)])?;
    let mut reader = Reader {
        source,
        faults: Vec::new(),
        spans: Vec::new(),
        known: BTreeSet::new(),
    };
    let plan = reader.plan(name, raw);
    if plan.is_empty() && reader.faults.is_empty() {
        let empty = source.fault(&span, format!("the plan “{name}” asks for nothing"));
        let mend = "Write at least one of backup, asg, service, rate_rule";
        reader.faults.push(empty.next(mend));
    }
    if reader.faults.is_empty() {
        Ok(Written {
            plan,
            source: source.clone(),
            spans: reader.spans,
        })
    } else {
        Err(reader.faults)
    }
}

fn refusal(source: &Source, error: &toml::de::Error) -> Fault {
    let span = error.span().unwrap_or_default();
    let said = error.message();
    let mut quoted = said.split('`').skip(1).step_by(2);
    if said.starts_with("unknown field") {
        let unknown = quoted.next().unwrap_or_default();
        return source
            .fault(&span, format!("a plan has no “{unknown}”"))
            .next(did_you_mean(unknown, quoted));
    }
    if said.starts_with("missing field") {
        let missing = quoted.next().unwrap_or_default();
        return source
            .fault(&span, format!("“{missing}” is missing here"))
            .next(form_of(missing));
    }
    if said.contains("untagged enum RawSet") {
        return source
            .fault(&span, "a rule cannot be set to this")
            .next("Write set = \"count\" or set = { limit = 20000 }");
    }
    source
        .fault(&span, said)
        .next("Compare it with the plan in the README")
}

fn form_of(field: &str) -> &'static str {
    match field {
        "min" | "max" => "Write both: min = 4, max = 8",
        "cluster" | "name" => "Write it like { cluster = \"orchard\", name = \"api\", … }",
        "set" => "Write set = \"count\" or set = { limit = 20000 }",
        _ => "Write acl, scope, rule and set",
    }
}

/// Takes one section apart, and goes on after a mistake.
struct Reader<'s> {
    source: &'s Source,
    faults: Vec<Fault>,
    spans: Vec<Range<usize>>,
    known: BTreeSet<String>,
}

impl Reader<'_> {
    fn plan(&mut self, name: &str, raw: Raw) -> Plan {
        let wait = Duration::from_secs(1);
        Plan {
            name: Text::clean(name),
            ttl: self.time(raw.ttl, TTL, MINUTE, LONGEST_TTL),
            unattended: self.time(raw.unattended, UNATTENDED, MINUTE, LONGEST_TTL),
            settle: self.time(raw.settle, SETTLE, wait, Duration::from_hours(1)),
            backup: raw.backup.iter().map(|b| self.database(b)).collect(),
            stop_on_alarm: raw
                .stop_on_alarm
                .into_iter()
                .map(|alarm| Text::clean(&self.name(&alarm)))
                .collect(),
            groups: raw.asg.into_iter().map(|g| self.group(g)).collect(),
            services: raw.service.into_iter().map(|s| self.service(s)).collect(),
            rules: raw.rate_rule.into_iter().map(|r| self.rule(r)).collect(),
        }
    }

    fn wrong(&mut self, span: &Range<usize>, what: impl AsRef<str>, mend: impl Into<String>) {
        let fault = self.source.fault(span, what).next(mend.into());
        self.faults.push(fault);
    }

    fn time(
        &mut self,
        given: Option<Spanned<String>>,
        usual: Duration,
        least: Duration,
        most: Duration,
    ) -> Duration {
        let Some(given) = given else { return usual };
        value::duration(given.get_ref(), least, most).unwrap_or_else(|refusal| {
            let what = format!("“{}” {}", given.get_ref(), refusal.what);
            self.wrong(&given.span(), what, refusal.mend);
            usual
        })
    }

    fn name(&mut self, given: &Spanned<String>) -> String {
        if given.get_ref().trim().is_empty() {
            self.wrong(
                &given.span(),
                "the name is empty",
                "Write the name as AWS shows it",
            );
        }
        given.get_ref().clone()
    }

    /// The same resource twice would have two originals.
    fn once(&mut self, span: Range<usize>, what: &str) {
        if !self.known.insert(what.to_owned()) {
            let mend = "Write each resource once";
            self.wrong(&span, format!("{what} stands here twice"), mend);
        }
        self.spans.push(span);
    }

    fn number(&mut self, given: &Spanned<i64>) -> u32 {
        u32::try_from(*given.get_ref()).unwrap_or_else(|_| {
            let what = format!("{} is out of range", given.get_ref());
            self.wrong(&given.span(), what, "Write a whole number from 0");
            0
        })
    }

    fn bounds(&mut self, min: &Spanned<i64>, max: &Spanned<i64>) -> (u32, u32) {
        let bounds = (self.number(min), self.number(max));
        if min.get_ref() > max.get_ref() && *max.get_ref() >= 0 {
            let what = format!("min {} is above max {}", bounds.0, bounds.1);
            self.wrong(&min.span(), what, "AWS keeps min ≤ max: mend the numbers");
        }
        bounds
    }

    fn database(&mut self, given: &Spanned<String>) -> crate::domain::ids::DatabaseId {
        let name = self.name(given);
        self.once(given.span(), &format!("the database {name}"));
        name.into()
    }

    fn group(&mut self, given: Spanned<RawGroup>) -> GroupWish {
        let span = given.span();
        let raw = given.into_inner();
        let name = self.name(&raw.name);
        self.once(span, &format!("the group {name}"));
        let (min, max) = self.bounds(&raw.min, &raw.max);
        GroupWish {
            name: name.into(),
            min,
            max,
        }
    }

    fn service(&mut self, given: Spanned<RawService>) -> ServiceWish {
        let span = given.span();
        let raw = given.into_inner();
        let (cluster, name) = (self.name(&raw.cluster), self.name(&raw.name));
        self.once(span, &format!("the service {cluster}/{name}"));
        let (min, max) = self.bounds(&raw.min, &raw.max);
        ServiceWish {
            cluster: cluster.into(),
            name: name.into(),
            min,
            max,
        }
    }

    fn rule(&mut self, given: Spanned<RawRule>) -> RuleWish {
        let span = given.span();
        let raw = given.into_inner();
        let (acl, rule) = (self.name(&raw.acl), self.name(&raw.rule));
        let scope = self.scope(raw.scope.as_ref());
        self.once(span, &format!("the rule {acl}/{rule} ({scope:?})"));
        let set = self.set(&raw.set);
        RuleWish {
            acl: acl.into(),
            scope,
            rule: rule.into(),
            set,
        }
    }

    fn scope(&mut self, given: Option<&Spanned<String>>) -> AclScope {
        match given.map(|g| (g, g.get_ref().to_lowercase())) {
            None => AclScope::Regional,
            Some((_, word)) if word == "regional" => AclScope::Regional,
            Some((_, word)) if word == "cloudfront" => AclScope::Cloudfront,
            Some((given, word)) => {
                let mend = did_you_mean(&word, ["regional", "cloudfront"]);
                self.wrong(&given.span(), format!("“{word}” is no scope"), mend);
                AclScope::Regional
            }
        }
    }

    fn set(&mut self, given: &Spanned<RawSet>) -> RuleSet {
        let form = "Write set = \"count\" or set = { limit = 20000 }";
        match given.get_ref() {
            RawSet::Word(word) if word == "count" => RuleSet::Count,
            RawSet::Word(word) => {
                self.wrong(
                    &given.span(),
                    format!("a rule cannot be set to “{word}”"),
                    form,
                );
                RuleSet::Count
            }
            RawSet::Limit { limit } => match u64::try_from(*limit) {
                Ok(limit) if LIMITS.contains(&limit) => RuleSet::Limit(limit),
                _ => {
                    let (least, most) = (LIMITS.start(), LIMITS.end());
                    let what = format!("the limit {limit} is out of range");
                    let mend = format!("WAF takes {least} to {most}");
                    self.wrong(&given.span(), what, mend);
                    RuleSet::Count
                }
            },
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
