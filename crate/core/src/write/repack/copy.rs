//! Copying what objects hold: attribute values and elements, about a chunk at a time.

use super::object::{self, Body, Object, Set};
use crate::bytes::Addr;
use crate::chunk::heap::HeapState;
use crate::chunk::{self, index};
use crate::error::{Context, Error, Result};
use crate::format::length;
use crate::format::message::{ChunkIndex, FillStatus, Layout, kind};
use crate::layout::Read;
use crate::limits::Limits;
use crate::order;
use crate::select::{Axis, Hyperslab};
use crate::storage::Medium;
use crate::write::cut::{Grid, repeat};
use crate::write::dataset::ChunkWriter;
use crate::write::elements::Ready;
use crate::write::output::Output;
use crate::write::stage::Stage;
use crate::write::transfer::{Leading, Origin, Transfer};
use std::collections::BTreeMap;

/// Bytes of stored chunks announced together.
const AHEAD: u64 = 16 << 20;
/// Slots of an array index that are looked at one by one, stored or not. Trees hold stored chunks only.
const MOST_SLOTS: u64 = 1 << 28;

/// Objects one after the other, and the elements of the one that is being copied.
pub(super) struct Copying {
    /// Where each copied object is now.
    map: BTreeMap<u64, u64>,
    /// References to what is not copied become references to nothing.
    lost: bool,
    heap: HeapState,
    next: usize,
    /// The messages of the next object say all they can.
    told: bool,
    active: Option<Active>,
    done: u64,
}

impl Copying {
    pub fn new(map: BTreeMap<u64, u64>, lost: bool) -> Copying {
        Copying { map, lost, heap: HeapState::default(), next: 0, told: false, active: None, done: 0 }
    }

    /// Bytes of elements copied.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Does a little; false if nothing is left.
    pub fn step(
        &mut self,
        source: &Medium,
        objects: &[Object],
        out: &mut Output,
        stage: &mut Stage,
    ) -> Result<bool> {
        let Some(object) = objects.get(self.next) else { return Ok(false) };
        self.object(source, object, out, stage).on(&object.path)?;
        Ok(true)
    }

    fn object(
        &mut self,
        source: &Medium,
        object: &Object,
        out: &mut Output,
        stage: &mut Stage,
    ) -> Result<()> {
        if !self.told {
            self.messages(source, object, out, stage)?;
            self.told = true;
        }
        let set = match &object.body {
            Body::Dataset(set) if set.is_stored()? => set,
            _ => {
                self.go_on();
                return Ok(());
            }
        };
        let active = match &mut self.active {
            Some(active) => active,
            none => none.insert(Active::new(source, set, out)?),
        };
        let transfer = transfer(source, &mut self.heap, (&self.map, self.lost), out);
        match active.step(source, set, transfer)? {
            Some(bytes) => self.done = self.done.saturating_add(bytes),
            None => {
                let layout = active.finish(set, out)?;
                let layout = out.message(kind::LAYOUT, 0, &layout)?;
                stage.node_mut(object.id).put(layout);
                self.go_on();
            }
        }
        Ok(())
    }

    fn go_on(&mut self) {
        self.next += 1;
        self.told = false;
        self.active = None;
    }

    /// Puts into the copy's messages what could not be known before.
    fn messages(
        &mut self,
        source: &Medium,
        object: &Object,
        out: &mut Output,
        stage: &mut Stage,
    ) -> Result<()> {
        let mut attributes = Vec::with_capacity(object.attributes.len());
        for attribute in &object.attributes {
            let mut data = attribute.data.clone();
            let mut transfer = transfer(source, &mut self.heap, (&self.map, self.lost), out);
            transfer
                .elements(&attribute.datatype, &mut data)
                .map_err(|e| e.within(format!("attribute {:?}", String::from_utf8_lossy(&attribute.name))))?;
            attributes.push(object::stored(out, attribute, data, &|from| {
                self.map.get(&from.0).copied().map(Addr)
            })?);
        }
        let mut others = Vec::new();
        if let Body::Dataset(set) = &object.body {
            let mut status = set.parts.fill.status.clone();
            if let FillStatus::User(value) = &mut status {
                let mut transfer = transfer(source, &mut self.heap, (&self.map, self.lost), out);
                transfer.elements(&set.parts.datatype, value).map_err(|e| e.within("fill value"))?;
            }
            others.extend(set.fill_messages(out, status)?);
            others.push(set.datatype(out, &|from| self.map.get(&from.0).copied().map(Addr))?);
        }
        let node = stage.node_mut(object.id);
        others.into_iter().for_each(|message| node.put(message));
        let stored = node.messages.iter_mut().filter(|m| m.kind == kind::ATTRIBUTE);
        for (message, attribute) in stored.zip(attributes) {
            message.data = attribute.data;
        }
        Ok(())
    }
}

