//! Themes: a style for each role. A role that a theme leaves out falls back to
//! the part before its last dot, then to `body`.

use ratatui::style::Style;
use strum::{EnumCount, EnumIter, EnumString, IntoEnumIterator, IntoStaticStr};

/// Everything that has a look of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, EnumCount, EnumString, IntoStaticStr)]
pub enum Role {
    #[strum(serialize = "body")]
    Body,
    /// Secondary text: units, hints, old rows.
    #[strum(serialize = "body.dim")]
    Dim,
    #[strum(serialize = "body.strong")]
    Strong,
    #[strum(serialize = "header")]
    Header,
    #[strum(serialize = "header.mode.read-only")]
    ReadOnly,
    #[strum(serialize = "header.mode.write")]
    WriteMode,
    #[strum(serialize = "header.endpoint")]
    Endpoint,
    #[strum(serialize = "banner")]
    Banner,
    #[strum(serialize = "frame")]
    Frame,
    #[strum(serialize = "frame.focus")]
    FrameFocus,
    #[strum(serialize = "frame.title")]
    Title,
    #[strum(serialize = "table.header")]
    TableHeader,
    #[strum(serialize = "table.cursor")]
    Cursor,
    #[strum(serialize = "table.mark")]
    Mark,
    #[strum(serialize = "status.good")]
    Good,
    #[strum(serialize = "status.progress")]
    Progress,
    #[strum(serialize = "status.warn")]
    Warn,
    #[strum(serialize = "status.bad")]
    Bad,
    #[strum(serialize = "footer.key")]
    Key,
    #[strum(serialize = "footer.text")]
    KeyText,
    #[strum(serialize = "dialog")]
    Dialog,
    #[strum(serialize = "dialog.title")]
    DialogTitle,
    #[strum(serialize = "dialog.old")]
    Old,
    #[strum(serialize = "dialog.new")]
    New,
    #[strum(serialize = "dialog.risk")]
    Risk,
    #[strum(serialize = "input")]
    Input,
    #[strum(serialize = "input.match")]
    Match,
    #[strum(serialize = "log.time")]
    LogTime,
    #[strum(serialize = "log.error")]
    LogError,
    #[strum(serialize = "log.warn")]
    LogWarn,
    #[strum(serialize = "log.group")]
    LogGroup,
}

/// A style for each role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    styles: [Style; Role::COUNT],
}

impl Default for Theme {
    fn default() -> Self {
        Self { name: "default".into(), styles: [Style::new(); Role::COUNT] }
    }
}

impl Theme {
    /// A theme made of one style per role.
    pub fn of(name: impl Into<String>, style: impl Fn(Role) -> Style) -> Self {
        let mut styles = [Style::new(); Role::COUNT];
        for role in Role::iter() {
            styles[role as usize] = style(role);
        }
        Self { name: name.into(), styles }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }
}
