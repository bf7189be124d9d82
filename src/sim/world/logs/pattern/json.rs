//! `{ $.status >= 500 && $.path = "/api/*" }`.

use regex::Regex;
use serde_json::Value;

/// Deeper nesting than this is refused.
const DEPTH: usize = 32;

/// What must hold of an event that is a JSON object.
#[derive(Clone, Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Test(Selector, Test),
}

/// The way to a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector(Vec<Step>);

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Member(String),
    Index(usize),
    Each,
}

#[derive(Clone, Debug)]
pub enum Test {
    IsNull,
    Is(bool),
    NotExists,
    Compare(Operator, Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    Differs,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Clone, Debug)]
pub enum Operand {
    Number(f64),
    /// With `*` for anything.
    Text(String),
    Expression(Regex),
}

impl Condition {
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(value)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(value)),
            Self::Test(selector, test) => selector.any(value, test),
        }
    }
}

impl Selector {
    fn any(&self, value: &Value, test: &Test) -> bool {
        let mut found = vec![value];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| step.of(value)).collect();
        }
        match test {
            Test::NotExists => found.is_empty(),
            Test::IsNull => found.iter().any(|value| value.is_null()),
            Test::Is(truth) => found.iter().any(|value| value.as_bool() == Some(*truth)),
            Test::Compare(operator, operand) => {
                found.iter().any(|value| compare(value, *operator, operand))
            }
        }
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match self {
            Self::Member(name) => value.get(name).into_iter().collect(),
            Self::Index(index) => value.get(index).into_iter().collect(),
            Self::Each => value
                .as_array()
                .map_or(Vec::new(), |all| all.iter().collect()),
        }
    }
}

/// A value that is an object or an array fits nothing.
fn compare(value: &Value, operator: Operator, operand: &Operand) -> bool {
    if let (Operand::Number(wanted), Some(number)) = (operand, value.as_f64()) {
        return match operator {
            Operator::Equal => number.total_cmp(wanted).is_eq(),
            Operator::Differs => number.total_cmp(wanted).is_ne(),
            Operator::Less => number < *wanted,
            Operator::AtMost => number <= *wanted,
            Operator::More => number > *wanted,
            Operator::AtLeast => number >= *wanted,
        };
    }
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return false,
    };
    let same = match operand {
        Operand::Number(number) => text == number.to_string(),
        Operand::Text(pattern) => wild(pattern, &text),
        Operand::Expression(expression) => expression.is_match(&text),
    };
    match operator {
        Operator::Equal => same,
        Operator::Differs => !same,
        _ => false,
    }
}

/// Whether a text fits a pattern in which `*` is anything.
fn wild(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}

/// Reads a whole pattern in braces.
pub fn parse(text: &str) -> Option<Condition> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut reader = Reader { rest: inner };
    let condition = reader.any(0)?;
    reader.is_done().then_some(condition)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, token: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(token)?;
        Some(())
    }

    fn is_done(&self) -> bool {
        self.rest.trim().is_empty()
    }

    fn any(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.all(depth)?];
        while self.eat("||").is_some() {
            parts.push(self.all(depth)?);
        }
        Some(Condition::Any(parts))
    }

    fn all(&mut self, depth: usize) -> Option<Condition> {
        let mut parts = vec![self.one(depth)?];
        while self.eat("&&").is_some() {
            parts.push(self.one(depth)?);
        }
        Some(Condition::All(parts))
    }

    fn one(&mut self, depth: usize) -> Option<Condition> {
        if depth < DEPTH && self.eat("(").is_some() {
            let inner = self.any(depth + 1)?;
            self.eat(")")?;
            return Some(inner);
        }
        let selector = self.selector()?;
        Some(Condition::Test(selector, self.test()?))
    }

    fn selector(&mut self) -> Option<Selector> {
        self.eat("$")?;
        let mut steps = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                let name = self.while_in(|c| c.is_alphanumeric() || "_-@".contains(c));
                steps.push(Step::Member((!name.is_empty()).then(|| name.to_owned())?));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let (index, rest) = rest.split_once(']')?;
                self.rest = rest;
                steps.push(step(index.trim())?);
            } else {
                return (!steps.is_empty()).then_some(Selector(steps));
            }
        }
    }

    fn while_in(&mut self, good: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !good(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn test(&mut self) -> Option<Test> {
        let words: [(&[&str], Test); 4] = [
            (&["IS", "NULL"], Test::IsNull),
            (&["IS", "TRUE"], Test::Is(true)),
            (&["IS", "FALSE"], Test::Is(false)),
            (&["NOT", "EXISTS"], Test::NotExists),
        ];
        for (words, test) in words {
            let before = self.rest;
            if words.iter().all(|word| self.eat(word).is_some()) {
                return Some(test);
            }
            self.rest = before;
        }
        Some(Test::Compare(self.operator()?, self.operand()?))
    }

    fn operator(&mut self) -> Option<Operator> {
        let known = [
            ("!=", Operator::Differs),
            ("<=", Operator::AtMost),
            (">=", Operator::AtLeast),
            ("=", Operator::Equal),
            ("<", Operator::Less),
            (">", Operator::More),
        ];
        known
            .into_iter()
            .find_map(|(sign, operator)| self.eat(sign).map(|()| operator))
    }

    fn operand(&mut self) -> Option<Operand> {
        self.rest = self.rest.trim_start();
        if let Some(inner) = self.rest.strip_prefix('"') {
            let (text, rest) = inner.split_once('"')?;
            self.rest = rest;
            return Some(Operand::Text(text.to_owned()));
        }
        if let Some(inner) = self.rest.strip_prefix('%') {
            let (text, rest) = inner.split_once('%')?;
            self.rest = rest;
            return super::bounded(text).map(Operand::Expression);
        }
        let word = self.while_in(|c| c.is_alphanumeric() || "_-.*+/:".contains(c));
        match word.parse() {
            _ if word.is_empty() => None,
            Ok(number) => Some(Operand::Number(number)),
            Err(_) => Some(Operand::Text(word.to_owned())),
        }
    }
}

fn step(index: &str) -> Option<Step> {
    match index {
        "*" => Some(Step::Each),
        number => number.parse().ok().map(Step::Index),
    }
}
