//! How a heap grows and shrinks: new direct blocks, indirect blocks above them, and all of that backwards.

use super::blocks::{Direct, Indirect};
use super::{Heap, plausible};
use crate::bytes::{Addr, Writer};
use crate::error::{Error, Result};
use crate::format::heap::fractal::{Entry, IndirectBlock, encode_direct};
use crate::format::length as in_memory;
use crate::write::output::Output;

impl Heap {
    /// A new direct block with room for an object of `length` bytes: its offset and size.
    pub(super) fn new_block(&mut self, out: &mut Output, length: u64) -> Result<(u64, u64)> {
        let table = self.header.table;
        let need = length.saturating_add(self.overhead(out)).max(table.start);
        let size = need.checked_next_power_of_two().filter(|size| *size <= table.max_direct);
        let size =
            size.ok_or_else(|| Error::malformed("a heap whose blocks are too small for its objects"))?;
        if self.header.root.is_none() && size == table.start {
            self.header.managed_space = size;
            self.header.iterator = size;
            self.header.free = size.saturating_sub(self.overhead(out));
            return self.create_block(out, 0, size);
        }
        let (offset, size) = match self.free.hole(&table, size) {
            Some((hole, offset, size)) => {
                self.free.cut_hole(hole, offset, size);
                (offset, size)
            }
            None => self.advance(out, size)?,
        };
        self.create_block(out, offset, size)
    }

    /// Moves the end of what is used to behind the next block of `size` bytes or more, and returns that block's
    /// offset and size. Smaller ones before it are left free.
    fn advance(&mut self, out: &mut Output, size: u64) -> Result<(u64, u64)> {
        if self.header.root_rows == 0 {
            self.put_above(out)?;
        }
        let table = self.header.table;
        let from = self.header.iterator;
        let full = || Error::limit("the heap is full");
        let (offset, size) = table.next_block(from, size).ok_or_else(full)?;
        let end = offset.checked_add(size).ok_or_else(full)?;
        while table.span(self.header.root_rows.into()).is_some_and(|span| span < end) {
            let rows = self.header.root_rows.saturating_mul(2).min(table.max_rows());
            if rows == self.header.root_rows {
                return Err(full());
            }
            self.set_root_rows(out, rows)?;
        }
        self.free.add_hole(from, offset - from)?;
        self.header.iterator = end;
        Ok((offset, size))
    }

    /// Puts an indirect block above the root block, or makes one the root of an empty heap.
    fn put_above(&mut self, out: &mut Output) -> Result<()> {
        let table = self.header.table;
        let rows = match table.start_rows {
            0 => table.max_rows(),
            rows => rows.min(table.max_rows()),
        };
        let filtered = self.header.filtering.as_ref().map(|f| (f.root_size, f.root_mask));
        let old = self.header.root.map(|address| Entry { address: Some(address), filtered });
        let block = self.create_indirect(out, 0, rows)?;
        let before = if old.is_some() { table.start.saturating_sub(self.overhead(out)) } else { 0 };
        if let (Some(old), Some(first)) = (old, self.indirect(block)?.block.entries.first_mut()) {
            *first = old;
        }
        self.header.root = Some(self.indirect(block)?.address);
        self.header.root_rows = rows;
        self.set_root_stored(0, 0);
        self.covers(out, before)
    }

    /// What is stored of the root block, if it is a direct one in a heap with filters.
    pub(super) fn set_root_stored(&mut self, size: u64, mask: u32) {
        if let Some(filtering) = &mut self.header.filtering {
            (filtering.root_size, filtering.root_mask) = (size, mask);
        }
    }

    /// The root block, which is an indirect one, in memory.
    fn root(&mut self, out: &Output) -> Result<usize> {
        let path = self.path(out, 0)?;
        path.first().map(|place| place.block).ok_or_else(|| Error::malformed("a heap without a root"))
    }

