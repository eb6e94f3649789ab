//! The v1 B-tree: the index of layout versions 1 to 3.

use super::{Found, Index, may_hold};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::tree::btree1::ChunkKeys;
use crate::object::tree1;
use crate::storage::Medium;
use std::cmp::Ordering;
use std::ops::Range;

pub(super) struct BTree1 {
    root: Addr,
    chunk: Vec<u64>,
}

impl BTree1 {
    pub(super) fn new(root: Addr, grid: &Grid) -> Self {
        BTree1 { root, chunk: grid.chunk().to_vec() }
    }

    fn ranks(&self) -> usize {
        self.chunk.len() + 1
    }

    /// The chunk coordinate that key `i` stands for, into `coord`.
    fn coordinate(&self, keys: &ChunkKeys, i: usize, coord: &mut Vec<u64>) -> Result<()> {
        coord.clear();
        for (offset, chunk) in keys.offset(i).iter().zip(&self.chunk) {
            if offset % chunk != 0 {
                return Err(Error::malformed(format!(
                    "chunk at {offset} where chunks have {chunk} elements"
                )));
            }
            coord.push(offset / chunk);
        }
        Ok(())
    }
}

/// Compares element offsets with a chunk's, in elements.
fn order(offset: &[u64], coord: &[u64], chunk: &[u64]) -> Ordering {
    let wanted = coord.iter().zip(chunk).map(|(c, d)| c.saturating_mul(*d));
    offset.iter().copied().take(chunk.len()).cmp(wanted)
}

impl Index for BTree1 {
    fn get(&mut self, medium: &Medium, coord: &[u64]) -> Result<Entry> {
        let chunk = &self.chunk;
        // The last child that does not begin behind the chunk.
        let mut choose = |keys: &ChunkKeys| {
            let (mut low, mut high) = (0, keys.sizes.len().saturating_sub(1));
            while low < high {
                let middle = low + (high - low) / 2;
                match order(keys.offset(middle), coord, chunk) {
                    Ordering::Greater => high = middle,
                    _ => low = middle + 1,
                }
            }
            Ok(low.checked_sub(1))
        };
        let Some((node, i)) = tree1::find(medium, self.root, self.ranks(), &mut choose)? else {
            return Ok(Entry::NONE);
        };
        if order(node.keys.offset(i), coord, chunk) != Ordering::Equal {
            return Ok(Entry::NONE);
        }
        Ok(Entry {
            address: Some(node.children[i]),
            size: node.keys.sizes[i].into(),
            mask: node.keys.masks[i],
        })
    }

    fn visit(&mut self, medium: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()> {
        let elements: Vec<Range<u64>> = region
            .iter()
            .zip(&self.chunk)
            .map(|(r, c)| r.start.saturating_mul(*c)..r.end.saturating_mul(*c))
            .collect();
        let rank = self.chunk.len();
        let beyond = vec![u64::MAX; rank];
        let mut wanted = |keys: &ChunkKeys, i: usize| {
            // A node's last key bounds its chunks only together with the element-size coordinate, and writers
            // take little care of it: nothing is left out because of it.
            let to = if i + 1 == keys.sizes.len() - 1 { &beyond[..] } else { keys.offset(i + 1) };
            may_hold(&elements, keys.offset(i), to.get(..rank).unwrap_or(to))
        };
        let mut coord = Vec::with_capacity(self.chunk.len());
        tree1::visit(medium, self.root, self.ranks(), &mut wanted, &mut |keys, i, address| {
            let offset = keys.offset(i);
            if !offset.iter().zip(&elements).all(|(o, r)| r.contains(o)) {
                return Ok(());
            }
            self.coordinate(keys, i, &mut coord)?;
            let entry = Entry { address: Some(address), size: keys.sizes[i].into(), mask: keys.masks[i] };
            found(&coord, entry)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{addresses, grid, medium};
    use super::*;
    use crate::bytes::{Ctx, Writer};
    use crate::format::tree::btree1::Node;

    fn node(level: u8, keys: &[[u64; 3]], children: &[u64]) -> Vec<u8> {
        let mut k = ChunkKeys { ranks: 3, ..ChunkKeys::default() };
        for key in keys {
            k.sizes.push(50);
            k.masks.push(0);
            k.offsets.extend(key);
        }
        let children = children.iter().map(|c| Addr(*c)).collect();
        let mut w = Writer::new(Ctx::WIDE);
        Node { level, left: None, right: None, keys: k, children }.encode(&mut w, 3, 4).unwrap();
        w.into_bytes()
    }

    #[test]
    fn sparse_chunks_below_two_leaves() {
        // 4 x 3 chunks of 10 x 10 elements; (0,1), (1,0), (1,2), (3,0) and (3,2) are stored.
        let size = Node::<ChunkKeys>::size(Ctx::WIDE, 3, 4) as u64;
        let mut file = node(1, &[[0, 10, 0], [10, 20, 0], [40, 30, 4]], &[size, 2 * size]);
        file.extend(node(0, &[[0, 10, 0], [10, 0, 0], [10, 10, 4]], &[1000, 1001]));
        // The last key is the one that the library leaves in trees it has not had to split.
        file.extend(node(0, &[[10, 20, 0], [30, 0, 0], [30, 20, 0], [20, 30, 4]], &[1002, 1003, 1004]));
        let medium = medium(file);
        let mut index = BTree1::new(Addr(0), &grid(&[40, 30], &[Some(40), Some(30)], &[10, 10]));
        let all = addresses(&mut index, &medium, &[0..4, 0..3]);
        let found: Vec<_> = all.iter().filter_map(|(c, a)| a.map(|a| (c[0], c[1], a))).collect();
        assert_eq!(found, [(0, 1, 1000), (1, 0, 1001), (1, 2, 1002), (3, 0, 1003), (3, 2, 1004)]);
        for rows in 0..4 {
            for columns in 0..3 {
                addresses(&mut index, &medium, &[rows..rows + 1, columns..3]);
                addresses(&mut index, &medium, &[0..rows + 1, columns..columns + 1]);
            }
        }
    }
}
