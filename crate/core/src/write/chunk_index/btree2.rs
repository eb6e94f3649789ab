//! The v2 B-tree: more than one unlimited dimension.

use super::{Entries, Found, IndexEdit, address, set_address};
use crate::bytes::Ctx;
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::index::{Entry, EntryShape};
use crate::format::message::Layout;
use crate::object::tree2;
use crate::write::output::Output;
use crate::write::tree2::Tree;
use std::cmp::Ordering;

/// Record types of unfiltered and filtered chunks.
const PLAIN: u8 = 10;
const FILTERED: u8 = 11;

pub(super) struct BTree2 {
    layout: Layout,
    rank: usize,
    entries: Entries,
    /// Of a tree that is created.
    node_size: u32,
    tree: Option<Tree>,
}

/// The coordinate in a record whose entry has `entry` bytes.
fn coordinate(record: &[u8], entry: usize) -> impl Iterator<Item = u64> {
    record.get(entry..).unwrap_or(&[]).as_chunks::<8>().0.iter().map(|c| u64::from_le_bytes(*c))
}

/// Compares with the record of the chunk at `coord`.
fn order(coord: &[u64], entry: usize) -> impl FnMut(&Output, &[u8]) -> Result<Ordering> {
    move |_, record| Ok(coordinate(record, entry).cmp(coord.iter().copied()))
}

impl BTree2 {
    pub(super) fn new(layout: Layout, grid: &Grid, shape: EntryShape, node_size: u32) -> Self {
        let entries = Entries { shape, chunk_bytes: grid.chunk_bytes() as u64 };
        BTree2 { layout, rank: grid.rank(), entries, node_size, tree: None }
    }

    fn record_type(&self) -> u8 {
        if self.entries.shape == EntryShape::Plain { PLAIN } else { FILTERED }
    }

    /// Entries of a tree whose records have `size` bytes.
    fn shape(&self, size: usize, ctx: Ctx) -> Option<EntryShape> {
        let entry = size.checked_sub(8 * self.rank)?;
        match self.entries.shape {
            EntryShape::Plain => (entry == ctx.o()).then_some(EntryShape::Plain),
            EntryShape::Filtered(_) => {
                let width = u8::try_from(entry.checked_sub(ctx.o() + 4)?).ok()?;
                (1..=8).contains(&width).then_some(EntryShape::Filtered(width))
            }
        }
    }

    /// Opens the tree, if there is one.
    fn open(&mut self, out: &Output) -> Result<()> {
        if let (None, Some(at)) = (&self.tree, address(&self.layout)) {
            let types = [self.record_type()];
            let size = tree2::Tree::open(&out.medium, at, &types)?.header.record_size;
            let shape = self.shape(size.into(), out.medium.ctx).ok_or_else(|| {
                let what = format!("chunk records of {size} bytes for {} dimensions", self.rank);
                Error::malformed(what).at(out.medium.absolute(at))
            })?;
            self.entries.take_shape(shape)?;
            self.tree = Some(Tree::open(out, at, &types, size)?);
        }
        Ok(())
    }

    fn create(&mut self, out: &mut Output) -> Result<()> {
        let size = self.entries.size(out) + 8 * self.rank;
        let size = u16::try_from(size).map_err(|_| Error::argument("too many dimensions"))?;
        let tree = Tree::create(out, self.record_type(), size, self.node_size)?;
        set_address(&mut self.layout, Some(tree.address()));
        self.tree = Some(tree);
        Ok(())
    }
}

impl IndexEdit for BTree2 {
    fn get(&mut self, out: &mut Output, coord: &[u64]) -> Result<Entry> {
        self.open(out)?;
        let size = self.entries.size(out);
        let Some(tree) = &self.tree else { return Ok(Entry::NONE) };
        match tree.find(out, &mut order(coord, size))? {
            Some(record) => self.entries.get(out, &record, 0, 0),
            None => Ok(Entry::NONE),
        }
    }

    fn set(&mut self, out: &mut Output, coord: &[u64], entry: Entry) -> Result<()> {
        if entry.address.is_none() {
            return self.remove(out, coord);
        }
        self.open(out)?;
        if self.tree.is_none() {
            self.create(out)?;
        }
        let mut record = self.entries.encode(out, &entry)?;
        let size = record.len();
        coord.iter().for_each(|c| record.extend_from_slice(&c.to_le_bytes()));
        let Some(tree) = &mut self.tree else { return Ok(()) };
        if tree.update(out, &record, &mut order(coord, size))? {
            return Ok(());
        }
        tree.insert(out, &record, &mut order(coord, size))
    }

    fn remove(&mut self, out: &mut Output, coord: &[u64]) -> Result<()> {
        self.open(out)?;
        let size = self.entries.size(out);
        match &mut self.tree {
            Some(tree) => tree.remove(out, &mut order(coord, size)).map(|_| ()),
            None => Ok(()),
        }
    }

    fn walk(&mut self, out: &mut Output, found: Found<'_>) -> Result<()> {
        self.open(out)?;
        let (entries, size) = (self.entries, self.entries.size(out));
        let Some(tree) = &self.tree else { return Ok(()) };
        let mut coord = Vec::with_capacity(self.rank);
        tree.each(out, &mut |record| {
            coord.clear();
            coord.extend(coordinate(record, size));
            match entries.get(out, record, 0, 0)? {
                Entry { address: None, .. } => Ok(()),
                entry => found(&coord, entry),
            }
        })
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        self.open(out)?;
        match self.tree.take() {
            Some(tree) => tree.release(out),
            None => Ok(()),
        }
    }

    /// The tree writes what it changes at once.
    fn flush(&mut self, _: &mut Output) -> Result<()> {
        Ok(())
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}
