//! Which lines a test of any field must look at: those whose text holds the value,
//! or the name with a number behind it that fits. To find a word in a chunk's text
//! costs a small part of what reading its lines costs.

use super::super::bits::Bits;
use super::super::chunk::Chunk;
use super::super::needle::Needle;
use super::select::found;
use super::term::{Measure, Op, Test, Within, number};

impl Test {
    /// The lines that may hold what is asked for; the others surely do not, or surely do where it is turned round.
    pub(super) fn likely(&self, chunk: &Chunk, within: &Bits) -> Bits {
        let spelled = match (self.op.orders(), self.measure) {
            (true, Measure::Number(wished)) => self.with_number(wished, chunk, within),
            (false, _) => self.with_value(chunk, within),
            _ => None,
        };
        let Some(spelled) = spelled else {
            return within.clone();
        };
        // In JSON any letter can stand as `\u0041`.
        let escaped = found(&Needle::exact("\\u"), chunk, within);
        spelled.or(&escaped)
    }

    fn with_value(&self, chunk: &Chunk, within: &Bits) -> Option<Bits> {
        let helps = !self.is_quick() && is_plain(self.value.word());
        helps.then(|| found(&self.value, chunk, within))
    }

    /// The lines where a number that fits, or anything but a plain number, stands behind the name.
    fn with_number(&self, wished: f64, chunk: &Chunk, within: &Bits) -> Option<Bits> {
        let Within::Member(name) = &self.within else {
            return None;
        };
        // However deep it stands: a name ends with what is behind its last dot.
        let last = name.rsplit('.').next().filter(|last| is_word(last))?;
        let fits =
            |behind: &str| behind_name(behind).is_none_or(|found| self.op.fits(found, wished));
        let mut likely = Bits::none(chunk.lines().len());
        let mut line = 0;
        Needle::new(last).scan(&chunk.text, &mut |place| {
            line = chunk.line_at(line, place);
            let end = chunk.end_of(line);
            let behind = place + last.len();
            if fits(chunk.text.get(behind..end).unwrap_or_default()) {
                likely.set(line);
                return end;
            }
            behind
        });
        Some(likely.and(within))
    }
}

impl Op {
    fn fits(self, found: f64, wished: f64) -> bool {
        found
            .partial_cmp(&wished)
            .is_some_and(|order| self.holds(order))
    }
}

/// Whether a value stands in a line's text as it is, but for `\u` escapes.
fn is_plain(value: &str) -> bool {
    !value.is_empty() && !value.contains(|c: char| c.is_control() || matches!(c, '"' | '\\' | '/'))
}

/// Whether no letter of a name can be escaped but by `\u`.
fn is_word(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The plain number behind a member's name, whose quotes may be escaped; none where anything else stands there, which
/// only reading the line tells.
fn behind_name(text: &str) -> Option<f64> {
    let text = text.trim_start_matches(['\\', '"', ' ']);
    let text = text.strip_prefix([':', '='])?;
    let text = text.trim_start_matches(['\\', '"', ' ']);
    let ends = |b: u8| matches!(b, b',' | b'}' | b'"' | b'\\' | b' ');
    let length = text.bytes().position(ends)?;
    let word = &text[..length];
    let digits = word.strip_prefix('-').unwrap_or(word);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number(word).filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::super::super::chunk::tests::{event, source};
    use super::super::Filter;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_behind_a_name_is_read_where_it_is_plain() {
        for text in [
            r#"":12,"#,
            r#"\":12,"#,
            r#"" : "12""#,
            r#"\\\":\\\"12\\\""#,
            "=12 ",
            ":12}",
        ] {
            assert_eq!(behind_name(text), Some(12.0), "{text}");
        }
        for text in [
            "",
            "x",
            r#"":"#,
            r#"":null,"#,
            r#"":{"a":1}"#,
            r#"":12ms,"#,
            r#"":1e9,"#,
            "entity\":12,",
        ] {
            assert_eq!(behind_name(text), None, "{text}");
        }
    }

    #[test]
    fn lines_with_another_number_are_not_read() {
        let line = |id: u32| format!(r#"{{"visitor":"{{\"userId\":{id}}}"}}"#);
        let events: Vec<_> = (0..100).map(|id| event(1, &line(id))).collect();
        let chunk = &Chunk::seal(&source("g"), &events)[0];
        let test = Test::new("visitor.USERID", Op::AtLeast, Some("90".into()), 1).unwrap();
        let likely = test.likely(chunk, &Bits::all(100));
        assert_eq!(
            likely.iter().collect::<Vec<_>>(),
            (90..100).collect::<Vec<_>>()
        );
    }

    proptest! {
        #[test]
        fn what_is_likely_leaves_out_no_line_that_passes(
            lines in prop::collection::vec((
                prop::sample::select(vec!["a", "A", "aa", "b.a", "\\u0061", "x"]), prop::sample::select(vec!["\"", "", " "]),
                prop_oneof!["-?[0-9]{1,3}(\\.[0-9])?", Just("1e2".to_owned()), Just(" 7 ".to_owned()), Just("null".to_owned()), Just("\\u0037".to_owned())],
                0_usize..4), 1..20),
            filter in "(a|b\\.a|v\\.a)(>|<|>=|<=|=|!=)[0-9]{1,2}") {
            let line = |(name, quote, value, shape): &(&str, &str, String, usize)| match shape {
                0 => format!("{{\"x\":1,\"{name}\":{quote}{value}{quote},\"a\" : 5}}"),
                1 => format!("{{\"v\":\"{{\\\"{name}\\\" :\\\"{value}\\\"}}\"}}"),
                2 => format!("{{\"v\":\"{{ \"{name}\":{value}, \"y\":2 }}\",\"b\":{{\"a\":{value}}}}}"),
                _ => format!("k=v {name}={quote}{value}{quote} b={value}"),
            };
            let events: Vec<_> = lines.iter().map(|parts| event(1, &line(parts))).collect();
            let filter = Filter::parse(&filter).unwrap();
            for chunk in Chunk::seal(&source("g"), &events) {
                let selected = filter.select(&chunk);
                for (place, line) in chunk.lines().iter().enumerate() {
                    prop_assert_eq!(selected.has(place), filter.passes(&chunk, line), "{}", chunk.clean(line));
                }
            }
        }
    }
}
