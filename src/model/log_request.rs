//! What the operator asks to see of the logs: groups, from when, and which lines
//! AWS is to send. Parsed here for the palette and for scripts alike.

use super::source::did_you_mean;
use crate::domain::ecs::LogTarget;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, LogGroup, LogStream, Region};
use crate::domain::moment;
use jiff::Timestamp;

/// A pattern's longest form: the API's limit (aws-facts.md §4.1).
const LONGEST_PATTERN: usize = 1_024;
/// The longest name of a group or a stream: the API's limit.
const LONGEST_NAME: usize = 512;

/// Groups that a name with `*` may stand for at most: each is asked for by itself, a few a second in a region.
pub const MOST_GROUPS: usize = 50;

/// One wish to see logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogRequest {
    /// None: those of the selected service.
    pub targets: Vec<LogTarget>,
    /// The accounts that the groups' ARNs name.
    pub accounts: Vec<AccountId>,
    /// None: the console's own look back.
    pub since: Option<Timestamp>,
    /// A `CloudWatch` filter pattern: AWS sends only what matches.
    pub pattern: Option<String>,
    /// Only of the streams whose names begin so.
    pub stream_prefix: Option<LogStream>,
}

impl LogRequest {
    /// Groups may be named with a `*`. Parses `GROUP… --since 2h --pattern '{ $.status >= 500 }' --stream-prefix api/`; quotes hold spaces.
    pub fn parse(typed: &str, now: Timestamp) -> Result<Self, Fault> {
        let mut request = Self::default();
        let mut words = words(typed)?.into_iter();
        while let Some(word) = words.next() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            let mut value = || value.clone().or_else(|| words.next());
            match name {
                "--since" => request.since = Some(since(value(), now)?),
                "--pattern" => request.pattern = pattern(value())?,
                "--stream-prefix" => {
                    request.stream_prefix = Some(stream_prefix(&value().unwrap_or_default())?);
                }
                flag if flag.starts_with("--") => return Err(unknown(flag)),
                _ => {
                    request.targets.push(targets(&word)?);
                    request.accounts.extend(account(&word));
                }
            }
        }
        match (&request.stream_prefix, request.targets.as_slice()) {
            (Some(_), []) => Err(no_group_to_choose_of()),
            _ => Ok(request),
        }
    }

    /// The same where `home` is looked at: its groups are named without it, so that each has one name.
    #[must_use]
    pub fn at_home(mut self, home: &Region) -> Self {
        for target in &mut self.targets {
            target.region = target.region.take().filter(|region| region != home);
        }
        self
    }

    /// Whether it says which lines, not only whose.
    pub fn is_of_lines(&self) -> bool {
        self.since.is_some() || self.pattern.is_some()
    }
}

/// The beginning of the names of streams, as AWS takes it (`logStreamNamePrefix`, aws-facts.md §4.1).
pub fn stream_prefix(word: &str) -> Result<LogStream, Fault> {
    let fits = |c: char| !matches!(c, ':' | '*') && !c.is_control();
    if word.is_empty() || word.chars().count() > LONGEST_NAME || !word.chars().all(fits) {
        let what = format!("--stream-prefix: “{word}” cannot begin the name of a stream");
        return Err(Fault::new(FaultKind::Usage, what)
            .means("Names of streams have no : and no *, and 512 characters at most")
            .next("Write the beginning alone: --stream-prefix api/app/"));
    }
    Ok(LogStream::from(word))
}

fn no_group_to_choose_of() -> Fault {
    let what = "--stream-prefix needs a group whose streams it chooses";
    Fault::new(FaultKind::Usage, what).next("Write :logs GROUP --stream-prefix PREFIX")
}

/// A group by its name, as `REGION:NAME`, or by its ARN.
pub fn target(word: &str) -> Result<LogTarget, Fault> {
    named(word, "-_/.#")
}

/// As [`target`], or all groups whose names fit one with `*`, which stands for anything.
pub fn targets(word: &str) -> Result<LogTarget, Fault> {
    named(word, "-_/.#*")
}

/// Whether it stands for several groups.
pub fn is_glob(group: &LogGroup) -> bool {
    group.as_str().contains('*')
}

/// The beginning of all names that fit.
pub fn before_the_star(glob: &LogGroup) -> &str {
    let name = glob.as_str();
    name.split_once('*').map_or(name, |(begin, _)| begin)
}

