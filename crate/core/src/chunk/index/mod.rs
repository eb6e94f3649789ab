//! Chunk indexes: where the chunk at a coordinate is stored. One file per index.

mod btree1;
mod btree2;
mod extensible;
mod fixed;
mod implicit;
mod single;

use super::grid::Grid;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::message::{ChunkIndex, Layout};
use crate::storage::Medium;
use std::ops::Range;

/// Receives the coordinate and the place of a stored chunk.
pub type Found<'a> = &'a mut dyn FnMut(&[u64], Entry) -> Result<()>;

/// Finds chunks. Coordinates count chunks, not elements. Sizes in entries are bytes stored, of unfiltered chunks
/// too.
pub trait Index {
    /// The chunk at `coord`; its address is `None` if it is not stored.
    fn get(&mut self, medium: &Medium, coord: &[u64]) -> Result<Entry>;

    /// Calls `found` for the stored chunks whose coordinates lie in `region`, in no particular order.
    fn visit(&mut self, medium: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()>;
}

/// The index of a chunked layout.
pub fn open(layout: &Layout, grid: &Grid) -> Result<Box<dyn Index>> {
    let Layout::Chunked { index, address, .. } = layout else {
        return Err(Error::argument("only chunked layouts have an index"));
    };
    let Some(address) = *address else { return Ok(Box::new(Nothing)) };
    let bytes = grid.chunk_bytes() as u64;
    Ok(match index {
        ChunkIndex::BTree1 => Box::new(btree1::BTree1::new(address, grid)),
        ChunkIndex::Single { filtered } => Box::new(single::Single::new(address, *filtered, bytes)),
        ChunkIndex::Implicit => Box::new(implicit::Implicit::new(address, grid)?),
        ChunkIndex::FixedArray { .. } => Box::new(fixed::Fixed::new(address, grid)?),
        ChunkIndex::ExtensibleArray { .. } => Box::new(extensible::Extensible::new(address, grid)?),
        ChunkIndex::BTree2 { .. } => Box::new(btree2::BTree2::new(address, grid)),
    })
}

/// The index of a dataset that has no chunks yet.
struct Nothing;

impl Index for Nothing {
    fn get(&mut self, _: &Medium, _: &[u64]) -> Result<Entry> {
        Ok(Entry::NONE)
    }

    fn visit(&mut self, _: &Medium, _: &[Range<u64>], _: Found<'_>) -> Result<()> {
        Ok(())
    }
}

/// Slots of an array that are looked at one by one, stored or not, even if the file has no room for so many.
const MOST_SLOTS: u64 = 1 << 26;

/// Checks that the slots of `region` can be looked through: extents say nothing of how many there are in the file.
fn within_reach(medium: &Medium, region: &[Range<u64>]) -> Result<()> {
    let slots = region.iter().fold(1u64, |n, r| n.saturating_mul(r.end.saturating_sub(r.start)));
    if slots <= MOST_SLOTS.max(medium.storage_len()) {
        return Ok(());
    }
    Err(Error::limit(format!("an array of {slots} chunks to look through")))
}

/// Calls `each` for every coordinate of `region`, in C order, with its position in that order.
fn coordinates(region: &[Range<u64>], each: &mut dyn FnMut(&[u64]) -> Result<()>) -> Result<()> {
    if region.iter().any(|r| r.is_empty()) {
        return Ok(());
    }
    let mut coord: Vec<u64> = region.iter().map(|r| r.start).collect();
    loop {
        each(&coord)?;
        let mut axis = coord.len();
        loop {
            let Some(next) = axis.checked_sub(1) else { return Ok(()) };
            axis = next;
            coord[axis] += 1;
            if coord[axis] < region[axis].end {
                break;
            }
            coord[axis] = region[axis].start;
        }
    }
}

/// Whether anything from `from` up to, but without, `to` (in lexicographic order) can lie in the
/// box `region`.
fn may_hold(region: &[Range<u64>], from: &[u64], to: &[u64]) -> bool {
    // The first position of the box at or after `from`.
    let mut next: Vec<u64> = Vec::with_capacity(region.len());
    for (r, f) in region.iter().zip(from) {
        if *f < r.start {
            next.push(r.start);
        } else if *f < r.end {
            next.push(*f);
            continue;
        } else {
            // Beyond the box on this axis: step on the axes before it.
            loop {
                let Some(up) = next.len().checked_sub(1) else { return false };
                next[up] += 1;
                if next[up] < region[up].end {
                    break;
                }
                next.pop();
            }
        }
        next.extend(region.iter().skip(next.len()).map(|r| r.start));
        break;
    }
    next.as_slice() < to
}

/// How the arrays number chunks: row-major over the maximum counts, the unlimited axis first.
#[derive(Clone, Debug)]
pub struct Numbering {
    /// What a step along each axis adds.
    steps: Vec<u64>,
    /// The axis that is moved to the front.
    front: Option<usize>,
}

impl Numbering {
    /// `extensible` says whether one axis may be (and is moved to the front if it is) unlimited.
    pub fn new(grid: &Grid, extensible: bool) -> Result<Numbering> {
        let counts = grid.max_counts();
        let front = counts.iter().position(Option::is_none);
        if counts.iter().filter(|c| c.is_none()).count() > usize::from(extensible) {
            return Err(Error::malformed("too many unlimited dimensions for this chunk index"));
        }
        let mut order: Vec<usize> = front.into_iter().collect();
        order.extend((0..counts.len()).filter(|a| Some(*a) != front));
        let mut steps = vec![0; counts.len()];
        let mut step = Some(1u64);
        for axis in order.into_iter().rev() {
            steps[axis] = step.ok_or_else(|| Error::malformed("more than 2^64 chunks"))?;
            step = step.and_then(|s| s.checked_mul(counts[axis].unwrap_or(1)));
        }
        Ok(Numbering { steps, front })
    }

