//! What is watched beside the steps: alarms, drift, a restored rule's effect, vital signs.

use super::Word;
use super::vital::Vitals;
use crate::aws::Aws;
use crate::domain::change::{Change, Hold, Standing, Target};
use crate::domain::fault::Fault;
use crate::domain::text::Text;
use crate::domain::waf::RuleRef;
use crate::runtime::look::{boxed, look};
use crate::session::conductor::{About, Conductor, News};
use crate::session::load_test::{Moved, Stage};
use crate::session::look::Look;
use crate::session::machine::Sight;
use crate::session::revert::compare;
use crate::session::snapshot::AlarmNow;
use crate::session::step::Step;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinHandle;

/// How often each is looked at. CloudWatch has a value a minute.
const ALARMS: Duration = Duration::from_secs(10);
const DRIFT: Duration = Duration::from_secs(20);
const EFFECT: Duration = Duration::from_secs(5);
const VITALS: Duration = Duration::from_mins(1);
/// A rule that matched nothing for so long has nothing to show.
const QUIET: SignedDuration = SignedDuration::from_mins(2);

/// All watchers of a session.
#[derive(Debug)]
pub struct Watchers {
    aws: Aws,
    told: UnboundedSender<Word>,
    alarms: Round,
    drift: Round,
    effect: Round,
    vitals: Round,
    signs: Arc<Vitals>,
    /// Since when a restored rule's effect is awaited.
    settling: Option<Timestamp>,
}

/// One thing looked at now and then; never twice at once.
#[derive(Debug)]
struct Round {
    every: Duration,
    next: Instant,
    task: Option<JoinHandle<()>>,
}

impl Round {
    fn new(every: Duration) -> Self {
        Self {
            every,
            next: Instant::now(),
            task: None,
        }
    }

    fn is_due(&self) -> bool {
        let busy = self.task.as_ref().is_some_and(|t| !t.is_finished());
        !busy && Instant::now() >= self.next
    }

    fn begin(&mut self, look: impl Future<Output = ()> + Send + 'static) {
        self.next = Instant::now() + self.every;
        self.task = Some(tokio::spawn(look));
    }
}

impl Drop for Round {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Watchers {
    pub fn new(aws: Aws, told: UnboundedSender<Word>) -> Self {
        Self {
            signs: Arc::new(Vitals::new(aws.clone())),
            aws,
            told,
            alarms: Round::new(ALARMS),
            drift: Round::new(DRIFT),
            effect: Round::new(EFFECT),
            vitals: Round::new(VITALS),
            settling: None,
        }
    }

    /// Begins what is due.
    pub fn tend(&mut self, conductor: &Conductor) {
        let Some(test) = &conductor.state().test else {
            return;
        };
        let open = matches!(test.stage, Stage::Applying | Stage::Running | Stage::Halted);
        if open && test.why.is_none() && !test.terms.alarms.is_empty() && self.alarms.is_due() {
            let names = test.terms.alarms.iter().map(|n| Text::clean(n)).collect();
            let (aws, told) = (self.aws.clone(), self.told.clone());
            self.alarms.begin(alarms(aws, told, names));
        }
        let steps = if self.drift.is_due() {
            conductor.watched()
        } else {
            Vec::new()
        };
        if !steps.is_empty() {
            let (aws, told) = (self.aws.clone(), self.told.clone());
            let generation = conductor.generation();
            self.drift.begin(drift(aws, told, steps, generation));
        }
        self.tend_effect(conductor);
        if test.until.is_some() && test.stage != Stage::Closed && self.vitals.is_due() {
            let steps: Vec<Step> = conductor
                .state()
                .steps
                .iter()
                .map(|s| s.step.clone())
                .collect();
            let (signs, told) = (self.signs.clone(), self.told.clone());
            let now = conductor.now().wall;
            self.vitals.begin(vitals(signs, told, steps, now));
        }
    }

