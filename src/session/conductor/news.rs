//! What is seen in the account beside the steps, and in trouble.

use super::super::load_test::{Moved, Why};
use super::super::machine::Command;
use super::super::record::Event;
use super::super::snapshot::AlarmNow;
use super::{About, Conductor, News, Phase};
use crate::domain::change::Target;

impl Conductor {
    pub(super) fn news(&mut self, news: News) -> Vec<Command> {
        match news {
            News::Alarms(alarms) => self.alarmed(alarms),
            News::Drift {
                generation,
                fields,
                unread,
            } => self.drifted(generation, fields, &unread),
            News::Settled => self.settle(),
            News::Requested { by } => self.revert(Why::Requested { by }),
            News::Adopted { by } => self.adopted(&by),
            News::Vitals(signs) => {
                self.vitals.clone_from(&signs);
                vec![self.say(Event::Vitals { signs })]
            }
            News::Trouble(about, said) => {
                self.in_trouble(about, said);
                Vec::new()
            }
            News::Left { signal } => vec![self.say(Event::Left { signal })],
        }
    }

    pub(super) fn in_trouble(&mut self, about: About, said: Option<String>) {
        match said {
            Some(said) => drop(self.troubles.insert(about, said)),
            None => drop(self.troubles.remove(&about)),
        }
    }

    fn alarmed(&mut self, alarms: Vec<AlarmNow>) -> Vec<Command> {
        let changed: Vec<AlarmNow> = alarms
            .iter()
            .filter(|a| !self.alarms.contains(a))
            .cloned()
            .collect();
        self.alarms = alarms;
        let mut commands: Vec<Command> = changed
            .into_iter()
            .map(|AlarmNow { name, state }| self.say(Event::Alarm { name, state }))
            .collect();
        let rings = self.alarms.iter().find(|a| a.state == "ALARM");
        if let Some(name) = rings.map(|a| a.name.clone()) {
            commands.extend(self.revert(Why::Alarm { name }));
        }
        commands
    }

    fn drifted(
        &mut self,
        generation: u64,
        mut fields: Vec<Moved>,
        unread: &[Target],
    ) -> Vec<Command> {
        let stale = generation != self.generation || self.phase != Phase::Running;
        let known = self.test().drift.iter();
        fields.extend(known.filter(|m| unread.contains(&m.target)).cloned());
        if stale || fields == self.test().drift {
            return Vec::new();
        }
        vec![self.say(Event::Drifted { fields })]
    }
}