    /// Gives the root block another number of rows.
    fn set_root_rows(&mut self, out: &mut Output, rows: u16) -> Result<()> {
        let before = self.room(out, self.header.root_rows);
        let place = self.root(out)?;
        let size = |rows| IndirectBlock::stored_size(&self.header, rows, out.medium.ctx);
        let (old, new) = (size(self.header.root_rows), size(rows));
        plausible(out, new)?;
        let root = self.indirect(place)?;
        out.space.release(root.address, old)?;
        root.address = out.space.allocate(new)?;
        root.changed = true;
        let address = root.address;
        let entries = self.entries(rows)?;
        self.indirect(place)?.block.entries.resize(entries, Entry::default());
        self.mark_direct_rows(place)?;
        self.header.root = Some(address);
        self.header.root_rows = rows;
        self.covers(out, before)
    }

    /// Notes what the root covers; `before` was the room in blocks so far.
    fn covers(&mut self, out: &Output, before: u64) -> Result<()> {
        let rows = self.header.root_rows;
        let room = match rows {
            0 => self.header.table.start.saturating_sub(self.overhead(out)),
            _ => self.room(out, rows),
        };
        let span =
            if rows == 0 { Some(self.header.table.start) } else { self.header.table.span(rows.into()) };
        self.header.managed_space = span.ok_or_else(|| Error::limit("a heap beyond 64 bits"))?;
        self.header.free = self.header.free.saturating_add(room).saturating_sub(before);
        Ok(())
    }

    /// Bytes for objects below `rows` rows of the root.
    fn room(&self, out: &Output, rows: u16) -> u64 {
        self.header.table.room(rows, self.overhead(out)).last().copied().unwrap_or(0)
    }

    fn entries(&self, rows: u16) -> Result<usize> {
        in_memory(u64::from(rows) * u64::from(self.header.table.width))
    }

    /// A new indirect block without children, in memory.
    fn create_indirect(&mut self, out: &mut Output, offset: u64, rows: u16) -> Result<usize> {
        let size = IndirectBlock::stored_size(&self.header, rows, out.medium.ctx);
        plausible(out, size)?;
        let entries = vec![Entry::default(); self.entries(rows)?];
        let block = IndirectBlock { heap: self.address, offset, entries };
        let address = out.space.allocate(size)?;
        let place = self.keep_indirect(Indirect { address, block, changed: true });
        self.mark_direct_rows(place)?;
        Ok(place)
    }

    /// In a heap with filters, entries of direct blocks are longer than those of indirect ones.
    fn mark_direct_rows(&mut self, place: usize) -> Result<()> {
        if self.header.filtering.is_some() {
            let direct = in_memory(self.header.table.direct_rows() * u64::from(self.header.table.width))?;
            for (i, entry) in self.indirect(place)?.block.entries.iter_mut().enumerate() {
                entry.filtered = if i < direct { entry.filtered.or(Some((0, 0))) } else { None };
            }
        }
        Ok(())
    }

    /// Makes the direct block at `offset`, and the indirect blocks on the way.
    fn create_block(&mut self, out: &mut Output, offset: u64, size: u64) -> Result<(u64, u64)> {
        plausible(out, size)?;
        let mut w = Writer::new(out.medium.ctx);
        encode_direct(&self.header, self.address, offset, &[], in_memory(size)?, &mut w)?;
        let place = match self.header.filtering {
            None => Some((out.space.allocate(size)?, size)),
            Some(_) => None,
        };
        // With filters, where it goes is known when it is written.
        let address = place.map_or(Addr(0), |(address, _)| address);
        if self.header.root_rows == 0 {
            self.header.root = Some(address);
        } else {
            self.attach(out, offset, size, address)?;
        }
        self.header.allocated_space = self.header.allocated_space.saturating_add(size);
        self.keep(Direct { offset, place, bytes: w.into_bytes(), changed: true })?;
        Ok((offset, size))
    }

