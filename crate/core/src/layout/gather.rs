//! Elements of a dataset in any order: what is close together is read together.

use super::{AHEAD, DatasetParts, Read, in_memory};
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::heap::global::NoHeap;
use crate::format::message::Layout;
use crate::order;
use crate::select::{Axis, Hyperslab};
use crate::storage::Medium;
use crate::value;
use std::ops::Range;

/// Bytes of what is read together of a dataset without chunks.
const TILE: u64 = 64 << 10;

/// Where elements of a dataset go.
pub(super) struct Gather {
    dims: Vec<u64>,
    /// Extents of what is read together: of a chunk, if there are such.
    tile: Vec<u64>,
    pieces: Vec<Piece>,
    /// Sorted by tile; those before this one are there.
    done: Option<usize>,
}

/// Neighbouring elements of one tile.
#[derive(Clone, Copy)]
struct Piece {
    tile: u64,
    /// In row-major order of the dataset.
    place: u64,
    len: u64,
    /// Element of the destination.
    to: u64,
}

/// What elements have to become.
pub(super) struct Conversion {
    pub(super) from: Datatype,
    pub(super) to: Datatype,
}

impl Conversion {
    pub(super) fn apply(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let column = value::decode(&self.from, bytes, &mut NoHeap)?;
        let mut out = Vec::new();
        let all = 0..value::store::count(&column);
        value::store::store(&self.to, &column, all, &mut value::store::no_heap, &mut out)?;
        Ok(out)
    }
}

