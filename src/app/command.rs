//! The commands of the `:` palette: one row each, with what completes it. Every
//! verb is a command as well, by its name.

use super::overlay::Overlay;
use super::state::State;
use super::verbs;
use crate::domain::ecs::LogTarget;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{ClusterName, LogGroup, ProfileName, Region};
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::settings::{Settings, Venue};
use crate::model::source::did_you_mean;
use crate::model::verb::{Place, Verb};
use strum::IntoEnumIterator;

type Ran = Result<Vec<Effect>, Fault>;

/// One command with an argument of its own.
pub(super) struct Command {
    pub name: &'static str,
    pub args: &'static str,
    pub help: &'static str,
    run: fn(&mut State, &str) -> Ran,
    complete: fn(&State) -> Vec<String>,
}

/// All of them.
const COMMANDS: &[Command] = &[
    Command {
        name: "scale",
        args: "N",
        help: "scale the selected service or group",
        run: scale,
        complete: nothing,
    },
    Command {
        name: "toggle",
        args: "",
        help: "block or count",
        run: |s, _| changed(s, Verb::Toggle, ""),
        complete: nothing,
    },
    Command {
        name: "limit",
        args: "N",
        help: "a new limit for the selected rule",
        run: |s, n| changed(s, Verb::Limit, n),
        complete: nothing,
    },
    Command {
        name: "backup",
        args: "[NAME]",
        help: "back up a database",
        run: backup,
        complete: databases,
    },
    Command {
        name: "undo",
        args: "",
        help: "undo the newest change",
        run: |s, _| Ok(verbs::act(s, Verb::Undo)),
        complete: nothing,
    },
    Command {
        name: "profile",
        args: "NAME",
        help: "switch to another profile",
        run: profile,
        complete: profiles,
    },
    Command {
        name: "region",
        args: "NAME",
        help: "look at another region",
        run: region,
        complete: regions,
    },
    Command {
        name: "cluster",
        args: "NAME",
        help: "look at another cluster",
        run: cluster,
        complete: clusters,
    },
    Command {
        name: "theme",
        args: "NAME",
        help: "change the colours",
        run: theme,
        complete: themes,
    },
    Command {
        name: "sort",
        args: "COLUMN",
        help: "sort by a column",
        run: sort,
        complete: columns,
    },
    Command {
        name: "filter",
        args: "TEXT",
        help: "show matching rows; !text, column:text",
        run: filter,
        complete: nothing,
    },
    Command {
        name: "logs",
        args: "GROUP…",
        help: "tail log groups; none = the selected service's",
        run: logs,
        complete: log_groups,
    },
    Command {
        name: "demo",
        args: "COMMAND",
        help: "tell the simulated account: load 5x, calm",
        run: demo,
        complete: demos,
    },
    Command {
        name: "refresh",
        args: "",
        help: "read everything on the screen again",
        run: |s, _| Ok(verbs::act(s, Verb::Refresh)),
        complete: nothing,
    },
    Command {
        name: "notices",
        args: "",
        help: "all messages",
        run: |s, _| Ok(verbs::act(s, Verb::Notices)),
        complete: nothing,
    },
    Command {
        name: "help",
        args: "",
        help: "the key table",
        run: |s, _| Ok(verbs::act(s, Verb::Help)),
        complete: nothing,
    },
    Command {
        name: "q",
        args: "",
        help: "quit",
        run: |s, _| Ok(verbs::leave(s)),
        complete: nothing,
    },
];

/// Those that mean something here.
pub(super) fn offered(state: &State) -> impl Iterator<Item = &'static Command> {
    let simulated = state.settings.venue.is_simulated();
    COMMANDS
        .iter()
        .filter(move |c| c.name != "demo" || simulated)
}

/// Runs what was typed after `:`.
pub(super) fn run(state: &mut State, typed: &str) -> Ran {
    let typed = typed.trim();
    let (name, args) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    if name.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(command) = find(name) {
        return (command.run)(state, args.trim());
    }
    match Verb::iter().find(|verb| verb.name() == name) {
        Some(verb) => Ok(verbs::act(state, verb)),
        None => Err(
            Fault::new(FaultKind::Usage, format!("There is no command “{name}”")).next(near(name)),
        ),
    }
}

fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.name == name)
}

fn near(name: &str) -> String {
    did_you_mean(
        name,
        COMMANDS
            .iter()
            .map(|c| c.name)
            .chain(Verb::iter().map(Verb::name)),
    )
}

/// One way to go on from what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The whole line it would become.
    pub line: String,
    pub help: &'static str,
}

/// Everything the typed text could become, not yet ranked.
pub(super) fn candidates(state: &State, typed: &str) -> Vec<Candidate> {
    match typed.split_once(' ') {
        None => names(state),
        Some((name, args)) => find(name)
            .map(|c| arguments(state, c, args))
            .unwrap_or_default(),
    }
}

fn names(state: &State) -> Vec<Candidate> {
    let commands = offered(state).map(|c| Candidate {
        line: spaced(c),
        help: c.help,
    });
    let verbs = Verb::iter().filter(|v| find(v.name()).is_none() && fits(state, *v));
    commands
        .chain(verbs.map(|v| Candidate {
            line: v.name().to_owned(),
            help: v.help(),
        }))
        .collect()
}