/// Whether a name fits one with `*`.
pub fn fits(glob: &LogGroup, name: &LogGroup) -> bool {
    let Some((begin, rest)) = glob.as_str().split_once('*') else {
        return glob == name;
    };
    let Some(mut left) = name.as_str().strip_prefix(begin) else {
        return false;
    };
    let (between, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in between.split('*') {
        let Some(at) = left.find(part) else {
            return false;
        };
        left = &left[at + part.len()..];
    }
    left.ends_with(end)
}

fn named(word: &str, signs: &str) -> Result<LogTarget, Fault> {
    let (region, name) = match word.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "logs", region, _, "log-group", name, ..] => (Some(*region), *name),
        [region, name] if is_region(region) => (Some(*region), *name),
        [name] => (None, *name),
        _ => return Err(no_group(word)),
    };
    let fits = |c: char| c.is_ascii_alphanumeric() || signs.contains(c);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) {
        return Err(no_group(word));
    }
    Ok(LogTarget {
        group: LogGroup::from(name),
        region: region.map(Region::from),
        stream_prefix: None,
    })
}

/// The account that a group's ARN names.
pub fn account(word: &str) -> Option<AccountId> {
    match word.split(':').collect::<Vec<_>>().as_slice() {
        ["arn", _, "logs", _, account, "log-group", ..] if !account.is_empty() => {
            Some(AccountId::from(*account))
        }
        _ => None,
    }
}

/// Why groups of these accounts cannot be read with the credentials of `ours`, where one is another: a group is looked
/// for by its name, and one of that name would be mistaken for it.
pub fn foreign(named: &[AccountId], ours: &AccountId) -> Option<Fault> {
    let other = named.iter().find(|account| *account != ours)?.as_str();
    let ours = ours.as_str();
    let what = format!("The ARN names account {other}, and the credentials are of {ours}");
    Some(Fault::new(FaultKind::Usage, what).means("nothing was read"))
}

fn is_region(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    parts.len() >= 3 && parts.last().is_some_and(|n| n.parse::<u8>().is_ok())
}

fn since(value: Option<String>, now: Timestamp) -> Result<Timestamp, Fault> {
    let text = value.unwrap_or_default();
    let at = moment::parse(&text, now).ok_or_else(|| {
        Fault::new(FaultKind::Usage, format!("--since: “{text}” is no time")).next(moment::FORM)
    })?;
    if at > now {
        return Err(
            Fault::new(FaultKind::Usage, format!("--since: “{text}” lies ahead"))
                .next("Name a time that was"),
        );
    }
    Ok(at)
}

fn pattern(value: Option<String>) -> Result<Option<String>, Fault> {
    match value {
        None => Err(Fault::new(FaultKind::Usage, "--pattern needs a pattern")
            .next("Write it in quotes: --pattern 'ERROR', or '{ $.status >= 500 }'")),
        Some(long) if long.chars().count() > LONGEST_PATTERN => Err(Fault::new(
            FaultKind::Usage,
            format!("The pattern is longer than {LONGEST_PATTERN} characters"),
        )
        .means("AWS takes no more")
        .next("Shorten it, and choose the rest with /")),
        Some(pattern) => Ok(Some(pattern).filter(|p| !p.trim().is_empty())),
    }
}

fn unknown(flag: &str) -> Fault {
    Fault::new(FaultKind::Usage, format!("There is no “{flag}” for logs")).next(did_you_mean(
        flag,
        ["--since", "--pattern", "--stream-prefix"],
    ))
}

fn no_group(word: &str) -> Fault {
    Fault::new(
        FaultKind::Usage,
        format!("“{word}” cannot be the name of a log group"),
    )
    .means("Names have letters, digits and - _ / . # alone")
    .next("Write GROUP, REGION:GROUP, or the group's ARN")
}

