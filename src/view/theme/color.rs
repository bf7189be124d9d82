//! Colours: their names in theme files, and the nearest a poorer terminal has.

use crate::model::settings::ColorDepth;
use ratatui::style::{Color, Style};

/// The names theme files may use; `default` is the terminal's own.
pub const NAMES: &[(&str, Color)] = &[
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

/// What xterm shows for the sixteen, in the order of [`NAMES`] without `default`.
const XTERM: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The levels of the 6 × 6 × 6 cube of the 256 colours.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

type Rgb = (u8, u8, u8);

/// `#rrggbb`, or `None` where it is not one.
pub fn hex(written: &str) -> Option<Color> {
    let digits = written
        .strip_prefix('#')
        .filter(|d| d.len() == 6 && d.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some(Color::Rgb(part(0)?, part(2)?, part(4)?))
}

/// The style with each colour at most as rich as `depth`.
pub fn reduce(style: Style, depth: ColorDepth) -> Style {
    let nearest = |color: Color| match depth {
        ColorDepth::True => color,
        ColorDepth::Ansi256 => to_256(color),
        ColorDepth::Ansi16 | ColorDepth::None => to_16(color),
    };
    Style {
        fg: style.fg.map(nearest),
        bg: style.bg.map(nearest),
        ..style
    }
}

fn to_256(color: Color) -> Color {
    let Color::Rgb(r, g, b) = color else {
        return color;
    };
    let candidates = (16..=255u8).map(|index| (index, of_256(index)));
    candidates
        .min_by_key(|(_, rgb)| distance((r, g, b), *rgb))
        .map_or(color, |(index, _)| Color::Indexed(index))
}

fn to_16(color: Color) -> Color {
    let rgb = match color {
        Color::Rgb(r, g, b) => (r, g, b),
        Color::Indexed(index @ 0..16) => return NAMES[usize::from(index) + 1].1,
        Color::Indexed(index) => of_256(index),
        _ => return color,
    };
    let candidates = XTERM.iter().zip(&NAMES[1..]);
    candidates
        .min_by_key(|(there, _)| distance(rgb, **there))
        .map_or(color, |(_, (_, named))| *named)
}

fn of_256(index: u8) -> Rgb {
    match index {
        0..16 => XTERM[usize::from(index)],
        16..232 => {
            let cell = usize::from(index - 16);
            (CUBE[cell / 36], CUBE[cell / 6 % 6], CUBE[cell % 6])
        }
        232.. => {
            let level = 8 + (index - 232) * 10;
            (level, level, level)
        }
    }
}

/// How different two colours look: squares of the differences, weighted as the eye does.
fn distance(a: Rgb, b: Rgb) -> u32 {
    let part = |x: u8, y: u8, weight: u32| u32::from(x.abs_diff(y)).pow(2) * weight;
    part(a.0, b.0, 2) + part(a.1, b.1, 4) + part(a.2, b.2, 3)
}

/// WCAG's contrast of two colours given by value, 1 to 21; `None` for the terminal's own.
#[cfg(test)]
pub fn contrast(a: Color, b: Color) -> Option<f64> {
    let luminance = |color| {
        let Color::Rgb(r, g, b) = color else {
            return None;
        };
        let linear = |c: u8| (f64::from(c) / 255.0).powf(2.2);
        Some(0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b))
    };
    let (a, b) = (luminance(a)?, luminance(b)?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hex_colour_is_six_digits() {
        assert_eq!(hex("#1f6F8b"), Some(Color::Rgb(0x1f, 0x6f, 0x8b)));
        for wrong in ["1f6f8b", "#1f6f8", "#1f6f8g", "#é6f8b", ""] {
            assert_eq!(hex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn poorer_terminals_get_the_nearest_colour() {
        assert_eq!(to_256(Color::Rgb(255, 0, 0)), Color::Indexed(196));
        assert_eq!(to_256(Color::Rgb(8, 8, 8)), Color::Indexed(232));
        assert_eq!(to_16(Color::Rgb(250, 10, 5)), Color::LightRed);
        assert_eq!(to_16(Color::Indexed(196)), Color::LightRed);
        assert_eq!(to_16(Color::Indexed(7)), Color::Gray);
        assert_eq!(to_16(Color::Reset), Color::Reset);
    }
}
