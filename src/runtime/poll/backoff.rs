//! Growing pauses with jitter, so that many consoles do not come back in step.

use std::time::Duration;

/// The pause after the `failures`-th failure in a row: doubles from `first` up
/// to `most`; between half of it and all of it as `chance` (0..1) says.
pub fn delay(first: Duration, most: Duration, failures: u32, chance: f64) -> Duration {
    let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled
        .min(most)
        .mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// Chance for jitter; nothing depends on its quality.
#[derive(Debug)]
pub struct Chance(u64);

impl Default for Chance {
    fn default() -> Self {
        use std::hash::{BuildHasher, Hasher};
        Self(
            std::collections::hash_map::RandomState::new()
                .build_hasher()
                .finish(),
        )
    }
}

impl Chance {
    /// A number in 0..1.
    pub fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn pauses_double_up_to_the_most() {
        let at = |failures| delay(S(2), S(30), failures, 1.0);
        assert_eq!(
            [at(1), at(2), at(3), at(4), at(5), at(60)],
            [S(2), S(4), S(8), S(16), S(30), S(30)]
        );
    }

    #[test]
    fn chance_takes_off_half_at_most() {
        let mut chance = Chance::default();
        for _ in 0..1000 {
            let pause = delay(S(2), S(30), 3, chance.draw());
            assert!(pause >= S(4) && pause <= S(8), "{pause:?}");
        }
    }
}
