//! One batch of a chunked read: which chunks it touches, and which of them are stored.

use crate::chunk::grid::Touched;
use crate::format::index::Entry;
use std::ops::Range;

/// What one batch reads.
pub(super) struct Batch {
    pub(super) elements: u64,
    /// Selected positions of each axis.
    pub(super) ranges: Vec<Range<u64>>,
    /// Chunks that hold them.
    pub(super) touched: Vec<Vec<Touched>>,
    /// Those that are stored, by their place among the touched ones in C order.
    pub(super) stored: Vec<(u64, Entry)>,
}

pub(super) fn bounds(touched: &[Touched]) -> Range<u64> {
    match (touched.first(), touched.last()) {
        (Some(first), Some(last)) => first.chunk..last.chunk + 1,
        _ => 0..0,
    }
}

/// Place of the chunk at `coord` among the touched ones; `None` if it is not touched.
pub(super) fn place_of(touched: &[Vec<Touched>], coord: &[u64]) -> Option<u64> {
    let mut place = 0;
    for (list, c) in touched.iter().zip(coord) {
        let first = list.first()?.chunk;
        let direct = usize::try_from(c.checked_sub(first)?).ok()?;
        let i = match list.get(direct) {
            Some(t) if t.chunk == *c => direct,
            _ => list.binary_search_by_key(c, |t| t.chunk).ok()?,
        };
        place = place * list.len() as u64 + i as u64;
    }
    Some(place)
}

impl Batch {
    /// Coordinate of the touched chunk at `place`.
    pub(super) fn coordinate(&self, mut place: u64) -> Vec<u64> {
        let mut coord: Vec<u64> = Vec::with_capacity(self.touched.len());
        for list in self.touched.iter().rev() {
            let n = (list.len() as u64).max(1);
            let digit = usize::try_from(place % n).unwrap_or(usize::MAX);
            coord.push(list.get(digit).map_or(0, |t| t.chunk));
            place /= n;
        }
        coord.reverse();
        coord
    }
}
