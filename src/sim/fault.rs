//! Trouble on demand: which calls go wrong, how, and how often.

mod denied;

use super::call::{Call, Refusal, Service};
use super::wire::error;
use std::fmt;
use std::time::Duration;
use strum::IntoEnumIterator;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer comes later.
    Latency(Duration),
    Throttle,
    /// HTTP 500 in the service's own shape.
    Broken,
    /// HTTP 503.
    Unavailable,
    /// The connection ends before the call is carried out.
    Cut,
    /// Carried out; the answer ends in its middle.
    Truncate,
    /// Carried out; the connection ends without an answer.
    Lose,
    /// The credentials have expired.
    Expired,
    /// The caller may not do this.
    Denied,
    /// A quota of the account is used up.
    Limit,
    /// A stream that is open says nothing, for so many frames.
    Mute,
    /// A stream that is open ends, as it does after its longest time.
    Over,
}

impl Kind {
    /// Whether it strikes streams that are open, not calls.
    fn is_of_streams(self) -> bool {
        matches!(self, Self::Mute | Self::Over)
    }
}

/// Which calls go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    All,
    Service(Service),
    /// An IAM action.
    Action(Service, String),
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Often {
    Always,
    /// The next so many calls.
    Next(u32),
    /// Each call with this chance, from 0 to 1.
    Chance(f64),
}

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: Kind,
    pub target: Target,
    pub often: Often,
}

/// More faults at a time than anybody would follow.
const MOST: usize = 100;

/// All that is to go wrong.
#[derive(Clone, Debug)]
pub struct Faults {
    list: Vec<Fault>,
    rng: fastrand::Rng,
}

/// What becomes of one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fate {
    pub delay: Duration,
    pub trouble: Option<Kind>,
}

impl Faults {
    pub fn new(list: Vec<Fault>, seed: u64) -> Self {
        Self {
            list,
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    pub fn list(&self) -> &[Fault] {
        &self.list
    }

    /// One more; the oldest makes room where there are too many.
    pub fn add(&mut self, fault: Fault) {
        if self.list.len() >= MOST {
            self.list.remove(0);
        }
        self.list.push(fault);
    }

    pub fn clear(&mut self) {
        self.list.clear();
    }

    /// Decides over a call. All latencies that fit add up; of the rest the first that strikes counts.
    pub fn strike(&mut self, call: &Call) -> Fate {
        let mut fate = Fate::default();
        for fault in &mut self.list {
            let waits = matches!(fault.kind, Kind::Latency(_));
            let wanted = (waits || fate.trouble.is_none()) && !fault.kind.is_of_streams();
            if !(wanted && fault.target.fits(call) && fault.often.strikes(&mut self.rng)) {
                continue;
            }
            match fault.kind {
                Kind::Latency(by) => fate.delay = fate.delay.saturating_add(by),
                other => fate.trouble = Some(other),
            }
        }
        self.list.retain(|fault| fault.often != Often::Next(0));
        fate
    }

    /// Decides over the next frame of a stream that this call opened.
    pub fn strike_frame(&mut self, call: &Call) -> Option<Kind> {
        let mut struck = None;
        for fault in &mut self.list {
            let fits = fault.kind.is_of_streams() && fault.target.fits(call);
            if struck.is_none() && fits && fault.often.strikes(&mut self.rng) {
                struck = Some(fault.kind);
            }
        }
        self.list.retain(|fault| fault.often != Often::Next(0));
        struck
    }
}

impl Target {
    fn fits(&self, call: &Call) -> bool {
        match self {
            Self::All => true,
            Self::Service(service) => *service == call.service,
            Self::Action(service, operation) => {
                *service == call.service && *operation == call.operation
            }
        }
    }

    /// `*`, `ecs:*` or `ecs:DescribeServices`.
    pub fn parse(word: &str) -> Option<Self> {
        if word == "*" {
            return Some(Self::All);
        }
        let (prefix, operation) = word.split_once(':')?;
        let service = Service::iter().find(|service| service.iam() == prefix)?;
        match operation {
            "*" => Some(Self::Service(service)),
            name if !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()) => {
                Some(Self::Action(service, name.to_owned()))
            }
            _ => None,
        }
    }
}

impl Often {
    fn strikes(&mut self, rng: &mut fastrand::Rng) -> bool {
        match self {
            Self::Always => true,
            Self::Next(left) => {
                let strikes = *left > 0;
                *left = left.saturating_sub(1);
                strikes
            }
            Self::Chance(chance) => rng.f64() < *chance,
        }
    }
}

impl Kind {
    /// The refusal that this kind is, where it is one.
    pub fn refusal(self, call: &Call) -> Option<Refusal> {
        let expired = "The security token included in the request is expired";
        Some(match self {
            Self::Throttle => throttled(),
            Self::Broken => Refusal::server(internal(call.service), "An internal error occurred"),
            Self::Unavailable => {
                let text = "The service is temporarily unavailable";
                Refusal::with(503, "ServiceUnavailable", text)
            }
            Self::Expired => Refusal::client(error::EXPIRED, expired),
            Self::Denied => Refusal::client(error::DENIED, denied::message(call)),
            Self::Limit => Refusal::client("LimitExceededException", "A quota is used up"),
            Self::Latency(_)
            | Self::Cut
            | Self::Truncate
            | Self::Lose
            | Self::Mute
            | Self::Over => {
                return None;
            }
        })
    }
}

/// What a caller over the limit is told.
pub fn throttled() -> Refusal {
    Refusal::client(error::THROTTLED, "Rate exceeded")
}

/// Each service's own word for its own trouble (botocore's models).
pub fn internal(service: Service) -> &'static str {
    match service {
        Service::Ecs => "ServerException",
        Service::Scaling => "InternalServiceException",
        Service::Waf => "WAFInternalErrorException",
        Service::Logs => "ServiceUnavailableException",
        Service::Ssm => "InternalServerError",
        Service::CloudWatch => "InternalServiceFault",
        _ => "InternalFailure",
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind, self.target, self.often)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latency(by) => return write!(f, "latency {}ms", by.as_millis()),
            Self::Throttle => "throttle",
            Self::Broken => "500",
            Self::Unavailable => "503",
            Self::Cut => "cut",
            Self::Truncate => "truncate",
            Self::Lose => "lose",
            Self::Expired => "expired",
            Self::Denied => "denied",
            Self::Limit => "limit",
            Self::Mute => "mute",
            Self::Over => "over",
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Service(service) => write!(f, "{}:*", service.iam()),
            Self::Action(service, operation) => write!(f, "{}:{operation}", service.iam()),
        }
    }
}

