//! One chunk: its place is in the layout message.

use super::{Found, IndexEdit, address, set_address};
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::message::{ChunkIndex, Layout};
use crate::write::output::Output;

pub(super) struct Single {
    layout: Layout,
    filtered: bool,
    chunk_bytes: u64,
}

impl Single {
    pub(super) fn new(mut layout: Layout, grid: &Grid, filtered: bool) -> Self {
        if grid.counts().contains(&0) {
            // The library gives the chunk's place away when the dataset becomes empty, and leaves its address here.
            set_address(&mut layout, None);
        }
        Single { layout, filtered, chunk_bytes: grid.chunk_bytes() as u64 }
    }

    fn entry(&self) -> Entry {
        let Some(address) = address(&self.layout) else { return Entry::NONE };
        let (size, mask) = match &self.layout {
            Layout::Chunked { index: ChunkIndex::Single { filtered: Some(stored) }, .. } => *stored,
            _ => (self.chunk_bytes, 0),
        };
        Entry { address: Some(address), size, mask }
    }

    fn put(&mut self, entry: Entry) {
        set_address(&mut self.layout, entry.address);
        if let Layout::Chunked { index: ChunkIndex::Single { filtered }, .. } = &mut self.layout {
            *filtered = self.filtered.then_some((entry.size, entry.mask));
        }
    }
}

impl IndexEdit for Single {
    fn get(&mut self, _: &mut Output, coord: &[u64]) -> Result<Entry> {
        Ok(if coord.iter().all(|c| *c == 0) { self.entry() } else { Entry::NONE })
    }

    fn set(&mut self, out: &mut Output, coord: &[u64], entry: Entry) -> Result<()> {
        if coord.iter().any(|c| *c != 0) {
            return Err(Error::malformed(format!("chunk {coord:?} of a dataset with a single one")));
        }
        let width = u32::from(out.medium.ctx.len_width) * 8;
        if width < 64 && entry.size >> width != 0 {
            return Err(Error::unsupported(format!("a chunk of {} stored bytes in this file", entry.size)));
        }
        self.put(entry);
        Ok(())
    }

    fn remove(&mut self, _: &mut Output, coord: &[u64]) -> Result<()> {
        if coord.iter().all(|c| *c == 0) {
            self.put(Entry::NONE);
        }
        Ok(())
    }

    fn walk(&mut self, _: &mut Output, found: Found<'_>) -> Result<()> {
        let Layout::Chunked { chunk, .. } = &self.layout else { return Ok(()) };
        match self.entry() {
            Entry { address: None, .. } => Ok(()),
            entry => found(&vec![0; chunk.len()], entry),
        }
    }

    fn release(&mut self, _: &mut Output) -> Result<()> {
        Ok(())
    }

    fn flush(&mut self, _: &mut Output) -> Result<()> {
        Ok(())
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}
