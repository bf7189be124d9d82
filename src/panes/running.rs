//! Changes of ours that are under way, by the row they belong to.

use crate::domain::ids::SessionId;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::session::order::{Progress, Report};
use crate::view::theme::Role;

/// One change under way.
#[derive(Clone, Debug, PartialEq)]
struct Running {
    session: SessionId,
    subject: Subject,
    said: Text,
    role: Role,
}

/// All changes under way.
#[derive(Clone, Debug, Default)]
pub struct Changes(Vec<Running>);

impl Changes {
    /// Takes note of the carrier's news.
    pub fn note(&mut self, report: &Report) {
        match report {
            Report::Progress {
                session,
                subject,
                progress,
                ..
            } => {
                let (said, role) = words(subject, progress);
                self.end(session);
                self.0.push(Running {
                    session: session.clone(),
                    subject: subject.clone(),
                    said,
                    role,
                });
            }
            Report::Finished { session, .. }
            | Report::Undone { session, .. }
            | Report::Conflict { session, .. }
            | Report::Failed {
                session: Some(session),
                ..
            } => self.end(session),
            _ => {}
        }
    }

    fn end(&mut self, session: &SessionId) {
        self.0.retain(|r| r.session != *session);
    }

    /// What to show on a row whose change is under way.
    pub fn of(&self, is_row: impl Fn(&Subject) -> bool) -> Option<(Text, Role)> {
        self.0
            .iter()
            .rev()
            .find(|r| is_row(&r.subject))
            .map(|r| (r.said.clone(), r.role))
    }
}

fn words(subject: &Subject, progress: &Progress) -> (Text, Role) {
    let scaling = if matches!(subject, Subject::Service(_) | Subject::Group(_)) {
        "scaling "
    } else {
        ""
    };
    match progress {
        Progress::Rechecking => ("checking".into(), Role::Progress),
        Progress::Sent => ("sent".into(), Role::Progress),
        Progress::Done { .. } => ("taken".into(), Role::Progress),
        Progress::InDoubt { .. } => ("in doubt".into(), Role::Warn),
        Progress::Verifying {
            percent: Some(percent),
            ..
        } => (
            Text::clean(&format!("{scaling}{percent} %")),
            Role::Progress,
        ),
        Progress::Verifying { .. } => ("verifying".into(), Role::Progress),
        Progress::Verified { .. } => ("verified".into(), Role::Good),
        Progress::Draining { .. } => ("draining".into(), Role::Warn),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn progress(session: &str, group: &str, progress: Progress) -> Report {
        Report::Progress {
            session: session.into(),
            subject: Subject::Group(group.into()),
            summary: "scale".into(),
            step: "1".into(),
            progress,
            took: Duration::ZERO,
        }
    }

    fn shown(changes: &Changes, group: &str) -> Option<String> {
        changes
            .of(|s| *s == Subject::Group(group.into()))
            .map(|(said, _)| said.as_str().to_owned())
    }

    #[test]
    fn a_row_shows_its_change_until_the_change_has_ended() {
        let mut changes = Changes::default();
        changes.note(&progress("s1", "nodes", Progress::Sent));
        assert_eq!(shown(&changes, "nodes").as_deref(), Some("sent"));
        assert_eq!(shown(&changes, "others"), None);
        changes.note(&progress("s1", "nodes", Progress::Done { request: None }));
        assert_eq!(shown(&changes, "nodes").as_deref(), Some("taken"));
        changes.note(&Report::Finished {
            session: "s1".into(),
            summary: "scale".into(),
        });
        assert_eq!(shown(&changes, "nodes"), None);
    }
}
