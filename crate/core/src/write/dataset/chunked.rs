//! Chunks of new datasets.

use super::New;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::message::{Dataspace, FilterPipeline, Layout};
use crate::write::chunk_index::{self, IndexEdit};
use crate::write::cut::Grid;
use crate::write::elements::Elements;
use crate::write::output::Output;
use crate::{chunk, filter};
use std::borrow::Cow;

impl New<'_> {
    pub(super) fn chunked(
        &self,
        out: &mut Output,
        chunk: Vec<u64>,
        mut elements: Option<&mut dyn Elements>,
    ) -> Result<Layout> {
        let grid = Grid::new(self.spec.dataspace.dims(), &chunk)?;
        let layout = self.empty(out, chunk)?;
        let none = self.spec.dataspace.elements()? == 0;
        if none || elements.is_none() && !self.is_early() {
            return Ok(layout);
        }
        let mut writer = ChunkWriter::new(out, &self.spec.dataspace, &layout, &self.pipeline)?;
        let mut bytes = Vec::new();
        for number in 0..grid.len() {
            let origin = grid.origin(number);
            bytes.clear();
            match &mut elements {
                Some(elements) => {
                    let mut pad = |n, bytes: &mut Vec<u8>| self.filler.append(out, n, bytes);
                    grid.cut(&origin, *elements, &mut pad, &mut bytes)?;
                }
                None => self.filler.append(out, grid.chunk_elements(), &mut bytes)?,
            }
            writer.write(out, &self.pipeline, &origin, &bytes)?;
        }
        writer.finish(out)
    }
}

/// Filters and stores chunks.
pub(in crate::write) struct ChunkWriter {
    grid: chunk::Grid,
    edge_unfiltered: bool,
    index: Box<dyn IndexEdit>,
    /// Whether the index says where chunks go.
    placed: bool,
    scratch: filter::Scratch,
}

impl ChunkWriter {
    /// Chunks of a dataset with this `layout`, which has none yet.
    pub fn new(
        out: &mut Output,
        space: &Dataspace,
        layout: &Layout,
        pipeline: &FilterPipeline,
    ) -> Result<ChunkWriter> {
        let Layout::Chunked { chunk, element_size, edge_unfiltered, .. } = layout else {
            return Err(Error::argument("chunks for a layout without"));
        };
        let (limits, max) = (&out.medium.limits, space.max_dims());
        let grid = chunk::Grid::new(space.dims(), &max, chunk, *element_size, limits)?;
        let mut index = chunk_index::open(layout, &grid, !pipeline.filters.is_empty(), out)?;
        let placed = index.allocate(out)?;
        let (edge_unfiltered, scratch) = (*edge_unfiltered, filter::Scratch::default());
        Ok(ChunkWriter { grid, edge_unfiltered, index, placed, scratch })
    }

    /// Stores one chunk whose first element is at `origin`.
    pub fn write(
        &mut self,
        out: &mut Output,
        pipeline: &FilterPipeline,
        origin: &[u64],
        bytes: &[u8],
    ) -> Result<()> {
        let coord = self.coord(origin);
        let plain = self.edge_unfiltered && self.grid.is_partial(&coord);
        let (mut data, mut mask) = (Cow::Borrowed(bytes), 0);
        if !pipeline.filters.is_empty() && !plain {
            let (stored, skipped) = filter::encode(pipeline, bytes, &mut self.scratch)?;
            (data, mask) = (Cow::Owned(stored), skipped);
        }
        self.store(out, &coord, &data, mask)
    }

    /// Stores one chunk whose first element is at `origin`, and which has gone through all filters but those in `mask`.
    pub fn put(&mut self, out: &mut Output, origin: &[u64], data: &[u8], mask: u32) -> Result<()> {
        let coord = self.coord(origin);
        self.store(out, &coord, data, mask)
    }

    fn coord(&self, origin: &[u64]) -> Vec<u64> {
        origin.iter().zip(self.grid.chunk()).map(|(o, c)| o / c).collect()
    }

    fn store(&mut self, out: &mut Output, coord: &[u64], data: &[u8], mask: u32) -> Result<()> {
        let size = data.len() as u64;
        let there = if self.placed { self.index.get(out, coord)?.address } else { None };
        let address = match there {
            Some(address) => address,
            None => out.space.allocate_unaligned(size)?,
        };
        out.medium.write_last(address, data)?;
        self.index.set(out, coord, Entry { address: Some(address), size, mask })
    }

    /// Writes the index, and says where it is.
    pub fn finish(&mut self, out: &mut Output) -> Result<Layout> {
        self.index.flush(out)?;
        Ok(self.index.layout().clone())
    }
}
