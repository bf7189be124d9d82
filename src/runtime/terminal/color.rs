//! Colours fitted to what the terminal takes.

use crate::model::settings::ColorDepth;
use ratatui::style::Color;

/// xterm's values of the sixteen; terminals differ, the nearest one hardly does.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// The six levels of the 256-colour cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest colour that the terminal takes.
pub fn fit(color: Color, depth: ColorDepth) -> Color {
    match (depth, color) {
        (ColorDepth::None, _) => Color::Reset,
        (ColorDepth::Ansi256, Color::Rgb(r, g, b)) => Color::Indexed(indexed([r, g, b])),
        (ColorDepth::Ansi16, Color::Rgb(r, g, b)) => named([r, g, b]),
        (ColorDepth::Ansi16, Color::Indexed(n)) => SIXTEEN
            .get(usize::from(n))
            .map_or_else(|| named(rgb(n)), |s| s.0),
        _ => color,
    }
}

/// Foreground and background fitted together: two colours that fall on one stay legible.
pub fn fit_pair(fg: Color, bg: Color, depth: ColorDepth) -> (Color, Color) {
    let (ink, paper) = (fit(fg, depth), fit(bg, depth));
    if ink == paper && fg != bg && ink != Color::Reset {
        return (contrast(paper), paper);
    }
    (ink, paper)
}

fn contrast(bg: Color) -> Color {
    match bg {
        Color::Black | Color::Blue | Color::DarkGray | Color::Red | Color::Magenta => Color::White,
        _ => Color::Black,
    }
}

fn named(rgb: [u8; 3]) -> Color {
    let nearest = SIXTEEN.iter().min_by_key(|(_, c)| distance(*c, rgb));
    nearest.map_or(Color::Reset, |(color, _)| *color)
}

fn indexed(rgb: [u8; 3]) -> u8 {
    let level = |v: u8| (0..6).min_by_key(|&i| LEVELS[i].abs_diff(v)).unwrap_or(0);
    let [r, g, b] = rgb.map(level);
    let cube = 16 + 36 * r + 6 * g + b;
    let mean = rgb.iter().map(|&v| u32::from(v)).sum::<u32>() / 3;
    let gray = 232 + (mean.saturating_sub(8).saturating_add(5) / 10).min(23) as usize;
    let nearest = [cube, gray]
        .into_iter()
        .min_by_key(|&n| distance(self::rgb(n as u8), rgb));
    nearest.unwrap_or(cube) as u8
}

/// The value of a colour of the 256.
fn rgb(n: u8) -> [u8; 3] {
    match n {
        0..16 => SIXTEEN[usize::from(n)].1,
        16..232 => {
            let n = usize::from(n - 16);
            [LEVELS[n / 36], LEVELS[n / 6 % 6], LEVELS[n % 6]]
        }
        _ => [8 + 10 * (n - 232); 3],
    }
}

/// Squared distance, weighted the way eyes weigh it.
fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    let [r, g, b] = [0, 1, 2].map(|i| u32::from(a[i].abs_diff(b[i])).pow(2));
    2 * r + 4 * g + 3 * b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_but_the_default_is_left() {
        assert_eq!(fit(Color::Red, ColorDepth::None), Color::Reset);
        assert_eq!(fit(Color::Rgb(1, 2, 3), ColorDepth::None), Color::Reset);
    }

    #[test]
    fn sixteen_colours_take_the_nearest() {
        assert_eq!(
            fit(Color::Rgb(250, 10, 10), ColorDepth::Ansi16),
            Color::LightRed
        );
        assert_eq!(
            fit(Color::Indexed(196), ColorDepth::Ansi16),
            Color::LightRed
        );
        assert_eq!(fit(Color::Indexed(3), ColorDepth::Ansi16), Color::Yellow);
        assert_eq!(fit(Color::LightBlue, ColorDepth::Ansi16), Color::LightBlue);
    }

    #[test]
    fn two_hundred_fifty_six_colours_know_cube_and_greys() {
        assert_eq!(
            fit(Color::Rgb(255, 0, 0), ColorDepth::Ansi256),
            Color::Indexed(196)
        );
        assert_eq!(
            fit(Color::Rgb(118, 118, 118), ColorDepth::Ansi256),
            Color::Indexed(243)
        );
        assert_eq!(
            fit(Color::Rgb(1, 2, 3), ColorDepth::True),
            Color::Rgb(1, 2, 3)
        );
    }

    #[test]
    fn text_stays_legible_when_both_colours_fall_on_one() {
        let (fg, bg) = fit_pair(
            Color::Rgb(200, 0, 0),
            Color::Rgb(210, 5, 5),
            ColorDepth::Ansi16,
        );
        assert_ne!(fg, bg);
    }
}