impl Gather {
    /// Of nothing yet.
    pub(super) fn new(parts: &DatasetParts) -> Gather {
        // A scalar is a row of one element.
        let mut dims = parts.dataspace.dims().to_vec();
        if dims.is_empty() {
            dims.push(1);
        }
        let tile = match &parts.layout {
            Layout::Chunked { chunk, .. } if chunk.len() == dims.len() && !chunk.contains(&0) => {
                chunk.clone()
            }
            _ => {
                let mut left = (TILE / u64::from(parts.datatype.size).max(1)).max(1);
                let mut tile: Vec<u64> = dims
                    .iter()
                    .rev()
                    .map(|dim| {
                        let n = left.min(*dim).max(1);
                        left /= n;
                        n
                    })
                    .collect();
                tile.reverse();
                tile
            }
        };
        Gather { dims, tile, pieces: Vec::new(), done: None }
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Pieces so far.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// Adds `len` neighbours of a row to be put at element `to`. Their place is counted in extents `frame`; those
    /// outside of the dataset are left out. Says how many are inside: the first ones.
    pub(super) fn add(&mut self, frame: &[u64], place: u64, len: u64, to: u64) -> u64 {
        let (mut rest, mut step, mut tile_step) = (place, 1u64, 1u64);
        let (mut base, mut tile, mut column) = (0u64, 0u64, 0);
        for (i, (dim, tile_len)) in self.dims.iter().zip(&self.tile).enumerate().rev() {
            let extent = frame.get(i).copied().unwrap_or(1).max(1);
            let at = rest % extent;
            rest /= extent;
            if at >= *dim {
                return 0;
            }
            if i + 1 == self.dims.len() {
                column = at;
            } else {
                base += at * step;
                tile += (at / tile_len) * tile_step;
            }
            step *= dim;
            tile_step *= dim.div_ceil(*tile_len);
        }
        let (Some(width), Some(tile_len)) = (self.dims.last(), self.tile.last()) else { return 0 };
        let end = column.saturating_add(len).min(*width);
        let mut at = column;
        while at < end {
            let number = at / tile_len;
            let next = ((number + 1).saturating_mul(*tile_len)).min(end);
            let piece =
                Piece { tile: tile + number, place: base + at, len: next - at, to: to + (at - column) };
            self.pieces.push(piece);
            at = next;
        }
        end - column
    }

    /// Puts the elements of the dataset `parts` at their places in `out`. After an error of kind `Pending` the same
    /// call goes on where it was.
    pub(super) fn read(
        &mut self,
        medium: &Medium,
        parts: &DatasetParts,
        conversion: Option<&Conversion>,
        depth: u32,
        out: &mut [u8],
    ) -> Result<()> {
        let mut at = match self.done {
            Some(done) => done,
            None => {
                order::sort_by_key(&mut self.pieces, |p| p.tile);
                0
            }
        };
        let mut missing: Option<Error> = None;
        let mut ahead = 0u64;
        let mut buffer = Vec::new();
        while at < self.pieces.len() && ahead < AHEAD {
            let tile = self.pieces[at].tile;
            let end = at + self.pieces[at..].partition_point(|p| p.tile == tile);
            match self.read_tile(at..end, medium, parts, conversion, depth, &mut buffer, out) {
                Ok(()) => {}
                Err(e) if e.is_pending() => {
                    ahead = e
                        .pending()
                        .iter()
                        .fold(ahead.saturating_add(1), |n, r| n.saturating_add(r.end - r.start));
                    let other = e.wanted_file().is_some() || e.filter().is_some();
                    missing = Some(match missing {
                        Some(first) => first.and(e),
                        None => {
                            self.done = Some(at);
                            e
                        }
                    });
                    if other {
                        break;
                    }
                }
                Err(e) => return Err(e),
            }
            at = end;
        }
        match missing {
            Some(e) => Err(e),
            None => {
                self.done = Some(at);
                Ok(())
            }
        }
    }

    #[allow(clippy::too_many_arguments)] // what the loop above carries along
    fn read_tile(
        &self,
        pieces: Range<usize>,
        medium: &Medium,
        parts: &DatasetParts,
        conversion: Option<&Conversion>,
        depth: u32,
        buffer: &mut Vec<u8>,
        out: &mut [u8],
    ) -> Result<()> {
        let pieces = &self.pieces[pieces];
        let bounds = self.bounds(pieces);
        let axes = bounds.iter().map(|b| Axis::run(b.start, b.end - b.start));
        let slab = if parts.dataspace.dims().is_empty() {
            Hyperslab::all(&[])
        } else {
            Hyperslab::new(axes.collect(), &self.dims)?
        };
        let mut read = Read::nested(medium, parts, &slab, depth)?;
        let mut bytes = Vec::new();
        while read.next(medium, buffer)?.is_some() {
            bytes.extend_from_slice(buffer);
        }
        let mut unit = read.element_size();
        if let Some(conversion) = conversion {
            bytes = conversion.apply(&bytes)?;
            unit = in_memory(conversion.to.size.into())?;
        }
        for piece in pieces {
            let (mut rest, mut step, mut from) = (piece.place, 1u64, 0u64);
            for (dim, bound) in self.dims.iter().zip(&bounds).rev() {
                from += (rest % dim - bound.start) * step;
                rest /= dim;
                step *= bound.end - bound.start;
            }
            let (from, to, n) = (in_memory(from)?, in_memory(piece.to)?, in_memory(piece.len)?);
            let source = bytes.get(from * unit..(from + n) * unit);
            let target = out.get_mut(to * unit..(to + n) * unit);
            let (Some(source), Some(target)) = (source, target) else {
                return Err(Error::malformed("elements are missing that were read"));
            };
            target.copy_from_slice(source);
        }
        Ok(())
    }

    /// The box around `pieces`.
    fn bounds(&self, pieces: &[Piece]) -> Vec<Range<u64>> {
        let mut bounds = vec![Range { start: u64::MAX, end: 0 }; self.dims.len()];
        for piece in pieces {
            let (mut rest, mut n) = (piece.place, piece.len);
            for (bound, dim) in bounds.iter_mut().zip(&self.dims).rev() {
                let at = rest % dim;
                rest /= dim;
                *bound = bound.start.min(at)..bound.end.max(at + n);
                n = 1;
            }
        }
        bounds
    }
}
