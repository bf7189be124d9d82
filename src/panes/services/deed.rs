//! What the keys do with a service.

use super::detail::Drill;
use super::{Awaited, Services};
use crate::domain::health::Level;
use crate::domain::ids::TaskDefinition;
use crate::domain::subject::Subject;
use crate::model::query::{Answer, Facts};
use crate::model::verb::Verb;
use crate::panes::{Act, Context, common};

impl Services {
    pub(super) fn log_targets(
        &mut self,
        asked: &TaskDefinition,
        answer: &Answer,
        cx: &Context<'_>,
    ) {
        let Some(Awaited {
            service,
            definition,
        }) = &self.awaited
        else {
            return;
        };
        if definition != asked {
            return;
        }
        match answer {
            Answer::Whole(Facts::LogTargets(targets)) if targets.is_empty() => {
                let text = format!(
                    "{service} writes no logs to CloudWatch — its containers have no awslogs options — choose a group in pane 5"
                );
                self.decide(common::say(Level::Warn, text, cx));
            }
            Answer::Whole(Facts::LogTargets(targets)) => {
                self.decide(Act::ShowLogs(targets.clone()));
            }
            Answer::Failed { fault, .. } => self.decide(common::say_fault(fault, cx)),
            _ => {}
        }
    }

    pub(super) fn decide(&mut self, act: Act) {
        self.awaited = None;
        self.decided.push(act);
    }

    pub(super) fn open(&mut self, cx: &Context<'_>) {
        let at = self.selected_ref(cx);
        self.drill = at.map(|at| Drill::new(at, self.size));
    }

    pub(super) fn await_logs(&mut self) {
        let service = match &self.drill {
            Some(drill) => drill.service().or_else(|| self.selected().map(|s| &**s)),
            None => self.selected().map(|s| &**s),
        };
        let wait = service.map(|s| Awaited {
            service: s.at.service.text(),
            definition: s.task_definition.clone(),
        });
        self.awaited = wait;
    }

    pub(super) fn describe(&self) -> Vec<Act> {
        let Some(service) = self.selected() else {
            return Vec::new();
        };
        vec![Act::Page {
            title: service.at.service.text(),
            lines: super::detail::describe(service),
        }]
    }

    pub(super) fn copy(&self, cx: &Context<'_>) -> Vec<Act> {
        self.selected_ref(cx)
            .map(|at| {
                common::copy(
                    self.selected().and_then(|s| s.arn.as_ref()),
                    &at.service.text(),
                )
            })
            .into_iter()
            .collect()
    }

    pub(super) fn scale(&self, cx: &Context<'_>) -> Vec<Act> {
        let Some(at) = self.selected_ref(cx) else {
            return Vec::new();
        };
        let marked = if self.drill.is_some() {
            0
        } else {
            self.rows.list().marks().len()
        };
        common::ask(Verb::Scale, Subject::Service(at), marked, cx)
    }

    pub(super) fn can_on_row(&self, verb: Verb, cx: &Context<'_>) -> bool {
        let drilled = self.drill.is_some();
        match verb {
            Verb::Enter => !drilled && self.rows.selected().is_some(),
            Verb::Scale => common::writes(cx) && (drilled || self.selected().is_some()),
            Verb::Logs | Verb::Describe => self.selected().is_some(),
            Verb::Raw | Verb::Copy => self.rows.selected().is_some(),
            _ => false,
        }
    }
}
