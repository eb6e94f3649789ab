//! Chunked storage: batches of whole rows of chunks, each stored chunk decoded once per batch.

use super::contiguous::Contiguous;
use super::fill::Fill;
use super::{AHEAD, BATCH, DatasetParts, in_memory};
use crate::chunk::Grid;
use crate::chunk::grid::Touched;
use crate::chunk::index::{self, Index};
use crate::error::{Context, Error, Result};
use crate::filter::{self, Scratch};
use crate::format::index::Entry;
use crate::format::message::{FilterPipeline, Layout};
use crate::select::scatter::{Lane, copy, verbatim};
use crate::select::{Axis, Hyperslab};
use crate::storage::Medium;
use std::collections::VecDeque;
use std::ops::Range;

/// Bytes of a batch at most, unless a single element is larger. A row of chunks beyond this is cut, and then
/// some chunks are decoded for more than one batch.
const MOST_BYTES: u64 = 128 << 20;
/// Chunks of a batch at most.
const MOST_CHUNKS: u64 = 1 << 18;
/// Batches that are planned together.
const MOST_AHEAD: usize = 16;
/// Of an unfiltered chunk, only what is selected is read if that is less than this part of it.
const SMALL_PART: usize = 4;

/// A selection of a chunked dataset.
pub(super) struct Chunked {
    grid: Grid,
    axes: Vec<Axis>,
    unit: usize,
    filters: FilterPipeline,
    edge_unfiltered: bool,
    fill: Fill,
    index: Box<dyn Index>,
    /// Batches are runs along this axis: whole on all axes after it, one position on all before it.
    run_axis: usize,
    /// Elements planned so far.
    planned: u64,
    total: u64,
    batches: VecDeque<Batch>,
    buffers: Buffers,
}

#[derive(Default)]
struct Buffers {
    codec: Scratch,
    stored: Vec<u8>,
    chunk: Vec<u8>,
}

/// What one batch reads.
struct Batch {
    elements: u64,
    /// Selected positions of each axis.
    ranges: Vec<Range<u64>>,
    /// Chunks that hold them.
    touched: Vec<Vec<Touched>>,
    /// Those that are stored, by their place among the touched ones in C order.
    stored: Vec<(u64, Entry)>,
}

fn product(values: impl Iterator<Item = u64>) -> u64 {
    values.fold(1, u64::saturating_mul)
}

impl Chunked {
    pub(super) fn new(
        medium: &Medium,
        parts: &DatasetParts,
        slab: &Hyperslab,
        fill: Fill,
    ) -> Result<Chunked> {
        let Layout::Chunked { chunk, element_size, edge_unfiltered, .. } = &parts.layout else {
            return Err(Error::argument("not a chunked layout"));
        };
        if *element_size != u64::from(parts.datatype.size) {
            let what =
                format!("chunks of {element_size}-byte elements of a {}-byte type", parts.datatype.size);
            return Err(Error::malformed(what)).within("data layout");
        }
        let (space, limits) = (&parts.dataspace, &medium.limits);
        let grid =
            Grid::new(space.dims(), &space.max_dims(), chunk, *element_size, limits).within("data layout")?;
        let index = index::open(&parts.layout, &grid).within("data layout")?;
        let axes = slab.axes().to_vec();
        let unit = grid.element_size();
        let run_axis = run_axis(&grid, &axes, unit as u64);
        Ok(Chunked {
            total: slab.elements()?,
            grid,
            axes,
            unit,
            filters: parts.filters.clone(),
            edge_unfiltered: *edge_unfiltered,
            fill,
            index,
            run_axis,
            planned: 0,
            batches: VecDeque::new(),
            buffers: Buffers::default(),
        })
    }

    /// Reads the next batch; says how many elements it has.
    pub(super) fn next(&mut self, medium: &Medium, out: &mut Vec<u8>) -> Result<u64> {
        if self.batches.is_empty() {
            self.plan_ahead(medium)?;
        }
        let Some(batch) = self.batches.front() else { return Ok(0) };
        let bytes = batch.elements.checked_mul(self.unit as u64);
        out.resize(in_memory(bytes.unwrap_or(u64::MAX))?, 0);
        let touched = product(batch.touched.iter().map(|t| t.len() as u64));
        if (batch.stored.len() as u64) < touched {
            self.fill.write(out);
        }
        let mut buffers = std::mem::take(&mut self.buffers);
        let read = batch.stored.iter().try_for_each(|(place, entry)| {
            let chunk = ChunkOf::new(self, batch, *place)?;
            let place = entry.address.map_or(0, |a| medium.absolute(a));
            chunk
                .read(self, medium, entry, &mut buffers, out)
                .map_err(|e| e.at(place).within(format!("chunk {:?}", chunk.coord)))
        });
        self.buffers = buffers;
        read?;
        let elements = batch.elements;
        self.batches.pop_front();
        Ok(elements)
    }

