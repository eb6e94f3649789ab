//! No index at all: all chunks there can ever be are allocated together.

use super::{Found, IndexEdit, address, set_address};
use crate::chunk::Grid;
use crate::chunk::index::Numbering;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::message::Layout;
use crate::write::output::Output;

pub(super) struct Implicit {
    layout: Layout,
    numbering: Numbering,
    /// Chunks there can be.
    chunks: u64,
    chunk_bytes: u64,
}

impl Implicit {
    pub(super) fn new(layout: Layout, grid: &Grid) -> Result<Self> {
        let chunk_bytes = grid.chunk_bytes() as u64;
        let chunks = grid.max_counts().into_iter().try_fold(1u64, |n, c| n.checked_mul(c?));
        let chunks = chunks.filter(|n| n.checked_mul(chunk_bytes).is_some());
        let chunks = chunks.ok_or_else(|| Error::malformed("chunks of more than 2^64 bytes"))?;
        Ok(Implicit { layout, numbering: Numbering::new(grid, false)?, chunks, chunk_bytes })
    }

    fn entry(&self, coord: &[u64]) -> Result<Entry> {
        let number = self.numbering.number(coord)?;
        match address(&self.layout) {
            Some(first) if number < self.chunks => {
                let address = Some(first.offset(number * self.chunk_bytes)?);
                Ok(Entry { address, size: self.chunk_bytes, mask: 0 })
            }
            _ => Ok(Entry::NONE),
        }
    }
}

impl IndexEdit for Implicit {
    fn get(&mut self, _: &mut Output, coord: &[u64]) -> Result<Entry> {
        self.entry(coord)
    }

    fn set(&mut self, _: &mut Output, coord: &[u64], entry: Entry) -> Result<()> {
        if self.entry(coord)? == entry {
            return Ok(());
        }
        Err(Error::argument("a chunk apart from the others, where all are stored in a row"))
    }

    fn allocate(&mut self, out: &mut Output) -> Result<bool> {
        if address(&self.layout).is_none() {
            let len = self.chunks * self.chunk_bytes;
            let first = out.space.allocate_raw(len)?;
            out.exist(first, len)?;
            set_address(&mut self.layout, Some(first));
        }
        Ok(true)
    }

    /// Chunks keep their places.
    fn remove(&mut self, _: &mut Output, _: &[u64]) -> Result<()> {
        Ok(())
    }

    /// No chunk has a place of its own.
    fn walk(&mut self, _: &mut Output, _: Found<'_>) -> Result<()> {
        Ok(())
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        match address(&self.layout) {
            Some(first) => out.space.release_raw(first, self.chunks.saturating_mul(self.chunk_bytes)),
            None => Ok(()),
        }
    }

    fn flush(&mut self, _: &mut Output) -> Result<()> {
        Ok(())
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}
