//! The last lines of many, as they leave.

use std::collections::VecDeque;

/// The last so many that were pushed.
#[derive(Debug)]
pub(super) struct Last {
    most: usize,
    lines: VecDeque<Vec<u8>>,
}

impl Last {
    pub(super) fn of(most: usize) -> Self {
        Self {
            most,
            lines: VecDeque::new(),
        }
    }

    /// One more; the oldest makes room where there are too many.
    pub(super) fn push(&mut self, line: &[u8]) {
        let full = self.lines.len() >= self.most;
        let oldest = if full { self.lines.pop_front() } else { None };
        if self.most == 0 {
            return;
        }
        let mut room = oldest.unwrap_or_default();
        room.clear();
        room.extend_from_slice(line);
        self.lines.push_back(room);
    }

    pub(super) fn write(self, into: &mut Vec<u8>) {
        for line in self.lines {
            into.extend_from_slice(&line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_stay_in_their_order() {
        let said = |most| {
            let mut last = Last::of(most);
            for line in ["a\n", "bb\n", "c\n"] {
                last.push(line.as_bytes());
            }
            let mut out = Vec::new();
            last.write(&mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(said(0), "");
        assert_eq!(said(2), "bb\nc\n");
        assert_eq!(said(9), "a\nbb\nc\n");
    }
}
