//! The parts of a title: where there is no room for all, what tells of missing or
//! late lines and of cost is the last to go.

use crate::view::put::width;

/// What is given up first, the least worth before the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    Sparkline,
    /// What a shorter form says nearly as well.
    Words,
    Rate,
    Counted,
    Method,
    /// What the operator asked for.
    Asked,
    /// Without it the lines would be taken for what they are not; it stays.
    Truth,
}

/// Something that a title says, in forms that become shorter; each with what it is worth.
#[derive(Clone, Debug)]
pub struct Part(Vec<(Worth, String)>);

impl Part {
    /// One that has one form.
    pub fn new(worth: Worth, text: impl Into<String>) -> Self {
        Self(vec![(worth, text.into())])
    }

    /// With a longer form, while there is room for it.
    pub fn or(mut self, worth: Worth, longer: impl Into<String>) -> Self {
        self.0.push((worth, longer.into()));
        self
    }

    fn text(&self) -> Option<&str> {
        self.0.last().map(|(_, text)| text.as_str())
    }

    /// What its form now is worth; the last form of a truth cannot be given up.
    fn worth(&self) -> Option<Worth> {
        let (worth, _) = self.0.last()?;
        (self.0.len() > 1 || *worth < Worth::Truth).then_some(*worth)
    }

    /// What is left of it where there is no room for anything else.
    fn shortest(&self) -> Option<&str> {
        let (worth, text) = self.0.first()?;
        (*worth == Worth::Truth).then_some(text)
    }
}

fn joined<'p>(texts: impl Iterator<Item = &'p str>) -> String {
    texts.collect::<Vec<_>>().join(" · ")
}

/// The columns that cannot be done without.
pub fn least(parts: &[Part]) -> usize {
    width(&joined(parts.iter().filter_map(Part::shortest)))
}

/// As much of the parts as so many columns hold; of equals the last goes first.
pub fn fitting(mut parts: Vec<Part>, room: usize) -> String {
    loop {
        let text = joined(parts.iter().filter_map(Part::text));
        let spare = parts.iter_mut().rev().filter(|part| part.worth().is_some());
        match spare.min_by_key(|part| part.worth()) {
            Some(part) if width(&text) > room => drop(part.0.pop()),
            _ => return text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_least_worth_goes_first_and_the_truth_stays() {
        let parts = vec![
            Part::new(Worth::Method, "polling"),
            Part::new(Worth::Rate, "842/s").or(Worth::Sparkline, "842/s ▁▂▃"),
            Part::new(Worth::Truth, "9 dropped").or(Worth::Words, "9 dropped by the cap"),
            Part::new(Worth::Truth, "0.60 USD/h"),
        ];
        assert_eq!(least(&parts), 22);
        let said = |room| fitting(parts.clone(), room);
        assert_eq!(
            said(80),
            "polling · 842/s ▁▂▃ · 9 dropped by the cap · 0.60 USD/h"
        );
        assert_eq!(
            said(53),
            "polling · 842/s · 9 dropped by the cap · 0.60 USD/h"
        );
        assert_eq!(said(50), "polling · 842/s · 9 dropped · 0.60 USD/h");
        assert_eq!(said(38), "polling · 9 dropped · 0.60 USD/h");
        assert_eq!(said(30), "9 dropped · 0.60 USD/h");
        assert_eq!(said(3), "9 dropped · 0.60 USD/h");
    }
}