fn spaced(command: &Command) -> String {
    if command.args.is_empty() {
        command.name.to_owned()
    } else {
        format!("{} ", command.name)
    }
}

fn fits(state: &State, verb: Verb) -> bool {
    verb.places().contains(&Place::Anywhere) || verb.places().contains(&state.place())
}

/// A command that takes several completes the last; the others stay.
fn arguments(state: &State, command: &Command, typed: &str) -> Vec<Candidate> {
    let several = command.args.ends_with('…');
    let (before, _) = typed.split_at(if several { last_word(typed) } else { 0 });
    let line = |argument: String| Candidate {
        line: format!("{} {before}{argument}", command.name),
        help: "",
    };
    (command.complete)(state).into_iter().map(line).collect()
}

fn nothing(_state: &State) -> Vec<String> {
    Vec::new()
}

fn usage(what: impl AsRef<str>, next: impl AsRef<str>) -> Fault {
    Fault::new(FaultKind::Usage, what).next(next)
}

fn changed(state: &mut State, verb: Verb, value: &str) -> Ran {
    if !verb.places().contains(&state.place()) {
        let places: Vec<&str> = verb.places().iter().map(<&str>::from).collect();
        return Err(usage(
            format!("There is nothing to {} in this pane", verb.name()),
            format!("Go to: {}", places.join(", ")),
        ));
    }
    state.desk.wish = Some(value.to_owned()).filter(|v| !v.is_empty());
    let effects = verbs::act(state, verb);
    state.desk.wish = None;
    Ok(effects)
}

fn scale(state: &mut State, value: &str) -> Ran {
    changed(state, Verb::Scale, value)
}

fn backup(state: &mut State, name: &str) -> Ran {
    if name.is_empty() {
        return changed(state, Verb::Backup, "");
    }
    if let Some(at) = state
        .news
        .databases
        .iter()
        .find(|d| d.id.as_str() == name)
        .cloned()
    {
        return Ok(verbs::ask(state, Verb::Backup, Subject::Database(at)));
    }
    let known = databases(state);
    let mend = match known.as_slice() {
        [] => "The databases are not loaded yet: open pane 4".to_owned(),
        known => did_you_mean(name, known.iter().map(String::as_str)),
    };
    Err(usage(format!("No database is called “{name}” here"), mend))
}

fn databases(state: &State) -> Vec<String> {
    state
        .news
        .databases
        .iter()
        .map(|d| d.id.text().as_str().to_owned())
        .collect()
}

fn profile(state: &mut State, name: &str) -> Ran {
    if name.is_empty() {
        return Err(usage("Which profile?", "Type :profile NAME"));
    }
    if state.settings.venue.is_simulated() {
        return Err(usage(
            "The simulated account has no profiles",
            "Start without --demo",
        ));
    }
    let settings = state.settings.under(ProfileName::from(name));
    switch(state, settings)
}

fn profiles(state: &State) -> Vec<String> {
    let named = state.settings.profiles.named.keys();
    named.map(|p| p.text().as_str().to_owned()).collect()
}

fn region(state: &mut State, name: &str) -> Ran {
    if !looks_like_region(name) {
        return Err(usage(
            format!("“{name}” is not a region"),
            "Write it like ap-northeast-2",
        ));
    }
    let settings = Settings {
        region: Some(Region::from(name)),
        cluster: None,
        ..state.settings.clone()
    };
    switch(state, settings)
}

/// Words for the simulated account; it says itself what it does not understand.
fn demo(state: &mut State, words: &str) -> Ran {
    if state.settings.venue == Venue::Aws {
        return Err(usage("This account is not simulated", "Start with --demo"));
    }
    let words = if words.is_empty() { "status" } else { words };
    Ok(vec![Effect::Demo(words.to_owned())])
}

/// What a demo is mostly told.
fn demos(_state: &State) -> Vec<String> {
    let told = [
        "load 5x",
        "calm",
        "advance 5m",
        "speed 10",
        "speed 1",
        "fault throttle ecs:DescribeServices 3",
        "fault lose 1",
        "fault expired 20",
        "fault latency 2s 25%",
        "faults off",
        "status",
    ];
    told.map(str::to_owned).to_vec()
}

fn looks_like_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let word = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] => {
            words.len() >= 2 && words.iter().all(word) && number.parse::<u8>().is_ok()
        }
        [] => false,
    }
}

/// Names only; any other region can be typed.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-east-1",
    "me-south-1",
    "me-central-1",
    "af-south-1",
];

fn regions(_state: &State) -> Vec<String> {
    REGIONS.iter().map(|r| (*r).to_owned()).collect()
}

/// Forgets what belonged to the old settings and has the clients built anew.
fn switch(state: &mut State, settings: Settings) -> Ran {
    if state.is_busy() {
        let fault = Fault::new(
            FaultKind::Refused,
            "A change is under way in this account and region",
        );
        return Err(fault
            .means("it is watched from here until it is verified")
            .next("wait for its end"));
    }
    let old = std::mem::replace(&mut state.settings, settings);
    state.before_switch.get_or_insert_with(|| Box::new(old));
    forget(state);
    use_theme(state);
    Ok(vec![Effect::Switch {
        settings: Box::new(state.settings.clone()),
        epoch: state.epoch,
    }])
}

