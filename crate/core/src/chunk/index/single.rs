//! One chunk: its address is in the layout message.

use super::{Found, Index};
use crate::bytes::Addr;
use crate::error::Result;
use crate::format::index::Entry;
use crate::storage::Medium;
use std::ops::Range;

pub(super) struct Single(Entry);

impl Single {
    pub(super) fn new(address: Addr, filtered: Option<(u64, u32)>, chunk_bytes: u64) -> Self {
        let (size, mask) = filtered.unwrap_or((chunk_bytes, 0));
        Single(Entry { address: Some(address), size, mask })
    }
}

impl Index for Single {
    fn get(&mut self, _: &Medium, coord: &[u64]) -> Result<Entry> {
        Ok(if coord.iter().all(|c| *c == 0) { self.0 } else { Entry::NONE })
    }

    fn visit(&mut self, _: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()> {
        if region.iter().all(|r| r.contains(&0)) {
            found(&vec![0; region.len()], self.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{addresses, medium};
    use super::*;

    #[test]
    fn only_the_first_chunk() {
        let mut index = Single::new(Addr(9), Some((77, 1)), 100);
        assert_eq!(
            addresses(&mut index, &medium(vec![]), &[0..2, 0..1]),
            [(vec![0, 0], Some(9)), (vec![1, 0], None)]
        );
        assert_eq!(index.get(&medium(vec![]), &[0]).unwrap().size, 77);
        assert_eq!(Single::new(Addr(9), None, 100).get(&medium(vec![]), &[0]).unwrap().size, 100);
    }
}