impl fmt::Display for Often {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("always"),
            Self::Next(times) => write!(f, "{times}"),
            Self::Chance(chance) => write!(f, "{}%", chance * 100.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Value;
    use super::*;

    fn call(operation: &str) -> Call {
        Call {
            service: Service::Ecs,
            operation: operation.into(),
            region: "eu-west-1".into(),
            input: Value::Null,
        }
    }

    fn faults(list: &[(Kind, &str, Often)]) -> Faults {
        let fault = |(kind, target, often): &(Kind, &str, Often)| Fault {
            kind: *kind,
            target: Target::parse(target).expect("a target"),
            often: *often,
        };
        Faults::new(list.iter().map(fault).collect(), 1)
    }

    #[test]
    fn a_fault_strikes_its_action_so_often_and_is_gone() {
        let mut faults = faults(&[(Kind::Throttle, "ecs:DescribeServices", Often::Next(2))]);
        assert_eq!(faults.strike(&call("ListServices")), Fate::default());
        let struck: Vec<bool> = (0..3)
            .map(|_| faults.strike(&call("DescribeServices")).trouble.is_some())
            .collect();
        assert_eq!(struck, [true, true, false]);
        assert_eq!(faults.list(), []);
    }

    #[test]
    fn latencies_add_up_and_the_first_trouble_counts() {
        let ms = |ms| Kind::Latency(Duration::from_millis(ms));
        let mut faults = faults(&[
            (ms(100), "*", Often::Always),
            (Kind::Cut, "ecs:*", Often::Always),
            (Kind::Lose, "ecs:*", Often::Next(1)),
            (ms(50), "ecs:*", Often::Always),
        ]);
        let fate = faults.strike(&call("ListServices"));
        assert_eq!(
            (fate.delay.as_millis(), fate.trouble),
            (150, Some(Kind::Cut))
        );
        // What did not strike is still there.
        assert_eq!(faults.list().len(), 4);
    }

    #[test]
    fn a_chance_strikes_about_as_often_as_it_says_and_the_same_with_the_same_seed() {
        let struck = || {
            let mut faults = faults(&[(Kind::Broken, "*", Often::Chance(0.25))]);
            let strikes = |_: &usize| faults.strike(&call("ListServices")).trouble.is_some();
            (0..1_000).filter(strikes).count()
        };
        assert!((200..300).contains(&struck()), "{}", struck());
        assert_eq!(struck(), struck());
    }

    #[test]
    fn targets_are_iam_actions() {
        assert_eq!(Target::parse("ecs:*"), Some(Target::Service(Service::Ecs)));
        let action = Target::Action(Service::Elb, "DescribeTargetHealth".into());
        assert_eq!(
            Target::parse("elasticloadbalancing:DescribeTargetHealth"),
            Some(action)
        );
        for wrong in ["", "ecs", "ecs:", "s3:GetObject", "ecs:Describe Services"] {
            assert_eq!(Target::parse(wrong), None, "{wrong}");
        }
    }
}