    fn tend_effect(&mut self, conductor: &Conductor) {
        if !conductor.settling() {
            self.settling = None;
            return;
        }
        let now = conductor.now().wall;
        let since = *self.settling.get_or_insert(now);
        if self.effect.is_due() {
            let (aws, told) = (self.aws.clone(), self.told.clone());
            self.effect
                .begin(effect(aws, told, rules(conductor), since, now));
        }
    }
}

/// A guard that has ended needs no news.
fn tell(told: &UnboundedSender<Word>, news: News) {
    told.send(Word::News(news)).ok();
}

async fn alarms(aws: Aws, told: UnboundedSender<Word>, names: Vec<Text>) {
    match aws.alarms(&names).await {
        Err(fault) => {
            let said = format!("The alarms cannot be read: {}", fault.line());
            tell(&told, News::Trouble(About::Alarms, Some(said)));
        }
        Ok(states) => {
            let seen = names.iter().map(|name| AlarmNow {
                name: name.as_str().to_owned(),
                state: match states.get(name) {
                    Some(state) => state.as_str().to_owned(),
                    None => "GONE".to_owned(),
                },
            });
            tell(&told, News::Alarms(seen.collect()));
            tell(&told, News::Trouble(About::Alarms, None));
        }
    }
}

async fn drift(aws: Aws, told: UnboundedSender<Word>, steps: Vec<Step>, generation: u64) {
    let seen = all_moved(&aws, &steps).await;
    let trouble = News::Trouble(About::Drift, seen.said());
    tell(&told, trouble);
    tell(
        &told,
        News::Drift {
            generation,
            fields: seen.fields,
            unread: seen.unread.into_iter().map(|(target, _)| target).collect(),
        },
    );
}

/// What one look at all that the session set came to.
#[derive(Default)]
struct Moves {
    fields: Vec<Moved>,
    /// What cannot be read is not called changed, nor as it was set.
    unread: Vec<(Target, Fault)>,
}

impl Moves {
    fn said(&self) -> Option<String> {
        let (target, fault) = self.unread.first()?;
        let of = crate::session::step::resource(target);
        let more = match self.unread.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        Some(format!(
            "Not watched for what others change, {of}{more}: {}",
            fault.line()
        ))
    }
}

/// Bounds and timers of all targets come together: asked one by one they would be most of what a guard asks.
async fn all_moved(aws: &Aws, steps: &[Step]) -> Moves {
    let changes: Vec<&Change> = steps.iter().filter_map(Step::change).collect();
    // Where that fails for one of them, each is looked at by itself.
    let many = boxed(aws.look_at_many(&changes)).await.ok();
    let mut seen = Moves::default();
    for change in changes {
        let known = many.as_ref().and_then(|many| many.of(change));
        let looked = match known {
            Some(known) => Ok(known),
            None => look(aws, &Sight::Step(Step::Set(change.clone()))).await,
        };
        match looked {
            Ok(look) => seen.fields.extend(moved(change, &look)),
            Err(fault) => seen.unread.push((change.target.clone(), fault)),
        }
    }
    seen
}

/// What is neither as the session set it nor as it was before.
fn moved(change: &Change, seen: &Look) -> Vec<Moved> {
    let held = |f| change.field(f).is_some_and(|f| f.hold == Hold::Held);
    let three = compare(change, seen).into_iter();
    let other = three.filter(|t| held(t.field) && t.standing != Standing::Ours);
    other
        .map(|t| Moved {
            target: t.target,
            field: t.field,
            before: t.before,
            ours: t.ours,
            now: t.now,
            standing: t.standing,
            who: None,
        })
        .collect()
}

/// The rules that the session set.
fn rules(conductor: &Conductor) -> Vec<RuleRef> {
    let steps = conductor.state().steps.iter().filter(|s| s.has_landed());
    steps
        .filter_map(|s| match s.step.change().map(|c| &c.target) {
            Some(Target::Rule(rule)) => Some(rule.clone()),
            _ => None,
        })
        .collect()
}

/// The protection works again once the rule blocks, or has had nothing to match for a while.
async fn effect(
    aws: Aws,
    told: UnboundedSender<Word>,
    rules: Vec<RuleRef>,
    since: Timestamp,
    now: Timestamp,
) {
    for rule in &rules {
        match aws.sampled_since(rule, since - QUIET, now).await {
            Ok(samples) => {
                let blocks = samples
                    .iter()
                    .any(|s| s.at.is_some_and(|at| at >= since) && s.action.as_str() == "BLOCK");
                let quiet = samples.is_empty();
                if !blocks && !quiet {
                    return;
                }
            }
            // Then it is awaited for as long as the plan says.
            Err(_) => return,
        }
    }
    tell(&told, News::Settled);
}

async fn vitals(
    vitals: Arc<Vitals>,
    told: UnboundedSender<Word>,
    steps: Vec<Step>,
    now: Timestamp,
) {
    let signs = vitals.read(&steps, now).await;
    if !signs.is_empty() {
        tell(&told, News::Vitals(signs));
    }
}