    /// Lets the entry for the direct block at `offset` point to it.
    fn attach(&mut self, out: &mut Output, offset: u64, size: u64, address: Addr) -> Result<()> {
        loop {
            let path = self.path(out, offset)?;
            let Some(place) = path.last() else { return Err(Error::malformed("a heap without a root")) };
            let entry = *self.entry(place)?;
            if entry.address.is_some() || (place.step.rows.is_none() && place.step.size != size) {
                return Err(Error::malformed(format!("heap offset {offset:#x} is free and is not")));
            }
            let child = match place.step.rows {
                None => address,
                Some(rows) => {
                    let below = self.create_indirect(out, place.step.offset, rows)?;
                    self.indirect(below)?.address
                }
            };
            self.entry(place)?.address = Some(child);
            self.indirect(place.block)?.changed = true;
            if place.step.rows.is_none() {
                return Ok(());
            }
        }
    }

    /// Gives an empty direct block back, and the indirect blocks that hold nothing then.
    pub(super) fn remove_block(&mut self, out: &mut Output, offset: u64, size: u64) -> Result<()> {
        let mut path = self.path(out, offset)?;
        let filtered = match path.last() {
            Some(place) => self.entry(place)?.filtered,
            None => self.header.filtering.as_ref().map(|f| (f.root_size, f.root_mask)),
        };
        let address = match path.last() {
            Some(place) => self.entry(place)?.address,
            None => self.header.root,
        };
        let kept = self.direct.iter().find(|d| d.offset == offset);
        let stored = filtered.map_or(size, |(stored, _)| stored);
        // A block that was never written has no place yet.
        let stored = kept.map_or(address.map(|address| (address, stored)), |block| block.place);
        if let Some((address, stored)) = stored {
            out.space.release(address, stored)?;
        }
        self.drop_direct(offset);
        self.header.allocated_space = self.header.allocated_space.saturating_sub(size);
        if path.is_empty() {
            self.emptied();
            return Ok(());
        }
        self.free.add_hole(offset, size)?;
        while let Some(place) = path.pop() {
            let entry = self.entry(&place)?;
            *entry = Entry { address: None, filtered: entry.filtered.map(|_| (0, 0)) };
            let rows = path.last().and_then(|above| above.step.rows);
            let block = self.indirect(place.block)?;
            block.changed = true;
            let Some(rows) = rows.filter(|_| block.block.entries.iter().all(|e| e.address.is_none())) else {
                break;
            };
            self.release_indirect(out, place.block, rows)?;
        }
        self.header.iterator = self.free.trim(self.header.iterator);
        self.settle_root(out)
    }

    fn release_indirect(&mut self, out: &mut Output, place: usize, rows: u16) -> Result<()> {
        if let Some(block) = self.indirect.get_mut(place).and_then(Option::take) {
            self.places.remove(block.block.offset);
            let size = IndirectBlock::stored_size(&self.header, rows, out.medium.ctx);
            out.space.release(block.address, size)?;
        }
        Ok(())
    }

    /// Makes the root block as small as what is below it allows.
    fn settle_root(&mut self, out: &mut Output) -> Result<()> {
        let place = self.root(out)?;
        let rows = self.header.root_rows;
        let entries = &self.indirect(place)?.block.entries;
        let first = entries.first().copied();
        let Some(last) = entries.iter().rposition(|entry| entry.address.is_some()) else {
            self.release_indirect(out, place, rows)?;
            self.emptied();
            return Ok(());
        };
        if let (0, Some(first)) = (last, first) {
            let before = self.room(out, rows);
            self.release_indirect(out, place, rows)?;
            self.header.root = first.address;
            self.header.root_rows = 0;
            self.header.iterator = self.header.table.start;
            let (size, mask) = first.filtered.unwrap_or_default();
            self.set_root_stored(size, mask);
            return self.covers(out, before);
        }
        let width = usize::from(self.header.table.width).max(1);
        let wanted = u16::try_from((last / width + 1).next_power_of_two()).unwrap_or(u16::MAX);
        let wanted = wanted.max(self.header.table.start_rows);
        if wanted < rows && self.header.table.start_rows > 0 {
            self.set_root_rows(out, wanted)?;
        }
        Ok(())
    }

    /// The last block is gone.
    fn emptied(&mut self) {
        let header = &mut self.header;
        (header.root, header.root_rows) = (None, 0);
        (header.managed_space, header.allocated_space, header.iterator, header.free) = (0, 0, 0, 0);
        self.set_root_stored(0, 0);
        self.free.clear();
    }
}
