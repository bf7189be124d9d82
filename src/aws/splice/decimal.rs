//! JSON numbers by value, exact at any length: `1e3`, `1000` and `1000.0` are one.

/// Sign, digits without zeros at the ends, and the power of ten behind them.
#[derive(Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads a JSON number; `None` for other text, and for exponents no setting has.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = text
            .strip_prefix('-')
            .map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        if all.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let exponent = power.parse::<i32>().ok().map(i64::from)? - fraction.len() as i64;
        Some(Self::plain(negative, &all, exponent))
    }

    fn plain(negative: bool, all: &str, exponent: i64) -> Self {
        let digits = all.trim_matches('0');
        if digits.is_empty() {
            return Self {
                negative: false,
                digits: String::new(),
                exponent: 0,
            };
        }
        let dropped = all.len() - all.trim_end_matches('0').len();
        Self {
            negative,
            digits: digits.to_owned(),
            exponent: exponent + dropped as i64,
        }
    }

    /// Its one spelling.
    pub fn text(&self) -> String {
        format!(
            "{}{}e{}",
            if self.negative { "-" } else { "" },
            self.digits,
            self.exponent
        )
    }

    /// The value, where it is a whole number from 0 that fits.
    pub fn whole(&self) -> Option<u64> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let zeros = usize::try_from(self.exponent)
            .ok()
            .filter(|zeros| *zeros < 20)?;
        let text = self.digits.clone() + &"0".repeat(zeros);
        if self.negative {
            None
        } else {
            text.parse().ok()
        }
    }
}

/// A whole number from 0, however it is written.
pub fn whole(text: &str) -> Option<u64> {
    Decimal::parse(text)?.whole()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_value_in_many_spellings_is_one() {
        for spelling in ["1000", "1e3", "1E+3", "1000.0", "10000e-1", "0.001e6"] {
            assert_eq!(
                Decimal::parse(spelling),
                Decimal::parse("1000"),
                "{spelling}"
            );
            assert_eq!(whole(spelling), Some(1000));
        }
        assert_eq!(Decimal::parse("-0"), Decimal::parse("0.00"));
    }

    #[test]
    fn twenty_digits_are_not_rounded() {
        assert_ne!(
            Decimal::parse("12345678901234567890"),
            Decimal::parse("12345678901234567891")
        );
        assert_eq!(
            whole("12345678901234567890"),
            Some(12_345_678_901_234_567_890)
        );
        assert_eq!(whole("1e400"), None);
        assert_eq!(whole("1.5"), None);
        assert_eq!(whole("-1"), None);
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "-", "1x", "e3", "\"1\"", "1e99999999999"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_whole_number_reads_back(n: u64) {
            prop_assert_eq!(whole(&n.to_string()), Some(n));
            prop_assert_eq!(whole(&format!("{n}.0")), Some(n));
        }
    }
}
