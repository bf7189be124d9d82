//! The session's words for people. Whatever came over the socket is foreign and is cleaned.

use crate::app::state::State;
use crate::domain::change::Value;
use crate::domain::text::Text;
use crate::domain::text::mask::mask;
use crate::domain::units;
use crate::session::draft::Reason;
use crate::session::load_test::{Closing, Stage};
use crate::session::record::Sign;
use crate::session::snapshot::{FieldSeen, Kind, Snapshot, Standing, StepSeen};
use crate::view::lines::Line;
use crate::view::theme::Role;
use jiff::Timestamp;

/// `31 min left`; the end has not begun to near before the backup is made.
pub(super) fn time_left(snapshot: &Snapshot, now: Timestamp) -> String {
    match snapshot.until {
        None => "time not running yet".to_owned(),
        Some(until) if until <= now => "time is up".to_owned(),
        Some(until) => format!("{} left", units::left(until, now)),
    }
}

/// The last part of an ARN, or the name as it is.
pub(super) fn person(who: &str) -> Text {
    Text::clean(who.rsplit('/').next().unwrap_or(who))
}

/// `15:08Z`.
pub(super) fn clock(at: Timestamp) -> String {
    at.strftime("%H:%MZ").to_string()
}

/// A value in a few columns: an action by its name, with a sign where it has more to it.
pub(super) fn value(value: &Value) -> String {
    let Value::Json(json) = value else {
        return crate::app::dialog::value_text(value);
    };
    let action: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(json.as_str()).unwrap_or_default();
    let Some((name, rest)) = action.iter().next() else {
        return mask(json.as_str()).into_owned();
    };
    let plain = rest.as_object().is_none_or(serde_json::Map::is_empty);
    format!("{name}{}", if plain { "" } else { " {…}" })
}

/// `min 2 → 6 (now 5), max 6 → 12`.
pub(super) fn fields(fields: &[FieldSeen]) -> Line {
    let mut line = Line::default();
    for (n, field) in fields.iter().enumerate() {
        let lead = if n > 0 { ", " } else { "" };
        line = line
            .and(format!("{lead}{} ", field.field), Role::Dim)
            .and(value(&field.before), Role::Old)
            .with(" → ", Role::Dim)
            .and(value(&field.ours), Role::New);
        if let Some(now) = &field.now {
            line = line.and(format!(" (now {})", value(now)), Role::Warn);
        }
    }
    line
}

/// The role of a stage.
pub(super) fn stage_role(stage: Stage) -> Role {
    match stage {
        Stage::Applying => Role::Progress,
        Stage::Running => Role::Good,
        Stage::Halted => Role::Bad,
        Stage::Reverting => Role::Warn,
        Stage::Closed => Role::Dim,
    }
}

/// The role of a step's standing.
pub(super) fn standing_role(standing: Standing) -> Role {
    match standing {
        Standing::Waiting | Standing::Skipped | Standing::Kept => Role::Dim,
        Standing::Applying | Standing::Verifying | Standing::Reverting => Role::Progress,
        Standing::Applied | Standing::Reverted => Role::Good,
        Standing::Draining | Standing::InDoubt | Standing::Stalled => Role::Warn,
        Standing::Failed | Standing::Conflict => Role::Bad,
    }
}

/// What an accepted reason goes on to mean while the session is open; `None` where it has had its time.
pub(super) fn accepted(reason: Reason, steps: &[StepSeen]) -> Option<&'static str> {
    let open = |kind| steps.iter().any(|s| s.kind == kind && stands_open(s));
    match reason {
        Reason::NoRateTimer if open(Kind::Rule) => {
            Some("no-rate-timer: nothing in AWS closes the rate rule")
        }
        Reason::NoDesiredTimer if open(Kind::Service) => {
            Some("no-desired-timer: nothing in AWS lowers the count")
        }
        Reason::NoSharedRecord => Some("no-shared-record: colleagues do not see it"),
        Reason::CredentialsExpire => Some("credentials-expire: they may end before it is put back"),
        Reason::ForeignTimer => Some("foreign-timer: another scheduled action may move sizes"),
        _ => None,
    }
}

/// Whether a step is, or will be, something that has to be put back.
fn stands_open(step: &StepSeen) -> bool {
    !matches!(
        step.standing,
        Standing::Reverted | Standing::Kept | Standing::Skipped
    )
}

/// `87.5 %`, `1,204 /s`.
pub(super) fn sign_value(sign: &Sign) -> String {
    let whole = sign.value.abs() >= 100.0 || sign.value.fract().abs() < 0.05;
    let number = if whole && sign.value >= 0.0 {
        units::count(sign.value.round() as u64)
    } else {
        format!("{:.1}", sign.value)
    };
    format!("{number} {}", sign.unit)
}

/// What the end of a session means.
pub(super) fn closing(closing: Closing) -> &'static str {
    match closing {
        Closing::Restored => "everything is as it was found",
        Closing::Conflict => "everything is back but what somebody else has changed meanwhile",
        Closing::Kept => "something was left as it is, on an operator's word",
        Closing::Locked => "another session came first, nothing was changed",
        Closing::Adopted => "another tidegate took it over",
    }
}

/// Where the session is pinned to; for the dialogs.
pub(super) fn place_lines(snapshot: &Snapshot) -> Vec<Line> {
    let row =
        |label: &'static str, value: Text| Line::new(label, Role::Dim).with(value, Role::Strong);
    vec![
        row("session   ", Text::clean(&snapshot.plan)),
        row("account   ", snapshot.place.scope.account.text()),
        row("region    ", snapshot.place.scope.region.text()),
    ]
}

/// The region and account of a session that is not of the place one looks at.
pub(super) fn elsewhere(snapshot: &Snapshot, state: &State) -> Option<String> {
    let scope = &snapshot.place.scope;
    let here = state.news.identity.as_ref();
    let account = here.is_none_or(|i| i.account == scope.account);
    let region = state.region() == scope.region.text() || state.news.place.is_none();
    let name = format!("in {} {}", scope.account.text(), scope.region.text());
    (!account || !region).then_some(name)
}
