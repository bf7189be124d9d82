//! What the console has heard that belongs to no pane: who we are, how AWS
//! answers, what was said to the operator.

use crate::domain::ecs::Cluster;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::health::Level;
use crate::domain::identity::Identity;
use crate::domain::ids::{ClusterName, LogGroup, Region};
use crate::domain::rds::DatabaseRef;
use crate::domain::text::Text;
use crate::model::message::{Link, Usage};
use crate::model::notice::Notice;
use crate::model::query::{Answer, Facts, Query, Reply};
use crate::model::time::Now;
use std::time::Duration;

/// So many messages are kept.
const KEPT: usize = 200;

/// Where the clients really speak to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub region: Region,
    /// An endpoint that is not AWS's own, from a flag, the environment or the profile.
    pub endpoint: Option<Text>,
}

/// For so long after the start the screen moves anyway.
const FILLING: Duration = Duration::from_secs(10);

/// The news.
#[derive(Debug)]
pub(super) struct News {
    pub now: Now,
    pub identity: Option<Identity>,
    /// What the account is called, where it has a name and one may know it.
    pub alias: Option<Text>,
    /// `None` until there are clients.
    pub place: Option<Spot>,
    pub clusters: Vec<Cluster>,
    /// Log groups that were asked for, to complete their names.
    pub log_groups: Vec<LogGroup>,
    /// The cluster the console looks at.
    pub cluster: Option<ClusterName>,
    /// Databases seen last, for `:backup NAME`.
    pub databases: Vec<DatabaseRef>,
    pub link: Link,
    pub usage: Usage,
    /// Calls a minute as the header shows them: see [`News::settle_calls`].
    pub calls: u32,
    /// Oldest first.
    notices: Vec<Notice>,
    /// The one on the screen is the last, until it was there long enough.
    shows: bool,
}

impl Default for News {
    fn default() -> Self {
        Self {
            now: Now::START,
            identity: None,
            alias: None,
            place: None,
            clusters: Vec::new(),
            log_groups: Vec::new(),
            cluster: None,
            databases: Vec::new(),
            link: Link::Fine,
            usage: Usage::default(),
            calls: 0,
            notices: Vec::new(),
            shows: false,
        }
    }
}

impl News {
    /// Says something to the operator.
    pub fn say(&mut self, level: Level, text: impl AsRef<str>) {
        self.push(Notice {
            level,
            text: Text::clean(text.as_ref()),
            fault: None,
            at: self.now,
        });
    }

    /// Tells of a trouble.
    pub fn tell(&mut self, fault: &Fault) {
        self.push(Notice {
            level: Level::Bad,
            text: fault.line(),
            fault: Some(fault.clone()),
            at: self.now,
        });
    }

    /// Puts a message up; it keeps the moment it was made at.
    pub fn push(&mut self, notice: Notice) {
        if self.notices.len() >= KEPT {
            self.notices.remove(0);
        }
        self.notices.push(notice);
        self.shows = true;
    }

    /// The message on the screen.
    pub fn notice(&self) -> Option<&Notice> {
        self.notices.last().filter(|_| self.shows)
    }

    /// All messages, newest first.
    pub fn all(&self) -> impl Iterator<Item = &Notice> {
        self.notices.iter().rev()
    }

    /// Takes the message off the screen; it stays in the list.
    pub fn hush(&mut self) {
        self.shows = false;
    }

    /// Takes down what was said of a slip of the fingers: whoever presses the next key has read it.
    pub fn forgive(&mut self) {
        let slip = |notice: &Notice| {
            let fault = notice.fault.as_ref();
            fault.is_some_and(|fault| fault.kind == FaultKind::Usage)
        };
        if self.notice().is_some_and(slip) {
            self.hush();
        }
    }

    /// What the calls come to now.
    pub fn used(&mut self, usage: Usage) {
        self.usage = usage;
        if self.now.mono < FILLING {
            self.settle_calls();
        }
    }

    /// Lets the header say the newest count. The count moves with every poll, so a header that followed it would
    /// write where nothing else changes: it is brought up to date while the screen fills, with a key, and when the
    /// clock shows another minute.
    pub fn settle_calls(&mut self) {
        self.calls = self.usage.calls_last_minute;
    }

    /// The clock moved.
    pub fn tick(&mut self, now: Now) {
        let minute = |now: Now| now.wall.as_second().div_euclid(60);
        if minute(self.now) != minute(now) {
            self.settle_calls();
        }
        self.now = now;
        let over = |n: &Notice| now.mono.saturating_sub(n.at.mono) >= time_on_screen(n.level);
        if self.notice().is_some_and(over) {
            self.shows = false;
        }
    }