    /// Plans a few batches and announces their chunks.
    fn plan_ahead(&mut self, medium: &Medium) -> Result<()> {
        let mut bytes = 0u64;
        while self.planned < self.total && bytes < AHEAD && self.batches.len() < MOST_AHEAD {
            let batch = self.plan(medium).within("chunk index")?;
            bytes = batch.stored.iter().fold(bytes, |n, (_, e)| n.saturating_add(e.size));
            self.planned += batch.elements;
            self.batches.push_back(batch);
        }
        // A batch that reads all of its chunks says so; small parts of large chunks are asked for when needed.
        let stored = self.batches.iter().flat_map(|b| &b.stored);
        medium.want(stored.filter_map(|(_, e)| e.address.map(|a| (a, e.size))))
    }

    /// Finds the chunks of the next batch.
    fn plan(&mut self, medium: &Medium) -> Result<Batch> {
        let ranges = self.next_ranges();
        let axes = self.axes.iter().enumerate().zip(&ranges);
        let touched: Vec<Vec<Touched>> =
            axes.map(|((i, axis), range)| self.grid.touched(i, axis, range.clone())).collect();
        let elements = product(ranges.iter().map(|r| r.end - r.start));
        let mut batch = Batch { elements, ranges, touched, stored: Vec::new() };
        let region: Vec<Range<u64>> = batch.touched.iter().map(|t| bounds(t)).collect();
        let wanted = product(batch.touched.iter().map(|t| t.len() as u64));
        let boxed = product(region.iter().map(|r| r.end - r.start));
        if boxed / 4 > wanted {
            // Far apart: a look-up each costs less than everything between them.
            for place in 0..wanted {
                let entry = self.index.get(medium, &batch.coordinate(place))?;
                if entry.address.is_some() {
                    batch.stored.push((place, entry));
                }
            }
            return Ok(batch);
        }
        let Batch { touched, stored, .. } = &mut batch;
        self.index.visit(medium, &region, &mut |coord, entry| {
            if let Some(place) = place_of(touched, coord) {
                stored.push((place, entry));
            }
            Ok(())
        })?;
        stored.sort_by_key(|(place, _)| *place);
        stored.dedup_by_key(|(place, _)| *place);
        Ok(batch)
    }

    /// Selected positions of each axis that the next batch has.
    fn next_ranges(&self) -> Vec<Range<u64>> {
        let mut rest = self.planned;
        let mut ranges: Vec<Range<u64>> = self.axes.iter().map(|a| 0..a.len()).collect();
        for (range, axis) in ranges.iter_mut().zip(&self.axes).rev() {
            let len = axis.len().max(1);
            let at = rest % len;
            rest /= len;
            *range = at..axis.len();
        }
        for (i, range) in ranges.iter_mut().enumerate() {
            if i < self.run_axis {
                range.end = range.start + 1;
            } else if i == self.run_axis {
                range.end = self.run_end(range.clone());
            } else {
                range.start = 0;
            }
        }
        ranges
    }

    /// Where a run along the run axis ends: after a chunk, and after as many more as make a batch.
    fn run_end(&self, range: Range<u64>) -> u64 {
        let (axis, chunk) = (&self.axes[self.run_axis], self.grid.chunk()[self.run_axis]);
        let inner =
            product(self.axes[self.run_axis + 1..].iter().map(Axis::len)).saturating_mul(self.unit as u64);
        let most = range.start.saturating_add((MOST_BYTES / inner.max(1)).max(1)).min(range.end);
        let chunks = inner_chunks(&self.grid, &self.axes, self.run_axis);
        let mut end = range.start;
        for n in 1.. {
            let start = (axis.at(end) / chunk).saturating_mul(chunk);
            let next = axis.within(start..start.saturating_add(chunk)).end.max(end + 1).min(most);
            let first = end == range.start;
            let bytes = (next - range.start).saturating_mul(inner);
            if !first && (bytes > BATCH as u64 || chunks.saturating_mul(n) > MOST_CHUNKS) {
                break;
            }
            end = next;
            if end >= most {
                break;
            }
        }
        end
    }
}

/// The axis along which batches run: the first one of which a single position is not too much.
fn run_axis(grid: &Grid, axes: &[Axis], unit: u64) -> usize {
    let last = axes.len().saturating_sub(1);
    let fits = |i: &usize| {
        let inner = product(axes[i + 1..].iter().map(Axis::len)).saturating_mul(unit);
        inner <= MOST_BYTES && inner_chunks(grid, axes, *i) <= MOST_CHUNKS
    };
    (0..last).find(fits).unwrap_or(last)
}

