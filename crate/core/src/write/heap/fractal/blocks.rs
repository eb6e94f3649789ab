//! The blocks of a heap in memory: reading them when they are needed, writing those that changed.

use super::Heap;
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::filter;
use crate::format::heap::fractal::{Entry, IndirectBlock, Step, check_direct, seal_direct};
use crate::format::length as in_memory;
use crate::limits::Limits;
use crate::write::output::Output;

/// Bytes of direct blocks that are kept in memory.
const KEPT: usize = 1 << 20;

/// A direct block in memory.
pub(super) struct Direct {
    /// Heap offset.
    pub offset: u64,
    /// Where it is, and how many bytes are stored there; `None` before it is written first.
    pub place: Option<(Addr, u64)>,
    /// The whole block, header included, filters undone.
    pub bytes: Vec<u8>,
    pub changed: bool,
}

/// An indirect block in memory.
pub(super) struct Indirect {
    pub address: Addr,
    pub block: IndirectBlock,
    pub changed: bool,
}

/// A step on the way to a direct block: which indirect block, and where in it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Where in [`Heap::indirect`].
    pub block: usize,
    pub step: Step,
}

impl Heap {
    /// The bytes of a managed object, to be changed or not.
    pub(super) fn object(
        &mut self,
        out: &Output,
        offset: u64,
        length: u64,
        change: bool,
    ) -> Result<&mut [u8]> {
        let outside = move || Error::malformed(format!("{length} bytes at heap offset {offset:#x}"));
        if length > self.header.max_managed.into() {
            return Err(outside());
        }
        let overhead = self.overhead(out);
        let block = self.load(out, offset)?;
        let start = offset - block.offset;
        let end = start.checked_add(length).filter(|_| start >= overhead).ok_or_else(outside)?;
        block.changed |= change;
        block.bytes.get_mut(in_memory(start)?..in_memory(end)?).ok_or_else(outside)
    }

    /// Offset and size of the direct block that holds all of an object.
    pub(super) fn locate(&mut self, out: &Output, offset: u64, length: u64) -> Result<(u64, u64)> {
        let outside = || Error::malformed(format!("{length} bytes at heap offset {offset:#x}"));
        let (start, size) = match self.path(out, offset)?.last() {
            Some(place) => {
                self.child(place)?;
                (place.step.offset, place.step.size)
            }
            None => (0, self.header.table.start),
        };
        let first = start.saturating_add(self.overhead(out));
        let end = offset.checked_add(length).ok_or_else(outside)?;
        if offset < first || end > start.saturating_add(size) || length == 0 {
            return Err(outside());
        }
        Ok((start, size))
    }

    /// The direct block that holds heap offset `offset`.
    fn load(&mut self, out: &Output, offset: u64) -> Result<&mut Direct> {
        let holds = |d: &Direct| offset >= d.offset && offset - d.offset < d.bytes.len() as u64;
        let block = match self.direct.iter().position(holds) {
            Some(place) => self.direct.remove(place),
            None => self.read_direct(out, offset)?,
        };
        self.keep(block)
    }

    /// Keeps a block in memory, in place of unchanged ones that were used longest ago.
    pub(super) fn keep(&mut self, block: Direct) -> Result<&mut Direct> {
        let mut kept = self.direct.iter().map(|d| d.bytes.len()).sum::<usize>() + block.bytes.len();
        while let Some(oldest) = self.direct.iter().position(|d| !d.changed).filter(|_| kept > KEPT) {
            kept -= self.direct.remove(oldest).bytes.len();
        }
        self.direct.push(block);
        self.direct.last_mut().ok_or_else(|| Error::malformed("no direct block"))
    }

    /// Writes changed blocks that were used longest ago, if there are many.
    pub(super) fn relieve(&mut self, out: &mut Output) -> Result<()> {
        let changed = |d: &&Direct| d.changed;
        while self.direct.iter().filter(changed).map(|d| d.bytes.len()).sum::<usize>() > KEPT {
            let Some(oldest) = self.direct.iter().position(|d| d.changed) else { break };
            let mut block = self.direct.remove(oldest);
            self.write_direct(out, &mut block)?;
        }
        Ok(())
    }

    fn read_direct(&mut self, out: &Output, offset: u64) -> Result<Direct> {
        let path = self.path(out, offset)?;
        let none = || Error::malformed(format!("heap offset {offset:#x} in a block that is not allocated"));
        let (address, start, size, filtered) = match path.last() {
            Some(place) => {
                let entry = self.child(place)?;
                (entry.address, place.step.offset, place.step.size, entry.filtered)
            }
            None => {
                let filtered = self.header.filtering.as_ref().map(|f| (f.root_size, f.root_mask));
                (self.header.root, 0, self.header.table.start, filtered)
            }
        };
        let address = address.ok_or_else(none)?;
        if offset - start >= size {
            return Err(none());
        }
        let at = out.medium.absolute(address);
        let stored = filtered.map_or(size, |(stored, _)| stored);
        let mut bytes = out.medium.read(address, stored)?;
        if let (Some((_, mask)), Some(filtering)) = (filtered, &self.header.filtering) {
            let size = Limits::check(size, out.medium.limits.metadata_block, "a heap block").at(at)?;
            bytes = filter::decode(&filtering.pipeline, mask, &bytes, size, &mut self.scratch).at(at)?;
        }
        check_direct(&bytes, at, out.medium.ctx, &self.header, start)?;
        Ok(Direct { offset: start, place: Some((address, stored)), bytes, changed: false })
    }

