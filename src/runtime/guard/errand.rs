//! The account's record while the session is open: signs of life, what colleagues ask, and whether
//! somebody else took the session over.

use super::{Guard, Word};
use crate::aws::Aws;
use crate::aws::apply::apply;
use crate::aws::record::ShelfSeen;
use crate::domain::backstop::RecordRef;
use crate::domain::change::Target;
use crate::domain::fault::Fault;
use crate::domain::ids::SessionId;
use crate::domain::write::{Outcome, Write};
use crate::session::conductor::{About, Conductor, Heard, News};
use crate::session::load_test::Stage;
use crate::session::shared::SharedRecord;
use crate::session::state::{End, Leg};
use crate::session::step::Step;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

/// A sign of life so often; colleagues call a minute without one silence (product.md §4).
const BEAT: Duration = Duration::from_secs(20);

/// What lies on the shelf of one record.
#[derive(Debug)]
pub struct Seen {
    record: RecordRef,
    result: Result<ShelfSeen, Fault>,
}

/// The account's side of an open session.
#[derive(Debug)]
pub struct Errands {
    aws: Aws,
    told: UnboundedSender<Word>,
    next: Instant,
    /// Requests on their way, by what they are about: they must be over before a record is removed.
    under_way: BTreeMap<Arc<str>, JoinHandle<()>>,
    failing: bool,
}

impl Errands {
    pub fn new(aws: Aws, told: UnboundedSender<Word>) -> Self {
        Self {
            aws,
            told,
            next: Instant::now(),
            under_way: BTreeMap::new(),
            failing: false,
        }
    }

    /// Looks at each of our records when it is time.
    pub fn tend(&mut self, conductor: &Conductor) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        self.next = now + BEAT;
        for record in locks(conductor) {
            let (aws, told) = (self.aws.clone(), self.told.clone());
            tokio::spawn(async move {
                let result = aws.shelf(record.shelf, path_of(&record)).await;
                // A guard that has ended needs no news.
                told.send(Word::Shelf(Seen { record, result })).ok();
            });
        }
    }

    /// What was on its way when the record is to be removed.
    pub fn last(&mut self) -> Vec<JoinHandle<()>> {
        std::mem::take(&mut self.under_way).into_values().collect()
    }

    fn is_under_way(&self, about: &str) -> bool {
        let task = self.under_way.get(about);
        task.is_some_and(|task| !task.is_finished())
    }
}

/// What a session that is taken up finds of its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It is ours, or it cannot be told.
    Ours,
    /// It is not there any more, and nobody else's is: nothing new is begun.
    Gone,
    /// Another session stands in its place: it was taken over meanwhile.
    Theirs { by: String },
}

/// Looks at the lock before anything is done with what was set under it.
pub async fn hold(aws: &Aws, conductor: &Conductor) -> Hold {
    let session = &conductor.state().id;
    let mut hold = Hold::Ours;
    for record in locks(conductor) {
        let Ok(found) = aws.shelf(record.shelf, path_of(&record)).await else {
            continue;
        };
        if let Some(by) = adopter(&record, session, &found) {
            return Hold::Theirs { by };
        }
        let mut there = found.records.iter();
        if there.any(|(n, _)| Some(*n) == number(&record)) {
            continue;
        }
        hold = match found.records.last() {
            Some((_, Ok(other))) => {
                return Hold::Theirs {
                    by: format!("{} on {}", other.who, other.host),
                };
            }
            _ => Hold::Gone,
        };
    }
    hold
}

impl Guard {
    pub(super) async fn shelf(&mut self, seen: Seen) {
        let Seen { record, result } = seen;
        match result {
            Err(fault) => self.shelf_trouble(Some(&fault)),
            Ok(found) => {
                self.shelf_trouble(None);
                let session = &self.conductor.state().id;
                if let Some(by) = adopter(&record, session, &found) {
                    self.hear(Heard::News(News::Adopted { by })).await;
                    return;
                }
                self.requests(&record, &found).await;
                self.beat(&record, &found).await;
            }
        }
    }

    /// Said once, and once when it is over.
    fn shelf_trouble(&mut self, fault: Option<&Fault>) {
        if fault.is_none() && !self.errands.failing {
            return;
        }
        self.errands.failing = fault.is_some();
        let said = fault.map(|f| format!("Colleagues do not see the session: {}", f.line()));
        self.told
            .send(Word::News(News::Trouble(About::Record, said)))
            .ok();
    }

    /// A request is taken from the account when it is heard.
    async fn requests(&mut self, record: &RecordRef, found: &ShelfSeen) {
        let session = self.conductor.state().id.clone();
        let ours = found
            .requests
            .iter()
            .find(|(n, r)| Some(*n) == number(record) && r.session == session);
        let Some((_, request)) = ours else { return };
        let by = request.by.clone();
        let request = RecordRef {
            name: format!("{}/revert", record.name).into(),
            ..record.clone()
        };
        self.hear(Heard::News(News::Requested { by })).await;
        self.errand(Write::Unlock(request)).await;
    }

