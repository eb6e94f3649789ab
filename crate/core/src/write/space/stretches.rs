//! Free stretches of a file, by address and by size, and how they were before.

use std::collections::BTreeMap;

/// What a free stretch is kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::write) enum Pool {
    /// Metadata; in a paged file, pieces of its pages.
    Metadata,
    /// Raw data and global heaps; in a paged file, pieces of their pages.
    Raw,
    /// Whole pages of a paged file, and what objects of more than a page leave over.
    Large,
}

/// Bytes that hold nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::write) struct Stretch {
    pub start: u64,
    pub len: u64,
    pub pool: Pool,
}

impl Stretch {
    /// The first byte behind it.
    pub fn end(self) -> u64 {
        self.start.saturating_add(self.len)
    }
}

/// Stretches that may turn out too small once they are aligned; then one is taken that never is.
const TRIED: usize = 16;

/// One kind of map for everything, because each is kilobytes of code to download.
type Index = BTreeMap<(u64, u64), u64>;

#[derive(Debug)]
struct Change {
    stretch: Stretch,
    added: bool,
}

/// Stretches that do not overlap.
#[derive(Debug, Default)]
pub(in crate::write) struct Stretches {
    /// (start, pool): length.
    by_address: Index,
    /// For each pool, (length, start).
    by_size: [Index; 3],
    bytes: u64,
    /// What was done since the first mark that is not settled yet.
    log: Vec<Change>,
    marks: usize,
}

impl Stretches {
    /// Bytes of all together.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All of them, by address.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = Stretch> {
        self.by_address.iter().map(stretch)
    }

    /// Those of one pool, smaller ones first.
    pub fn by_size(&self, pool: Pool) -> impl Iterator<Item = Stretch> {
        self.by_size[pool as usize].keys().map(move |(len, start)| Stretch { start: *start, len: *len, pool })
    }

    /// Adds a stretch that touches no other's bytes; an empty one is none.
    pub fn insert(&mut self, start: u64, len: u64, pool: Pool) {
        if len > 0 {
            self.apply(Change { stretch: Stretch { start, len, pool }, added: true });
        }
    }

    /// Removes a stretch that is there.
    pub fn remove(&mut self, stretch: Stretch) {
        self.apply(Change { stretch, added: false });
    }

    fn apply(&mut self, change: Change) {
        self.change(&change);
        if self.marks > 0 {
            self.log.push(change);
        }
    }

    fn change(&mut self, Change { stretch, added }: &Change) {
        let Stretch { start, len, pool } = *stretch;
        let sizes = &mut self.by_size[pool as usize];
        if *added {
            self.by_address.insert((start, pool as u64), len);
            sizes.insert((len, start), 0);
            self.bytes += len;
        } else {
            self.by_address.remove(&(start, pool as u64));
            sizes.remove(&(len, start));
            self.bytes -= len;
        }
    }

    /// The stretch that begins at `start`.
    pub fn at(&self, start: u64) -> Option<Stretch> {
        self.last_from(start).filter(|s| s.start == start)
    }

    /// The stretch that ends at `end`.
    pub fn ending(&self, end: u64) -> Option<Stretch> {
        self.last_from(end.checked_sub(1)?).filter(|s| s.end() == end)
    }

    /// Whether any of the bytes from `start` to `end` are free.
    pub fn overlap(&self, start: u64, end: u64) -> bool {
        end > start && self.last_from(end - 1).is_some_and(|s| s.end() > start)
    }

    /// The last stretch that begins at `start` or before it.
    fn last_from(&self, start: u64) -> Option<Stretch> {
        self.by_address.range(..=(start, u64::MAX)).next_back().map(stretch)
    }

    /// The smallest stretch with room for `len` bytes at a multiple of `alignment`, and where they go in it.
    pub fn fit(&self, pool: Pool, len: u64, alignment: u64) -> Option<(Stretch, u64)> {
        let aligned = |((size, start), _): (&(u64, u64), &u64)| {
            let found = Stretch { start: *start, len: *size, pool };
            let at = start.checked_next_multiple_of(alignment)?;
            (at.checked_add(len)? <= found.end()).then_some((found, at))
        };
        let sizes = &self.by_size[pool as usize];
        let near = sizes.range((len, 0)..).take(TRIED).find_map(aligned);
        near.or_else(|| sizes.range((len.checked_add(alignment - 1)?, 0)..).find_map(aligned))
    }

    /// From now on what is done can be taken back.
    pub fn mark(&mut self) -> usize {
        self.marks += 1;
        self.log.len()
    }

    /// Settles the last mark: what was done since stays.
    pub fn keep(&mut self) {
        self.marks -= 1;
        if self.marks == 0 {
            self.log = Vec::new();
        }
    }

    /// Settles the last mark: what was done since is taken back.
    pub fn back_to(&mut self, mark: usize) {
        self.marks -= 1;
        while self.log.len() > mark
            && let Some(Change { stretch, added }) = self.log.pop()
        {
            self.change(&Change { stretch, added: !added });
        }
    }
}