    /// The way from the root to the direct block that holds `offset`, which need not be there. Empty if the root is
    /// a direct block.
    pub(super) fn path(&mut self, out: &Output, offset: u64) -> Result<Vec<Place>> {
        let mut path = Vec::new();
        let Some(root) = self.header.root.filter(|_| self.header.root_rows > 0) else { return Ok(path) };
        let (mut address, mut start, mut rows) = (root, 0, self.header.root_rows);
        // Each step covers at most half of what the one before did, so this ends.
        loop {
            let block = self.load_indirect(out, address, start, rows)?;
            let place = Place { block, step: self.header.table.step(start, rows, offset)? };
            path.push(place);
            let Some(below) = place.step.rows else { return Ok(path) };
            match self.entry(&place)?.address {
                Some(child) => (address, start, rows) = (child, place.step.offset, below),
                None => return Ok(path),
            }
        }
    }

    fn load_indirect(&mut self, out: &Output, address: Addr, offset: u64, rows: u16) -> Result<usize> {
        if let Some(place) = self.places.get(offset) {
            return Ok(place);
        }
        let block = read_indirect(out, self, address, offset, rows)?;
        Ok(self.keep_indirect(Indirect { address, block, changed: false }))
    }

    pub(super) fn keep_indirect(&mut self, block: Indirect) -> usize {
        let place = self.indirect.len();
        self.places.insert(block.block.offset, place);
        self.indirect.push(Some(block));
        place
    }

    /// An indirect block that was on the way.
    pub(super) fn indirect(&mut self, place: usize) -> Result<&mut Indirect> {
        let block = self.indirect.get_mut(place).and_then(Option::as_mut);
        block.ok_or_else(|| Error::malformed("no indirect block"))
    }

    /// The entry that a step goes through.
    pub(super) fn entry(&mut self, place: &Place) -> Result<&mut Entry> {
        let entry = self.indirect(place.block)?.block.entries.get_mut(place.step.entry);
        entry.ok_or_else(|| Error::malformed("an indirect block without an entry"))
    }

    /// The entry of a direct block that is there.
    fn child(&mut self, place: &Place) -> Result<Entry> {
        let offset = place.step.offset;
        let entry = *self.entry(place)?;
        if place.step.rows.is_some() || entry.address.is_none() {
            let what = format!("heap offset {offset:#x} in a block that is not allocated");
            return Err(Error::malformed(what));
        }
        Ok(entry)
    }

    /// Forgets the direct block at `offset`.
    pub(super) fn drop_direct(&mut self, offset: u64) {
        self.direct.retain(|d| d.offset != offset);
    }

    /// Writes all blocks that changed.
    pub(super) fn write_blocks(&mut self, out: &mut Output) -> Result<()> {
        for mut block in std::mem::take(&mut self.direct) {
            self.write_direct(out, &mut block)?;
            self.direct.push(block);
        }
        let changed = self.indirect.iter_mut().flatten().filter(|block| block.changed);
        for block in changed {
            let mut w = out.writer();
            block.block.encode(&self.header, &mut w);
            out.medium.write(block.address, w.as_bytes())?;
            block.changed = false;
        }
        Ok(())
    }

    fn write_direct(&mut self, out: &mut Output, block: &mut Direct) -> Result<()> {
        if !std::mem::take(&mut block.changed) {
            return Ok(());
        }
        seal_direct(&self.header, out.medium.ctx, &mut block.bytes);
        let Some(filtering) = &self.header.filtering else {
            let (address, _) = block.place.ok_or_else(|| Error::malformed("a heap block without a place"))?;
            return out.medium.write(address, &block.bytes);
        };
        let (stored, mask) = filter::encode(&filtering.pipeline, &block.bytes, &mut self.scratch)?;
        let size = stored.len() as u64;
        let address = match block.place.take() {
            Some((address, old)) if old == size => address,
            old => {
                if let Some((address, size)) = old {
                    out.space.release(address, size)?;
                }
                out.space.allocate(size)?
            }
        };
        out.medium.write(address, &stored)?;
        block.place = Some((address, size));
        let Some(place) = self.path(out, block.offset)?.pop() else {
            self.header.root = Some(address);
            self.set_root_stored(size, mask);
            return Ok(());
        };
        *self.entry(&place)? = Entry { address: Some(address), filtered: Some((size, mask)) };
        self.indirect(place.block)?.changed = true;
        Ok(())
    }
}

/// The indirect block of `rows` rows at `address`, which is at heap offset `offset`.
pub(super) fn read_indirect(
    out: &Output,
    heap: &Heap,
    address: Addr,
    offset: u64,
    rows: u16,
) -> Result<IndirectBlock> {
    let size = IndirectBlock::stored_size(&heap.header, rows, out.medium.ctx);
    let bytes = out.medium.read(address, size)?;
    let block = IndirectBlock::decode(&mut out.medium.reader(&bytes, address), &heap.header, rows)?;
    if block.heap != heap.address || block.offset != offset {
        let what = "an indirect block of another heap, or of another place in it";
        return Err(Error::malformed(what).at(out.medium.absolute(address)));
    }
    Ok(block)
}
