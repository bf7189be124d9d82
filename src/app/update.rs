//! `update`: no clock, no randomness, no I/O.

use super::command;
use super::mfa::{self, Mfa};
use super::news::Spot;
use super::reports;
use super::session;
use super::state::State;
use super::verbs;
use crate::domain::fault::Fault;
use crate::domain::health::Level;
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::domain::units;
use crate::domain::waf::AclScope;
use crate::model::effect::Effect;
use crate::model::keymap::Match;
use crate::model::message::{Copied, Input, Link, Message, Saved};
use crate::model::notice::Notice;
use crate::model::query::{Reply, Slot};
use crate::model::settings::Mode;
use crate::model::time::Now;
use crate::model::verb::{Place, Verb};
use crate::panes::{Act, Context};
use crate::session::order::{Progress, Report};
use crossterm::event::{KeyEvent, KeyEventKind, KeyModifiers};

/// Takes in one message; answers with what is to be done.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    if matches!(message, Message::Input(_)) {
        state.news.settle_calls();
        state.each_pane(|pane, cx| pane.pressed(cx));
    }
    let mut effects = match message {
        Message::Quit => vec![Effect::Quit],
        Message::Input(Input::Key(key)) => pressed(state, key),
        Message::Switched(result) => switched(state, result),
        Message::Carrier(report) => reported(state, report),
        Message::Test(news) => session::take(state, news),
        other => {
            told(state, other);
            Vec::new()
        }
    };
    effects.extend(decided(state));
    if state.settings.mode == Mode::ReadOnly {
        effects.retain(|effect| !effect.changes()); // the last of three doors
    }
    state.fit_panes();
    effects
}

/// Takes in what is only news.
fn told(state: &mut State, message: Message) {
    match message {
        Message::Quit
        | Message::Switched(_)
        | Message::Carrier(_)
        | Message::Test(_)
        | Message::Resumed
        | Message::Input(Input::Key(_)) => {}
        Message::Input(Input::Paste(text)) => state.overlay_paste(&text),
        Message::Now(now) => tick(state, now),
        Message::Resize { width, height } => state.size = (width, height),
        Message::Reply(reply) => replied(state, &reply),
        Message::Tail(news) => state.each_pane(|pane, cx| pane.tail(&news, cx)),
        Message::Sifted(found) => state.each_pane(|pane, _| pane.sifted(&found)),
        Message::Link(link) => linked(state, link),
        Message::Usage(usage) => state.news.used(usage),
        Message::Connected { region, endpoint } => {
            state.news.place = Some(Spot { region, endpoint });
        }
        Message::Saved(result) => saved(state, result),
        Message::Copied(how) => copied(state, how),
        Message::Told(text) => state.news.say(Level::Good, text.as_str()),
        Message::Trouble(fault) => state.news.tell(&fault),
    }
}

fn tick(state: &mut State, now: Now) {
    state.news.tick(now);
    state.each_pane(|pane, cx| pane.tick(cx));
    for overlay in &mut state.overlays {
        overlay.popup_mut().tick(now);
    }
}

/// Replies of another epoch belong to another account or region.
fn replied(state: &mut State, reply: &Reply) {
    if reply.epoch != state.epoch {
        return;
    }
    state.news.reply(reply);
    state.each_pane(|pane, cx| pane.reply(reply, cx));
}

/// A row whose change was verified is read again at once: it would look as before until its next turn.
fn reported(state: &mut State, report: Report) -> Vec<Effect> {
    let again = match &report {
        Report::Progress {
            subject,
            progress: Progress::Verified { .. },
            ..
        } => vec![Effect::Refresh(slots_of(subject))],
        _ => Vec::new(),
    };
    state.each_pane(|pane, cx| pane.carrier(&report, cx));
    reports::take(state, report);
    again
}

/// Where a subject is shown.
fn slots_of(subject: &Subject) -> Vec<Slot> {
    match subject {
        Subject::Service(_) => vec![
            Slot::VisibleServices,
            Slot::ServiceDetail,
            Slot::ScalableTargets,
            Slot::ScalingDetail,
        ],
        Subject::Group(_) => vec![Slot::Groups, Slot::ScalingDetail],
        Subject::Rule(rule) => match rule.acl.scope {
            AclScope::Regional => vec![Slot::RegionalAcls],
            AclScope::Cloudfront => vec![Slot::CloudfrontAcls],
        },
        Subject::Database(_) => vec![Slot::Inventory],
    }
}