/// Words at blanks; what stands in ' or " is one word, as a shell has it.
fn words(typed: &str) -> Result<Vec<String>, Fault> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for (at, c) in typed.chars().enumerate() {
        match (c, quote) {
            (c, Some((q, _))) if c == q => quote = None,
            ('"' | '\'', None) => {
                quote = Some((c, at + 1));
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    if let Some((quote, at)) = quote {
        return Err(Fault::new(
            FaultKind::Usage,
            format!("The quote at character {at} is not closed"),
        )
        .next(format!("Close it with {quote}")));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T14:30:00Z".parse().unwrap()
    }

    fn parsed(typed: &str) -> LogRequest {
        LogRequest::parse(typed, now()).unwrap()
    }

    fn refused(typed: &str) -> String {
        LogRequest::parse(typed, now())
            .unwrap_err()
            .line()
            .as_str()
            .to_owned()
    }

    #[test]
    fn groups_times_and_patterns_are_read() {
        let request =
            parsed("/ecs/api  eu-west-1:/ecs/edge --since 2h --pattern '{ $.status >= 500 }'");
        let said: Vec<_> = request
            .targets
            .iter()
            .map(|t| (t.region.as_ref().map(Region::as_str), t.group.as_str()))
            .collect();
        assert_eq!(said, [(None, "/ecs/api"), (Some("eu-west-1"), "/ecs/edge")]);
        assert_eq!(request.since, "2026-11-22T12:30:00Z".parse().ok());
        assert_eq!(request.pattern.as_deref(), Some("{ $.status >= 500 }"));
        assert_eq!(
            parsed("a --since=14:00").since,
            "2026-11-22T14:00:00Z".parse().ok()
        );
        assert_eq!(parsed(""), LogRequest::default());
        let of_streams = parsed("a --stream-prefix api/app").stream_prefix;
        assert_eq!(of_streams, Some("api/app".into()));
        assert_eq!(parsed("--pattern ''").pattern, None);
    }

    #[test]
    fn an_arn_is_taken_with_and_without_its_star() {
        for arn in [
            "arn:aws:logs:ap-northeast-2:123456789012:log-group:/ecs/api",
            "arn:aws-cn:logs:ap-northeast-2:123456789012:log-group:/ecs/api:*",
        ] {
            let target = target(arn).unwrap();
            assert_eq!(target.group.as_str(), "/ecs/api");
            assert_eq!(target.region, Some("ap-northeast-2".into()));
            assert_eq!(account(arn), Some("123456789012".into()));
            let named = parsed(arn).accounts;
            assert_eq!(foreign(&named, &"123456789012".into()), None);
            assert!(foreign(&named, &"999999999999".into()).is_some());
        }
        assert_eq!(parsed("/ecs/api eu-west-1:/b").accounts, []);
    }

    #[test]
    fn a_star_stands_for_anything() {
        for (glob, name, expected) in [
            ("/ecs/orchard-*", "/ecs/orchard-api", true),
            ("/ecs/orchard-*", "/ecs/orchard-", true),
            ("/ecs/orchard-*", "/ecs/other", false),
            ("*-api", "/ecs/orchard-api", true),
            ("*-api", "/ecs/orchard-api-2", false),
            ("/ecs/*/api*x", "/ecs/a/b/api/x", true),
            ("a*b*a", "aba", true),
            ("a*a", "a", false),
            ("*", "anything", true),
            ("/ecs/api", "/ecs/api", true),
        ] {
            assert_eq!(fits(&glob.into(), &name.into()), expected, "{glob} {name}");
        }
        assert!(targets("eu-west-1:/ecs/*").is_ok_and(|t| is_glob(&t.group)));
        let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/api:*";
        assert!(targets(arn).is_ok_and(|target| !is_glob(&target.group)));
        assert_eq!(before_the_star(&"/ecs/o*a*".into()), "/ecs/o");
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place_and_mend() {
        for (typed, said) in [
            ("a --sinse 2h", "There is no “--sinse” for logs"),
            ("a --since 2y", "--since: “2y” is no time"),
            ("a --since", "--since: “” is no time"),
            ("a --since 2030-01-01", "lies ahead"),
            ("a --pattern", "--pattern needs a pattern"),
            ("a --pattern 'x", "The quote at character 13 is not closed"),
            ("a --stream-prefix", "cannot begin the name of a stream"),
            ("a --stream-prefix api:*", "“api:*” cannot begin the name"),
            ("--stream-prefix api/", "needs a group"),
            ("a b:c", "“b:c” cannot be the name of a log group"),
            ("a?", "“a?” cannot be the name of a log group"),
        ] {
            assert!(refused(typed).contains(said), "{typed}: {}", refused(typed));
        }
        let long = format!("a --pattern {}", "x".repeat(1_025));
        assert!(refused(&long).contains("longer than 1024"));
    }
}
