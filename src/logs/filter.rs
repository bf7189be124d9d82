//! What the operator wants to see of the lines: words joined by space are AND,
//! `!` turns a word round, `field:value` looks at one member, quotes hold spaces.

use super::chunk::{Chunk, Line};
use super::field::{Known, Severity};
use super::needle::Needle;
use crate::domain::fault::{Fault, FaultKind};

/// Where a word is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Within {
    Line,
    Group,
    Stream,
    /// A member that has a column, by any of its names.
    Known(Known),
    /// A member by its own name, lower case.
    Member(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    within: Within,
    needle: Needle,
    inverse: bool,
}

/// A parsed filter; the empty one shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    source: String,
    terms: Vec<Term>,
}

impl Filter {
    /// Parses what the operator typed; the fault says where it goes wrong.
    pub fn parse(source: &str) -> Result<Self, Fault> {
        let terms = words(source)?
            .iter()
            .filter(|word| !word.is_empty())
            .map(Term::parse)
            .collect();
        Ok(Self {
            source: source.to_owned(),
            terms,
        })
    }

    /// What the operator typed.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it shows everything.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether a line is shown.
    pub fn passes(&self, chunk: &Chunk, line: &Line) -> bool {
        self.terms
            .iter()
            .all(|term| term.holds(chunk, line) != term.inverse)
    }
}

/// A word, and whether it began with a quote (then a colon in it means nothing).
#[derive(Debug, Default)]
struct Word {
    text: String,
    inverse: bool,
    quoted: bool,
}

impl Word {
    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

fn words(source: &str) -> Result<Vec<Word>, Fault> {
    let mut words = vec![Word::default()];
    let mut open_quote = None;
    for (at, c) in source.char_indices() {
        let last = words.len() - 1;
        let word = &mut words[last];
        match c {
            '"' => {
                word.quoted |= word.is_empty();
                open_quote = if open_quote.is_some() { None } else { Some(at) };
            }
            '!' if word.is_empty() && !word.quoted && !word.inverse => word.inverse = true,
            c if c.is_whitespace() && open_quote.is_none() => words.push(Word::default()),
            c => word.text.push(c),
        }
    }
    match open_quote {
        None => Ok(words),
        Some(at) => Err(Fault::new(
            FaultKind::Usage,
            format!(
                "The quote at character {} is not closed",
                source[..at].chars().count() + 1
            ),
        )
        .means("The filter is as it was")
        .next("Close it with \", or leave it out")),
    }
}

impl Term {
    fn parse(word: &Word) -> Self {
        let member = if word.quoted {
            None
        } else {
            member(&word.text)
        };
        let (within, needle) = member.unwrap_or((Within::Line, &word.text));
        Self {
            within,
            needle: Needle::new(needle),
            inverse: word.inverse,
        }
    }

    fn holds(&self, chunk: &Chunk, line: &Line) -> bool {
        let is_in = |text: &str| self.needle.is_in(text);
        match &self.within {
            Within::Line => is_in(chunk.text(line)),
            Within::Group => is_in(chunk.source.group.text().as_str()),
            Within::Stream => chunk
                .stream_of(line)
                .is_some_and(|stream| is_in(stream.text().as_str())),
            Within::Known(Known::Level) => is_in(line.severity.map_or("", Severity::name)),
            Within::Known(Known::Status) => {
                line.status.is_some_and(|status| is_in(&status.to_string()))
            }
            Within::Known(known) => chunk
                .fields(line)
                .any(|m| m.known == Some(*known) && is_in(&m.value)),
            Within::Member(name) => chunk
                .fields(line)
                .any(|m| m.name.eq_ignore_ascii_case(name) && is_in(&m.value)),
        }
    }
}

/// `field:value`, where the left side could be a name and the right side is not the rest of a URL.
fn member(word: &str) -> Option<(Within, &str)> {
    let (name, value) = word.split_once(':')?;
    let named = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@'));
    if value.is_empty()
        || value.starts_with("//")
        || !named
        || !name.starts_with(|c: char| c.is_alphabetic() || c == '@')
    {
        return None;
    }
    let lower = name.to_lowercase();
    let within = match lower.as_str() {
        "group" => Within::Group,
        "stream" => Within::Stream,
        _ => Known::of(&lower).map_or(Within::Member(lower), Within::Known),
    };
    Some((within, value))
}

#[cfg(test)]
mod tests {
    use super::super::chunk::tests::{event, source};
    use super::*;

    fn shown(filter: &str, message: &str) -> bool {
        let chunk = &Chunk::seal(&source("/ecs/api"), &[event(1, message)])[0];
        Filter::parse(filter).is_ok_and(|f| f.passes(chunk, &chunk.lines()[0]))
    }

    const LINE: &str = r#"{"level":"warn","path":"/api/apples","status":502,"traceId":"tr-7","shop":"Seoul","message":"Upstream gone: at 12:30"}"#;

    #[test]
    fn words_are_and_and_an_exclamation_mark_turns_one_round() {
        for filter in [
            "",
            "upstream",
            "UPSTREAM gone",
            "upstream !timeout",
            "\"gone: at\"",
            "12:30",
            "!\"no such\"",
        ] {
            assert!(shown(filter, LINE), "{filter}");
        }
        for filter in ["timeout", "upstream !gone", "!upstream", "\"gone at\""] {
            assert!(!shown(filter, LINE), "{filter}");
        }
    }

    #[test]
    fn a_member_is_asked_for_by_any_of_its_names() {
        for filter in [
            "level:warn",
            "status:50",
            "trace:tr-7",
            "trace_id:tr-7",
            "shop:seoul",
            "path:/api",
            "group:/ecs",
            "stream:s",
            "!shop:busan",
        ] {
            assert!(shown(filter, LINE), "{filter}");
        }
        for filter in [
            "level:error",
            "status:200",
            "trace:7-tr",
            "shop:busan",
            "nothing:x",
            "message:seoul",
        ] {
            assert!(!shown(filter, LINE), "{filter}");
        }
    }

    #[test]
    fn a_url_and_a_quoted_word_are_no_members() {
        assert!(shown("http://x", "GET http://x/y"));
        assert!(shown("\"shop:x\"", "in shop:x today"));
        assert!(shown("error:", "error: x"));
    }

    #[test]
    fn an_open_quote_is_a_fault_that_says_where() {
        let fault = Filter::parse("a \"b c")
            .map(|_| ())
            .map_err(|f| f.what.to_string());
        assert_eq!(
            fault,
            Err("The quote at character 3 is not closed".to_owned())
        );
    }
}
