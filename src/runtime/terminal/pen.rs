//! The pen: colours and attributes, changed with as few bytes as possible.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use std::io::Write;

/// Attribute, the parameter that sets it, the one that clears it (22 and 25 clear two).
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// What the next character will look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pen {
    pub fg: Color,
    pub bg: Color,
    pub modifier: Modifier,
}

impl Pen {
    /// The look of a cell.
    pub fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// Writes the shortest sequence that turns this pen into `to`; nothing when they are equal.
    pub fn turn(&mut self, to: Self, out: &mut Vec<u8>) {
        if *self == to {
            return;
        }
        if to == Self::default() {
            out.extend_from_slice(b"\x1b[m");
        } else {
            let (fresh, step) = (fresh(to), step(*self, to));
            let shorter = if fresh.len() < step.len() {
                fresh
            } else {
                step
            };
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(&shorter[..shorter.len() - 1]);
            out.push(b'm');
        }
        *self = to;
    }
}

/// Parameters from a reset, each followed by `;`.
fn fresh(to: Pen) -> Vec<u8> {
    let mut out = b"0;".to_vec();
    out.extend(step(Pen::default(), to));
    out
}

/// Parameters that change only what differs, each followed by `;`.
fn step(from: Pen, to: Pen) -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    let mut now = from.modifier;
    for (attribute, _, clear) in ATTRIBUTES {
        if now.contains(attribute) && !to.modifier.contains(attribute) {
            number(&mut out, clear);
            now -= cleared(clear);
        }
    }
    for (attribute, set, _) in ATTRIBUTES {
        if to.modifier.contains(attribute) && !now.contains(attribute) {
            number(&mut out, set);
        }
    }
    if from.fg != to.fg {
        paint(&mut out, to.fg, 30);
    }
    if from.bg != to.bg {
        paint(&mut out, to.bg, 40);
    }
    out
}

fn cleared(parameter: u8) -> Modifier {
    ATTRIBUTES
        .iter()
        .filter(|a| a.2 == parameter)
        .fold(Modifier::empty(), |all, a| all | a.0)
}

fn number(out: &mut Vec<u8>, n: u8) {
    let _ = write!(out, "{n};");
}

/// A colour's parameters; `base` is 30 for the foreground, 40 for the background.
fn paint(out: &mut Vec<u8>, color: Color, base: u8) {
    match color {
        Color::Reset => number(out, base + 9),
        Color::Indexed(n) => drop(write!(out, "{};5;{n};", base + 8)),
        Color::Rgb(r, g, b) => drop(write!(out, "{};2;{r};{g};{b};", base + 8)),
        named => number(out, base + ansi(named)),
    }
}

/// The offset of one of the sixteen: 0–7, and 60–67 for the bright ones.
fn ansi(color: Color) -> u8 {
    match color {
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(from: Pen, to: Pen) -> String {
        let (mut pen, mut out) = (from, Vec::new());
        pen.turn(to, &mut out);
        assert_eq!(pen, to);
        String::from_utf8(out).unwrap()
    }

    fn pen(fg: Color, modifier: Modifier) -> Pen {
        Pen {
            fg,
            bg: Color::Reset,
            modifier,
        }
    }

    #[test]
    fn an_equal_pen_costs_nothing_and_the_default_three_bytes() {
        let red = pen(Color::Red, Modifier::BOLD);
        assert_eq!(turned(red, red), "");
        assert_eq!(turned(red, Pen::default()), "\x1b[m");
    }

    #[test]
    fn only_what_differs_is_sent() {
        assert_eq!(
            turned(
                pen(Color::Red, Modifier::BOLD),
                pen(Color::Green, Modifier::BOLD)
            ),
            "\x1b[32m"
        );
        let reversed = pen(Color::Red, Modifier::BOLD | Modifier::REVERSED);
        assert_eq!(
            turned(reversed, pen(Color::Red, Modifier::BOLD)),
            "\x1b[27m"
        );
    }

    #[test]
    fn clearing_bold_leaves_dim_on() {
        let both = pen(Color::Reset, Modifier::BOLD | Modifier::DIM);
        assert_eq!(turned(both, pen(Color::Reset, Modifier::DIM)), "\x1b[0;2m");
    }

    #[test]
    fn a_reset_is_taken_where_it_is_shorter() {
        let loud = Pen {
            fg: Color::Red,
            bg: Color::Blue,
            modifier: Modifier::BOLD | Modifier::UNDERLINED,
        };
        assert_eq!(
            turned(loud, pen(Color::Reset, Modifier::REVERSED)),
            "\x1b[0;7m"
        );
    }

    #[test]
    fn every_kind_of_colour_has_its_form() {
        assert_eq!(
            turned(Pen::default(), pen(Color::LightCyan, Modifier::empty())),
            "\x1b[96m"
        );
        assert_eq!(
            turned(Pen::default(), pen(Color::Indexed(200), Modifier::empty())),
            "\x1b[38;5;200m"
        );
        let bg = Pen {
            bg: Color::Rgb(1, 2, 3),
            ..Pen::default()
        };
        assert_eq!(turned(Pen::default(), bg), "\x1b[48;2;1;2;3m");
    }
}
