//! One chunk of a batch: reading it, undoing its filters, and putting its elements where they belong.

use super::batch::Batch;
use super::{Buffers, Chunked, product};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::filter;
use crate::format::index::Entry;
use crate::layout::contiguous::Contiguous;
use crate::layout::in_memory;
use crate::select::Axis;
use crate::select::scatter::{Lane, copy, verbatim};
use crate::storage::Medium;

/// Of an unfiltered chunk, only what is selected is read if that is less than this part of it.
const SMALL_PART: usize = 4;
/// Smaller chunks are always read whole.
pub(super) const WORTH: usize = 16 << 10;

fn outside() -> Error {
    Error::argument("the selection leaves the dataset")
}

/// One chunk of a batch: which of its elements go where. Made once, set for each chunk.
#[derive(Default)]
pub(super) struct ChunkOf {
    pub(super) coord: Vec<u64>,
    lanes: Vec<Lane>,
}

impl ChunkOf {
    /// Makes this the touched chunk at `place`.
    pub(super) fn set(&mut self, of: &Chunked, batch: &Batch, place: u64) -> Result<()> {
        self.coord.clear();
        self.lanes.clear();
        // The place is a number whose digits are the places on each axis, the last axis changing fastest.
        let mut rest = place;
        for (i, list) in batch.touched.iter().enumerate().rev() {
            let n = (list.len() as u64).max(1);
            let digit = usize::try_from(rest % n).unwrap_or(usize::MAX);
            rest /= n;
            let lane = list.get(digit).and_then(|t| {
                self.coord.push(t.chunk);
                let (axis, dim, range) = (of.axes[i], of.grid.chunk()[i], &batch.ranges[i]);
                let to = (t.positions.start - range.start, range.end - range.start);
                Lane::new(axis, t.positions.clone(), (t.chunk.saturating_mul(dim), dim), to)
            });
            self.lanes.push(lane.ok_or_else(outside)?);
        }
        self.coord.reverse();
        self.lanes.reverse();
        Ok(())
    }

    /// Whether the chunk is stored as it is.
    fn is_plain(&self, of: &Chunked, entry: &Entry) -> bool {
        let edge = of.edge_unfiltered && of.grid.is_partial(&self.coord);
        edge || filter::is_plain(&of.filters, entry.mask)
    }

    /// Adds what [`read`](Self::read) will read to `wanted`.
    pub(super) fn announce(
        &self,
        of: &Chunked,
        medium: &Medium,
        entry: &Entry,
        wanted: &mut Vec<(Addr, u64)>,
    ) {
        let Some(address) = entry.address else { return };
        let known = |kept_as| medium.decoded().get(address, kept_as, of.grid.chunk_bytes()).is_some();
        if of.kept_as.is_some_and(known) {
            return;
        }
        let small = if self.is_plain(of, entry) { self.small_part(of) } else { None };
        match small {
            Some(axes) => Contiguous::new(address, of.grid.chunk(), &axes, of.unit).announce_all(wanted),
            None => wanted.push((address, entry.size)),
        }
    }

    /// Reads the chunk at `entry` and puts its selected elements into the batch `out`.
    pub(super) fn read(
        &self,
        of: &Chunked,
        medium: &Medium,
        entry: &Entry,
        buffers: &mut Buffers,
        out: &mut [u8],
    ) -> Result<()> {
        let Some(address) = entry.address else { return Ok(()) };
        let nominal = of.grid.chunk_bytes();
        let plain = self.is_plain(of, entry);
        let direct = verbatim(of.unit, &self.lanes).and_then(|range| out.get_mut(range));
        if plain {
            if entry.size < nominal as u64 {
                let what = format!("{} bytes stored of an unfiltered chunk of {nominal}", entry.size);
                return Err(Error::malformed(what));
            }
            medium.check(address, nominal as u64)?;
            if let Some(out) = direct {
                return medium.read_into(address, out);
            }
            if let Some(axes) = self.small_part(of) {
                return self.read_part(of, medium, address, &axes, buffers, out);
            }
            buffers.chunk.resize(nominal, 0);
            medium.read_into(address, &mut buffers.chunk)?;
        } else {
            if let Some(kept_as) = of.kept_as
                && let Some(chunk) = medium.decoded().get(address, kept_as, nominal)
            {
                match direct {
                    Some(out) => out.copy_from_slice(chunk),
                    None => copy(chunk, out, of.unit, &self.lanes),
                }
                return Ok(());
            }
            medium.check(address, entry.size)?;
            filter::check(&of.filters, entry.mask)?;
            filter::check_size(&of.filters, entry.mask, entry.size, nominal as u64)?;
            buffers.stored.resize(in_memory(entry.size)?, 0);
            medium.read_into(address, &mut buffers.stored)?;
            if let Some(out) = direct {
                return filter::decode_into(
                    &of.filters,
                    entry.mask,
                    &buffers.stored,
                    out,
                    &mut buffers.codec,
                );
            }
            buffers.chunk.resize(nominal, 0);
            let (stored, chunk) = (&buffers.stored, &mut buffers.chunk);
            filter::decode_into(&of.filters, entry.mask, stored, chunk, &mut buffers.codec)?;
        }
        copy(&buffers.chunk, out, of.unit, &self.lanes);
        if let Some(kept_as) = of.kept_as
            && !plain
            && self.selected(of) < nominal
        {
            medium.decoded().insert(address, kept_as, std::mem::take(&mut buffers.chunk));
        }
        Ok(())
    }

    /// Bytes of the chunk that are selected.
    fn selected(&self, of: &Chunked) -> usize {
        self.lanes.iter().fold(of.unit, |n, lane| n.saturating_mul(lane.count()))
    }

    /// The selected positions within the chunk, if they are few enough to be read by themselves.
    fn small_part(&self, of: &Chunked) -> Option<Vec<Axis>> {
        let nominal = of.grid.chunk_bytes();
        if nominal < WORTH || self.selected(of) > nominal / SMALL_PART {
            return None;
        }
        self.lanes.iter().map(Lane::local).collect()
    }

    fn read_part(
        &self,
        of: &Chunked,
        medium: &Medium,
        address: Addr,
        axes: &[Axis],
        buffers: &mut Buffers,
        out: &mut [u8],
    ) -> Result<()> {
        let bytes = product(axes.iter().map(Axis::len)).saturating_mul(of.unit as u64);
        buffers.chunk.resize(in_memory(bytes)?, 0);
        let part = Contiguous::new(address, of.grid.chunk(), axes, of.unit);
        part.read_all(medium, &mut buffers.stored, &mut buffers.chunk)?;
        // What was read is a box of its own now: all of it goes where the lanes say.
        let lanes: Option<Vec<Lane>> =
            self.lanes.iter().zip(axes).map(|(lane, axis)| lane.of_packed(axis.len())).collect();
        let lanes = lanes.ok_or_else(outside)?;
        copy(&buffers.chunk, out, of.unit, &lanes);
        Ok(())
    }
}
