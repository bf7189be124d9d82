//! A web ACL: its document, and what its rules have seen.

use super::rule::{Rule, Verdict};
use super::sample::Samples;
use super::{invalid, required};
use crate::sim::account::ACCOUNT_ID;
use crate::sim::call::Refusal;
use crate::sim::value::{Map, Value, map};
use crate::sim::world::World;
use crate::sim::world::furnish::GLOBAL;
use crate::sim::world::metrics::SeriesId;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Regional,
    Cloudfront,
}

impl Scope {
    /// The scope that a request names; CLOUDFRONT is answered in us-east-1 alone.
    pub fn of(world: &World, input: &Value) -> Result<Self, Refusal> {
        match required(input, "Scope")? {
            "REGIONAL" => Ok(Self::Regional),
            "CLOUDFRONT" if world.region == GLOBAL => Ok(Self::Cloudfront),
            other => Err(invalid("SCOPE_VALUE", other, "The scope is not valid.")),
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Regional => "regional",
            Self::Cloudfront => "global",
        }
    }
}

/// One web ACL.
#[derive(Debug)]
pub struct Acl {
    pub scope: Scope,
    pub name: String,
    pub id: String,
    pub arn: String,
    pub lock: String,
    /// The mutable members, those nobody here knows among them, in the order in which they came.
    pub settings: Map,
    pub capacity: i64,
    pub resources: Vec<String>,
    pub tags: Vec<(String, String)>,
    pub rules: Vec<Rule>,
    pub default: Verdict,
    /// The metric's name: what the dimension `WebACL` carries.
    pub metric: String,
    pub samples: Samples,
    pub series: BTreeMap<(String, &'static str), SeriesId>,
}

/// The ARN of something of WAF's.
pub fn arn(region: &str, scope: Scope, kind: &str, name: &str, id: &str) -> String {
    format!(
        "arn:aws:wafv2:{region}:{ACCOUNT_ID}:{}/{kind}/{name}/{id}",
        scope.path()
    )
}

impl Acl {
    pub fn new(region: &str, scope: Scope, name: &str, id: String, settings: Map) -> Self {
        let mut acl = Self {
            arn: arn(region, scope, "webacl", name, &id),
            scope,
            name: name.to_owned(),
            id,
            lock: String::new(),
            settings: Map::default(),
            capacity: 0,
            resources: Vec::new(),
            tags: Vec::new(),
            rules: Vec::new(),
            default: Verdict::Allow,
            metric: String::new(),
            samples: Samples::default(),
            series: BTreeMap::new(),
        };
        acl.settle(settings);
        acl
    }

    /// Puts settings in force: rules that are the same go on counting, the others begin anew.
    pub fn settle(&mut self, settings: Map) {
        let mut before = std::mem::take(&mut self.rules);
        let rules = settings.get("Rules").map_or(&[][..], Value::items);
        self.capacity = rules.iter().map(super::capacity::of_rule).sum();
        self.rules = rules
            .iter()
            .map(|document| {
                let same = before.iter().position(|old| old.document == *document);
                same.map_or_else(|| Rule::of(document), |at| before.swap_remove(at))
            })
            .collect();
        self.rules.sort_by_key(|rule| rule.priority);
        self.default = Verdict::of(settings.get("DefaultAction"));
        let visibility = settings.get("VisibilityConfig");
        let metric = visibility.and_then(|v| v.get("MetricName")?.as_text());
        metric.unwrap_or(&self.name).clone_into(&mut self.metric);
        self.settings = settings;
    }

    /// The document as `GetWebACL` shows it.
    pub fn document(&self) -> Value {
        let mut document = Map::default();
        document.set("Name", &self.name);
        document.set("Id", &self.id);
        document.set("ARN", &self.arn);
        for (name, value) in &self.settings.0 {
            document.set(name.clone(), value.clone());
        }
        // AWS shows a description that was never set as an empty one, and takes none such.
        if document.get("Description").is_none() {
            document.set("Description", "");
        }
        document.set("Capacity", self.capacity);
        document.set("ManagedByFirewallManager", false);
        document.set(
            "LabelNamespace",
            format!("awswaf:{ACCOUNT_ID}:webacl:{}:", self.name),
        );
        document.set("RetrofittedByFirewallManager", false);
        Value::Map(document)
    }

    pub fn summary(&self) -> Value {
        let description = self.settings.get("Description").and_then(Value::as_text);
        map! {
            "Name" => &self.name,
            "Id" => &self.id,
            "Description" => description.unwrap_or_default(),
            "LockToken" => &self.lock,
            "ARN" => &self.arn,
        }
    }

    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }
}
