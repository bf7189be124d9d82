//! Timers of AWS and the session's record: read, put and removed (aws-facts.md §1.11, §3.2, §3.3).

use super::Aws;
use super::apply::{Sender, signed};
use super::convert::{moment, pages};
use super::outcome::{Outcome, outcome};
use crate::domain::autoscaling::ScheduledAction;
use crate::domain::backstop::{ABSENT, Bounds, OTHER, PRESENT, RecordRef, Shelf, Timer};
use crate::domain::change::{Field, Value};
use crate::domain::ecs::ServiceRef;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::GroupName;
use crate::session::look::Look;
use aws_sdk_applicationautoscaling::types as scaling;
use aws_sdk_ssm::types::ParameterType;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// What AWS answers where a timer has run, or was removed.
const GONE: [&str; 3] = [
    "ObjectNotFoundException",
    "ScheduledActionNotFound",
    "ParameterNotFound",
];

impl Aws {
    /// Whether a timer is there as we put it. Its target or group may be gone with it.
    pub(super) async fn look_at_timer(&self, timer: &Timer) -> Result<Look, Fault> {
        let found = match &timer.of {
            Bounds::Target(at) => self.scheduled_actions(at).await?,
            Bounds::Group(name) => self.group_schedule(name).await?,
        };
        let named = found.iter().find(|a| a.name.as_str() == &*timer.name);
        Ok(state(timer, named))
    }

    /// Whether the record is there and ours: the session's name stands in it.
    pub(super) async fn look_at_record(&self, at: &RecordRef) -> Result<Look, Fault> {
        self.gate.pass().await;
        let client = match at.shelf {
            Shelf::Region => &self.shared.ssm,
            Shelf::Cloudfront => &self.shared.ssm_global,
        };
        let request = client.get_parameter().name(&*at.name).with_decryption(true);
        let answer = request.send().await.map_err(self.fault("ssm:GetParameter"));
        let answer = match answer {
            Err(fault) if fault.kind == FaultKind::Missing => return Ok(present(ABSENT)),
            other => other?,
        };
        let value = answer
            .parameter()
            .and_then(|p| p.value())
            .unwrap_or_default();
        Ok(present(if session_of(value) == session_of(&at.body) {
            PRESENT
        } else {
            OTHER
        }))
    }
}

impl Aws {
    /// Every timer of ours in the account and region, whoever put it: its name tells the session.
    pub async fn timers(&self) -> Result<Vec<Timer>, Fault> {
        let (targets, groups) = futures_util::join!(
            Box::pin(self.target_timers()),
            Box::pin(self.group_timers())
        );
        Ok([targets?, groups?].concat())
    }

    async fn target_timers(&self) -> Result<Vec<Timer>, Fault> {
        let found = self.service_actions(|all| all).await?;
        let timer = |a: &scaling::ScheduledAction| {
            let bounds = a.scalable_target_action.as_ref();
            Some(Timer {
                of: Bounds::Target(ServiceRef::from_resource_id(&a.resource_id)?),
                name: ours(&a.scheduled_action_name)?,
                at: at_of(&a.schedule),
                min: unsigned(bounds.and_then(|b| b.min_capacity)),
                max: unsigned(bounds.and_then(|b| b.max_capacity)),
            })
        };
        Ok(found.iter().filter_map(timer).collect())
    }

    async fn group_timers(&self) -> Result<Vec<Timer>, Fault> {
        let request = self.shared.autoscaling.describe_scheduled_actions();
        let found = pages!(
            self,
            "autoscaling:DescribeScheduledActions",
            request.clone(),
            set_next_token,
            next_token,
            scheduled_update_group_actions
        );
        let timer = |a: &aws_sdk_autoscaling::types::ScheduledUpdateGroupAction| {
            Some(Timer {
                of: Bounds::Group(GroupName::from(a.auto_scaling_group_name()?)),
                name: ours(a.scheduled_action_name()?)?,
                at: a.start_time().and_then(moment).unwrap_or(Timestamp::MAX),
                min: unsigned(a.min_size),
                max: unsigned(a.max_size),
            })
        };
        Ok(found.iter().filter_map(timer).collect())
    }
}

/// `tidegate-<session>-restore`, and nothing else.
fn ours(name: &str) -> Option<std::sync::Arc<str>> {
    let session = name.strip_prefix("tidegate-")?.strip_suffix("-restore")?;
    (!session.is_empty()).then(|| name.into())
}

/// The moment of `at(…)`; what we put is in UTC.
fn at_of(schedule: &str) -> Timestamp {
    let inner = schedule
        .strip_prefix("at(")
        .and_then(|s| s.strip_suffix(')'));
    let at = inner.and_then(|s| format!("{s}Z").parse().ok());
    at.unwrap_or(Timestamp::MAX)
}

fn unsigned(n: Option<i32>) -> u32 {
    n.and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
}

/// How a timer stands, by the action of its name.
pub(super) fn state(timer: &Timer, found: Option<&ScheduledAction>) -> Look {
    present(match found {
        None => ABSENT,
        Some(action) if is_as_put(action, timer) => PRESENT,
        Some(_) => OTHER,
    })
}

fn present(n: u64) -> Look {
    Look {
        reading: Some([(Field::Present, Value::Count(n))].into()),
        ..Look::default()
    }
}

