//! What is free in a heap: stretches of direct blocks, and holes, where indirect blocks have no direct ones. Holes are
//! kept as stretches of heap offsets, whatever indirect blocks they go across, and taken apart when they are written.

use super::sections::Sections;
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::heap::fractal::{DoublingTable, FractalHeap};
use crate::format::space::{Client, Manager, Section, class, decode, encode, stored_size};
use crate::write::output::Output;
use crate::write::space::{Pool, Stretch, Stretches};

/// Which of the pools of [`Stretches`] is for what.
const INSIDE: Pool = Pool::Metadata;
const HOLE: Pool = Pool::Raw;

/// See above.
#[derive(Default)]
pub(super) struct Free {
    stretches: Stretches,
    /// What is in the file.
    manager: Option<(Addr, Manager)>,
    changed: bool,
}

impl Free {
    /// What the file says is free in the heap of `header`.
    pub fn open(out: &Output, header: &FractalHeap) -> Result<Free> {
        let Some(address) = header.free_manager else { return Ok(Free::default()) };
        let at = out.medium.absolute(address);
        let bytes = out.medium.read(address, Manager::stored_size(out.medium.ctx) as u64)?;
        let manager = Manager::decode(&mut out.medium.reader(&bytes, address))?;
        if manager.client != Client::Heap {
            return Err(Error::malformed("a heap with a file's free space").at(at));
        }
        let mut free = Free { manager: Some((address, manager)), ..Free::default() };
        if let Some(sections) = manager.sections {
            let bytes = out.medium.read(sections, manager.allocated)?;
            for section in decode(&mut out.medium.reader(&bytes, sections), &manager, address)? {
                free.load(header, section).at(out.medium.absolute(sections))?;
            }
        }
        free.changed = false;
        Ok(free)
    }

    fn load(&mut self, header: &FractalHeap, section: Section) -> Result<()> {
        let wrong = || Error::malformed(format!("a free section at heap offset {:#x}", section.offset));
        match section.rows {
            None if section.class == class::SINGLE => {
                section.offset.checked_add(section.size).ok_or_else(wrong)?;
                self.add(section.offset, section.size)?;
            }
            Some(rows) if section.class == class::FIRST_ROW => {
                let first = u64::from(rows.row) * u64::from(header.table.width) + u64::from(rows.column);
                let border = |entry| header.table.entry_start(entry)?.checked_add(rows.block);
                let (from, to) = (border(first), border(first + u64::from(rows.entries)));
                let (from, to) = from.zip(to).ok_or_else(wrong)?;
                if from != section.offset {
                    return Err(wrong());
                }
                // The reference library may forget to take out what lies behind the last block.
                self.add_hole(from, to.min(header.iterator).saturating_sub(from))?;
            }
            _ => return Err(wrong()),
        }
        Ok(())
    }

    /// Takes `length` bytes inside a direct block, if there is a stretch with so many.
    pub fn take(&mut self, length: u64) -> Option<u64> {
        let (found, offset) = self.stretches.fit(INSIDE, length, 1)?;
        self.stretches.remove(found);
        self.stretches.insert(offset + length, found.len - length, INSIDE);
        self.changed = true;
        Some(offset)
    }

    /// Adds a stretch inside a direct block. Returns what it has become together with its neighbours.
    pub fn add(&mut self, offset: u64, length: u64) -> Result<(u64, u64)> {
        self.join(Stretch { start: offset, len: length, pool: INSIDE })
    }

    /// Adds a stretch without direct blocks.
    pub fn add_hole(&mut self, offset: u64, length: u64) -> Result<()> {
        self.join(Stretch { start: offset, len: length, pool: HOLE }).map(|_| ())
    }

    fn join(&mut self, mut stretch: Stretch) -> Result<(u64, u64)> {
        if stretch.len == 0 {
            return Ok((stretch.start, 0));
        }
        if self.stretches.overlap(stretch.start, stretch.end()) {
            let what = format!("heap offset {:#x} is free twice", stretch.start);
            return Err(Error::malformed(what));
        }
        let (before, after) = (self.stretches.ending(stretch.start), self.stretches.at(stretch.end()));
        let pool = stretch.pool;
        let neighbours = [before, after].into_iter().flatten().filter(|n| n.pool == pool);
        for neighbour in neighbours {
            self.stretches.remove(neighbour);
            stretch.start = stretch.start.min(neighbour.start);
            stretch.len += neighbour.len;
        }
        self.stretches.insert(stretch.start, stretch.len, stretch.pool);
        self.changed = true;
        Ok((stretch.start, stretch.len))
    }

