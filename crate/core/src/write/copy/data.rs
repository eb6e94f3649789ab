//! The elements of a copied dataset, in the layout that they have.

use super::{Copy, From};
use crate::bytes::Addr;
use crate::chunk::{Grid, index};
use crate::error::{Error, Result};
use crate::filter;
use crate::format::index::Entry;
use crate::format::message::{ChunkIndex, Layout};
use crate::layout::{self, DatasetParts};
use crate::limits::Limits;
use crate::write::chunk_index::{self, IndexEdit};
use crate::write::dataset;
use crate::write::output::Output;

/// Bytes that are copied at a time.
const BATCH: u64 = 1 << 20;

impl Copy<'_> {
    /// Copies the elements; where they are.
    pub(super) fn layout(&mut self, out: &mut Output, of: From<'_>, parts: &DatasetParts) -> Result<Layout> {
        let bytes = parts.dataspace.elements()?.checked_mul(parts.datatype.size.into());
        let bytes = bytes.ok_or_else(|| Error::malformed("a dataset of more than 2^64 bytes"))?;
        match &parts.layout {
            Layout::Compact { data } => {
                let mut data = data.clone();
                self.elements(out, of, &parts.datatype, &mut data)?;
                Ok(Layout::Compact { data })
            }
            Layout::Contiguous { address: Some(address), .. } if bytes > 0 => {
                let to = self.block(out, of, parts, *address, bytes)?;
                Ok(Layout::Contiguous { address: Some(to), size: Some(bytes) })
            }
            Layout::Contiguous { .. } => Ok(Layout::Contiguous { address: None, size: Some(bytes) }),
            Layout::Chunked { .. } => self.chunks(out, of, parts),
            Layout::Virtual { .. } => {
                let list = layout::mappings(of.origin.medium(out), &parts.layout)?;
                dataset::remapped(out, list)
            }
        }
    }

    /// A contiguous dataset, a batch of whole elements at a time.
    fn block(
        &mut self,
        out: &mut Output,
        of: From<'_>,
        parts: &DatasetParts,
        from: Addr,
        bytes: u64,
    ) -> Result<Addr> {
        of.origin.medium(out).check(from, bytes)?;
        if !is_translated(parts) {
            if let Some(there) = self.carried(of, from, bytes, false) {
                return Ok(there);
            }
        } else if self.is_rehearsal() {
            self.count(bytes);
            return Ok(from);
        }
        let to = out.space.allocate_raw(bytes)?;
        let unit = u64::from(parts.datatype.size).max(1);
        let step = (BATCH / unit).max(1) * unit;
        let mut batch = Vec::new();
        let mut at = 0;
        while at < bytes {
            let n = step.min(bytes - at);
            batch.resize(Limits::check(n, out.medium.limits.chunk, "elements")?, 0);
            of.origin.medium(out).read_into(from.offset(at)?, &mut batch)?;
            self.elements(out, of, &parts.datatype, &mut batch)?;
            out.medium.write(to.offset(at)?, &batch)?;
            at += n;
        }
        Ok(to)
    }

    fn chunks(&mut self, out: &mut Output, of: From<'_>, parts: &DatasetParts) -> Result<Layout> {
        let Layout::Chunked { chunk, edge_unfiltered, .. } = &parts.layout else {
            return Err(Error::argument("only chunked layouts have chunks"));
        };
        let (dims, max) = (parts.dataspace.dims(), parts.dataspace.max_dims());
        let limits = out.medium.limits.clone();
        let grid = Grid::new(dims, &max, chunk, parts.datatype.size.into(), &limits)?;
        let filtered = !parts.filters.filters.is_empty();
        let mut to = chunk_index::open(&empty(&parts.layout), &grid, filtered, out)?;
        let translated = is_translated(parts);
        // Elsewhere the index says where chunks go.
        let anywhere = !matches!(parts.layout, Layout::Chunked { index: ChunkIndex::Implicit, .. });
        let mut scratch = filter::Scratch::default();
        let mut copied: Vec<u8> = Vec::new();
        for (coord, entry) in Self::stored(out, of, parts, &grid)? {
            let Some(address) = entry.address else { continue };
            let medium = of.origin.medium(out);
            medium.check(address, entry.size)?;
            if anywhere && !translated {
                if let Some(there) = self.carried(of, address, entry.size, true) {
                    if !self.is_rehearsal() {
                        to.set(out, &coord, Entry { address: Some(there), ..entry })?;
                    }
                    continue;
                }
            } else if self.is_rehearsal() {
                self.count(entry.size);
                continue;
            }
            let medium = of.origin.medium(out);
            copied.resize(Limits::check(entry.size, limits.chunk, "a chunk")?, 0);
            medium.read_into(address, &mut copied)?;
            let mut mask = entry.mask;
            if translated {
                let plain = !filtered || *edge_unfiltered && grid.is_partial(&coord);
                if !plain {
                    let nominal = grid.chunk_bytes();
                    copied = filter::decode(&parts.filters, mask, &copied, nominal, &mut scratch)?;
                }
                self.elements(out, of, &parts.datatype, &mut copied)?;
                if !plain {
                    (copied, mask) = filter::encode(&parts.filters, &copied, &mut scratch)?;
                }
            }
            put(out, to.as_mut(), &coord, &copied, mask)?;
        }
        to.flush(out)?;
        Ok(to.layout().clone())
    }

    /// All stored chunks of the source.
    fn stored(
        out: &Output,
        of: From<'_>,
        parts: &DatasetParts,
        grid: &Grid,
    ) -> Result<Vec<(Vec<u64>, Entry)>> {
        let counts = grid.counts();
        let region: Vec<_> = counts.iter().map(|n| 0..*n).collect();
        let mut list = Vec::new();
        index::open(&parts.layout, grid)?.visit(of.origin.medium(out), &region, &mut |coord, entry| {
            list.push((coord.to_vec(), entry));
            Ok(())
        })?;
        Ok(list)
    }
}

/// Whether elements point at something, so that those of a copy are others.
fn is_translated(parts: &DatasetParts) -> bool {
    parts.datatype.uses_heap() || parts.datatype.holds_references()
}

/// Stores one chunk.
fn put(out: &mut Output, to: &mut dyn IndexEdit, coord: &[u64], bytes: &[u8], mask: u32) -> Result<()> {
    let size = bytes.len() as u64;
    let address = match to.allocate(out)? {
        // The index says where it goes.
        true => to.get(out, coord)?.address.ok_or_else(|| Error::argument("a chunk without a place"))?,
        false => out.space.allocate_unaligned(size)?,
    };
    out.medium.write(address, bytes)?;
    to.set(out, coord, Entry { address: Some(address), size, mask })
}

/// The layout without chunks.
fn empty(layout: &Layout) -> Layout {
    let mut layout = layout.clone();
    if let Layout::Chunked { address, index, .. } = &mut layout {
        *address = None;
        if let ChunkIndex::Single { filtered: Some(stored) } = index {
            // They keep their room: whoever writes the chunk writes over them.
            *stored = (0, 0);
        }
    }
    layout
}
