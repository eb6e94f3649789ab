//! Chunks of new datasets.

use super::New;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::filter;
use crate::format::message::{ChunkIndex, FilterPipeline, Layout};
use crate::format::tree::btree1::ChunkKeys;
use crate::write::cut::Grid;
use crate::write::elements::Elements;
use crate::write::output::Output;
use crate::write::tree1;

impl New<'_> {
    pub(super) fn chunked(
        &self,
        out: &mut Output,
        chunk: Vec<u64>,
        mut elements: Option<&mut dyn Elements>,
    ) -> Result<Layout> {
        let mut layout = self.empty(out, chunk)?;
        let Layout::Chunked { chunk, element_size, index, address, .. } = &mut layout else {
            return Ok(layout);
        };
        let none = self.spec.dataspace.elements()? == 0;
        if none || elements.is_none() && !self.is_early() {
            return Ok(layout);
        }
        if *index != ChunkIndex::BTree1 {
            return Err(Error::unsupported("writing chunks with an index of HDF5 1.10"));
        }
        let grid = Grid::new(self.spec.dataspace.dims(), chunk)?;
        let mut writer = ChunkWriter::new(chunk, *element_size);
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
        *address = writer.finish(out)?;
        Ok(layout)
    }
}

/// Filters and stores chunks, then writes the index over them.
pub(in crate::write) struct ChunkWriter {
    keys: ChunkKeys,
    children: Vec<Addr>,
    end: Vec<u64>,
    scratch: filter::Scratch,
}

impl ChunkWriter {
    /// Chunks of these extents.
    pub fn new(chunk: &[u64], element_size: u64) -> ChunkWriter {
        let end: Vec<u64> = chunk.iter().chain([&element_size]).copied().collect();
        ChunkWriter {
            keys: ChunkKeys { ranks: end.len(), ..ChunkKeys::default() },
            children: Vec::new(),
            end,
            scratch: filter::Scratch::default(),
        }
    }

    /// Stores one chunk whose first element is at `origin`. Chunks come in C order.
    pub fn write(
        &mut self,
        out: &mut Output,
        pipeline: &FilterPipeline,
        origin: &[u64],
        bytes: &[u8],
    ) -> Result<()> {
        let (stored, mask);
        let data = if pipeline.filters.is_empty() {
            mask = 0;
            bytes
        } else {
            (stored, mask) = filter::encode(pipeline, bytes, &mut self.scratch)?;
            stored.as_slice()
        };
        let address = out.space.allocate_unaligned(data.len() as u64)?;
        let size =
            u32::try_from(data.len()).map_err(|_| Error::argument("a stored chunk of 4 GiB or more"))?;
        out.medium.write(address, data)?;
        self.keys.sizes.push(size);
        self.keys.masks.push(mask);
        self.keys.offsets.extend(origin.iter().chain([&0]));
        self.children.push(address);
        Ok(())
    }

    /// Writes the v1 B-tree; nothing if there are no chunks.
    pub fn finish(&mut self, out: &mut Output) -> Result<Option<Addr>> {
        if self.children.is_empty() {
            return Ok(None);
        }
        // The last key is a bound only: one chunk further in every dimension.
        let last = self.keys.offset(self.children.len().saturating_sub(1));
        let bound: Vec<u64> = last.iter().zip(&self.end).map(|(o, c)| o + c).collect();
        self.keys.offsets.extend(bound);
        self.keys.sizes.push(0);
        self.keys.masks.push(0);
        let (ranks, capacity) = (self.keys.ranks, 2 * usize::from(out.k.chunk));
        let (keys, children) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.children));
        tree1::build(&mut out.medium, &mut out.space, ranks, capacity, keys, children).map(Some)
    }
}
