//! Names before blanks: where the first column would be cut, the others lend it what they do not use.

use super::Column;
use crate::view::put::width;

/// Widens the first column up to its ideal, as far as its widest cell asks for it and
/// the others have blanks to give. `widest` looks at the rows on the screen.
pub(super) fn to_first(
    columns: &[Column],
    fitted: &mut [(usize, u16)],
    widest: impl Fn(usize) -> Option<usize>,
) {
    let Some(((first, wide), others)) = fitted.split_first_mut() else {
        return;
    };
    let ideal = columns.get(*first).map_or(0, |column| column.ideal);
    let asked = widest(*first).unwrap_or_default().min(usize::from(ideal));
    let mut missing = asked.saturating_sub(usize::from(*wide)) as u16;
    for (other, room) in others {
        if missing == 0 {
            return;
        }
        let header = columns
            .get(*other)
            .map_or(0, |column| width(column.header) + 1);
        let used = widest(*other).unwrap_or_default().max(header) as u16;
        let lent = room.saturating_sub(used).min(missing);
        *room -= lent;
        *wide += lent;
        missing -= lent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::new("NAME", 5, 12),
        Column::new("STATE", 10, 10),
        Column::new("AGE", 6, 6),
    ];

    fn lent(widest: [usize; 3]) -> Vec<u16> {
        let mut fitted = vec![(0, 5), (1, 10), (2, 6)];
        to_first(&COLUMNS, &mut fitted, |column| widest.get(column).copied());
        fitted.into_iter().map(|(_, wide)| wide).collect()
    }

    #[test]
    fn a_name_that_fits_asks_for_nothing() {
        assert_eq!(lent([5, 1, 1]), [5, 10, 6]);
    }

    #[test]
    fn blanks_are_lent_and_neither_text_nor_header_is() {
        assert_eq!(lent([8, 4, 6]), [8, 7, 6]);
        assert_eq!(lent([40, 4, 1]), [11, 6, 4]);
        assert_eq!(lent([40, 10, 6]), [5, 10, 6]);
    }
}
