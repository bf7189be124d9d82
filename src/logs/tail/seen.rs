//! Which events were seen, second by second: cheap to add to, cheap to forget.
//!
//! They are forgotten by time alone: an id that nothing will ask for again goes,
//! and no other. Some 20 bytes each, so that the 150 seconds in which a line may
//! come late take 15 MB at 5,000 lines a second.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// A 64-bit digest: two ids of one second collide once in centuries.
pub(super) fn digest(id: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// A digest is a hash already.
#[derive(Clone, Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}

type Digests = HashSet<u64, BuildHasherDefault<Hashed>>;
type Counted = HashMap<u64, u32, BuildHasherDefault<Hashed>>;

/// Digests by the second of their event.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    seconds: BTreeMap<i64, Digests>,
    count: usize,
}

impl Seen {
    /// Remembers one; `false` where it was known.
    pub(super) fn add(&mut self, at: i64, digest: u64) -> bool {
        let second = self.seconds.entry(at.div_euclid(1000)).or_default();
        let new = second.insert(digest);
        self.count += usize::from(new);
        new
    }

    /// Forgets whole seconds before a time.
    pub(super) fn forget_before(&mut self, at: i64) {
        while let Some(first) = self.seconds.first_entry() {
            if *first.key() >= at.div_euclid(1000) {
                return;
            }
            self.count -= first.remove().len();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.count
    }
}

/// How many there are of each digest, by the second of their event.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts(BTreeMap<i64, Counted>);

impl Counts {
    /// One more.
    pub(super) fn add(&mut self, at: i64, digest: u64) {
        let second = self.0.entry(at.div_euclid(1000)).or_default();
        *second.entry(digest).or_default() += 1;
    }

    /// One less; `false` where there was none.
    pub(super) fn take(&mut self, at: i64, digest: u64) -> bool {
        let second = self.0.get_mut(&at.div_euclid(1000));
        match second.and_then(|second| second.get_mut(&digest)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// Forgets whole seconds before a time.
    pub(super) fn forget_before(&mut self, at: i64) {
        self.0 = self.0.split_off(&at.div_euclid(1000));
    }
}