fn stretch(((start, pool), len): (&(u64, u64), &u64)) -> Stretch {
    let pool = match pool {
        0 => Pool::Metadata,
        1 => Pool::Raw,
        _ => Pool::Large,
    };
    Stretch { start: *start, len: *len, pool }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_address() {
        let mut s = Stretches::default();
        s.insert(10, 5, Pool::Metadata);
        s.insert(20, 8, Pool::Raw);
        s.insert(40, 0, Pool::Raw);
        assert_eq!((s.bytes(), s.iter().count()), (13, 2));
        assert_eq!(s.at(20).map(|s| (s.len, s.pool)), Some((8, Pool::Raw)));
        assert_eq!(s.ending(15).map(|s| s.start), Some(10));
        assert!(s.at(11).is_none() && s.ending(14).is_none() && s.ending(0).is_none());
        assert!(s.overlap(14, 15) && s.overlap(0, 100) && s.overlap(5, 11));
        assert!(!s.overlap(15, 20) && !s.overlap(28, 50) && !s.overlap(12, 12));
    }

    #[test]
    fn takes_the_smallest_that_fits() {
        let mut s = Stretches::default();
        for (start, len) in [(0, 100), (203, 20), (301, 16), (401, 24)] {
            s.insert(start, len, Pool::Metadata);
        }
        let fit = |len, alignment| s.fit(Pool::Metadata, len, alignment).map(|(s, at)| (s.start, at));
        assert_eq!(fit(16, 1), Some((301, 301)));
        assert_eq!(fit(14, 8), Some((203, 208)));
        assert_eq!(fit(17, 8), Some((401, 408)));
        assert_eq!(fit(100, 8), Some((0, 0)));
        assert_eq!(fit(101, 1), None);
        assert_eq!(fit(u64::MAX, 8), None);
        assert!(s.fit(Pool::Raw, 1, 1).is_none());
    }

    #[test]
    fn many_misaligned_ones_hide_no_other() {
        let mut s = Stretches::default();
        (0..100).for_each(|i| s.insert(1 + 32 * i, 16, Pool::Raw));
        s.insert(8001, 23, Pool::Raw);
        assert_eq!(s.fit(Pool::Raw, 16, 8).map(|(s, at)| (s.start, at)), Some((8001, 8008)));
    }

    #[test]
    fn goes_back() {
        let mut s = Stretches::default();
        s.insert(0, 10, Pool::Metadata);
        let outer = s.mark();
        s.remove(Stretch { start: 0, len: 10, pool: Pool::Metadata });
        s.insert(4, 6, Pool::Metadata);
        let inner = s.mark();
        s.insert(100, 6, Pool::Raw);
        s.back_to(inner);
        assert_eq!(s.iter().map(|s| (s.start, s.len)).collect::<Vec<_>>(), [(4, 6)]);
        s.mark();
        s.insert(50, 1, Pool::Raw);
        s.keep();
        assert_eq!(s.bytes(), 7);
        s.back_to(outer);
        assert_eq!(s.iter().map(|s| (s.start, s.len)).collect::<Vec<_>>(), [(0, 10)]);
        assert!(s.log.is_empty());
        s.mark();
        s.insert(50, 1, Pool::Raw);
        s.keep();
        assert!(s.log.is_empty());
    }
}