fn is_as_put(action: &ScheduledAction, timer: &Timer) -> bool {
    let at = action.next.map(Timestamp::as_second);
    at == Some(timer.at.as_second())
        && action.min == Some(timer.min)
        && action.max == Some(timer.max)
}

/// The session that a record names.
fn session_of(body: &str) -> Option<String> {
    let record: serde_json::Value = serde_json::from_str(body).ok()?;
    record.get("session")?.as_str().map(str::to_owned)
}

/// `at(2026-09-20T18:30:00)`, in UTC whatever zone anybody lives in.
fn expression(at: Timestamp) -> String {
    at.strftime("at(%Y-%m-%dT%H:%M:%S)").to_string()
}

impl Sender<'_> {
    pub(super) async fn arm(&self, timer: &Timer) -> Outcome {
        match &timer.of {
            Bounds::Target(at) => self.arm_target(at, timer).await,
            Bounds::Group(name) => self.arm_group(name, timer).await,
        }
    }

    /// Both bounds: one alone can fail when it runs (aws-facts.md §3.2).
    async fn arm_target(&self, at: &ServiceRef, timer: &Timer) -> Outcome {
        let action = scaling::ScalableTargetAction::builder()
            .min_capacity(signed(timer.min))
            .max_capacity(signed(timer.max))
            .build();
        let request = self.aws.shared.writers.scaling.put_scheduled_action();
        let request = request
            .service_namespace(scaling::ServiceNamespace::Ecs)
            .scalable_dimension(scaling::ScalableDimension::EcsServiceDesiredCount)
            .resource_id(at.resource_id())
            .scheduled_action_name(&*timer.name)
            .schedule(expression(timer.at))
            .timezone("UTC")
            .scalable_target_action(action);
        let result = request.customize().interceptor(self.permitted()).send();
        outcome(result.await, self.aws.fault(self.action))
    }

    async fn arm_group(&self, name: &GroupName, timer: &Timer) -> Outcome {
        let request = self
            .aws
            .shared
            .writers
            .autoscaling
            .put_scheduled_update_group_action();
        let request = request
            .auto_scaling_group_name(name.as_str())
            .scheduled_action_name(&*timer.name)
            .start_time(DateTime::from_secs(timer.at.as_second()))
            .min_size(signed(timer.min))
            .max_size(signed(timer.max));
        let result = request.customize().interceptor(self.permitted()).send();
        outcome(result.await, self.aws.fault(self.action))
    }

    pub(super) async fn disarm(&self, timer: &Timer) -> Outcome {
        gone_is_done(match &timer.of {
            Bounds::Target(at) => self.disarm_target(at, timer).await,
            Bounds::Group(name) => self.disarm_group(name, timer).await,
        })
    }

    async fn disarm_target(&self, at: &ServiceRef, timer: &Timer) -> Outcome {
        let request = self.aws.shared.writers.scaling.delete_scheduled_action();
        let request = request
            .service_namespace(scaling::ServiceNamespace::Ecs)
            .scalable_dimension(scaling::ScalableDimension::EcsServiceDesiredCount)
            .resource_id(at.resource_id())
            .scheduled_action_name(&*timer.name);
        let result = request.customize().interceptor(self.permitted()).send();
        outcome(result.await, self.aws.fault(self.action))
    }

    async fn disarm_group(&self, name: &GroupName, timer: &Timer) -> Outcome {
        let request = self
            .aws
            .shared
            .writers
            .autoscaling
            .delete_scheduled_action();
        let request = request
            .auto_scaling_group_name(name.as_str())
            .scheduled_action_name(&*timer.name);
        let result = request.customize().interceptor(self.permitted()).send();
        outcome(result.await, self.aws.fault(self.action))
    }

    /// Without overwrite: where one is there already, AWS refuses, and somebody else holds the lock.
    /// With it, the record is our own.
    pub(super) async fn lock(&self, at: &RecordRef, over: bool) -> Outcome {
        let request = self.ssm(at.shelf).put_parameter();
        let request = request
            .name(&*at.name)
            .value(&*at.body)
            .r#type(ParameterType::SecureString)
            .overwrite(over)
            .description("An open load-test session of tidegate");
        let result = request.customize().interceptor(self.permitted()).send();
        outcome(result.await, self.aws.fault(self.action))
    }

    pub(super) async fn unlock(&self, at: &RecordRef) -> Outcome {
        let request = self.ssm(at.shelf).delete_parameter().name(&*at.name);
        let result = request.customize().interceptor(self.permitted()).send();
        gone_is_done(outcome(result.await, self.aws.fault(self.action)))
    }

    fn ssm(&self, at: Shelf) -> &aws_sdk_ssm::Client {
        match at {
            Shelf::Region => &self.aws.shared.writers.ssm,
            Shelf::Cloudfront => &self.aws.shared.writers.ssm_global,
        }
    }
}

/// What is to go and is not there has gone by itself.
fn gone_is_done(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Refused(fault) if is_gone(&fault) => Outcome::Done {
            request: fault.request_id,
        },
        other => other,
    }
}

/// Groups say it in words only (aws-facts.md §3.3).
fn is_gone(fault: &Fault) -> bool {
    let code = fault.code.as_ref().map(crate::domain::text::Text::as_str);
    code.is_some_and(|code| GONE.contains(&code))
        || (code == Some("ValidationError") && fault.line().as_str().contains("not found"))
}
