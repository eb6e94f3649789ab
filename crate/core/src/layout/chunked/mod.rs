//! Chunked storage: batches of whole rows of chunks, each stored chunk decoded once per batch.

mod batch;
mod cuts;
mod piece;

use super::fill::Fill;
use super::{AHEAD, BATCH, DatasetParts, in_memory, stretch};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::chunk::grid::Touched;
use crate::chunk::index::{self, Index};
use crate::error::{Context, Error, Result};
use crate::filter::Scratch;
use crate::format::message::{FilterPipeline, Layout};
use crate::order;
use crate::select::{Axis, Hyperslab};
use crate::storage::{DECODED_BUDGET, Medium};
use std::collections::VecDeque;
use std::ops::Range;

use batch::{Batch, bounds, place_of};
use piece::ChunkOf;

/// Bytes of a batch at most, unless a single element is larger. A row of chunks beyond this is cut, and then
/// some chunks are decoded for more than one batch.
const MOST_BYTES: u64 = 128 << 20;
/// Chunks of a batch at most.
const MOST_CHUNKS: u64 = 1 << 18;
/// Batches that are planned together.
const MOST_AHEAD: usize = 16;

/// A selection of a chunked dataset.
pub(super) struct Chunked {
    grid: Grid,
    axes: Vec<Axis>,
    unit: usize,
    filters: FilterPipeline,
    edge_unfiltered: bool,
    fill: Fill,
    index: Box<dyn Index>,
    /// Under which name decoded chunks are kept for later reads, if they are: the address of the index.
    kept_as: Option<Addr>,
    /// Batches are runs along this axis: whole on all axes after it, one position on all before it.
    run_axis: usize,
    sizes: Sizes,
    /// Elements planned so far.
    planned: u64,
    total: u64,
    end: u64,
    batches: VecDeque<Batch>,
    buffers: Buffers,
}

#[derive(Default)]
struct Buffers {
    codec: Scratch,
    stored: Vec<u8>,
    chunk: Vec<u8>,
}

/// How large batches are.
#[derive(Clone, Copy)]
struct Sizes {
    /// Bytes that are aimed at.
    batch: u64,
    /// Bytes at most.
    most: u64,
}

fn product(values: impl Iterator<Item = u64>) -> u64 {
    values.fold(1, u64::saturating_mul)
}

impl Chunked {
    /// Plans to read `slab`; looks nothing up yet.
    pub(super) fn new(
        medium: &Medium,
        parts: &DatasetParts,
        slab: &Hyperslab,
        fill: Fill,
    ) -> Result<Chunked> {
        let sizes = Sizes { batch: BATCH as u64, most: MOST_BYTES };
        Chunked::with_sizes(medium, parts, slab, fill, sizes)
    }

