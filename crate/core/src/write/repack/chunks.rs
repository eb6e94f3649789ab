//! The chunks of one dataset on their way.

use super::object::Set;
use crate::bytes::Addr;
use crate::chunk::{self, index};
use crate::error::{Error, Result};
use crate::format::length;
use crate::format::message::{ChunkIndex, FillStatus, Layout};
use crate::limits::Limits;
use crate::order;
use crate::select::{Axis, Hyperslab};
use crate::storage::Medium;
use crate::write::cut::{Grid, repeat};
use crate::write::dataset::ChunkWriter;
use crate::write::elements::Ready;
use crate::write::output::Output;
use std::borrow::Cow;

/// Bytes of stored chunks announced together.
const AHEAD: u64 = 16 << 20;
/// Slots of an array index that are looked at one by one, stored or not. Trees hold stored chunks only.
const MOST_SLOTS: u64 = 1 << 28;
/// Chunks of a copy that are listed because chunks of the source lie in them: more are all made.
const MOST_LISTED: u64 = 1 << 22;

pub(super) struct Chunks {
    grid: Grid,
    chunk: Vec<u64>,
    which: Which,
    next: u64,
    /// How many were handed out, to be made apart.
    handed: u64,
    fill: Vec<u8>,
    writer: ChunkWriter,
}

/// Chunks of the copy, by number in C order.
enum Which {
    /// All of this many.
    All(u64),
    /// Those in which the source has something stored.
    Some(Vec<u64>),
    /// Those that the source has stored, which has the same ones.
    Stored { list: Vec<Stored>, announced: u64 },
}

/// A chunk that the source has stored.
struct Stored {
    number: u64,
    address: Addr,
    size: u64,
    mask: u32,
}

impl Chunks {
    pub fn new(source: &Medium, set: &Set, out: &mut Output) -> Result<Chunks> {
        let Layout::Chunked { chunk, .. } = &set.plan.layout else {
            return Err(Error::argument("chunks for a layout without"));
        };
        let parts = &set.parts;
        let dims = parts.dataspace.dims();
        let grid = Grid::new(dims, chunk)?;
        let which = match &parts.layout {
            Layout::Chunked { chunk: own, .. } if own == chunk => {
                Which::Stored { list: stored_chunks(source, set, own)?, announced: 0 }
            }
            Layout::Chunked { chunk: own, .. } => {
                touched(&grid, own, &stored_chunks(source, set, own)?, dims)?
            }
            _ => Which::All(grid.len()),
        };
        // Beyond the extents; a fill value in the heap means nothing there.
        let fill = match &parts.fill.status {
            FillStatus::User(value) if !parts.datatype.uses_heap() => value.clone(),
            _ => vec![0; length(parts.datatype.size.into())?],
        };
        let writer = ChunkWriter::new(out, &parts.dataspace, &set.plan.layout, &set.plan.pipeline)?;
        Ok(Chunks { grid, chunk: chunk.clone(), which, next: 0, handed: 0, fill, writer })
    }

    /// Extents of a chunk.
    pub fn chunk(&self) -> &[u64] {
        &self.chunk
    }

    /// What elements beyond the extents are.
    pub fn fill(&self) -> &[u8] {
        &self.fill
    }

    /// Chunks that are stored or handed out.
    pub fn handed(&self) -> u64 {
        self.handed.max(self.next)
    }

    /// So many more are handed out.
    pub fn skip(&mut self, n: u64) {
        self.handed = self.handed() + n;
    }

    /// Where the `n`th one begins.
    pub fn origin_of(&self, n: u64) -> Option<Vec<u64>> {
        let place = usize::try_from(n).ok();
        let number = match &self.which {
            Which::All(count) => Some(n).filter(|n| n < count),
            Which::Some(list) => place.and_then(|n| list.get(n)).copied(),
            Which::Stored { list, .. } => place.and_then(|n| list.get(n)).map(|c| c.number),
        };
        number.map(|n| self.grid.origin(n))
    }

    /// Where the next one begins.
    pub fn next_origin(&self) -> Option<Vec<u64>> {
        self.origin_of(self.next)
    }

    /// How much of a chunk is within the extents.
    pub fn inside(&self, origin: &[u64]) -> Vec<u64> {
        self.grid.inside(origin)
    }

    /// Stores the next chunk as it is.
    pub fn store(&mut self, out: &mut Output, origin: &[u64], bytes: &[u8], mask: u32) -> Result<()> {
        self.writer.put(out, origin, bytes, mask)?;
        self.next += 1;
        Ok(())
    }

    /// What to read for the next chunk.
    pub fn slab(&mut self, source: &Medium) -> Result<Option<Hyperslab>> {
        let Some(origin) = self.next_origin() else { return Ok(None) };
        self.announce(source)?;
        let inside = self.grid.inside(&origin);
        let axes: Vec<Axis> = origin.iter().zip(&inside).map(|(o, n)| Axis::run(*o, *n)).collect();
        Hyperslab::new(axes, self.grid.dims()).map(Some)
    }

    /// Announces the next stored chunks, as many as make a good portion.
    fn announce(&mut self, source: &Medium) -> Result<()> {
        let Which::Stored { list, announced } = &mut self.which else { return Ok(()) };
        if self.next < *announced {
            return Ok(());
        }
        let from = usize::try_from(self.next).unwrap_or(usize::MAX);
        let mut bytes = 0u64;
        let ahead = list.get(from..).unwrap_or(&[]).iter().take_while(|c| {
            bytes = bytes.saturating_add(c.size);
            bytes <= AHEAD
        });
        let ahead: Vec<(Addr, u64)> = ahead.map(|c| (c.address, c.size)).collect();
        let count = ahead.len() as u64;
        source.want(ahead)?;
        *announced = self.next + count.max(1);
        Ok(())
    }