fn linked(state: &mut State, link: Link) {
    let was_down = matches!(state.news.link, Link::Down(_) | Link::NoCredentials { .. });
    if was_down && link == Link::Fine {
        state.news.say(Level::Good, "AWS answers again");
    }
    let asked = mfa::needed(&state.news.link).is_some();
    if let Some(why) = mfa::needed(&link).filter(|_| !asked).cloned() {
        state.open(Mfa::new(why)); // once; after esc it is the operator who asks again
    }
    if link == Link::Fine && state.work.looking.is_some() {
        state.work.looking = Some(state.news.now.mono); // nobody could look before
    }
    state.news.link = link;
}

fn saved(state: &mut State, result: Result<Saved, Fault>) {
    match result {
        Ok(Saved { path, what }) => state
            .news
            .say(Level::Good, format!("Wrote {} · {what}", path.display())),
        Err(fault) => state.news.tell(&fault),
    }
}

fn copied(state: &mut State, copied: Copied) {
    let bytes = units::count(copied.bytes as u64);
    if copied.whole {
        state.news.say(Level::Good, format!("Copied {bytes} bytes"));
    } else {
        let said = format!("Copied the first {bytes} bytes only: terminals take no more");
        state.news.say(Level::Warn, said);
    }
}

/// The clients stand, or the old settings are put back.
fn switched(state: &mut State, result: Result<(), Fault>) -> Vec<Effect> {
    let before = state.before_switch.take();
    let Err(fault) = result else {
        return Vec::new();
    };
    state.news.tell(&fault);
    let Some(before) = before else {
        return Vec::new();
    };
    state.settings = *before;
    command::forget(state);
    vec![Effect::Switch {
        settings: Box::new(state.settings.clone()),
        epoch: state.epoch,
    }]
}

/// What the panes decided by themselves.
fn decided(state: &mut State) -> Vec<Effect> {
    let (focused, covered) = (state.place(), !state.overlays.is_empty());
    let visible: Vec<usize> = state.geometry().panes.iter().map(|p| p.pane).collect();
    let mut acts = Vec::new();
    let mut at = 0..;
    state.each_pane(|pane, cx| {
        let seen = at.next().is_some_and(|at| visible.contains(&at));
        acts.extend(pane.seen(seen, cx));
        let elsewhere = covered || pane.place() != focused;
        let decided = pane.decided(cx).into_iter();
        acts.extend(decided.map(|act| if elsewhere { late(act, cx) } else { act }));
    });
    verbs::perform(state, acts)
}

/// A page that comes late would take the keys that are meant for what the operator is at now.
fn late(act: Act, cx: &Context<'_>) -> Act {
    let Act::Page { title, .. } = act else {
        return act;
    };
    Act::Say(Notice {
        level: Level::Notice,
        text: Text::clean(&format!(
            "What AWS says of {title} came after you had gone on — press y there again to see it"
        )),
        fault: None,
        at: cx.now,
    })
}

fn pressed(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    if key.kind == KeyEventKind::Release {
        return Vec::new();
    }
    if let Some(verb) = everywhere(state, key) {
        return verbs::act(state, verb);
    }
    if state.overlays.is_empty() {
        state.news.forgive();
        pane_key(state, key)
    } else {
        state.overlay_key(key)
    }
}

/// Whether this leaves or suspends, whatever is on the screen.
pub fn leaves(state: &State, typed: &Input) -> bool {
    matches!(typed, Input::Key(key) if key.kind != KeyEventKind::Release && everywhere(state, *key).is_some())
}

/// The keys that work over every overlay: they leave, or put the program to sleep.
fn everywhere(state: &State, key: KeyEvent) -> Option<Verb> {
    if !key.modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    match state.keymap.lookup(Place::Anywhere, &[key]) {
        Match::Verb(verb @ (Verb::QuitNow | Verb::Suspend)) => Some(verb),
        _ => None,
    }
}

fn pane_key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    state.desk.pressed.push(key);
    match state.keymap.lookup(state.place(), &state.desk.pressed) {
        Match::Pending => Vec::new(),
        Match::Verb(verb) => {
            state.desk.pressed.clear();
            verbs::act(state, verb)
        }
        Match::None if state.desk.pressed.len() > 1 => {
            state.desk.pressed.clear();
            pane_key(state, key) // what broke the sequence stands for itself
        }
        Match::None => {
            state.desk.pressed.clear();
            Vec::new()
        }
    }
}