    /// Forgets the stretch at `offset`.
    pub fn forget(&mut self, offset: u64) -> Result<()> {
        let found = self.stretches.at(offset).ok_or_else(|| Error::malformed("no free stretch"))?;
        self.stretches.remove(found);
        self.changed = true;
        Ok(())
    }

    /// The smallest direct block of at least `size` bytes that has its place in a hole: the hole, the block's offset
    /// and its size.
    pub fn hole(&self, table: &DoublingTable, size: u64) -> Option<(Stretch, u64, u64)> {
        let block = |hole: Stretch| {
            let (offset, size) = table.next_block(hole.start, size)?;
            (offset.checked_add(size)? <= hole.end()).then_some((hole, offset, size))
        };
        self.stretches.by_size(HOLE).filter_map(block).min_by_key(|(_, offset, size)| (*size, *offset))
    }

    /// Takes a direct block's place out of a hole.
    pub fn cut_hole(&mut self, hole: Stretch, offset: u64, size: u64) {
        self.stretches.remove(hole);
        self.stretches.insert(hole.start, offset - hole.start, HOLE);
        self.stretches.insert(offset + size, hole.end() - offset - size, HOLE);
        self.changed = true;
    }

    /// Forgets a hole that ends at `end`: nothing comes behind it. Returns where what is used ends.
    pub fn trim(&mut self, end: u64) -> u64 {
        match self.stretches.ending(end).filter(|s| s.pool == HOLE) {
            Some(hole) => {
                self.stretches.remove(hole);
                hole.start
            }
            None => end,
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        (self.stretches, self.changed) = (Stretches::default(), true);
    }

    /// Writes what is free in the heap of `header`, and returns where.
    pub fn write(&mut self, out: &mut Output, header: &FractalHeap) -> Result<Option<Addr>> {
        if !std::mem::take(&mut self.changed) {
            return Ok(self.manager.map(|(address, _)| address));
        }
        let old = self.manager.and_then(|(_, m)| Some((m.sections?, m.allocated)));
        let overhead = header.direct_overhead(out.medium.ctx) as u64;
        let mut list = Sections::new(header, overhead);
        self.stretches.by_size(INSIDE).for_each(|s| list.single(s.start, s.len));
        for hole in self.stretches.by_size(HOLE) {
            list.hole(hole.start, hole.end())?;
        }
        if list.sections.is_empty() {
            self.release(out)?;
            return Ok(None);
        }
        let ctx = out.medium.ctx;
        let (address, mut manager) = match self.manager {
            Some(there) => there,
            None => {
                let table = &header.table;
                let manager = Manager::new(Client::Heap, table.max_bits, table.max_direct);
                (out.space.allocate(Manager::stored_size(ctx) as u64)?, manager)
            }
        };
        let sections = list.sorted();
        manager.serialized = sections.len() as u64;
        manager.ghosts = list.ghosts;
        manager.count = manager.serialized.saturating_add(manager.ghosts);
        manager.total = list.bytes;
        manager.used = stored_size(&manager, &sections, ctx) as u64;
        let place = match old {
            Some((place, size)) if size == manager.used => place,
            old => {
                if let Some((place, size)) = old {
                    out.space.release(place, size)?;
                }
                out.space.allocate(manager.used)?
            }
        };
        (manager.sections, manager.allocated) = (Some(place), manager.used);
        let mut w = out.writer();
        encode(&manager, address, &sections, &mut w)?;
        out.medium.write(place, w.as_bytes())?;
        let mut w = out.writer();
        manager.encode(&mut w);
        out.medium.write(address, w.as_bytes())?;
        self.manager = Some((address, manager));
        Ok(Some(address))
    }

    /// Gives back the place of the manager.
    pub fn release(&mut self, out: &mut Output) -> Result<()> {
        if let Some((address, manager)) = self.manager.take() {
            if let Some(sections) = manager.sections {
                out.space.release(sections, manager.allocated)?;
            }
            out.space.release(address, Manager::stored_size(out.medium.ctx) as u64)?;
        }
        Ok(())
    }
}

#[cfg(test)]
impl Free {
    /// Stretches inside direct blocks.
    pub fn stretches(&self) -> impl Iterator<Item = Stretch> {
        self.stretches.by_size(INSIDE)
    }

    /// Stretches without direct blocks.
    pub fn holes(&self) -> impl Iterator<Item = Stretch> {
        self.stretches.by_size(HOLE)
    }
}
