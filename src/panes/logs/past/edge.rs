//! What is said where the past ends: why, and where older lines may be.

use super::{End, Past};
use crate::domain::fault::Fault;
use crate::domain::log::{Direction, Expiry, Export, TailSource};
use crate::view::lines::Line;
use crate::view::put::width;
use crate::view::theme::Role;

/// What is said below the lines of the past, in so many columns.
pub fn line(past: &Past, expiries: &[Expiry], room: u16) -> Option<Line> {
    let end = match &past.end {
        Some(End::Failed(direction, fault)) => Some(failed(*direction, fault)),
        Some(End::Expired(at)) => Some(expired(past, expiries, (*at, room))),
        Some(End::Empty(direction)) => Some(empty(*direction, past.span())),
        None => None,
    };
    match (past.left_out.first(), end) {
        (Some(left), Some(end)) => {
            Some(left_out(left).and(format!(" · {}", end.plain()), Role::Dim))
        }
        (Some(left), None) => Some(left_out(left)),
        (None, Some(end)) => Some(end),
        (None, None) => lapsed(&past.sources, past.span().0, expiries, room),
    }
}

/// What one of these groups keeps no more of the time since `from` (milliseconds since 1970).
pub fn lapsed(of: &[TailSource], from: i64, expiries: &[Expiry], room: u16) -> Option<Line> {
    let lapsed = |expiry: &&Expiry| from < expiry.before && of.contains(&expiry.source);
    let expiry = expiries.iter().find(lapsed)?;
    Some(nothing_before(
        (expiry.before, room),
        Some(expiry),
        of.len() > 1,
    ))
}

fn failed(direction: Direction, fault: &Fault) -> Line {
    let what = match direction {
        Direction::Backward => "Older lines could not be read: ",
        Direction::Forward => "Newer lines could not be read: ",
    };
    Line::new(what, Role::Bad).with(fault.line(), Role::Body)
}

fn empty(direction: Direction, (from, to): (i64, i64)) -> Line {
    let said = match direction {
        Direction::Backward => format!("No lines since {}; up again reads a day more", said(from)),
        Direction::Forward => format!("No lines until {}; down again reads on", said(to)),
    };
    Line::of(said, Role::Dim)
}

fn left_out((source, fault): &(TailSource, Fault)) -> Line {
    let line = Line::new(source.group.text(), Role::LogGroup).with(" is left out: ", Role::Dim);
    match &fault.action {
        Some(action) => line
            .with("needs ", Role::Warn)
            .with(action.clone(), Role::Strong),
        // While this past is looked at it is not asked again: between its lines there would be a hole.
        None if fault.passes() => line
            .with(fault.what.clone(), Role::Bad)
            .with(" · esc, then up, tries it again", Role::Dim),
        None => line.with(fault.what.clone(), Role::Bad),
    }
}

/// Nothing is kept any more: of all groups the one that keeps longest is told of.
fn expired(past: &Past, expiries: &[Expiry], (at, room): (i64, u16)) -> Line {
    let of = |expiry: &&Expiry| past.sources.contains(&expiry.source);
    let longest = expiries
        .iter()
        .filter(of)
        .min_by_key(|expiry| expiry.before);
    nothing_before((at, room), longest, past.sources.len() > 1)
}

/// The whole sentence, else what matters of it.
fn nothing_before((at, room): (i64, u16), expiry: Option<&Expiry>, named: bool) -> Line {
    let Some(expiry) = expiry else {
        return Line::of(format!("Nothing before {}", said(at)), Role::Warn);
    };
    let kept = match expiry.days {
        1 => "one day is kept".to_owned(),
        days => format!("{days} days are kept"),
    };
    let line = if named {
        Line::new("Nothing of ", Role::Warn).with(expiry.source.group.text(), Role::LogGroup)
    } else {
        Line::new("Nothing", Role::Warn)
    };
    let line = line.and(format!(" before {} ({kept})", said(at)), Role::Warn);
    match &expiry.exports {
        Err(fault) => match &fault.action {
            Some(action) => line
                .with("; exports are not known: needs ", Role::Dim)
                .with(action.clone(), Role::Strong),
            None => line,
        },
        Ok(exports) => exported(line, (exports, at), room),
    }
}

fn exported(line: Line, (exports, at): (&[Export], i64), room: u16) -> Line {
    let mut whole = exports.iter().filter(|export| export.is_complete());
    let Some(newest) = whole.find(|of| of.from < at) else {
        return match exports.first() {
            None => line.with("; no export to S3 is known", Role::Dim),
            Some(export) => line.and(format!("; their export is {}", export.status), Role::Dim),
        };
    };
    let place = place(newest, exports);
    let until = format!(" (to {})", said(newest.to));
    let long = line
        .with("; older days are in ", Role::Dim)
        .and(place.clone(), Role::Strong)
        .and(until, Role::Dim);
    if width(&long.plain()) <= usize::from(room) {
        return long;
    }
    Line::of(format!("Before {}: ", said(at)), Role::Warn).and(place, Role::Strong)
}

/// The folder of a task, or that of several which were copied beside each other.
fn place(newest: &Export, exports: &[Export]) -> String {
    let beside = |of: &&Export| {
        of.is_complete() && (&of.bucket, &of.prefix) == (&newest.bucket, &newest.prefix)
    };
    let folder = format!("s3://{}/{}", newest.bucket, newest.prefix);
    match exports.iter().filter(beside).count() {
        0 | 1 => format!("{folder}/{}", newest.task),
        _ => folder,
    }
}

/// `22 Nov 14:22`.
pub fn said(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map_or_else(
        |_| at.to_string(),
        |at| at.strftime("%-d %b %H:%M").to_string(),
    )
}