/// Begins a new epoch with empty panes. A filter was meant for the rows of the old one.
pub(super) fn forget(state: &mut State) {
    state.epoch.0 += 1;
    state.news.clear(state.settings.cluster.clone());
    state.work.forget();
    state.overlays.clear();
    state.each_pane(|pane, _| {
        pane.clear();
        let empty = pane.set_filter("");
        debug_assert!(empty.is_ok(), "no filter is always right");
    });
}

fn use_theme(state: &mut State) {
    if let Some(at) = state
        .themes
        .iter()
        .position(|t| t.name == state.settings.theme.as_str())
    {
        state.themes.swap(0, at);
    }
}

fn cluster(state: &mut State, name: &str) -> Ran {
    let known = clusters(state);
    if !known.is_empty() && !known.iter().any(|k| k == name) {
        return Err(usage(
            format!("No cluster is called “{name}” here"),
            did_you_mean(name, known.iter().map(String::as_str)),
        ));
    }
    if name.is_empty() {
        return Err(usage("Which cluster?", "Type :cluster NAME"));
    }
    look_at(state, ClusterName::from(name));
    Ok(Vec::new())
}

/// Looks at another cluster; the panes that show one begin anew.
pub(super) fn look_at(state: &mut State, cluster: ClusterName) {
    if state.news.cluster.as_ref() == Some(&cluster) {
        return;
    }
    state.news.cluster = Some(cluster);
    state.each_pane(|pane, _| {
        if matches!(pane.place(), Place::Services | Place::Autoscaling) {
            pane.clear();
        }
    });
}

fn clusters(state: &State) -> Vec<String> {
    state
        .news
        .clusters
        .iter()
        .map(|c| c.name.text().as_str().to_owned())
        .collect()
}

fn theme(state: &mut State, name: &str) -> Ran {
    if !state.themes.iter().any(|t| t.name == name) {
        return Err(usage(
            format!("There is no theme “{name}”"),
            did_you_mean(name, state.themes.iter().map(|t| t.name.as_str())),
        ));
    }
    state.settings.theme = Text::clean(name);
    use_theme(state);
    Ok(Vec::new())
}

fn themes(state: &State) -> Vec<String> {
    state.themes.iter().map(|t| t.name.clone()).collect()
}

fn sort(state: &mut State, column: &str) -> Ran {
    if column.is_empty() {
        return Ok(verbs::act(state, Verb::Sort));
    }
    state
        .with_focused(|pane, _| pane.sort_by(column))
        .unwrap_or(Ok(()))
        .map(|()| Vec::new())
}

fn columns(state: &State) -> Vec<String> {
    state
        .focused()
        .map(|pane| pane.columns().iter().map(|c| c.to_lowercase()).collect())
        .unwrap_or_default()
}

fn filter(state: &mut State, text: &str) -> Ran {
    state
        .with_focused(|pane, _| pane.set_filter(text))
        .unwrap_or(Ok(()))
        .map(|()| Vec::new())
}

/// The part of names in which the palette needs log groups to complete; a large account has thousands.
pub(super) fn log_folder(state: &State) -> Option<Text> {
    let palette = state.overlays.iter().find_map(|overlay| match overlay {
        Overlay::Palette(palette) => Some(palette),
        _ => None,
    })?;
    let begun = palette.text().strip_prefix("logs ")?;
    let (_, begun) = begun.split_at(last_word(begun));
    let folder = begun.rfind('/').map_or("", |slash| &begun[..=slash]);
    Some(Text::clean(if folder == "/" { "" } else { folder }))
}

/// Where the last word begins.
fn last_word(typed: &str) -> usize {
    typed.rfind(' ').map_or(0, |space| space + 1)
}

fn log_groups(state: &State) -> Vec<String> {
    let names = state.news.log_groups.iter().map(LogGroup::text);
    names.map(|name| name.as_str().to_owned()).collect()
}

#[allow(clippy::unnecessary_wraps)] // the shape of every command
fn logs(state: &mut State, groups: &str) -> Ran {
    let target = |group| LogTarget {
        group: LogGroup::from(group),
        region: None,
        stream_prefix: None,
    };
    let targets: Vec<LogTarget> = groups.split_whitespace().map(target).collect();
    Ok(verbs::show_logs(state, &targets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_words_and_a_number() {
        assert!(looks_like_region("ap-northeast-2"));
        assert!(looks_like_region("us-gov-west-1"));
        for bad in ["", "seoul", "eu-1", "eu--1", "EU-WEST-1", "eu-west-x"] {
            assert!(!looks_like_region(bad), "{bad}");
        }
    }

    #[test]
    fn every_verb_and_command_is_known_by_one_name() {
        assert!(find("scale").is_some() && find("zoom").is_none());
        assert!(near("scael").contains("scale"));
        assert!(near("zom").contains("zoom"));
    }
}
