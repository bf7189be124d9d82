//! A list with a cursor: sorted, filtered, marked. The order on the screen is an
//! index over the rows, computed when rows, sort or filter change, never while drawing.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::ops::Range;

/// What a column sorts by.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey<'a> {
    Text(&'a str),
    Number(f64),
    /// Sorts after everything, in either direction.
    Missing,
}

impl SortKey<'_> {
    fn order(&self, other: &Self, reversed: bool) -> Ordering {
        let turn = |o: Ordering| if reversed { o.reverse() } else { o };
        match (self, other) {
            (Self::Missing, Self::Missing) => Ordering::Equal,
            (Self::Number(a), Self::Number(b)) => turn(a.total_cmp(b)),
            (Self::Text(a), Self::Text(b)) => turn(a.cmp(b)),
            (Self::Missing, _) | (Self::Text(_), Self::Number(_)) => Ordering::Greater,
            (_, Self::Missing) | (Self::Number(_), Self::Text(_)) => Ordering::Less,
        }
    }
}

/// The sort column (`None` = the order AWS gave) and direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    pub column: Option<usize>,
    pub reversed: bool,
}

/// A row that can stand in a [`List`].
pub trait Row {
    /// What tells this row from the others, across refreshes.
    type Key: Clone + Eq + Ord + Hash;
    fn key(&self) -> Self::Key;
    /// What column `column` sorts by.
    fn sort_key(&self, column: usize) -> SortKey<'_>;
    /// Whether the row is shown under this filter.
    fn matches(&self, filter: &super::filter::Filter) -> bool;
}

/// Cursor, marks, sort and filter over rows that live elsewhere.
#[derive(Clone, Debug)]
pub struct List<K> {
    cursor: Option<K>,
    position: usize,
    offset: usize,
    height: usize,
    marks: BTreeSet<K>,
    sort: Sort,
    filter: super::filter::Filter,
    order: Vec<u32>,
    arranged: Option<(u64, u64)>,
    version: u64,
}

impl<K> Default for List<K> {
    fn default() -> Self {
        Self {
            cursor: None,
            position: 0,
            offset: 0,
            height: 1,
            marks: BTreeSet::new(),
            sort: Sort::default(),
            filter: super::filter::Filter::default(),
            order: Vec::new(),
            arranged: None,
            version: 0,
        }
    }
}

impl<K: Clone + Eq + Ord + Hash> List<K> {
    /// Brings order and cursor up to date with `rows`; cheap when nothing changed.
    pub fn arrange<R: Row<Key = K>>(&mut self, rows: &[R], generation: u64) {
        if self.arranged == Some((generation, self.version)) {
            return;
        }
        self.order = (0..rows.len() as u32)
            .filter(|&i| rows[i as usize].matches(&self.filter))
            .collect();
        if let Some(column) = self.sort.column {
            let reversed = self.sort.reversed;
            self.order.sort_by(|&a, &b| {
                rows[a as usize]
                    .sort_key(column)
                    .order(&rows[b as usize].sort_key(column), reversed)
            });
        } else if self.sort.reversed {
            self.order.reverse();
        }
        self.arranged = Some((generation, self.version));
        self.follow_cursor(rows);
    }

    /// Keeps the cursor on its row; where that row is gone, on its place.
    fn follow_cursor<R: Row<Key = K>>(&mut self, rows: &[R]) {
        let found = self.cursor.as_ref().and_then(|key| {
            self.order
                .iter()
                .position(|&i| rows[i as usize].key() == *key)
        });
        self.position = found
            .unwrap_or(self.position)
            .min(self.order.len().saturating_sub(1));
        self.cursor = self
            .order
            .get(self.position)
            .map(|&i| rows[i as usize].key());
        self.scroll();
    }

    fn scroll(&mut self) {
        let most = self.order.len().saturating_sub(self.height);
        let lowest = (self.position + 1).saturating_sub(self.height);
        self.offset = self
            .offset
            .clamp(lowest.min(self.position), self.position)
            .min(most);
    }

    /// How many rows fit on the screen.
    pub fn set_height(&mut self, height: usize) {
        self.height = height.max(1);
        self.scroll();
    }

    /// Moves the cursor by `delta` rows, stopping at the ends.
    pub fn step<R: Row<Key = K>>(&mut self, rows: &[R], delta: isize) {
        let last = self.order.len().saturating_sub(1);
        self.position = self.position.saturating_add_signed(delta).min(last);
        self.cursor = self
            .order
            .get(self.position)
            .map(|&i| rows[i as usize].key());
        self.scroll();
    }

    /// Puts the cursor on this row, if it is shown.
    pub fn select<R: Row<Key = K>>(&mut self, rows: &[R], key: &K) {
        self.cursor = Some(key.clone());
        self.follow_cursor(rows);
    }

