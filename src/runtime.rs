//! The impure shell: event loop, terminal thread, pollers, tail, signals, carrier.

pub mod ask;
pub mod attach;
pub mod budget;
pub mod bug;
pub mod carriage;
pub mod carrier;
pub mod clipboard;
pub mod clock;
pub mod demo;
pub mod effects;
pub mod event_loop;
pub mod guard;
pub mod inbox;
pub mod input;
pub mod link;
pub mod logs;
pub mod look;
pub mod pen;
pub mod poll;
pub mod reads;
pub mod save;
mod scribe;
pub mod series;
pub mod sift;
pub mod signal;
pub mod sim;
pub mod stop;
pub mod survey;
pub mod tail;
pub mod terminal;
pub mod usage;
pub mod watchdog;

use crate::app::State;
use crate::domain::fault::{Fault, FaultKind};
use crate::model::keymap::Keymap;
use crate::model::message::Message;
use crate::model::settings::Settings;
use crate::session::order::Report;
use crate::view::theme::Theme;
use attach::Attach;
use carriage::Carriage;
use clock::Clock;
use effects::Effects;
use event_loop::EventLoop;
use inbox::Inbox;
use reads::{News, Reads};
use save::Saver;
use signal_hook::consts::SIGHUP;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;
use terminal::{Limits, Terminal, tty};

/// Leaving takes so long at most, whatever a task is stuck in.
const LEAVE: Duration = Duration::from_secs(3);

/// What a console is started with.
#[derive(Debug)]
pub struct Launch {
    pub settings: Settings,
    pub keymap: Keymap,
    /// All themes; the first is in use.
    pub themes: Vec<Theme>,
    /// `$XDG_STATE_HOME/tidegate`: what must outlive the program.
    pub state_dir: PathBuf,
    /// The simulated account to look at, instead of AWS.
    pub demo: Option<demo::Stage>,
}

/// Why the console ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Quit,
    /// SIGTERM, SIGINT or SIGQUIT.
    Signal(i32),
    /// The terminal is gone.
    Lost,
    /// A bug of ours.
    Broken,
}

impl Exit {
    /// The process's exit code, as shells report such an end.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(signal) => signal::exit_code(signal) as u8,
            Self::Lost => signal::exit_code(SIGHUP) as u8,
            Self::Broken => bug::EXIT_CODE,
        }
    }
}

/// Runs the console on this process's terminal until it ends; the terminal is
/// left as it was found. The first frame is drawn before anything else is begun.
pub fn run_console(launch: Launch) -> Result<Exit, Fault> {
    tty::check()?;
    let clock = Clock::start();
    let inbox: Inbox<News> = Inbox::default();
    bug::install_hook();
    signal::start(inbox.post()).map_err(|e| local(&e))?;
    let limits = Limits {
        charset: launch.settings.charset,
        color: launch.settings.color,
    };
    tty::enter()?;
    let ended = run(launch, inbox, limits, clock);
    tty::restore();
    let ended = ended?;
    // Nobody may be there to read it; the exit code still tells.
    farewell(&ended, &mut std::io::stderr()).ok();
    Ok(ended.exit)
}

fn run(launch: Launch, inbox: Inbox<News>, limits: Limits, clock: Clock) -> Result<Ended, Fault> {
    let terminal = Terminal::start(limits, inbox.post()).map_err(|e| local(&e))?;
    let settings = launch.settings.clone();
    let mut state = State::new(launch.settings, launch.keymap, launch.themes, tty::size());
    let first = crate::app::update(&mut state, Message::Now(clock.now()));
    event_loop::show(&state, ratatui::buffer::Buffer::default(), &terminal);
    let demo = launch.demo.map(demo::Stage::raise).transpose()?;
    input::start(inbox.post()).map_err(|e| local(&e))?;
    let tasks = tasks()?;
    let reads = Reads::start(tasks.handle().clone(), inbox.post(), clock, &settings);
    let carriage = Carriage::new(tasks.handle().clone(), inbox.post(), &launch.state_dir);
    if carriage.has_record() {
        crate::app::update(&mut state, Message::Carrier(Report::Looking));
        carriage.look();
    }
    let attach = Attach::new(
        tasks.handle().clone(),
        inbox.post(),
        &launch.state_dir,
        settings,
    );
    let saver = Saver::new(launch.state_dir.join("saved"), tasks.handle().clone());
    let mut effects = Effects::new(reads, carriage, attach, saver, demo);
    for effect in first {
        for message in effects.carry_out(effect, &terminal) {
            inbox.post().news(News::Message(message));
        }
    }
    let ended = EventLoop::new(state, inbox, terminal, clock, effects).run();
    watchdog::arm(LEAVE, i32::from(ended.exit.code()));
    tasks.shutdown_background();
    Ok(ended)
}

fn tasks() -> Result<tokio::runtime::Runtime, Fault> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let built = builder
        .worker_threads(2)
        .thread_name(bug::WORKER)
        .enable_all()
        .build();
    built.map_err(|e| local(&e))
}

fn local(error: &std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        format!("The system refuses what the console needs ({error})"),
    )
    .next("Look at its limits: threads, open files, memory")
}

/// How a console ended, and what the operator should know of it.
#[derive(Debug)]
pub struct Ended {
    exit: Exit,
    /// An order was still with the carrier.
    changing: bool,
    /// The journal could not be written.
    broken: Option<Fault>,
}

/// A line for each thing that the shell should hear of.
fn farewell(ended: &Ended, err: &mut dyn Write) -> io::Result<()> {
    let open = "a change was on its way: start tidegate again to see where it stands";
    match (ended.exit, ended.changing) {
        (Exit::Lost, _) => return Ok(()),
        (Exit::Quit, false) => {}
        (Exit::Signal(signal), true) => {
            writeln!(err, "tidegate: ended by {}; {open}", signal::name(signal))?;
        }
        (Exit::Signal(signal), false) => writeln!(
            err,
            "tidegate: ended by {}; nothing is open",
            signal::name(signal)
        )?,
        (_, true) => writeln!(err, "tidegate: {open}")?,
        (Exit::Broken, false) => writeln!(err, "tidegate: nothing is open")?,
    }
    match &ended.broken {
        Some(fault) => writeln!(err, "tidegate: {}", fault.line()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(exit: Exit, changing: bool, broken: Option<Fault>) -> String {
        let mut out = Vec::new();
        let ended = Ended {
            exit,
            changing,
            broken,
        };
        farewell(&ended, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_broken_journal_is_told_again_at_the_end_with_what_to_do() {
        let fault = Fault::new(FaultKind::Local, "The journal could not be made durable")
            .next("set min of api back to 2");
        let said = said(Exit::Quit, false, Some(fault));
        assert!(
            said.contains("could not be made durable") && said.contains("set min of api back to 2"),
            "{said}"
        );
    }

    #[test]
    fn quitting_with_nothing_open_says_nothing() {
        assert_eq!(said(Exit::Quit, false, None), "");
        assert!(said(Exit::Quit, true, None).contains("start tidegate again"));
        assert_eq!(said(Exit::Lost, true, None), "");
    }
}