    /// Forgets what belongs to another account or region.
    pub fn clear(&mut self, cluster: Option<ClusterName>) {
        self.identity = None;
        self.alias = None;
        self.place = None;
        self.clusters.clear();
        self.log_groups.clear();
        self.databases.clear();
        self.cluster = cluster;
        self.link = Link::Fine;
    }

    /// Takes in what concerns the whole console.
    pub fn reply(&mut self, reply: &Reply) {
        match &reply.answer {
            Answer::Whole(Facts::Identity(identity)) => self.identity = Some(identity.clone()),
            Answer::Whole(Facts::Alias(alias)) => self.alias.clone_from(alias),
            Answer::Part(Facts::ClusterNames(names)) => self.choose_only(names),
            Answer::Whole(Facts::Clusters(clusters)) => {
                self.clusters.clone_from(clusters);
                self.choose_cluster();
            }
            Answer::Whole(Facts::LogGroups(groups)) if is_home(&reply.query) => {
                self.log_groups = groups.iter().map(|group| group.name.clone()).collect();
            }
            Answer::Whole(Facts::Inventory(inventory)) => {
                self.databases = inventory.databases.iter().map(|d| d.at.clone()).collect();
            }
            _ => {}
        }
    }

    /// Where there is but one cluster, its counts need not be waited for.
    fn choose_only(&mut self, names: &[ClusterName]) {
        if let (None, [only]) = (&self.cluster, names) {
            self.cluster = Some(only.clone());
        }
    }

    /// The first cluster with services, where none is chosen.
    fn choose_cluster(&mut self) {
        if self.cluster.is_none() {
            let first = self
                .clusters
                .iter()
                .find(|c| c.active_services > 0)
                .or(self.clusters.first());
            self.cluster = first.map(|c| c.name.clone());
        }
    }
}

fn time_on_screen(level: Level) -> Duration {
    Duration::from_secs(match level {
        Level::Good | Level::Notice => 8,
        Level::Warn => 20,
        Level::Bad => 60,
    })
}

/// Whether this asks for log groups of the console's own region, which the palette completes.
fn is_home(query: &Query) -> bool {
    matches!(query, Query::LogGroups(None, _))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::query::Epoch;

    fn at(seconds: u64) -> Now {
        Now {
            mono: Duration::from_secs(seconds),
            ..Now::START
        }
    }

    #[test]
    fn a_message_leaves_the_screen_but_not_the_list() {
        let mut news = News::default();
        news.say(Level::Good, "done");
        news.tick(at(7));
        assert!(news.notice().is_some());
        news.tick(at(8));
        assert!(news.notice().is_none());
        assert_eq!(news.all().count(), 1);
    }

    #[test]
    fn a_slip_of_the_fingers_is_forgiven_and_a_trouble_is_not() {
        let mut news = News::default();
        for (kind, stands) in [(FaultKind::Usage, false), (FaultKind::Denied, true)] {
            news.tell(&Fault::new(kind, "no"));
            news.forgive();
            assert_eq!(news.notice().is_some(), stands, "{kind:?}");
        }
        assert_eq!(news.all().count(), 2);
    }

    #[test]
    fn only_so_many_messages_are_kept() {
        let mut news = News::default();
        (0..KEPT + 5).for_each(|i| news.say(Level::Good, i.to_string()));
        assert_eq!(news.all().count(), KEPT);
        assert_eq!(
            news.all().next().map(|n| n.text.as_str().to_owned()),
            Some("204".into())
        );
    }

    #[test]
    fn the_only_cluster_is_looked_at_before_its_counts_are_there() {
        let named = |names: &[&str]| {
            let mut news = News::default();
            let names = names.iter().map(|name| (*name).into()).collect();
            news.reply(&Reply {
                epoch: Epoch::default(),
                query: Query::Clusters,
                answer: Answer::Part(Facts::ClusterNames(names)),
            });
            news.cluster
        };
        assert_eq!(named(&["orchard"]), Some("orchard".into()));
        assert_eq!(named(&["empty", "orchard"]), None);
    }

    #[test]
    fn the_first_cluster_with_services_is_looked_at() {
        let cluster = |name: &str, n| Cluster {
            name: name.into(),
            active_services: n,
            running_tasks: 0,
            pending_tasks: 0,
            container_instances: 0,
        };
        let mut news = News {
            clusters: vec![cluster("empty", 0), cluster("orchard", 3)],
            ..News::default()
        };
        news.choose_cluster();
        assert_eq!(news.cluster, Some("orchard".into()));
    }
}
