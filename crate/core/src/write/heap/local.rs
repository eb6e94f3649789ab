//! Changing local heaps: the names of old-style groups.

use crate::bytes::{Addr, Reader};
use crate::error::{Context, Error, Result};
use crate::format::heap::local::{self, LocalHeap, NO_FREE_BLOCK, Segment};
use crate::format::length;
use crate::order;
use crate::write::output::Output;

/// A local heap with its names in memory. Changes reach the file with [`finish`](NameHeap::finish).
pub(in crate::write) struct NameHeap {
    address: Addr,
    header: LocalHeap,
    segment: Vec<u8>,
    /// Free blocks by offset: offset and bytes. None touches the next one.
    free: Vec<(u64, u64)>,
    /// Texts added since it was opened: offset and bytes.
    added: Vec<(u64, u64)>,
    changed: bool,
    /// The segment has another place now: all of it is written there.
    moved: bool,
}

/// Bytes that a text takes.
fn need(text: usize) -> u64 {
    (text as u64).saturating_add(1).next_multiple_of(8)
}

/// Writes a new heap, its segment of at least `least` bytes right behind its header as the library does.
pub(in crate::write) fn create_names(out: &mut Output, segment: Segment, least: u64) -> Result<Addr> {
    let ctx = out.medium.ctx;
    let (bytes, free_list) = segment.finish(least, ctx)?;
    let header = LocalHeap::stored_size(ctx) as u64;
    let address = out.space.allocate(header + bytes.len() as u64)?;
    let data = address.offset(header)?;
    let heap = LocalHeap { data_size: bytes.len() as u64, free_list, data };
    let mut all = out.encoded(&heap)?;
    all.extend(bytes);
    out.medium.write(address, &all)?;
    Ok(address)
}

impl NameHeap {
    /// Reads the heap at `address`.
    pub fn open(out: &Output, address: Addr) -> Result<NameHeap> {
        let bytes = out.medium.read(address, LocalHeap::stored_size(out.medium.ctx) as u64)?;
        let header = LocalHeap::decode(&mut out.medium.reader(&bytes, address))?;
        let segment = out.medium.read(header.data, header.data_size)?;
        let mut heap = NameHeap {
            address,
            header,
            segment,
            free: Vec::new(),
            added: Vec::new(),
            changed: false,
            moved: false,
        };
        heap.free = heap.stored_free(out).within("local heap")?;
        Ok(heap)
    }

    /// The free blocks as they are stored.
    fn stored_free(&self, out: &Output) -> Result<Vec<(u64, u64)>> {
        let mut blocks: Vec<(u64, u64)> = Vec::new();
        let mut next = self.header.free_list;
        // Every block has room for its two numbers, so a list with more of them meets itself.
        let most = self.segment.len() / (2 * out.medium.ctx.l()).max(1);
        while next != NO_FREE_BLOCK {
            let at = out.medium.absolute(self.header.data).saturating_add(next);
            let bytes = usize::try_from(next).ok().and_then(|n| self.segment.get(n..));
            let bytes = bytes.filter(|_| next.is_multiple_of(8) && blocks.len() <= most);
            let bytes = bytes.ok_or_else(|| Error::malformed("free block outside the local heap").at(at))?;
            let mut r = Reader::new(bytes, at, out.medium.ctx);
            let (after, size) = (r.len()?, r.len()?);
            if size > bytes.len() as u64 || size < 2 * out.medium.ctx.l() as u64 {
                return Err(Error::malformed(format!("free block of {size} bytes")).at(at));
            }
            blocks.push((next, size));
            next = after;
        }
        order::sort_by_key(&mut blocks, |(offset, _)| *offset);
        let overlap = |pair: &[(u64, u64)]| matches!(pair, [(a, n), (b, _)] if a + n > *b);
        if blocks.windows(2).any(overlap) {
            let at = out.medium.absolute(self.header.data);
            return Err(Error::malformed("free blocks that overlap").at(at));
        }
        Ok(joined(blocks))
    }

    /// The text at `offset`.
    pub fn text(&self, out: &Output, offset: u64) -> Result<&[u8]> {
        local::text(&self.segment, offset, out.medium.absolute(self.header.data), out.medium.ctx)
    }

    /// Adds a text and returns its offset. Where there is no room, what `live` says (offsets of all texts that are in
    /// use) is kept and everything else is free; if that is not enough the heap grows.
    pub fn push(
        &mut self,
        out: &mut Output,
        text: &[u8],
        live: &mut dyn FnMut(&Output) -> Result<Vec<u64>>,
    ) -> Result<u64> {
        let size = need(text.len());
        if let Some(offset) = self.place(text, size)? {
            return Ok(offset);
        }
        let live = live(out)?;
        self.collect(out, live)?;
        if let Some(offset) = self.place(text, size)? {
            return Ok(offset);
        }
        self.grow(out, size)?;
        let placed = self.place(text, size)?;
        placed.ok_or_else(|| Error::limit("a local heap that cannot grow"))
    }

