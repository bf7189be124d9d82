//! What all list panes do alike: move, mark, sort, filter.

use crate::domain::fault::{Fault, FaultKind};
use crate::model::filter::Filter;
use crate::model::list::{List, Row, Sort};
use crate::model::verb::Verb;

/// Rows with their cursor, sort and filter; the order is brought up to date with every change.
#[derive(Debug)]
pub struct Browser<R: Row> {
    columns: &'static [&'static str],
    rows: Vec<R>,
    generation: u64,
    list: List<R::Key>,
    rest: Rest,
}

/// Who decides where the cursor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Nobody yet: which source answered first means nothing.
    Top,
    /// The row it is on.
    Row,
}

impl<R: Row> Browser<R> {
    /// An empty list with these columns.
    pub fn new(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
            generation: 0,
            list: List::default(),
            rest: Rest::Top,
        }
    }

    /// Until all sources have told (or the operator has moved it) the cursor rests on the first row that `counts`.
    pub fn rest_on(&mut self, counts: impl Fn(&R) -> bool, all_told: bool) {
        if self.rest == Rest::Row {
            return;
        }
        let first = self.list.ordered().find_map(|i| {
            let row = self.rows.get(i)?;
            counts(row).then(|| row.key())
        });
        if let Some(key) = first {
            self.list.select(&self.rows, &key);
        }
        if all_told {
            self.rest = Rest::Row;
        }
    }

    /// All rows, in AWS's order.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// Changes the rows, then brings order and cursor up to date.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Vec<R>) -> T) -> T {
        let answer = change(&mut self.rows);
        self.generation += 1;
        self.arrange();
        answer
    }

    fn arrange(&mut self) {
        self.list.arrange(&self.rows, self.generation);
    }

    /// Cursor, marks, order.
    pub fn list(&self) -> &List<R::Key> {
        &self.list
    }

    /// The row under the cursor.
    pub fn selected(&self) -> Option<&R> {
        self.list.selected(&self.rows)
    }

    /// The rows on the screen, from the top.
    pub fn visible(&self) -> impl Iterator<Item = &R> {
        self.list
            .visible()
            .iter()
            .filter_map(|&i| self.rows.get(i as usize))
    }

    /// How many rows fit on the screen.
    pub fn set_height(&mut self, height: usize) {
        self.list.set_height(height);
    }

    /// Whether a verb of moving, marking or sorting would do something.
    pub fn can(&self, verb: Verb) -> bool {
        match verb {
            Verb::Up | Verb::PageUp | Verb::Top => self.list.position() > 0,
            Verb::Down | Verb::PageDown | Verb::Bottom => {
                self.list.position() + 1 < self.list.len()
            }
            Verb::Mark => !self.list.is_empty(),
            Verb::Sort | Verb::Reverse | Verb::Filter => !self.rows.is_empty(),
            _ => false,
        }
    }

    /// Moves, marks or sorts; answers whether the verb was one of these.
    pub fn act(&mut self, verb: Verb) -> bool {
        self.rest = Rest::Row;
        let page = self.list.height().saturating_sub(1).max(1).cast_signed();
        match verb {
            Verb::Up => self.list.step(&self.rows, -1),
            Verb::Down => self.list.step(&self.rows, 1),
            Verb::PageUp => self.list.step(&self.rows, -page),
            Verb::PageDown => self.list.step(&self.rows, page),
            Verb::Top => self.list.step(&self.rows, isize::MIN),
            Verb::Bottom => self.list.step(&self.rows, isize::MAX),
            Verb::Mark => self.list.toggle_mark(),
            Verb::Sort => self.sort(self.next_sort()),
            Verb::Reverse => self.sort(Sort {
                reversed: !self.list.sort().reversed,
                ..self.list.sort()
            }),
            _ => return false,
        }
        true
    }

    /// The order AWS gave, then each column, then AWS's again.
    fn next_sort(&self) -> Sort {
        let next = self.list.sort().column.map_or(0, |column| column + 1);
        Sort {
            column: (next < self.columns.len()).then_some(next),
            reversed: false,
        }
    }

    fn sort(&mut self, sort: Sort) {
        self.list.set_sort(sort);
        self.arrange();
    }

    /// The columns' names.
    pub fn columns(&self) -> &'static [&'static str] {
        self.columns
    }

    /// Sorts by a column's name.
    pub fn sort_by(&mut self, column: &str) -> Result<(), Fault> {
        let found = self
            .columns
            .iter()
            .position(|c| c.eq_ignore_ascii_case(column));
        let Some(found) = found else {
            return Err(Fault::new(
                FaultKind::Usage,
                format!("No column is called “{column}” here"),
            )
            .next(format!(
                "Columns: {}",
                self.columns.join(", ").to_lowercase()
            )));
        };
        self.sort(Sort {
            column: Some(found),
            reversed: false,
        });
        Ok(())
    }

    /// Sets the filter; the fault says where it is wrong.
    pub fn set_filter(&mut self, source: &str) -> Result<(), Fault> {
        self.list.set_filter(Filter::parse(source, self.columns)?);
        self.arrange();
        Ok(())
    }

    /// The filter in force.
    pub fn filter(&self) -> &str {
        self.list.filter().source()
    }

    /// Forgets the rows and marks; sort and filter stay.
    pub fn clear(&mut self) {
        self.list.clear_marks();
        self.change(Vec::clear);
    }
}

