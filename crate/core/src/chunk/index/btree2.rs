//! The v2 B-tree: more than one unlimited dimension.

use super::{Found, Index, may_hold};
use crate::bytes::{Addr, Ctx, Reader};
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::index::{Entry, EntryShape};
use crate::object::tree2::Tree;
use crate::storage::Medium;
use std::ops::Range;

/// Record types of unfiltered and filtered chunks.
const PLAIN: u8 = 10;
const FILTERED: u8 = 11;

pub(super) struct BTree2 {
    address: Addr,
    rank: usize,
    chunk_bytes: u64,
    tree: Option<Tree>,
}

impl BTree2 {
    pub(super) fn new(address: Addr, grid: &Grid) -> Self {
        BTree2 { address, rank: grid.rank(), chunk_bytes: grid.chunk_bytes() as u64, tree: None }
    }

    fn tree(&mut self, medium: &Medium) -> Result<(Records, &Tree)> {
        let tree = match self.tree.take() {
            Some(tree) => tree,
            None => Tree::open(medium, self.address, &[PLAIN, FILTERED])?,
        };
        let records = Records::new(&tree, self.rank, self.chunk_bytes, medium)
            .map_err(|e| e.at(medium.absolute(self.address)))?;
        Ok((records, self.tree.insert(tree)))
    }
}

/// How the records of this tree are laid out.
struct Records {
    shape: EntryShape,
    entry_size: usize,
    rank: usize,
    chunk_bytes: u64,
    ctx: Ctx,
}

impl Records {
    fn new(tree: &Tree, rank: usize, chunk_bytes: u64, medium: &Medium) -> Result<Records> {
        let size = usize::from(tree.header.record_size);
        let wrong = || Error::malformed(format!("chunk records of {size} bytes for {rank} dimensions"));
        let entry_size = size.checked_sub(8 * rank).ok_or_else(wrong)?;
        let o = medium.ctx.o();
        let shape = match tree.header.record_type {
            PLAIN if entry_size == o => EntryShape::Plain,
            FILTERED => match entry_size.checked_sub(o + 4).and_then(|w| u8::try_from(w).ok()) {
                Some(width @ 1..=8) => EntryShape::Filtered(width),
                _ => return Err(wrong()),
            },
            _ => return Err(wrong()),
        };
        Ok(Records { shape, entry_size, rank, chunk_bytes, ctx: medium.ctx })
    }

    fn coordinate<'a>(&self, record: &'a [u8]) -> impl Iterator<Item = u64> + use<'a> {
        let tail = record.get(self.entry_size..).unwrap_or(&[]);
        tail.as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c))
    }

    fn entry(&self, record: &[u8]) -> Result<Entry> {
        let mut r = Reader::new(record, 0, self.ctx);
        let entry = self.shape.decode(&mut r)?;
        match self.shape {
            EntryShape::Plain => Ok(Entry { size: self.chunk_bytes, ..entry }),
            EntryShape::Filtered(_) => Ok(entry),
        }
    }
}

impl Index for BTree2 {
    fn get(&mut self, medium: &Medium, coord: &[u64]) -> Result<Entry> {
        let (records, tree) = self.tree(medium)?;
        let mut order = |record: &[u8]| Ok(records.coordinate(record).cmp(coord.iter().copied()));
        match tree.find(medium, &mut order)? {
            Some(record) => records.entry(&record),
            None => Ok(Entry::NONE),
        }
    }

    fn visit(&mut self, medium: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()> {
        let (records, tree) = self.tree(medium)?;
        let mut wanted = |from: Option<&[u8]>, to: Option<&[u8]>| {
            let edge = |record: Option<&[u8]>, end: u64| match record {
                Some(record) => records.coordinate(record).collect::<Vec<u64>>(),
                None => vec![end; records.rank],
            };
            Ok(to.is_none() && from.is_none() || may_hold(region, &edge(from, 0), &edge(to, u64::MAX)))
        };
        let mut coord = Vec::with_capacity(records.rank);
        tree.visit(medium, &mut wanted, &mut |record| {
            coord.clear();
            coord.extend(records.coordinate(record));
            if !coord.iter().zip(region).all(|(c, r)| r.contains(c)) {
                return Ok(());
            }
            let entry = records.entry(record)?;
            if entry.address.is_none() {
                return Ok(());
            }
            found(&coord, entry)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{addresses, grid, medium};
    use super::*;
    use crate::bytes::Writer;
    use crate::format::tree::btree2::{Child, Geometry, Header, Node};

    fn record(shape: EntryShape, coord: [u64; 2], address: u64) -> Vec<u8> {
        let mut w = Writer::new(Ctx::WIDE);
        shape.encode(&Entry { address: Some(Addr(address)), size: 33, mask: 0 }, &mut w);
        w.u64(coord[0]).u64(coord[1]);
        w.into_bytes()
    }

    #[test]
    fn two_leaves() {
        for (shape, record_type) in [(EntryShape::Plain, PLAIN), (EntryShape::Filtered(3), FILTERED)] {
            let records = |chunks: &[([u64; 2], u64)]| {
                chunks.iter().flat_map(|(c, a)| record(shape, *c, *a)).collect::<Vec<u8>>()
            };
            let header = Header {
                record_type,
                node_size: 256,
                record_size: record(shape, [0, 0], 0).len() as u16,
                depth: 1,
                split: 100,
                merge: 40,
                root: Some(Addr(256)),
                root_records: 1,
                total_records: 5,
            };
            let geometry = Geometry::new(&header, Ctx::WIDE, 8).unwrap();
            let child = |i: u64| Child { address: Addr(512 + 256 * i), records: 2, total: 2 };
            let root =
                Node { depth: 1, records: records(&[([1, 2], 92)]), children: vec![child(0), child(1)] };
            let leaf = |records| Node { depth: 0, records, children: vec![] };
            let mut w = Writer::new(Ctx::WIDE);
            header.encode(&mut w);
            w.pad_to(256);
            root.encode(&mut w, &geometry, 256).unwrap();
            leaf(records(&[([0, 1], 90), ([1, 0], 91)])).encode(&mut w, &geometry, 256).unwrap();
            leaf(records(&[([3, 0], 93), ([3, 2], 94)])).encode(&mut w, &geometry, 256).unwrap();
            let medium = medium(w.into_bytes());
            let mut index = BTree2::new(Addr(0), &grid(&[40, 30], &[None, None], &[10, 10]));
            let all = addresses(&mut index, &medium, &[0..4, 0..3]);
            let found: Vec<_> = all.iter().filter_map(|(c, a)| a.map(|a| (c[0], c[1], a))).collect();
            assert_eq!(found, [(0, 1, 90), (1, 0, 91), (1, 2, 92), (3, 0, 93), (3, 2, 94)]);
            for rows in 0..4 {
                for columns in 0..3 {
                    addresses(&mut index, &medium, &[rows..rows + 1, columns..3]);
                }
            }
            let size = if shape == EntryShape::Plain { 400 } else { 33 };
            assert_eq!(index.get(&medium, &[3, 2]).unwrap().size, size);
            let mut other = BTree2::new(Addr(0), &grid(&[40], &[None], &[10]));
            assert!(shape != EntryShape::Plain || other.get(&medium, &[3]).is_err());
        }
    }
}
