//! Screens as text, with the role of every cell beside the text: a snapshot
//! sees colours by their meaning, in any theme.
//!
//! ```text
//! ▸ api        6/8      ← what is on the screen
//! CCCCCCCCCCCCCgggC     ← its roles, one letter a cell; a line of one role alone is left out
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use strum::IntoEnumIterator;
use tidegate::model::settings::Settings;
use tidegate::model::time::Now;
use tidegate::view::paint::Paint;
use tidegate::view::theme::{Role, Theme};

/// A theme whose every role has a foreground of its own, so that roles can be read off the cells.
pub fn roles_theme() -> Theme {
    Theme::of("roles", |role| Style::new().fg(Color::Indexed(role as u8)))
}

/// The role a cell was drawn in under [`roles_theme`]; `None` for a cell nobody touched.
pub fn role_at(buf: &Buffer, x: u16, y: u16) -> Option<Role> {
    match buf[(x, y)].fg {
        Color::Indexed(index) => Role::iter().nth(usize::from(index)),
        _ => None,
    }
}

/// The letter of a role in a role line.
pub fn letter(role: Option<Role>) -> char {
    let Some(role) = role else { return ' ' };
    match role {
        Role::Body => '.',
        Role::Dim => 'd',
        Role::Strong => 's',
        Role::Header => 'h',
        Role::ReadOnly => 'r',
        Role::WriteMode => 'w',
        Role::Endpoint => 'e',
        Role::Banner => 'b',
        Role::Frame => 'f',
        Role::FrameFocus => 'F',
        Role::Title => 't',
        Role::TableHeader => 'H',
        Role::Cursor => 'C',
        Role::Mark => 'M',
        Role::Good => 'g',
        Role::Progress => 'p',
        Role::Warn => 'W',
        Role::Bad => 'B',
        Role::Key => 'k',
        Role::KeyText => 'x',
        Role::Dialog => 'D',
        Role::DialogTitle => 'T',
        Role::Old => 'o',
        Role::New => 'n',
        Role::Risk => 'R',
        Role::Input => 'i',
        Role::Match => 'm',
        Role::LogTime => '1',
        Role::LogError => '2',
        Role::LogWarn => '3',
        Role::LogGroup => '4',
    }
}

/// One line of the screen, without the blanks at its end.
pub fn text_line(buf: &Buffer, y: u16) -> String {
    let mut line = String::new();
    let mut hidden = 0;
    for x in buf.area.left()..buf.area.right() {
        if hidden > 0 {
            hidden -= 1;
            continue;
        }
        let symbol = buf[(x, y)].symbol();
        hidden = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
        line.push_str(symbol);
    }
    line.trim_end().to_owned()
}

fn role_line(buf: &Buffer, y: u16) -> String {
    let area = buf.area;
    (area.left()..area.right())
        .map(|x| letter(role_at(buf, x, y)))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// The whole screen as text.
pub fn text(buf: &Buffer) -> String {
    let lines: Vec<String> = (buf.area.top()..buf.area.bottom())
        .map(|y| text_line(buf, y))
        .collect();
    lines.join("\n")
}

/// The whole screen as text, then the roles of its cells.
pub fn rendered(buf: &Buffer) -> String {
    let roles: Vec<String> = (buf.area.top()..buf.area.bottom())
        .map(|y| role_line(buf, y))
        .collect();
    format!(
        "{}\n{}\n{}",
        text(buf),
        "=".repeat(usize::from(buf.area.width)),
        roles.join("\n")
    )
}

/// Draws something into a fresh buffer under the theme of roles: for panes and widgets on their own.
pub fn drawn(
    size: (u16, u16),
    settings: &Settings,
    now: Now,
    draw: impl FnOnce(&Paint<'_>, Rect, &mut Buffer),
) -> Buffer {
    let theme = roles_theme();
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buf = Buffer::empty(area);
    draw(
        &Paint {
            theme: &theme,
            settings,
            now,
            focused: true,
        },
        area,
        &mut buf,
    );
    buf
}