    /// A record that is gone is put again as it was first: without overwriting one that somebody
    /// else may have put there since.
    async fn beat(&mut self, record: &RecordRef, found: &ShelfSeen) {
        let busy = self.errands.is_under_way(&record.name);
        if busy || !locks(&self.conductor).contains(record) {
            return;
        }
        let Some(body) = renewed(record, &self.conductor, self.now().wall) else {
            return;
        };
        let renewed = RecordRef {
            body,
            ..record.clone()
        };
        let mut there = found.records.iter();
        match there.find(|(n, _)| Some(*n) == number(record)) {
            None => self.errand(Write::Lock(renewed)).await,
            Some((_, Ok(_))) => self.errand(Write::Renew(renewed)).await,
            // Whatever it is, it is not ours to overwrite.
            Some((_, Err(fault))) => self.shelf_trouble(Some(fault)),
        }
    }

    /// One durable record, one request; what became of it the next look tells.
    async fn errand(&mut self, write: Write) {
        let at = self.now().wall;
        let about: Arc<str> = write.errand_on().into();
        let permit = match self.pen.errand(write, at).await {
            Ok(permit) => permit,
            Err(fault) => return self.trouble(&fault),
        };
        let (aws, told) = (self.aws.clone(), self.told.clone());
        let sent = tokio::spawn(async move {
            let said = match apply(&aws, permit).await {
                Outcome::Refused(fault) | Outcome::NotSent(fault) if !is_there(&fault) => Some(
                    format!("The session's record cannot be renewed: {}", fault.line()),
                ),
                // What became of it the next look tells.
                Outcome::Unknown(_) => return,
                Outcome::Done { .. } | Outcome::Refused(_) | Outcome::NotSent(_) => None,
            };
            let news = News::Trouble(About::Heartbeat, said);
            told.send(Word::News(news)).ok();
        });
        self.errands.under_way.insert(about, sent);
    }
}

/// It was there after all, ours or another's: the next look tells.
fn is_there(fault: &Fault) -> bool {
    let code = fault.code.as_ref();
    code.is_some_and(|code| code.as_str() == "ParameterAlreadyExists")
}

/// Our records that are there and stay there for now.
fn locks(conductor: &Conductor) -> Vec<RecordRef> {
    let state = conductor.state();
    let open = state
        .test
        .as_ref()
        .is_some_and(|t| t.stage != Stage::Closed);
    let steps = state
        .steps
        .iter()
        .filter(|s| open && s.landed && s.end == End::Open && s.revert == Leg::Idle);
    steps
        .filter_map(|s| match s.step.change().map(|c| &c.target) {
            Some(Target::Record(at)) => Some(at.clone()),
            _ => None,
        })
        .filter(|at| is_of(at, &state.id))
        .collect()
}

/// One that was taken over is another's: no sign of life of ours belongs in it.
fn is_of(record: &RecordRef, session: &SessionId) -> bool {
    SharedRecord::parse(&record.body).is_ok_and(|body| body.session == *session)
}

/// `/tidegate/eu-west-1/session/7` lies on `/tidegate/eu-west-1/session`.
pub fn path_of(record: &RecordRef) -> &str {
    record.name.rsplit_once('/').map_or("", |(path, _)| path)
}

fn number(record: &RecordRef) -> Option<u64> {
    record.name.rsplit('/').next()?.parse().ok()
}

/// Who carries the session now, where a later record than ours takes it over, or another
/// session's lies in the place of ours.
fn adopter(record: &RecordRef, session: &SessionId, shelf: &ShelfSeen) -> Option<String> {
    let ours = number(record)?;
    let (n, newest) = shelf.records.last()?;
    let newest = newest.as_ref().ok()?;
    let adopts = newest.adopts.as_ref() == Some(session);
    let theirs = (*n > ours && adopts) || (*n == ours && newest.session != *session);
    theirs.then(|| format!("{} on {}", newest.who, newest.host))
}

/// The record as it stands now, with what is open now: a colleague puts that back, and no more.
/// `None` where its body cannot be read.
fn renewed(record: &RecordRef, conductor: &Conductor, now: jiff::Timestamp) -> Option<Arc<str>> {
    let mut body = SharedRecord::parse(&record.body).ok()?;
    body.heartbeat = now;
    let until = conductor.state().test.as_ref().and_then(|t| t.until);
    body.until = until.unwrap_or(body.until).max(body.opened);
    let steps = conductor.state().steps.iter();
    let open: Vec<Step> = steps
        .filter(|s| matches!(s.end, End::Open | End::Draining))
        .filter(|s| s.step.change().is_some_and(|c| !c.target.is_net()))
        .map(|s| s.step.clone())
        .collect();
    let before = std::mem::replace(&mut body.open, SharedRecord::restores(&open));
    if body.excess().is_some() {
        body.open = before;
    }
    Some(body.to_json().into())
}
