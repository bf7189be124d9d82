//! The last pass before a frame leaves under `LANG=C` or `--ascii`: no cell keeps a character ≥ 0x80.

use ratatui::buffer::Buffer;

/// Replaces every character beyond ASCII by the nearest one within it.
pub fn plain(buf: &mut Buffer) {
    for cell in &mut buf.content {
        let symbol = cell.symbol();
        if !symbol.is_ascii() {
            let stand_in = symbol.chars().next().map_or(' ', nearest);
            cell.set_char(stand_in);
        }
    }
}

/// The ASCII character that says most nearly the same.
pub fn nearest(c: char) -> char {
    match c {
        '─' | '━' | '–' | '—' | '‐' | '‑' | '−' => '-',
        '│' | '┃' | '┆' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '✓' => '+',
        '▸' | '→' | '›' | '»' | '≥' => '>',
        '←' | '‹' | '«' | '≤' => '<',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '…' => '~',
        '·' | '•' | '●' => '*',
        '×' => 'x',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '█' | '▓' | '▒' => '#',
        '░' => '.',
        '\u{a0}' => ' ',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn nothing_beyond_ascii_is_left() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 1));
        buf.set_string(0, 0, "▸ 한글 → é “x” …", Style::new());
        plain(&mut buf);
        assert!(buf.content.iter().all(|c| c.symbol().is_ascii()));
        assert_eq!(buf[(0, 0)].symbol(), ">");
    }
}
