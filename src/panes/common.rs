//! What the list panes say and ask alike.

use super::browse::Browser;
use super::{Act, Context};
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::ids::Arn;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::units;
use crate::model::effect::Effect;
use crate::model::list::Row;
use crate::model::notice::Notice;
use crate::model::settings::Mode;
use crate::model::verb::Verb;

/// A notice of this level.
pub fn say(level: Level, text: impl AsRef<str>, cx: &Context<'_>) -> Act {
    Act::Say(Notice {
        level,
        text: Text::clean(text.as_ref()),
        fault: None,
        at: cx.now,
    })
}

/// A fault as a notice.
pub fn say_fault(fault: &Fault, cx: &Context<'_>) -> Act {
    Act::Say(Notice {
        level: Level::Bad,
        text: fault.line(),
        fault: Some(fault.clone()),
        at: cx.now,
    })
}

/// Copies what names the thing everywhere: its ARN where it has one, else its name.
pub fn copy(arn: Option<&Arn>, name: &Text) -> Act {
    let text = arn.map_or_else(|| name.clone(), Arn::text);
    Act::Do(Effect::Copy(text.as_str().to_owned()))
}

/// Whether a change may be asked for at all.
pub fn writes(cx: &Context<'_>) -> bool {
    cx.settings.mode == Mode::Write
}

/// Asks for the dialog of `verb`; marks are for plans, and in read-only mode nothing opens.
pub fn ask(verb: Verb, subject: Subject, marked: usize, cx: &Context<'_>) -> Vec<Act> {
    if !writes(cx) {
        return vec![say_fault(&cx.settings.read_only(), cx)];
    }
    if marked > 1 {
        let text = format!(
            "{marked} rows are marked — a change takes one row, marks are for plans — unmark them with space"
        );
        return vec![say(Level::Warn, text, cx)];
    }
    vec![Act::Ask(verb, subject)]
}

/// `3 of 12 match` while a filter is in force.
pub fn matching<R: Row>(rows: &Browser<R>) -> Text {
    if rows.filter().is_empty() {
        return Text::default();
    }
    Text::clean(&format!(
        "{} of {} match",
        units::count(rows.list().len() as u64),
        units::count(rows.rows().len() as u64)
    ))
}