/// Carries elements to a file in which references lead to copies.
fn transfer<'a>(
    source: &'a Medium,
    heap: &'a mut HeapState,
    (map, lost): (&'a BTreeMap<u64, u64>, bool),
    out: &'a mut Output,
) -> Transfer<'a> {
    Transfer { source: Origin::There(source), heap, references: Leading::ToCopies { map, lost }, out }
}

/// The elements of one dataset on their way.
struct Active {
    /// What is being read.
    read: Option<Read>,
    batch: Vec<u8>,
    /// The batch is here, though what its elements point at may not be.
    here: bool,
    /// Batches of the next chunk.
    piece: Vec<u8>,
    target: Target,
}

enum Target {
    /// One block: where it starts, and where the next batch goes.
    Block { start: Addr, at: u64 },
    /// Chunks.
    Chunks(Box<Chunks>),
}

struct Chunks {
    grid: Grid,
    chunk: Vec<u64>,
    which: Which,
    next: u64,
    fill: Vec<u8>,
    writer: ChunkWriter,
}

/// Chunks of the copy, by number in C order.
enum Which {
    /// All of this many.
    All(u64),
    /// Those that the source has stored.
    Stored { list: Vec<Stored>, announced: u64 },
}

/// A chunk that the source has stored.
struct Stored {
    number: u64,
    address: Addr,
    size: u64,
    mask: u32,
}

impl Active {
    fn new(source: &Medium, set: &Set, out: &mut Output) -> Result<Active> {
        let target = match &set.chunk {
            None => Target::Block { start: out.space.allocate_raw(set.bytes()?)?, at: 0 },
            Some(chunk) => Target::Chunks(Box::new(Chunks::new(source, set, chunk, out)?)),
        };
        Ok(Active { read: None, batch: Vec::new(), here: false, piece: Vec::new(), target })
    }

    /// Copies a batch or a chunk and says how many bytes that were; `None` at the end.
    fn step(&mut self, source: &Medium, set: &Set, mut transfer: Transfer<'_>) -> Result<Option<u64>> {
        if let Target::Chunks(chunks) = &mut self.target
            && set.as_stored
        {
            return chunks.carry(source, set, &mut self.batch, transfer.out);
        }
        let read = match &mut self.read {
            Some(read) => read,
            none => {
                let slab = match &mut self.target {
                    Target::Block { at: 0, .. } => Hyperslab::all(set.parts.dataspace.dims()),
                    Target::Block { .. } => return Ok(None),
                    Target::Chunks(chunks) => match chunks.slab(source)? {
                        Some(slab) => slab,
                        None => return Ok(None),
                    },
                };
                none.insert(Read::new(source, &set.parts, &slab)?)
            }
        };
        if !self.here && read.next(source, &mut self.batch)?.is_none() {
            self.read = None;
            return match &mut self.target {
                Target::Block { .. } => Ok(None),
                Target::Chunks(chunks) => {
                    chunks.write(set, &self.piece, transfer.out)?;
                    self.piece.clear();
                    Ok(Some(0))
                }
            };
        }
        self.here = true;
        transfer.elements(&set.parts.datatype, &mut self.batch)?;
        let len = self.batch.len() as u64;
        match &mut self.target {
            Target::Block { start, at } => {
                transfer.out.medium.write(start.offset(*at)?, &self.batch)?;
                *at += len;
            }
            Target::Chunks(_) => self.piece.extend_from_slice(&self.batch),
        }
        self.here = false;
        Ok(Some(len))
    }

