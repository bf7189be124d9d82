//! From a change to the one request that makes it.

use super::look::Look;
use crate::domain::backstop::PRESENT;
use crate::domain::change::{Change, Field, Target, Value};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::write::{RuleEdit, Write};

/// The request that makes `change`; only fields that differ are sent.
pub fn request(change: &Change, look: &Look) -> Result<Write, Fault> {
    let change = change.only(|f| f.before != f.after);
    let count = |field| number(&change, field);
    match &change.target {
        Target::Scalable(at) => Ok(Write::RegisterScalableTarget {
            at: at.clone(),
            min: count(Field::Min)?,
            max: count(Field::Max)?,
        }),
        Target::Service(at) => Ok(Write::UpdateService {
            at: at.clone(),
            desired: count(Field::Desired)?.ok_or_else(nothing)?,
        }),
        Target::Group(name) => Ok(Write::UpdateGroup {
            name: name.clone(),
            min: count(Field::Min)?,
            max: count(Field::Max)?,
            desired: count(Field::Desired)?,
        }),
        Target::Timer(timer) => Ok(if is_put(&change) {
            Write::Arm(timer.clone())
        } else {
            Write::Disarm(timer.clone())
        }),
        Target::Record(at) => Ok(if is_put(&change) {
            Write::Lock(at.clone())
        } else {
            Write::Unlock(at.clone())
        }),
        Target::Rule(rule) => {
            let document = look.document.as_ref().ok_or_else(no_document)?.raw.clone();
            Ok(Write::UpdateWebAcl {
                rule: rule.clone(),
                edit: edit(&change)?,
                document,
            })
        }
    }
}

fn number(change: &Change, field: Field) -> Result<Option<u32>, Fault> {
    let Some(n) = change.field(field).and_then(|f| f.after.count()) else {
        return Ok(None);
    };
    u32::try_from(n)
        .ok()
        .filter(|n| i32::try_from(*n).is_ok())
        .map(Some)
        .ok_or_else(|| {
            Fault::new(
                FaultKind::Usage,
                format!("{n} is more than AWS takes for {field}"),
            )
            .next("choose a number up to 2147483647")
        })
}

fn is_put(change: &Change) -> bool {
    let after = change.field(Field::Present).and_then(|f| f.after.count());
    after == Some(PRESENT)
}

fn edit(change: &Change) -> Result<RuleEdit, Fault> {
    match change.fields.as_slice() {
        [one] => match (one.field, &one.after) {
            (Field::Action, Value::Json(action)) => Ok(RuleEdit::Action(action.clone())),
            (Field::Limit, Value::Count(limit)) => Ok(RuleEdit::Limit(*limit)),
            _ => Err(nothing()),
        },
        _ => Err(
            Fault::new(FaultKind::Internal, "A rule is changed one value at a time")
                .means("nothing was sent")
                .next("change action and limit one after the other"),
        ),
    }
}

fn nothing() -> Fault {
    Fault::new(FaultKind::Internal, "The change has nothing to send").means("nothing was changed")
}

fn no_document() -> Fault {
    Fault::new(
        FaultKind::Missing,
        "The web ACL's document could not be read",
    )
    .means("nothing was sent")
}
