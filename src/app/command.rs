//! The commands of the `:` palette: one row each, with what completes it. Every
//! verb is a command as well, by its name.

mod logs;
mod place;

pub(super) use logs::log_folder;
pub(super) use place::{forget, look_at};

use super::session;
use super::state::State;
use super::verbs;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::subject::Subject;
use crate::domain::text::Text;
use crate::model::effect::Effect;
use crate::model::settings::Venue;
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
        name: "session",
        args: "",
        help: "the load-test session",
        run: |s, _| Ok(session::show(s)),
        complete: nothing,
    },
    Command {
        name: "note",
        args: "TEXT",
        help: "words on the session's timeline",
        run: session::note,
        complete: nothing,
    },
    Command {
        name: "extend",
        args: "TIME",
        help: "put the session's end off: 15m",
        run: session::extend,
        complete: |_| vec!["15m".into(), "30m".into(), "1h".into()],
    },
    Command {
        name: "report",
        args: "[ID]",
        help: "the report of a session; none = the last",
        run: |s, id| session::report(s, id),
        complete: nothing,
    },
    Command {
        name: "profile",
        args: "NAME",
        help: "switch to another profile",
        run: place::profile,
        complete: place::profiles,
    },
    Command {
        name: "region",
        args: "NAME",
        help: "look at another region",
        run: place::region,
        complete: place::regions,
    },
    Command {
        name: "cluster",
        args: "NAME",
        help: "look at another cluster",
        run: place::cluster,
        complete: place::clusters,
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
        help: "tail log groups (* for anything) [--since 2h] [--pattern P] [--stream-prefix S]; none = the selected service's",
        run: logs::logs,
        complete: logs::log_groups,
    },
    Command {
        name: "at",
        args: "TIME",
        help: "the logs of a time: 14:22, 2h ago",
        run: logs::at,
        complete: |_| vec!["15m".into(), "1h".into(), "1d".into()],
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
    let (before, _) = typed.split_at(if several { logs::last_word(typed) } else { 0 });
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

fn use_theme(state: &mut State) {
    if let Some(at) = state
        .themes
        .iter()
        .position(|t| t.name == state.settings.theme.as_str())
    {
        state.themes.swap(0, at);
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verb_and_command_is_known_by_one_name() {
        assert!(find("scale").is_some() && find("zoom").is_none());
        assert!(near("scael").contains("scale"));
        assert!(near("zom").contains("zoom"));
    }
}