    /// Where the elements are now.
    fn finish(&mut self, set: &Set, out: &mut Output) -> Result<Layout> {
        match &mut self.target {
            Target::Block { start, .. } => set.layout(Some(*start)),
            Target::Chunks(chunks) => chunks.writer.finish(out),
        }
    }
}

impl Chunks {
    fn new(source: &Medium, set: &Set, chunk: &[u64], out: &mut Output) -> Result<Chunks> {
        let parts = &set.parts;
        let dims = parts.dataspace.dims();
        let grid = Grid::new(dims, chunk)?;
        let which = match &parts.layout {
            Layout::Chunked { chunk: stored, .. } if stored == chunk => {
                Which::Stored { list: stored_chunks(source, set, chunk)?, announced: 0 }
            }
            _ => Which::All(grid.len()),
        };
        let size = parts.datatype.size;
        // Beyond the extents; a fill value in the heap means nothing there.
        let fill = match &parts.fill.status {
            FillStatus::User(value) if !parts.datatype.uses_heap() => value.clone(),
            _ => vec![0; length(size.into())?],
        };
        let writer = ChunkWriter::new(out, &parts.dataspace, &set.layout(None)?, &set.pipeline)?;
        Ok(Chunks { grid, chunk: chunk.to_vec(), which, next: 0, fill, writer })
    }

    fn origin(&self) -> Option<Vec<u64>> {
        let number = match &self.which {
            Which::All(count) => Some(self.next).filter(|n| n < count),
            Which::Stored { list, .. } => {
                usize::try_from(self.next).ok().and_then(|n| list.get(n)).map(|c| c.number)
            }
        };
        number.map(|n| self.grid.origin(n))
    }

    /// What to read for the next chunk.
    fn slab(&mut self, source: &Medium) -> Result<Option<Hyperslab>> {
        let Some(origin) = self.origin() else { return Ok(None) };
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
    fn carry(
        &mut self,
        source: &Medium,
        set: &Set,
        bytes: &mut Vec<u8>,
        out: &mut Output,
    ) -> Result<Option<u64>> {
        let Some(origin) = self.origin() else { return Ok(None) };
        self.announce(source)?;
        let Which::Stored { list, .. } = &self.which else { return Ok(None) };
        let Some(stored) = usize::try_from(self.next).ok().and_then(|n| list.get(n)) else { return Ok(None) };
        source.check(stored.address, stored.size)?;
        bytes.resize(Limits::check(stored.size, source.limits.chunk, "a chunk")?, 0);
        source.read_into(stored.address, bytes)?;
        let inside = self.grid.inside(&origin);
        let mut mask = stored.mask;
        if let Layout::Chunked { edge_unfiltered: true, .. } = set.parts.layout
            && inside != self.chunk
        {
            // The copy's layout has no such rule: each chunk says for itself which filters it has not gone through.
            mask = set.pipeline.filters.iter().fold(0, |mask, _| mask << 1 | 1);
        }
        self.writer.put(out, &origin, bytes, mask)?;
        self.next += 1;
        let elements = inside.iter().fold(1u64, |n, i| n.saturating_mul(*i));
        Ok(Some(elements.saturating_mul(set.parts.datatype.size.into())))
    }

    /// Stores the next chunk, whose elements within the extents are `piece`.
    fn write(&mut self, set: &Set, piece: &[u8], out: &mut Output) -> Result<()> {
        let Some(origin) = self.origin() else { return Ok(()) };
        let inside = self.grid.inside(&origin);
        if inside == self.chunk {
            self.writer.write(out, &set.pipeline, &origin, piece)?;
        } else {
            let mut whole = Vec::new();
            let start = vec![0; inside.len()];
            let mut elements = Ready::new(piece, set.parts.datatype.size);
            Grid::new(&inside, &self.chunk)?.cut(
                &start,
                &mut elements,
                &mut |n, whole| repeat(&self.fill, n, whole),
                &mut whole,
            )?;
            self.writer.write(out, &set.pipeline, &origin, &whole)?;
        }
        self.next += 1;
        Ok(())
    }
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