    fn with_sizes(
        medium: &Medium,
        parts: &DatasetParts,
        slab: &Hyperslab,
        fill: Fill,
        sizes: Sizes,
    ) -> Result<Chunked> {
        let Layout::Chunked { chunk, element_size, edge_unfiltered, address, .. } = &parts.layout else {
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
        let kept_as = keep(&grid, &axes).then_some(*address).flatten();
        let run_axis = run_axis(&grid, &axes, unit as u64, sizes);
        let total = slab.elements()?;
        Ok(Chunked {
            total,
            end: total,
            grid,
            axes,
            unit,
            filters: parts.filters.clone(),
            edge_unfiltered: *edge_unfiltered,
            fill,
            index,
            kept_as,
            run_axis,
            sizes,
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
        stretch(out, in_memory(bytes.unwrap_or(u64::MAX))?);
        let touched = product(batch.touched.iter().map(|t| t.len() as u64));
        if (batch.stored.len() as u64) < touched {
            self.fill.write(out);
        }
        let mut buffers = std::mem::take(&mut self.buffers);
        let mut chunk = ChunkOf::default();
        let read = batch.stored.iter().try_for_each(|(place, entry)| {
            chunk.set(self, batch, *place)?;
            let at = entry.address.map_or(0, |a| medium.absolute(a));
            chunk
                .read(self, medium, entry, &mut buffers, out)
                .map_err(|e| e.at(at).within(format!("chunk {:?}", chunk.coord)))
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
        while self.planned < self.end && bytes < AHEAD && self.batches.len() < MOST_AHEAD {
            let batch = self.plan(medium).within("chunk index")?;
            bytes = batch.stored.iter().fold(bytes, |n, (_, e)| n.saturating_add(e.size));
            self.planned += batch.elements;
            self.batches.push_back(batch);
        }
        let mut wanted = Vec::new();
        let mut chunk = ChunkOf::default();
        for batch in &self.batches {
            for (place, entry) in &batch.stored {
                if self.grid.chunk_bytes() < piece::WORTH {
                    wanted.extend(entry.address.map(|a| (a, entry.size)));
                    continue;
                }
                chunk.set(self, batch, *place)?;
                chunk.announce(self, medium, entry, &mut wanted);
            }
        }
        medium.want(wanted)
    }

    /// Finds the chunks of the next batch.
    fn plan(&mut self, medium: &Medium) -> Result<Batch> {
        let ranges = self.ranges_at(self.planned);
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
        order::sort_by_key(stored, |(place, _)| *place);
        stored.dedup_by_key(|(place, _)| *place);
        Ok(batch)
    }

    /// Selected positions of each axis that the batch has which begins at element `at`.
    fn ranges_at(&self, at: u64) -> Vec<Range<u64>> {
        let mut rest = at;
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
        let most = range.start.saturating_add((self.sizes.most / inner.max(1)).max(1)).min(range.end);
        let chunks = inner_chunks(&self.grid, &self.axes, self.run_axis);
        let mut end = range.start;
        for n in 1.. {
            let start = (axis.at(end) / chunk).saturating_mul(chunk);
            let next = axis.within(start..start.saturating_add(chunk)).end.max(end + 1).min(most);
            let first = end == range.start;
            let bytes = (next - range.start).saturating_mul(inner);
            if !first && (bytes > self.sizes.batch || chunks.saturating_mul(n) > MOST_CHUNKS) {
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

/// Whether chunks are kept for later reads: not if they are quickly decoded, nor if there are so many that they would
/// push each other out.
fn keep(grid: &Grid, axes: &[Axis]) -> bool {
    let touched = axes.iter().zip(grid.chunk()).map(|(axis, chunk)| {
        let last = axis.len().saturating_sub(1);
        (axis.at(last) / chunk).saturating_sub(axis.at(0) / chunk).saturating_add(1).min(axis.len())
    });
    let bytes = product(touched).saturating_mul(grid.chunk_bytes() as u64);
    grid.chunk_bytes() >= piece::WORTH && bytes <= DECODED_BUDGET as u64 / 2
}

/// The axis along which batches run: the first one of which a single position is not too much.
fn run_axis(grid: &Grid, axes: &[Axis], unit: u64, sizes: Sizes) -> usize {
    let last = axes.len().saturating_sub(1);
    let fits = |i: &usize| {
        let inner = product(axes[i + 1..].iter().map(Axis::len)).saturating_mul(unit);
        inner <= sizes.most && inner_chunks(grid, axes, *i) <= MOST_CHUNKS
    };
    (0..last).find(fits).unwrap_or(last)
}

/// The most chunks that one position of axis `i` and all of the axes after it can touch.
fn inner_chunks(grid: &Grid, axes: &[Axis], i: usize) -> u64 {
    let counts = grid.counts();
    product(axes.iter().zip(counts).skip(i + 1).map(|(a, n)| n.min(a.len())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::datatype::Datatype;
    use crate::format::message::{ChunkIndex, Dataspace, Extent, FillStatus, FillValue};
    use crate::limits::Limits;
    use crate::storage::Memory;

    const DIMS: [u64; 3] = [10, 12, 9];
    const CHUNK: [u64; 3] = [4, 5, 3];

    /// Chunks one behind the other, each element its number in the dataset; the chunks' other parts are 0xeeee.
    fn file() -> (Medium, DatasetParts) {
        let mut bytes = vec![0; 16];
        let counts: Vec<u64> = DIMS.iter().zip(CHUNK).map(|(d, c)| d.div_ceil(c)).collect();
        for chunk in 0..product(counts.iter().copied()) {
            let chunk = split(chunk, &counts);
            for element in 0..product(CHUNK.into_iter()) {
                let within = split(element, &CHUNK);
                let at: Vec<u64> = (0..3).map(|i| chunk[i] * CHUNK[i] + within[i]).collect();
                let inside = at.iter().zip(DIMS).all(|(a, d)| *a < d);
                let value = if inside { number(&at) } else { 0xeeee };
                bytes.extend_from_slice(&value.to_le_bytes());
            }
        }
        let parts = DatasetParts {
            dataspace: Dataspace { extent: Extent::Simple { dims: DIMS.to_vec(), max: None } },
            datatype: Datatype::integer(2, false),
            layout: Layout::Chunked {
                version: 4,
                chunk: CHUNK.to_vec(),
                element_size: 2,
                edge_unfiltered: false,
                index: ChunkIndex::Implicit,
                address: Some(Addr(16)),
            },
            filters: FilterPipeline::default(),
            fill: FillValue { status: FillStatus::Default, ..FillValue::default() },
            external: Vec::new(),
        };
        (Medium::new(Box::new(Memory::new(bytes)), Limits::default()), parts)
    }

    fn split(mut n: u64, dims: &[u64]) -> Vec<u64> {
        let mut at: Vec<u64> = dims.iter().rev().map(|d| (n % d, n /= d).0).collect();
        at.reverse();
        at
    }

    fn number(at: &[u64]) -> u16 {
        at.iter().zip(DIMS).fold(0, |n, (a, d)| n * d + a) as u16
    }

    fn read(medium: &Medium, parts: &DatasetParts, slab: &Hyperslab, sizes: Sizes) -> Vec<u16> {
        let fill = Fill::new(&parts.fill, 2).unwrap();
        let mut chunked = Chunked::with_sizes(medium, parts, slab, fill, sizes).unwrap();
        let (mut all, mut batch) = (Vec::new(), vec![1; 7]);
        let total = slab.elements().unwrap();
        while (all.len() as u64) < total {
            let n = chunked.next(medium, &mut batch).unwrap();
            assert!(n > 0 && batch.len() as u64 == n * 2);
            assert!(n * 2 <= sizes.most.max(2), "{n}");
            all.extend(batch.as_chunks::<2>().0.iter().map(|b| u16::from_le_bytes(*b)));
        }
        all
    }

    /// The same, part by part, the last one first.
    fn read_apart(medium: &Medium, parts: &DatasetParts, slab: &Hyperslab, sizes: Sizes) -> Vec<u16> {
        let fill = Fill::new(&parts.fill, 2).unwrap();
        let mut chunked = Chunked::with_sizes(medium, parts, slab, fill, sizes).unwrap();
        let cuts = chunked.cuts(200, 7);
        assert!(cuts.len() <= 8 && cuts.is_sorted() && cuts.last() == Some(&slab.elements().unwrap()));
        let mut all = vec![0; slab.elements().unwrap() as usize];
        for part in cuts.windows(2).rev() {
            chunked.only(part[0], part[1]);
            let (mut at, mut batch) = (part[0], Vec::new());
            while at < part[1] {
                let n = chunked.next(medium, &mut batch).unwrap();
                for (to, b) in all[at as usize..].iter_mut().zip(batch.as_chunks::<2>().0) {
                    *to = u16::from_le_bytes(*b);
                }
                at += n;
            }
            assert_eq!(at, part[1]);
            assert_eq!(chunked.next(medium, &mut batch).unwrap(), 0);
        }
        all
    }

    fn kinds(d: u64) -> [Axis; 4] {
        [
            Axis::run(0, d),
            Axis::run(2, d - 3),
            Axis { start: 1, stride: 4, count: (d - 1) / 4, block: 1 },
            Axis { start: 0, stride: 4, count: d / 4, block: 3 },
        ]
    }

    #[test]
    fn any_batch_size_gives_the_same_elements() {
        let (medium, parts) = file();
        for a in kinds(DIMS[0]) {
            for b in kinds(DIMS[1]) {
                for c in kinds(DIMS[2]) {
                    let slab = Hyperslab::new(vec![a, b, c], &DIMS).unwrap();
                    let shape = slab.shape();
                    let expected: Vec<u16> = (0..slab.elements().unwrap())
                        .map(|n| {
                            let at = split(n, &shape).into_iter().zip(slab.axes());
                            number(&at.map(|(i, axis)| axis.at(i)).collect::<Vec<_>>())
                        })
                        .collect();
                    for (batch, most) in [(1, 1), (1, 40), (100, 200), (500, 100_000), (1 << 20, 1 << 27)] {
                        let got = read(&medium, &parts, &slab, Sizes { batch, most });
                        assert_eq!(got, expected, "{slab:?} {batch} {most}");
                        let got = read_apart(&medium, &parts, &slab, Sizes { batch, most });
                        assert_eq!(got, expected, "{slab:?} {batch} {most}");
                    }
                }
            }
        }
    }

    #[test]
    fn sizes_that_do_not_fit_are_errors() {
        let (medium, mut parts) = file();
        let slab = Hyperslab::all(&DIMS);
        let fill = || Fill::new(&FillValue::default(), 2).unwrap();
        parts.datatype.size = 4;
        assert!(Chunked::new(&medium, &parts, &slab, fill()).is_err());
        parts.datatype.size = 2;
        if let Layout::Chunked { address, .. } = &mut parts.layout {
            *address = Some(Addr(60));
        }
        let mut cut = Chunked::new(&medium, &parts, &slab, fill()).unwrap();
        let e = cut.next(&medium, &mut Vec::new()).unwrap_err();
        assert_eq!(e.kind(), crate::Kind::Malformed);
        assert!(e.trail().any(|t| t.starts_with("chunk [")), "{e}");
    }
}
