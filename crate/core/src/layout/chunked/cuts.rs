//! A selection in parts that several can read, each its own: every chunk is decoded by one of them, as in one read.

use super::{Chunked, product};

impl Chunked {
    /// Whether chunks have to be decoded.
    pub(in crate::layout) fn filtered(&self) -> bool {
        !self.filters.filters.is_empty()
    }

    /// Elements at which parts of `bytes` or somewhat more begin, and the end of the last one: `most` parts at most.
    pub(in crate::layout) fn cuts(&self, bytes: u64, most: usize) -> Vec<u64> {
        let enough = (bytes / self.unit as u64).max(1);
        let mut cuts = vec![0];
        let (mut from, mut at) = (0, 0u64);
        while at < self.total && cuts.len() < most {
            at = at.saturating_add(product(self.ranges_at(at).iter().map(|r| r.end - r.start)).max(1));
            if at - from >= enough && at < self.total {
                cuts.push(at);
                from = at;
            }
        }
        cuts.push(self.total);
        cuts
    }

    /// Goes on at element `from`, and ends before `to`: both are cuts.
    pub(in crate::layout) fn only(&mut self, from: u64, to: u64) {
        self.batches.clear();
        (self.planned, self.end) = (from, to);
    }
}