/// The part of [`Pane`](super::Pane) that is the same for every pane over a [`Browser`].
macro_rules! browses {
    ($rows:ident) => {
        fn set_filter(&mut self, source: &str) -> Result<(), crate::domain::fault::Fault> {
            self.$rows.set_filter(source)
        }

        fn filter(&self) -> &str {
            self.$rows.filter()
        }

        fn columns(&self) -> Vec<&'static str> {
            self.$rows.columns().to_vec()
        }

        fn sort_by(&mut self, column: &str) -> Result<(), crate::domain::fault::Fault> {
            self.$rows.sort_by(column)
        }
    };
}
pub(super) use browses;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::list::SortKey;

    struct Named(&'static str);

    impl Row for Named {
        type Key = &'static str;
        fn key(&self) -> Self::Key {
            self.0
        }
        fn sort_key(&self, _column: usize) -> SortKey<'_> {
            SortKey::Text(self.0)
        }
        fn matches(&self, filter: &Filter) -> bool {
            filter.passes(|_| self.0.into())
        }
    }

    fn browser() -> Browser<Named> {
        let mut browser = Browser::new(&["NAME"]);
        browser.set_height(2);
        browser.change(|rows| rows.extend(["c", "a", "b"].map(Named)));
        browser
    }

    fn shown(browser: &Browser<Named>) -> Vec<&str> {
        browser.visible().map(|r| r.0).collect()
    }

    #[test]
    fn sorting_steps_through_the_columns_and_back_to_the_order_of_aws() {
        let mut browser = browser();
        browser.act(Verb::Sort);
        browser.act(Verb::Top);
        assert_eq!(shown(&browser), ["a", "b"]);
        browser.act(Verb::Sort);
        browser.act(Verb::Top);
        assert_eq!(shown(&browser), ["c", "a"]);
    }

    #[test]
    fn the_footer_offers_only_moves_that_move() {
        let mut browser = browser();
        assert!(!browser.can(Verb::Up) && browser.can(Verb::Down));
        browser.act(Verb::Bottom);
        assert!(browser.can(Verb::Up) && !browser.can(Verb::Down));
    }

    #[test]
    fn an_unknown_column_is_answered_with_those_there_are() {
        let mut browser = browser();
        let fault = browser
            .sort_by("size")
            .expect_err("there is no such column");
        assert!(fault.line().as_str().contains("Columns: name"), "{fault}");
        assert!(browser.set_filter("size:3").is_err());
    }

    #[test]
    fn a_filter_hides_rows_and_its_removal_shows_them_again() {
        let mut browser = browser();
        browser.set_filter("!a").expect("a good filter");
        assert_eq!(shown(&browser), ["c", "b"]);
        browser.set_filter("").expect("a good filter");
        assert_eq!(browser.list().len(), 3);
    }
}