    /// Puts a text into the smallest free block that takes it.
    fn place(&mut self, text: &[u8], size: u64) -> Result<Option<u64>> {
        let fits = self.free.iter().enumerate().filter(|(_, (_, room))| *room >= size);
        let Some((i, (offset, room))) = fits.min_by_key(|(_, (_, room))| *room).map(|(i, b)| (i, *b)) else {
            return Ok(None);
        };
        if room == size {
            self.free.remove(i);
        } else {
            self.free[i] = (offset + size, room - size);
        }
        let at = length(offset)?;
        let place = self.segment.get_mut(at..at.saturating_add(length(size)?));
        let place = place.ok_or_else(|| Error::malformed("free block outside the local heap"))?;
        place.fill(0);
        place.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        self.added.push((offset, size));
        self.changed = true;
        Ok(Some(offset))
    }

    /// Frees the text at `offset`.
    pub fn remove(&mut self, out: &Output, offset: u64) -> Result<()> {
        let size = need(self.text(out, offset)?.len());
        // The text at 0 is the empty name that every tree begins with.
        if offset == 0 || !offset.is_multiple_of(8) {
            return Ok(());
        }
        self.added.retain(|(at, _)| *at != offset);
        let end = offset.saturating_add(size).min(self.segment.len() as u64);
        let taken = |(at, n): &(u64, u64)| *at < end && offset < at.saturating_add(*n);
        if self.free.iter().any(taken) {
            return Ok(()); // two links had this name in common, and the other one is gone already
        }
        let i = self.free.partition_point(|(at, _)| *at < offset);
        self.free.insert(i, (offset, end - offset));
        self.free = joined(std::mem::take(&mut self.free));
        self.changed = true;
        Ok(())
    }

    /// Frees everything but the texts at `live` and those that were added.
    fn collect(&mut self, out: &Output, live: Vec<u64>) -> Result<()> {
        let mut used = self.added.clone();
        used.push((0, need(0)));
        for offset in live {
            used.push((offset, need(self.text(out, offset)?.len())));
        }
        order::sort_by_key(&mut used, |(offset, _)| *offset);
        let (mut free, mut end) = (Vec::new(), 0u64);
        for (offset, size) in used.into_iter().chain([(self.segment.len() as u64, 0)]) {
            let from = end.next_multiple_of(8);
            if offset > from {
                free.push((from, offset - from));
            }
            end = end.max(offset.saturating_add(size));
        }
        self.free = free;
        self.changed = true;
        Ok(())
    }

    /// Moves the segment to where it has at least twice its size, or lets it grow where it is.
    fn grow(&mut self, out: &mut Output, need: u64) -> Result<()> {
        let old = self.header.data_size;
        let gain = old.max(need).next_multiple_of(8);
        self.segment.resize(self.segment.len().saturating_add(length(gain)?), 0);
        self.header.data_size = old + gain;
        if !out.space.extend(self.header.data, old, gain) {
            out.space.release(self.header.data, old)?;
            self.header.data = out.space.allocate(self.header.data_size)?;
        }
        self.moved = true;
        self.free.push((old, gain));
        self.free = joined(std::mem::take(&mut self.free));
        self.changed = true;
        Ok(())
    }

    /// Writes what has changed.
    pub fn finish(&mut self, out: &mut Output) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let smallest = (2 * out.medium.ctx.l() as u64).next_multiple_of(8);
        // Pieces too small for a block are lost until everything is collected.
        let blocks: Vec<(u64, u64)> = self.free.iter().filter(|(_, n)| *n >= smallest).copied().collect();
        let mut dirty = std::mem::take(&mut self.added);
        let nexts = blocks.iter().skip(1).map(|(offset, _)| *offset).chain([NO_FREE_BLOCK]);
        for ((offset, size), next) in blocks.iter().zip(nexts) {
            let mut w = out.writer();
            w.length(next).length(*size);
            let at = length(*offset)?;
            let place = self.segment.get_mut(at..at.saturating_add(w.len()));
            let place = place.ok_or_else(|| Error::malformed("free block outside the local heap"))?;
            if place != w.as_bytes() {
                place.copy_from_slice(w.as_bytes());
                dirty.push((*offset, w.len() as u64));
            }
        }
        self.header.free_list = blocks.first().map_or(NO_FREE_BLOCK, |(offset, _)| *offset);
        if self.moved {
            dirty = vec![(0, self.segment.len() as u64)];
        }
        for (offset, size) in dirty {
            let at = length(offset)?;
            let bytes = self.segment.get(at..at.saturating_add(length(size)?)).unwrap_or(&[]);
            out.medium.write(self.header.data.offset(offset)?, bytes)?;
        }
        let header = out.encoded(&self.header)?;
        out.medium.write(self.address, &header)?;
        (self.changed, self.moved) = (false, false);
        Ok(())
    }
}

/// Neighbouring blocks as one.
fn joined(blocks: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    let mut all: Vec<(u64, u64)> = Vec::with_capacity(blocks.len());
    for (offset, size) in blocks {
        match all.last_mut() {
            Some((before, n)) if *before + *n == offset => *n += size,
            _ => all.push((offset, size)),
        }
    }
    all
}
