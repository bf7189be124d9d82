//! A row as a wish of a load test: what it would ask for if it asked for what is there.

use super::browse::Browser;
use crate::model::list::Row;
use crate::session::survey::Wish;

/// One row that can stand in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wished {
    /// With the values of now, for the operator to change.
    pub wish: Wish,
    /// Whether the operator marked it.
    pub marked: bool,
}

/// All rows of a list that `wish` has a wish for.
pub(super) fn wished<R: Row>(rows: &Browser<R>, wish: impl Fn(&R) -> Option<Wish>) -> Vec<Wished> {
    let marks = rows.list().marks();
    let one = |row: &R| {
        Some(Wished {
            wish: wish(row)?,
            marked: marks.contains(&row.key()),
        })
    };
    rows.rows().iter().filter_map(one).collect()
}
