//! The three sizes of a group, and how AWS bends the third.

use super::input::bad;
use crate::sim::call::Refusal;

/// Sizes as a request has them; what is left out stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub min: Option<u32>,
    pub max: Option<u32>,
    pub desired: Option<u32>,
}

/// Sizes that are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub min: u32,
    pub max: u32,
    pub desired: u32,
}

impl Sizes {
    /// The sizes after a wish: where desired is not given, it is bent into the bounds;
    /// where it is given and lies outside of them, AWS refuses.
    pub fn after(self, wish: Wish) -> Result<Self, Refusal> {
        let min = wish.min.unwrap_or(self.min);
        let max = wish.max.unwrap_or(self.max);
        if min > max {
            return Err(bad(format!(
                "Max bound, {max}, must be greater than or equal to min bound, {min}"
            )));
        }
        match wish.desired {
            Some(desired) if !(min..=max).contains(&desired) => Err(bad(format!(
                "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"
            ))),
            desired => Ok(Self {
                min,
                max,
                desired: desired.unwrap_or(self.desired).clamp(min, max),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Sizes = Sizes {
        min: 2,
        max: 6,
        desired: 3,
    };

    fn after(min: Option<u32>, max: Option<u32>, desired: Option<u32>) -> Result<Sizes, String> {
        NOW.after(Wish { min, max, desired }).map_err(|r| r.message)
    }

    #[test]
    fn a_higher_minimum_raises_desired_and_a_lower_one_leaves_it() {
        let sizes = |min, max, desired| Ok(Sizes { min, max, desired });
        assert_eq!(after(Some(4), None, None), sizes(4, 6, 4));
        assert_eq!(after(Some(1), None, None), sizes(1, 6, 3));
        assert_eq!(after(Some(0), Some(2), None), sizes(0, 2, 2));
        assert_eq!(after(None, None, Some(5)), sizes(2, 6, 5));
    }

    #[test]
    fn bounds_that_cross_and_a_desired_outside_of_them_are_refused() {
        assert!(after(Some(7), None, None).is_err_and(|m| m.starts_with("Max bound, 6")));
        assert!(after(None, None, Some(9)).is_err_and(|m| m.contains("capacity:9")));
        assert!(after(None, None, Some(1)).is_err());
    }
}