/// The most chunks that one position of axis `i` and all of the axes after it can touch.
fn inner_chunks(grid: &Grid, axes: &[Axis], i: usize) -> u64 {
    let counts = grid.counts();
    product(axes.iter().zip(counts).skip(i + 1).map(|(a, n)| n.min(a.len())))
}

fn bounds(touched: &[Touched]) -> Range<u64> {
    match (touched.first(), touched.last()) {
        (Some(first), Some(last)) => first.chunk..last.chunk + 1,
        _ => 0..0,
    }
}

/// Place of the chunk at `coord` among the touched ones; `None` if it is not touched.
fn place_of(touched: &[Vec<Touched>], coord: &[u64]) -> Option<u64> {
    let mut place = 0;
    for (list, c) in touched.iter().zip(coord) {
        let first = list.first()?.chunk;
        let direct = usize::try_from(c.checked_sub(first)?).ok()?;
        let i = match list.get(direct) {
            Some(t) if t.chunk == *c => direct,
            _ => list.binary_search_by_key(c, |t| t.chunk).ok()?,
        };
        place = place * list.len() as u64 + i as u64;
    }
    Some(place)
}

impl Batch {
    /// The touched chunks at `place`, one per axis.
    fn at(&self, mut place: u64) -> Vec<&Touched> {
        let mut found: Vec<&Touched> = Vec::with_capacity(self.touched.len());
        for list in self.touched.iter().rev() {
            let n = (list.len() as u64).max(1);
            // Below the length of a list.
            #[allow(clippy::cast_possible_truncation)]
            found.extend(list.get((place % n) as usize));
            place /= n;
        }
        found.reverse();
        found
    }

    fn coordinate(&self, place: u64) -> Vec<u64> {
        self.at(place).iter().map(|t| t.chunk).collect()
    }
}

/// One chunk of a batch: which of its elements go where.
struct ChunkOf {
    coord: Vec<u64>,
    lanes: Vec<Lane>,
    /// The selected positions within the chunk, where they are an arithmetic sequence on each axis.
    local: Option<Vec<Axis>>,
}

impl ChunkOf {
    fn new(chunked: &Chunked, batch: &Batch, place: u64) -> Result<ChunkOf> {
        let touched = batch.at(place);
        let mut lanes = Vec::with_capacity(touched.len());
        let mut local = Some(Vec::with_capacity(touched.len()));
        for (i, t) in touched.iter().enumerate() {
            let (axis, dim, range) = (chunked.axes[i], chunked.grid.chunk()[i], &batch.ranges[i]);
            let origin = t.chunk.saturating_mul(dim);
            let to = (t.positions.start - range.start, range.end - range.start);
            let lane = Lane::new(axis, t.positions.clone(), (origin, dim), to);
            lanes.push(lane.ok_or_else(|| Error::argument("the selection leaves the dataset"))?);
            let count = t.positions.end - t.positions.start;
            let start = axis.at(t.positions.start) - origin;
            match &mut local {
                Some(axes) if axis.block == 1 => axes.push(Axis { start, count, ..axis }),
                _ => local = None,
            }
        }
        Ok(ChunkOf { coord: touched.iter().map(|t| t.chunk).collect(), lanes, local })
    }

    fn read(
        &self,
        of: &Chunked,
        medium: &Medium,
        entry: &Entry,
        buffers: &mut Buffers,
        out: &mut [u8],
    ) -> Result<()> {
        let Some(address) = entry.address else { return Ok(()) };
        let nominal = of.grid.chunk_bytes();
        let edge = of.edge_unfiltered && of.grid.is_partial(&self.coord);
        let plain = edge || filter::is_plain(&of.filters, entry.mask);
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
                return self.read_part(of, medium, address, axes, buffers, out);
            }
            buffers.chunk.resize(nominal, 0);
            medium.read_into(address, &mut buffers.chunk)?;
        } else {
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
        Ok(())
    }

    /// The selected positions, if they are few enough to be read by themselves.
    fn small_part(&self, of: &Chunked) -> Option<&[Axis]> {
        let axes = self.local.as_deref()?;
        let part = product(axes.iter().map(Axis::len)).saturating_mul(of.unit as u64);
        let worth = of.grid.chunk_bytes() > 4 * 4096;
        (worth && part <= (of.grid.chunk_bytes() / SMALL_PART) as u64).then_some(axes)
    }

    fn read_part(
        &self,
        of: &Chunked,
        medium: &Medium,
        address: crate::bytes::Addr,
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
        let lanes = lanes.ok_or_else(|| Error::argument("the selection leaves the dataset"))?;
        copy(&buffers.chunk, out, of.unit, &lanes);
        Ok(())
    }
}
