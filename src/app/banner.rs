//! The lines under the header: an open session, credentials, a dead link, changes under way, what is left open.

use super::state::State;
use super::work::{Carried, Job};
use crate::domain::fault::FaultKind;
use crate::model::message::Link;
use crate::session::order::Progress;
use crate::view::lines::Line;
use crate::view::paint::Paint;
use crate::view::put::blank;
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// So many changes under way are shown; the rest is counted.
const SHOWN: usize = 3;

impl State {
    /// The banner's lines, the gravest first.
    pub(super) fn banners(&self) -> Vec<Line> {
        let mut lines = self.session_banner();
        match &self.news.link {
            Link::Down(fault) => lines
                .push(Line::new(" AWS does not answer: ", Role::Bad).with(fault.line(), Role::Bad)),
            Link::NoCredentials { fault, .. } => {
                let renew = " — reading pauses; r tries again at once";
                // An unknown profile, or an endpoint that is no URL, stops the same way.
                let what = match fault.kind {
                    FaultKind::Credentials => " Credentials: ",
                    _ => " No connection: ",
                };
                lines.push(
                    Line::new(what, Role::Bad)
                        .with(fault.line(), Role::Bad)
                        .with(renew, Role::Banner),
                );
            }
            Link::Fine | Link::Throttled { .. } => {}
        }
        if let Some(fault) = &self.work.broken {
            lines
                .push(Line::new(" No change can begin: ", Role::Bad).with(fault.line(), Role::Bad));
        }
        lines.extend(self.work.jobs.iter().take(SHOWN).map(job));
        if self.work.jobs.len() > SHOWN {
            lines.push(Line::of(
                format!(" and {} more under way", self.work.jobs.len() - SHOWN),
                Role::Banner,
            ));
        }
        lines.extend(self.tour());
        lines.extend(self.work.open.iter().take(1).map(|open| {
            let (what, next) = match (open.carried, &open.past) {
                (Carried::Elsewhere, _) => {
                    (" another tidegate is carrying out: ", " — u looks again")
                }
                (_, Some(_)) => (" unfinished: ", " — u shows it"),
                (_, None) => (" undecided: ", " — u shows it"),
            };
            let by = open.past.as_ref().map(|past| format!(" ({})", past.who));
            Line::new(what, Role::Warn)
                .with(open.summary.clone(), Role::Warn)
                .and(by.unwrap_or_default(), Role::Warn)
                .with(next, Role::Banner)
        }));
        lines
    }
}

fn job(job: &Job) -> Line {
    let line = Line::new(" ", Role::Banner)
        .with(job.summary.clone(), Role::Banner)
        .with(": ", Role::Banner);
    let Some(progress) = &job.progress else {
        return line.with("handed to the carrier", Role::Progress);
    };
    match progress {
        Progress::Rechecking => line.with("reading once more before the write", Role::Progress),
        Progress::Sent => line.with("written down and sent", Role::Progress),
        Progress::Done { .. } => line.with("AWS took it", Role::Progress),
        Progress::InDoubt { since } => line.and(
            format!(
                "no answer since {} — it is read back, never sent again blindly",
                since.strftime("%H:%MZ")
            ),
            Role::Warn,
        ),
        Progress::Verifying { what, percent } => {
            let percent = percent.map(|p| format!(" · {p} %")).unwrap_or_default();
            line.with(what.clone(), Role::Progress)
                .and(percent, Role::Progress)
        }
        Progress::Verified { what } => line.with(what.clone(), Role::Good),
        Progress::Draining { what } => line
            .with("draining: ", Role::Warn)
            .with(what.clone(), Role::Warn),
    }
}

/// Draws as many lines as there is room for.
pub(super) fn draw(lines: &[Line], paint: &Paint<'_>, area: Rect, buf: &mut Buffer) {
    blank(buf, area, paint.style(Role::Banner));
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        clear_ground(
            line,
            paint,
            Rect {
                y,
                height: 1,
                ..area
            },
            buf,
        );
        line.draw(paint, (area.x, y), area.width, buf);
    }
}

/// The colours of a status are made for the body's ground: yellow on the banner's yellow cannot be read.
fn clear_ground(line: &Line, paint: &Paint<'_>, row: Rect, buf: &mut Buffer) {
    let mut x = row.x;
    for span in &line.0 {
        let wide = (span.width() as u16).min(row.right().saturating_sub(x));
        let under = Rect {
            x,
            width: wide,
            ..row
        };
        if span.role != Role::Banner {
            blank(buf, under, paint.style(Role::Body));
        }
        x += wide;
    }
}