    /// Copies the next chunk as it is stored; how many bytes its elements are, `None` at the end.
    pub fn carry(
        &mut self,
        source: &Medium,
        set: &Set,
        bytes: &mut Vec<u8>,
        out: &mut Output,
    ) -> Result<Option<u64>> {
        let Some(origin) = self.next_origin() else { return Ok(None) };
        self.announce(source)?;
        let Which::Stored { list, .. } = &self.which else { return Ok(None) };
        let Some(stored) = usize::try_from(self.next).ok().and_then(|n| list.get(n)) else { return Ok(None) };
        source.check(stored.address, stored.size)?;
        bytes.resize(Limits::check(stored.size, source.limits.chunk, "a chunk")?, 0);
        source.read_into(stored.address, bytes)?;
        let inside = self.grid.inside(&origin);
        let mut mask = stored.mask;
        if is_unfiltered(&set.parts.layout) && !is_unfiltered(&set.plan.layout) && inside != self.chunk {
            // The copy's layout has no such rule: each chunk says for itself which filters it has not gone through.
            mask = set.plan.pipeline.filters.iter().fold(0, |mask, _| mask << 1 | 1);
        }
        self.store(out, &origin, bytes, mask)?;
        let elements = inside.iter().fold(1u64, |n, i| n.saturating_mul(*i));
        Ok(Some(elements.saturating_mul(set.parts.datatype.size.into())))
    }

    /// Stores the next chunk, whose elements within the extents are `piece`.
    pub fn write(&mut self, set: &Set, piece: &[u8], out: &mut Output) -> Result<()> {
        let Some(origin) = self.next_origin() else { return Ok(()) };
        let whole = filled(&self.chunk, &self.grid.inside(&origin), &self.fill, piece)?;
        self.writer.write(out, &set.plan.pipeline, &origin, &whole)?;
        self.next += 1;
        Ok(())
    }

    /// Writes the index, and says where it is.
    pub fn finish(&mut self, out: &mut Output) -> Result<Layout> {
        self.writer.finish(out)
    }
}

/// All elements of a chunk: `piece`, of which there are `inside` along each axis, and around it the fill value.
pub(super) fn filled<'a>(
    chunk: &[u64],
    inside: &[u64],
    fill: &[u8],
    piece: &'a [u8],
) -> Result<Cow<'a, [u8]>> {
    if inside == chunk {
        return Ok(Cow::Borrowed(piece));
    }
    let mut whole = Vec::new();
    let start = vec![0; inside.len()];
    let size = u32::try_from(fill.len()).map_err(|_| Error::limit("elements of more than 2^32 bytes"))?;
    let mut elements = Ready::new(piece, size);
    let mut around = |n: u64, whole: &mut Vec<u8>| repeat(fill, n, whole);
    Grid::new(inside, chunk)?.cut(&start, &mut elements, &mut around, &mut whole)?;
    Ok(Cow::Owned(whole))
}

fn is_unfiltered(layout: &Layout) -> bool {
    matches!(layout, Layout::Chunked { edge_unfiltered: true, .. })
}

/// Chunks of the copy in which chunks of the source lie, which have the extents `own`.
fn touched(grid: &Grid, own: &[u64], stored: &[Stored], dims: &[u64]) -> Result<Which> {
    let source = Grid::new(dims, own)?;
    let mut all = Vec::new();
    for chunk in stored {
        let origin = source.origin(chunk.number);
        let inside = source.inside(&origin);
        let overlaps = grid.touched(&origin, &inside);
        let more = overlaps.iter().try_fold(1u64, |n, o| n.checked_mul(o.end.saturating_sub(o.start)));
        let more = more.filter(|n| n.saturating_add(all.len() as u64) <= MOST_LISTED);
        if more.is_none() {
            return Ok(Which::All(grid.len()));
        }
        grid.numbers(&overlaps, &mut all);
    }
    order::sort_numbers(&mut all);
    all.dedup();
    Ok(Which::Some(all))
}

/// The chunks that the source has stored, in C order.
fn stored_chunks(source: &Medium, set: &Set, chunk: &[u64]) -> Result<Vec<Stored>> {
    let parts = &set.parts;
    let (dims, max) = (parts.dataspace.dims(), parts.dataspace.max_dims());
    let grid = chunk::Grid::new(dims, &max, chunk, parts.datatype.size.into(), &source.limits)?;
    let counts = grid.counts();
    let total = counts.iter().fold(1u64, |n, c| n.saturating_mul(*c));
    let tree =
        matches!(parts.layout, Layout::Chunked { index: ChunkIndex::BTree1 | ChunkIndex::BTree2 { .. }, .. });
    if !tree && total > MOST_SLOTS {
        return Err(Error::limit(format!("an array of {total} chunks to look through")));
    }
    let region: Vec<_> = counts.iter().map(|n| 0..*n).collect();
    let mut list = Vec::new();
    index::open(&parts.layout, &grid)?.visit(source, &region, &mut |coord, entry| {
        let number =
            coord.iter().zip(&counts).try_fold(0u64, |n, (c, count)| n.checked_mul(*count)?.checked_add(*c));
        let number = number.ok_or_else(|| Error::limit("more than 2^64 chunks"))?;
        if let Some(address) = entry.address {
            list.push(Stored { number, address, size: entry.size, mask: entry.mask });
        }
        Ok(())
    })?;
    order::sort_by_key(&mut list, |c| (c.number, c.address));
    list.dedup_by_key(|c| c.number);
    Ok(list)
}