    /// Number of the chunk at `coord`.
    pub fn number(&self, coord: &[u64]) -> Result<u64> {
        let sum = coord.iter().zip(&self.steps).try_fold(0u64, |n, (c, s)| n.checked_add(c.checked_mul(*s)?));
        sum.ok_or_else(|| Error::malformed("a chunk number beyond 2^64"))
    }

    /// Coordinate of chunk `number`.
    pub fn coordinate(&self, mut number: u64) -> Vec<u64> {
        let mut coord = vec![0; self.steps.len()];
        let others = (0..coord.len()).filter(|axis| Some(*axis) != self.front);
        for axis in self.front.into_iter().chain(others) {
            let step = self.steps[axis].max(1);
            coord[axis] = number / step;
            number %= step;
        }
        coord
    }
}

/// An entry of an array with the stored size of its chunk.
fn sized(entry: Entry, filtered: bool, chunk_bytes: u64) -> Entry {
    if filtered { entry } else { Entry { size: chunk_bytes, ..entry } }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::limits::Limits;
    use crate::storage::Memory;

    pub fn grid(dims: &[u64], max: &[Option<u64>], chunk: &[u64]) -> Grid {
        Grid::new(dims, max, chunk, 4, &Limits::default()).unwrap()
    }

    pub fn medium(bytes: Vec<u8>) -> Medium {
        Medium::new(Box::new(Memory::new(bytes)), Limits::default())
    }

    /// Every coordinate of `region` with its chunk's address, from `visit` and, to compare, from `get`.
    pub fn addresses(
        index: &mut dyn Index,
        medium: &Medium,
        region: &[Range<u64>],
    ) -> Vec<(Vec<u64>, Option<u64>)> {
        let mut visited = std::collections::HashMap::new();
        index
            .visit(medium, region, &mut |coord, entry| {
                assert!(coord.iter().zip(region).all(|(c, r)| r.contains(c)));
                assert!(entry.address.is_some());
                assert!(visited.insert(coord.to_vec(), entry).is_none());
                Ok(())
            })
            .unwrap();
        let mut all = Vec::new();
        coordinates(region, &mut |coord| {
            let entry = index.get(medium, coord)?;
            assert_eq!(entry.address, visited.get(coord).and_then(|e| e.address), "{coord:?}");
            all.push((coord.to_vec(), entry.address.map(|a| a.0)));
            Ok(())
        })
        .unwrap();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_maximum_counts() {
        let grid = testing::grid(&[5, 5, 5], &[Some(9), Some(20), Some(5)], &[2, 5, 5]);
        let n = Numbering::new(&grid, false).unwrap();
        assert_eq!(n.steps, [4, 1, 1]);
        assert_eq!(n.number(&[2, 3, 0]).unwrap(), 11);
        assert!(n.number(&[u64::MAX, 3, 0]).is_err());
        let grid = testing::grid(&[5, 5, 5], &[Some(9), None, Some(10)], &[2, 5, 5]);
        assert!(Numbering::new(&grid, false).is_err());
        // Unlimited axis 1 first: order (1, 0, 2), counts 5 and 2.
        let n = Numbering::new(&grid, true).unwrap();
        assert_eq!(n.steps, [2, 10, 1]);
        for number in 0..50 {
            assert_eq!(n.number(&n.coordinate(number)).unwrap(), number);
        }
        assert_eq!(n.coordinate(47), [3, 4, 1]);
    }

    #[test]
    fn coordinates_in_c_order() {
        let mut seen = Vec::new();
        coordinates(&[1..3, 5..7], &mut |c| {
            seen.push((c[0], c[1]));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(1, 5), (1, 6), (2, 5), (2, 6)]);
        coordinates(&[1..3, 5..5], &mut |_| panic!("nothing is there")).unwrap();
    }

    #[test]
    fn boxes_against_intervals() {
        let inside = |p: &[u64], region: &[Range<u64>]| p.iter().zip(region).all(|(c, r)| r.contains(c));
        let all: Vec<[u64; 3]> = (0..64).map(|i| [i / 16 % 4, i / 4 % 4, i % 4]).collect();
        for region in [[0..4, 0..4, 0..4], [1..2, 2..3, 0..4], [1..3, 1..3, 1..3], [3..4, 0..1, 3..4]] {
            for (i, from) in all.iter().enumerate() {
                for to in &all[i..] {
                    let expected = all.iter().any(|p| p >= from && p < to && inside(p, &region));
                    assert_eq!(may_hold(&region, from, to), expected, "{region:?} {from:?} {to:?}");
                }
            }
        }
    }
}
