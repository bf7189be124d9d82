//! Verbs: everything a key or the `:` palette can do. One row here is the whole
//! of adding one, but for the arm that acts: help, footer, palette and the
//! keymap's checks are made from this table.

use strum::{EnumIter, EnumString, IntoStaticStr};

/// Which part of the program a keymap section or a verb belongs to.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    EnumString,
    IntoStaticStr,
    serde::Deserialize,
)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Everywhere but in dialogs and prompts.
    Anywhere,
    Services,
    Autoscaling,
    Rules,
    Snapshots,
    Logs,
    /// The page of the load-test session.
    Session,
}

macro_rules! verbs {
    ($($verb:ident in [$($place:ident),+] $help:literal;)*) => {
        /// Everything a key can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr)]
        #[strum(serialize_all = "kebab-case")]
        pub enum Verb { $(#[doc = $help] $verb,)* }

        impl Verb {
            /// What it does, in a few words, for help, footer and palette.
            pub fn help(self) -> &'static str {
                match self { $(Self::$verb => $help,)* }
            }

            /// Where it can be bound and used.
            pub fn places(self) -> &'static [Place] {
                match self { $(Self::$verb => &[$(Place::$place),+],)* }
            }

            /// Its name in keymap files and the palette.
            pub fn name(self) -> &'static str {
                self.into()
            }
        }
    };
}

verbs! {
    Scale in [Services, Autoscaling] "scale";
    Toggle in [Rules] "block/count";
    Limit in [Rules] "new limit";
    Backup in [Snapshots] "back up";
    Undo in [Anywhere] "undo";
    Test in [Anywhere] "load test";
    Revert in [Anywhere] "revert";
    Enter in [Anywhere] "open";
    Back in [Anywhere] "back";
    Describe in [Anywhere] "describe";
    Raw in [Anywhere] "raw JSON";
    Logs in [Services] "logs";
    Mark in [Services, Autoscaling, Rules, Snapshots] "mark";
    Pause in [Logs] "pause";
    Filter in [Anywhere] "filter";
    Find in [Logs] "find";
    NextHit in [Logs] "next hit";
    PreviousHit in [Logs] "previous hit";
    Save in [Logs] "write to a file";
    SaveAll in [Logs] "write all to a file";
    Trace in [Logs] "follow the trace";
    Live in [Logs] "Live Tail";
    LeaveOut in [Logs] "jump to now";
    Decide in [Session] "decide conflicts";
    Retry in [Session] "retry";
    Skip in [Session] "skip the step";
    StopSurplus in [Session] "stop the surplus";
    Extend in [Session] "extend";
    Note in [Session] "note";
    Keep in [Session] "keep everything";
    Copy in [Anywhere] "copy";
    Sort in [Anywhere] "sort by the next column";
    Reverse in [Anywhere] "turn the order round";
    Up in [Anywhere] "up";
    Down in [Anywhere] "down";
    Left in [Anywhere] "scroll left";
    Right in [Anywhere] "scroll right";
    PageUp in [Anywhere] "page up";
    PageDown in [Anywhere] "page down";
    Top in [Anywhere] "first row";
    Bottom in [Anywhere] "last row";
    NextPane in [Anywhere] "next pane";
    PreviousPane in [Anywhere] "previous pane";
    Pane1 in [Anywhere] "services";
    Pane2 in [Anywhere] "autoscaling";
    Pane3 in [Anywhere] "rate rules";
    Pane4 in [Anywhere] "snapshots";
    Pane5 in [Anywhere] "logs pane";
    Zoom in [Anywhere] "zoom";
    Refresh in [Anywhere] "refresh";
    Command in [Anywhere] "command";
    Help in [Anywhere] "help";
    Details in [Anywhere] "calls and cost";
    Notices in [Anywhere] "messages";
    Quit in [Anywhere] "quit";
    QuitNow in [Anywhere] "quit at once";
    Suspend in [Anywhere] "suspend";
}
