//! Times as text, many in a row: neighbours are of the same second.

use jiff::Timestamp;

/// Writes milliseconds since 1970 as RFC 3339.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    second: i64,
    text: String,
}

impl Default for Stamp {
    fn default() -> Self {
        Self {
            second: i64::MIN,
            text: String::new(),
        }
    }
}

impl Stamp {
    /// `2026-11-22T14:22:06.745Z`; a time beyond the calendar is the nearest one in it.
    pub(super) fn write(&mut self, at: i64, into: &mut Vec<u8>) {
        let second = at.div_euclid(1000);
        if second != self.second {
            let bounds = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
            let inside = Timestamp::from_second(second.clamp(bounds.0, bounds.1));
            let inside = inside.unwrap_or(Timestamp::UNIX_EPOCH);
            self.text = inside.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            self.second = second;
        }
        let milli = at.rem_euclid(1000) as u16;
        let digit = |of: u16| b'0' + (of % 10) as u8;
        into.extend_from_slice(self.text.as_bytes());
        into.extend_from_slice(&[
            b'.',
            digit(milli / 100),
            digit(milli / 10),
            digit(milli),
            b'Z',
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_exact_whatever_came_before() {
        let mut stamp = Stamp::default();
        let mut said = |at| {
            let mut out = Vec::new();
            stamp.write(at, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(said(1_722_929_388_745), "2024-08-06T07:29:48.745Z");
        assert_eq!(said(1_722_929_388_005), "2024-08-06T07:29:48.005Z");
        assert_eq!(said(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(said(-1), "1969-12-31T23:59:59.999Z");
        assert!(said(i64::MAX).starts_with("9999-12-3"));
    }
}
