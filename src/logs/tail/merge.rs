//! Lines of several sources in the order of time, for an output that cannot put
//! a line before one that was written.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// Lines of one source in their order, with their times.
#[derive(Debug)]
struct Block<B> {
    body: B,
    times: Vec<i64>,
    next: usize,
}

#[derive(Debug)]
struct Feed<B> {
    blocks: VecDeque<Block<B>>,
    ended: bool,
}

/// Sources that are each in order and have an end: exact, and no more is kept than was pushed ahead.
#[derive(Debug)]
pub struct Merge<B> {
    feeds: Vec<Feed<B>>,
    /// The first line of each feed that has one.
    heads: BinaryHeap<Reverse<(i64, usize)>>,
    /// Feeds that may still bring lines and have none here.
    waiting: usize,
}

impl<B> Merge<B> {
    /// So many sources.
    pub fn of(feeds: usize) -> Self {
        let feed = || Feed {
            blocks: VecDeque::new(),
            ended: false,
        };
        Self {
            feeds: (0..feeds).map(|_| feed()).collect(),
            heads: BinaryHeap::new(),
            waiting: feeds,
        }
    }

    /// Lines of a feed, in their order; none: nothing happens.
    pub fn push(&mut self, feed: usize, body: B, times: Vec<i64>) {
        let Some(first) = times.first().copied() else {
            return;
        };
        let Some(source) = self.feeds.get_mut(feed) else {
            return;
        };
        if source.blocks.is_empty() {
            self.heads.push(Reverse((first, feed)));
            self.waiting -= usize::from(!source.ended);
        }
        source.blocks.push_back(Block {
            body,
            times,
            next: 0,
        });
    }

    /// A feed has brought all it has.
    pub fn end(&mut self, feed: usize) {
        if let Some(source) = self.feeds.get_mut(feed)
            && !std::mem::replace(&mut source.ended, true)
        {
            self.waiting -= usize::from(source.blocks.is_empty());
        }
    }

    /// Whether a feed has lines here, so that it need not bring more yet.
    pub fn holds(&self, feed: usize) -> bool {
        self.feeds
            .get(feed)
            .is_some_and(|source| !source.blocks.is_empty())
    }

    /// Hands out every line that nothing older can come before any more.
    pub fn drain<E>(&mut self, mut each: impl FnMut(&B, usize) -> Result<(), E>) -> Result<(), E> {
        while self.waiting == 0 {
            let Some(Reverse((_, feed))) = self.heads.pop() else {
                break;
            };
            let until = self.heads.peek().map_or(i64::MAX, |head| head.0.0);
            self.run(feed, until, &mut each)?;
        }
        Ok(())
    }

    /// The lines of one feed up to the next one's first.
    fn run<E>(
        &mut self,
        feed: usize,
        until: i64,
        each: &mut impl FnMut(&B, usize) -> Result<(), E>,
    ) -> Result<(), E> {
        let source = &mut self.feeds[feed];
        while let Some(block) = source.blocks.front_mut() {
            while let Some(at) = block.times.get(block.next) {
                if *at > until {
                    self.heads.push(Reverse((*at, feed)));
                    return Ok(());
                }
                block.next += 1;
                each(&block.body, block.next - 1)?;
            }
            source.blocks.pop_front();
        }
        self.waiting += usize::from(!source.ended);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    fn drained(merge: &mut Merge<&'static str>) -> Vec<(&'static str, usize)> {
        let mut out = Vec::new();
        let each = |body: &&'static str, line| {
            out.push((*body, line));
            Ok::<(), Infallible>(())
        };
        let Ok(()) = merge.drain(each);
        out
    }

    #[test]
    fn nothing_is_handed_out_while_an_older_line_may_come() {
        let mut merge = Merge::of(2);
        merge.push(0, "a", vec![1, 5]);
        assert_eq!(drained(&mut merge), []);
        assert!(merge.holds(0) && !merge.holds(1));
        merge.push(1, "b", vec![2, 3]);
        assert_eq!(drained(&mut merge), [("a", 0), ("b", 0), ("b", 1)]);
        merge.end(1);
        assert_eq!(drained(&mut merge), [("a", 1)]);
        merge.end(0);
    }

    proptest! {
        #[test]
        fn all_lines_come_out_once_in_the_order_of_time(mut feeds in prop::collection::vec(prop::collection::vec(0_i64..100, 0..40), 1..5), step in 1_usize..7) {
            for feed in &mut feeds { feed.sort_unstable(); }
            let mut merge = Merge::of(feeds.len());
            let mut out = Vec::new();
            let longest = feeds.iter().map(Vec::len).max().unwrap_or(0);
            for from in (0..=longest).step_by(step) {
                for (n, feed) in feeds.iter().enumerate() {
                    let part = feed.get(from..(from + step).min(feed.len())).unwrap_or_default();
                    merge.push(n, part.to_vec(), part.to_vec());
                    if from + step >= feed.len() { merge.end(n); }
                }
                let each = |body: &Vec<i64>, line: usize| { out.push(body[line]); Ok::<(), Infallible>(()) };
                let Ok(()) = merge.drain(each);
            }
            let mut all: Vec<i64> = feeds.concat();
            all.sort_unstable();
            prop_assert_eq!(out, all);
        }
    }
}
