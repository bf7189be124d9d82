//! What AWS says, taken into the rows.

use super::Services;
use super::row::{Known, ServiceRow};
use crate::domain::ecs::{Service, ServiceRef};
use crate::domain::ids::ServiceName;
use crate::domain::metrics::Metric;
use crate::model::loadable::Completeness;
use crate::model::query::{Answer, Facts, Fill, Reply};
use crate::panes::Context;
use std::sync::Arc;

impl Services {
    /// Without a cluster there are no names: what is known of the clusters stands in for them.
    pub(super) fn clusters(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            _ if cx.cluster.is_some() => {}
            Answer::Started => self.names.started(cx.now),
            Answer::Whole(Facts::Clusters(found)) if found.is_empty() => {
                self.names.arrived((), cx.now, Completeness::Whole);
            }
            Answer::Failed { fault, next_try } => self.names.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    pub(super) fn names(&mut self, answer: &Answer, cx: &Context<'_>) {
        match answer {
            Answer::Started => self.names.started(cx.now),
            Answer::Part(Facts::ServiceNames(names)) => self.some_names(names, cx),
            Answer::Whole(Facts::ServiceNames(names)) => self.all_names(names, cx),
            Answer::Failed { fault, next_try } => self.names.failed(fault.clone(), *next_try),
            Answer::Part(_) | Answer::Whole(_) => {}
        }
    }

    /// Adds names; none is taken away before the whole list is there.
    pub(super) fn some_names(&mut self, names: &[ServiceName], cx: &Context<'_>) {
        let index = &mut self.index;
        let new = |name: &&ServiceName| !index.contains_key(*name);
        let fresh: Vec<ServiceRow> = names
            .iter()
            .filter(new)
            .cloned()
            .map(ServiceRow::new)
            .collect();
        if fresh.is_empty() && self.names.rows().is_some() {
            return;
        }
        self.rows.change(|rows| {
            for row in fresh {
                index.insert(row.name.clone(), rows.len() as u32);
                rows.push(row);
            }
        });
        self.names.arrived(
            (),
            cx.now,
            Completeness::Partial {
                have: names.len(),
                of: None,
            },
        );
    }

    /// The list as AWS gives it now; what is known of a row stays.
    pub(super) fn all_names(&mut self, names: &[ServiceName], cx: &Context<'_>) {
        self.names.arrived((), cx.now, Completeness::Whole);
        if names.len() == self.rows.rows().len()
            && names.iter().eq(self.rows.rows().iter().map(|r| &r.name))
        {
            return;
        }
        let index = &mut self.index;
        self.rows.change(|rows| {
            let mut old: Vec<Option<ServiceRow>> =
                std::mem::take(rows).into_iter().map(Some).collect();
            let mut keep = |name: &ServiceName| {
                index
                    .get(name)
                    .and_then(|&i| old.get_mut(i as usize)?.take())
            };
            rows.extend(
                names
                    .iter()
                    .map(|name| keep(name).unwrap_or_else(|| ServiceRow::new(name.clone()))),
            );
            *index = rows
                .iter()
                .enumerate()
                .map(|(i, row)| (row.name.clone(), i as u32))
                .collect();
        });
        self.count_filled();
    }

    pub(super) fn count_filled(&mut self) {
        self.filled = self.rows.rows().iter().filter(|r| r.is_filled()).count();
    }

    pub(super) fn details(&mut self, fill: Fill, answer: &Answer, cx: &Context<'_>) {
        match fill {
            Fill::Visible => self.visible.note(answer),
            Fill::Rest => self.rest.note(answer),
            Fill::Again => self.again.note(answer),
        }
        match answer {
            Answer::Part(Facts::Services { found, missing })
            | Answer::Whole(Facts::Services { found, missing }) => {
                self.details.arrived((), cx.now, Completeness::Whole);
                self.take(found, missing, cx);
            }
            Answer::Failed { fault, next_try } => self.details.failed(fault.clone(), *next_try),
            _ => {}
        }
    }

    pub(super) fn take(
        &mut self,
        found: &[Arc<Service>],
        missing: &[ServiceName],
        cx: &Context<'_>,
    ) {
        let (index, at) = (&self.index, cx.now.mono);
        let known = found
            .iter()
            .map(|s| (&s.at.service, Known::Facts(s.clone())));
        let gone = missing.iter().map(|name| (name, Known::Gone));
        self.filled += self.rows.change(|rows| {
            let mut new = 0;
            for (name, known) in known.chain(gone) {
                if let Some(row) = index.get(name).and_then(|&i| rows.get_mut(i as usize)) {
                    new += usize::from(!row.is_filled());
                    row.known = known;
                    row.at = at;
                }
            }
            new
        });
    }

    /// Copies the newest values into the rows they belong to, so that rows sort by them.
    pub(super) fn measure(&mut self, reply: &Reply, cx: &Context<'_>) {
        if !self.gauges.reply(reply, cx.now) {
            return;
        }
        let (index, gauges) = (&self.index, &self.gauges);
        self.rows.change(|rows| {
            for metric in reply.query.metrics() {
                let (Metric::ServiceCpu(at) | Metric::ServiceMemory(at)) = metric else {
                    continue;
                };
                let row = index
                    .get(&at.service)
                    .and_then(|&i| rows.get_mut(i as usize));
                if let Some(row) = row.filter(|_| cx.cluster == Some(&at.cluster)) {
                    row.measure(metric, gauges.last(metric));
                }
            }
        });
    }

    pub(super) fn detail(&mut self, at: &ServiceRef, answer: &Answer, cx: &Context<'_>) {
        if let Answer::Whole(Facts::ServiceDetail(found)) = answer {
            self.take(&[Arc::new(found.service.clone())], &[], cx);
        }
        if let Some(drill) = self.drill.as_mut().filter(|d| d.at == *at) {
            drill.reply(answer, cx);
        }
    }
}