    /// The row under the cursor.
    pub fn selected<'r, R>(&self, rows: &'r [R]) -> Option<&'r R> {
        self.order
            .get(self.position)
            .and_then(|&i| rows.get(i as usize))
    }

    /// The rows on the screen, as indices into the rows, in order.
    pub fn visible(&self) -> &[u32] {
        &self.order[self.window()]
    }

    /// All shown rows, as indices into the rows, in order.
    pub fn ordered(&self) -> impl Iterator<Item = usize> {
        self.order.iter().map(|&i| i as usize)
    }

    /// The part of the order on the screen.
    pub fn window(&self) -> Range<usize> {
        self.offset..(self.offset + self.height).min(self.order.len())
    }

    /// The cursor's row on the screen, from the top.
    pub fn cursor_line(&self) -> usize {
        self.position.saturating_sub(self.offset)
    }

    /// How many rows pass the filter.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no row passes the filter.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The cursor's place, from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The height last set.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Marks or unmarks the row under the cursor.
    pub fn toggle_mark(&mut self) {
        if let Some(key) = self.cursor.clone()
            && !self.marks.remove(&key)
        {
            self.marks.insert(key);
        }
    }

    /// The marked rows' keys.
    pub fn marks(&self) -> &BTreeSet<K> {
        &self.marks
    }

    /// Unmarks everything.
    pub fn clear_marks(&mut self) {
        self.marks.clear();
    }

    /// Sort column and direction.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Sorts anew at the next [`List::arrange`].
    pub fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.version += 1;
    }

    /// The filter.
    pub fn filter(&self) -> &super::filter::Filter {
        &self.filter
    }

    /// Filters anew at the next [`List::arrange`].
    pub fn set_filter(&mut self, filter: super::filter::Filter) {
        self.filter = filter;
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::filter::Filter;
    use proptest::prelude::*;

    #[derive(Clone)]
    struct Item(u32, Option<f64>);

    impl Row for Item {
        type Key = u32;
        fn key(&self) -> u32 {
            self.0
        }
        fn sort_key(&self, _column: usize) -> SortKey<'_> {
            self.1.map_or(SortKey::Missing, SortKey::Number)
        }
        fn matches(&self, filter: &Filter) -> bool {
            filter.passes(|_| self.0.to_string().into())
        }
    }

    fn items(values: &[Option<f64>]) -> Vec<Item> {
        values.iter().zip(0..).map(|(v, i)| Item(i, *v)).collect()
    }

    fn shown(list: &List<u32>, rows: &[Item]) -> Vec<u32> {
        list.visible().iter().map(|&i| rows[i as usize].0).collect()
    }

    fn list(rows: &[Item], height: usize) -> List<u32> {
        let mut list = List::default();
        list.set_height(height);
        list.arrange(rows, 1);
        list
    }

    #[test]
    fn a_missing_value_sorts_last_in_either_direction() {
        let rows = items(&[Some(2.0), None, Some(1.0)]);
        let mut list = list(&rows, 9);
        list.set_sort(Sort {
            column: Some(0),
            reversed: false,
        });
        list.arrange(&rows, 1);
        assert_eq!(shown(&list, &rows), [2, 0, 1]);
        list.set_sort(Sort {
            column: Some(0),
            reversed: true,
        });
        list.arrange(&rows, 1);
        assert_eq!(shown(&list, &rows), [0, 2, 1]);
    }

    #[test]
    fn the_cursor_stays_on_its_row_when_others_come_and_on_its_place_when_it_goes() {
        let mut rows = items(&[None; 5]);
        let mut list = list(&rows, 3);
        list.step(&rows, 3);
        rows.remove(0);
        list.arrange(&rows, 2);
        assert_eq!(list.selected(&rows).map(|r| r.0), Some(3));
        rows.remove(2);
        list.arrange(&rows, 3);
        assert_eq!(list.selected(&rows).map(|r| r.0), Some(4));
    }

    #[test]
    fn a_mark_is_set_and_taken_back() {
        let rows = items(&[None; 2]);
        let mut list = list(&rows, 3);
        list.toggle_mark();
        assert_eq!(list.marks().len(), 1);
        list.toggle_mark();
        assert!(list.marks().is_empty());
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_among_the_rows_on_the_screen(
            count in 0_usize..60, height in 0_usize..20, steps in prop::collection::vec(-70_isize..70, 0..20),
        ) {
            let rows = items(&vec![None; count]);
            let mut list = list(&rows, height);
            for delta in steps {
                list.step(&rows, delta);
                prop_assert!(list.window().len() <= list.height());
                if count > 0 {
                    prop_assert!(list.window().contains(&list.position()));
                }
            }
        }
    }
}
