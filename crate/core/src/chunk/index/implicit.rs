//! No index at all: every chunk is stored, one behind the other.

use super::{Found, Index, Numbering, coordinates, within_reach};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::storage::Medium;
use std::ops::Range;

pub(super) struct Implicit {
    address: Addr,
    numbering: Numbering,
    chunk_bytes: u64,
}

impl Implicit {
    pub(super) fn new(address: Addr, grid: &Grid) -> Result<Self> {
        let chunk_bytes = grid.chunk_bytes() as u64;
        Ok(Implicit { address, numbering: Numbering::new(grid, false)?, chunk_bytes })
    }
}

impl Index for Implicit {
    fn get(&mut self, _: &Medium, coord: &[u64]) -> Result<Entry> {
        let offset = self.numbering.number(coord)?.checked_mul(self.chunk_bytes);
        let offset = offset.ok_or_else(|| Error::malformed("a chunk beyond 2^64 bytes"))?;
        Ok(Entry { address: Some(self.address.offset(offset)?), size: self.chunk_bytes, mask: 0 })
    }

    fn visit(&mut self, medium: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()> {
        within_reach(medium, region)?;
        coordinates(region, &mut |coord| found(coord, self.get(medium, coord)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{addresses, grid, medium};
    use super::*;

    #[test]
    fn one_behind_the_other() {
        let grid = grid(&[4, 6], &[Some(4), Some(8)], &[2, 2]);
        let mut index = Implicit::new(Addr(1000), &grid).unwrap();
        assert_eq!(
            addresses(&mut index, &medium(vec![]), &[1..2, 1..3]),
            [(vec![1, 1], Some(1000 + 5 * 16)), (vec![1, 2], Some(1000 + 6 * 16))]
        );
    }
}
