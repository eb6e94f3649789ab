//! The blocks of an extensible array, made when an entry needs them.

use super::super::pieces::Pieces;
use super::super::{check_block, in_memory};
use crate::bytes::{Addr, Writer};
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::index::extensible_array::{DataBlock, Header, IndexBlock, Place, SuperBlock};
use crate::storage::Turn;
use crate::write::output::Output;

/// Where the header counts blocks, their bytes, and the entries there is room for.
const SUPER_BLOCKS: usize = 0;
const SUPER_BYTES: usize = 1;
const DATA_BLOCKS: usize = 2;
const DATA_BYTES: usize = 3;
const ENTRIES: usize = 5;

/// A structure that is in memory, with its place in the file.
pub(super) struct Held<T> {
    pub at: Addr,
    pub is: T,
    changed: bool,
    /// Whether it is in the file, changed or not.
    stored: bool,
}

impl<T> Held<T> {
    pub(super) fn new(at: Addr, is: T) -> Held<T> {
        Held { at, is, changed: true, stored: false }
    }

    fn stored(at: Addr, is: T) -> Held<T> {
        Held { at, is, changed: false, stored: true }
    }

    pub(super) fn change(&mut self) -> &mut T {
        self.changed = true;
        &mut self.is
    }

    /// Makes what `encode` writes the piece at this place, if it has changed.
    fn flush(
        &mut self,
        out: &Output,
        pieces: &mut Pieces,
        turn: Turn,
        encode: impl FnOnce(&T, &mut Writer),
    ) -> Result<()> {
        if !std::mem::take(&mut self.changed) {
            return Ok(());
        }
        let mut w = out.writer();
        encode(&self.is, &mut w);
        if std::mem::replace(&mut self.stored, true) {
            let piece = pieces.load(out, self.at, w.len() as u64)?;
            pieces.replace(piece, w.as_bytes(), turn);
        } else {
            pieces.add(self.at, w.into_bytes());
        }
        Ok(())
    }
}

/// Header, index block and super blocks. Data blocks and their pages are pieces.
pub(super) struct Array {
    pub header: Held<Header>,
    pub index: Option<Held<IndexBlock>>,
    /// By their pointer in the index block.
    supers: Vec<Option<Held<SuperBlock>>>,
}

/// A piece that holds entries: its address and length, where in it they begin, and which of them.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub at: Addr,
    pub len: u64,
    pub from: usize,
    pub slot: u64,
}

impl Spot {
    /// Where the entry is in the piece, entries having `size` bytes.
    pub(super) fn place(&self, size: usize) -> usize {
        position(self.slot).saturating_mul(size).saturating_add(self.from)
    }
}

/// A data block: its address, super block level, first entry and number of entries.
pub(super) struct Block {
    pub at: Addr,
    pub level: u32,
    pub first: u64,
    pub entries: u64,
}

fn position(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn broken() -> Error {
    Error::malformed("a block that an extensible array needs is not there")
}

impl Array {
    /// An array that is not in the file yet.
    pub(super) fn new(header: Held<Header>) -> Array {
        Array { header, index: None, supers: Vec::new() }
    }

    /// Reads header and index block.
    pub(super) fn open(out: &Output, at: Addr) -> Result<Array> {
        let ctx = out.medium.ctx;
        let bytes = out.medium.read(at, Header::size(ctx) as u64)?;
        let header = Header::decode(&mut out.medium.reader(&bytes, at))?;
        let index = match header.index_block {
            Some(at) => {
                let bytes = out.medium.read(at, header.index_block_size(ctx))?;
                Some(Held::stored(at, IndexBlock::decode(&mut out.medium.reader(&bytes, at), &header)?))
            }
            None => None,
        };
        Ok(Array { header: Held::stored(at, header), index, supers: Vec::new() })
    }

    /// Super block number `pointer`, if there is one.
    fn super_block(
        &mut self,
        out: &Output,
        pointer: usize,
        level: u32,
    ) -> Result<Option<&mut Held<SuperBlock>>> {
        let at = self.index.as_ref().and_then(|index| index.is.super_blocks.get(pointer).copied().flatten());
        let Some(at) = at else { return Ok(None) };
        let header = &self.header.is;
        let slot = slot_of(&mut self.supers, pointer);
        if slot.is_none() {
            let bytes = out.medium.read(at, header.super_block_size(out.medium.ctx, level))?;
            let is = SuperBlock::decode(&mut out.medium.reader(&bytes, at), header, level)?;
            *slot = Some(Held::stored(at, is));
        }
        Ok(slot.as_mut())
    }

    /// Whether the entry at `place` has been made.
    pub(super) fn has(&mut self, out: &Output, place: Place) -> Result<bool> {
        match place {
            Place::Index { .. } => Ok(self.index.is_some()),
            _ => Ok(self.find(out, place)?.is_some()),
        }
    }

    /// Where an entry is that is not in the index block; `None` if it has not been made.
    pub(super) fn find(&mut self, out: &Output, place: Place) -> Result<Option<Spot>> {
        let (block, level, slot, page_used) = match place {
            Place::Index { .. } => return Ok(None),
            Place::Direct { pointer, level, slot } => {
                let index = self.index.as_ref();
                let block = index.and_then(|index| index.is.data_blocks.get(pointer).copied().flatten());
                (block, level, slot, true)
            }
            Place::Super { pointer, level, block, slot } => {
                let (page, pages) = (self.header.is.page_of(slot).0, self.header.is.pages_of(level));
                let Some(found) = self.super_block(out, pointer, level)? else { return Ok(None) };
                let used = pages == 0 || found.is.has_page(block.saturating_mul(pages).saturating_add(page));
                (found.is.data_blocks.get(position(block)).copied().flatten(), level, slot, used)
            }
        };
        let (Some(at), true) = (block, page_used) else { return Ok(None) };
        let (header, ctx) = (&self.header.is, out.medium.ctx);
        if header.pages_of(level) == 0 {
            let (len, from) = (header.data_block_size(ctx, level), header.entries_at(ctx));
            return Ok(Some(Spot { at, len, from, slot }));
        }
        let (page, slot) = header.page_of(slot);
        let (from, len) = header.page_place(ctx, level, page);
        Ok(Some(Spot { at: at.offset(from)?, len, from: 0, slot }))
    }

    /// Makes what is missing for the entry at `place`: the index block, a super block, a data block, a page.
    pub(super) fn extend(&mut self, out: &mut Output, pieces: &mut Pieces, place: Place) -> Result<()> {
        if self.index.is_none() {
            let header = self.header.change();
            let at = out.space.allocate(header.index_block_size(out.medium.ctx))?;
            header.index_block = Some(at);
            header.statistics[ENTRIES] += u64::from(header.index_elements);
            let block = IndexBlock {
                entries: vec![Entry::NONE; header.index_elements.into()],
                data_blocks: vec![None; header.direct_pointers()],
                super_blocks: vec![None; header.super_pointers()],
            };
            self.index = Some(Held::new(at, block));
        }
        match place {
            Place::Index { .. } => Ok(()),
            Place::Direct { pointer, level, .. } => {
                // The library does not expect pages there, and by default there are none.
                if self.header.is.pages_of(level) > 0 {
                    return Err(Error::unsupported("changing an extensible array with small pages"));
                }
                let at = self.data_block(out, pieces, level, pointer as u64)?;
                let index = self.index.as_mut().map(Held::change);
                *index.and_then(|index| index.data_blocks.get_mut(pointer)).ok_or_else(broken)? = Some(at);
                Ok(())
            }
            Place::Super { pointer, level, block, slot } => {
                self.extend_super(out, pointer, level)?;
                let at = self.extend_block(out, pieces, (pointer, level), block)?;
                self.extend_page(out, pieces, (pointer, level), (block, at), slot)
            }
        }
    }

    fn extend_super(&mut self, out: &mut Output, pointer: usize, level: u32) -> Result<()> {
        if self.super_block(out, pointer, level)?.is_some() {
            return Ok(());
        }
        let header = self.header.change();
        let size = check_block(out, header.super_block_size(out.medium.ctx, level))?;
        in_memory(header.blocks_of(level))?;
        let new = SuperBlock::new(header, level)?;
        let at = out.space.allocate(size)?;
        header.statistics[SUPER_BLOCKS] += 1;
        header.statistics[SUPER_BYTES] += size;
        let index = self.index.as_mut().map(Held::change);
        *index.and_then(|index| index.super_blocks.get_mut(pointer)).ok_or_else(broken)? = Some(at);
        *slot_of(&mut self.supers, pointer) = Some(Held::new(at, new));
        Ok(())
    }

    fn extend_block(
        &mut self,
        out: &mut Output,
        pieces: &mut Pieces,
        (pointer, level): (usize, u32),
        block: u64,
    ) -> Result<Addr> {
        let place = position(block);
        let found = self.super_block(out, pointer, level)?.ok_or_else(broken)?;
        if let Some(at) = found.is.data_blocks.get(place).copied().flatten() {
            return Ok(at);
        }
        let at = self.data_block(out, pieces, level, block)?;
        let found = self.super_block(out, pointer, level)?.ok_or_else(broken)?;
        *found.change().data_blocks.get_mut(place).ok_or_else(broken)? = Some(at);
        Ok(at)
    }

    fn extend_page(
        &mut self,
        out: &mut Output,
        pieces: &mut Pieces,
        (pointer, level): (usize, u32),
        (block, at): (u64, Addr),
        slot: u64,
    ) -> Result<()> {
        let header = &self.header.is;
        let (page, pages) = (header.page_of(slot).0, header.pages_of(level));
        if pages == 0 {
            return Ok(());
        }
        let entries = vec![Entry::NONE; in_memory(header.page_entries())?];
        let mut w = out.writer();
        header.encode_page(&mut w, &entries);
        let (from, _) = header.page_place(out.medium.ctx, level, page);
        pieces.add(at.offset(from)?, w.into_bytes());
        let found = self.super_block(out, pointer, level)?.ok_or_else(broken)?;
        found.change().set_page(block.saturating_mul(pages).saturating_add(page));
        Ok(())
    }

    /// A new data block without entries; its pages come later. `number` counts the blocks that are of one size: those
    /// of a super block, or those that hang on the index block, where the library counts on from level to level.
    fn data_block(&mut self, out: &mut Output, pieces: &mut Pieces, level: u32, number: u64) -> Result<Addr> {
        let header_at = self.header.at;
        let header = self.header.change();
        let size = check_block(out, header.full_block_size(out.medium.ctx, level))?;
        let entries = header.elements_of(level);
        let here = if header.pages_of(level) == 0 { in_memory(entries)? } else { 0 };
        let offset = header.start_of(level).saturating_add(number.saturating_mul(entries));
        let block = DataBlock { offset, entries: vec![Entry::NONE; here] };
        let at = out.space.allocate(size)?;
        header.statistics[DATA_BLOCKS] += 1;
        header.statistics[DATA_BYTES] += size;
        header.statistics[ENTRIES] += entries;
        let mut w = out.writer();
        block.encode(&mut w, header, header_at);
        pieces.add(at, w.into_bytes());
        Ok(at)
    }

    /// All data blocks.
    pub(super) fn data_blocks(&mut self, out: &Output) -> Result<Vec<Block>> {
        let Some(index) = &self.index else { return Ok(Vec::new()) };
        let header = self.header.is.clone();
        let (before, direct) = (u64::from(header.index_elements), header.direct_levels());
        let mut found = Vec::new();
        let mut add = |level: u32, number: u64, at: Option<Addr>| {
            let entries = header.elements_of(level);
            let first = before + header.start_of(level).saturating_add(number.saturating_mul(entries));
            found.extend(at.map(|at| Block { at, level, first, entries }));
        };
        let mut pointers = index.is.data_blocks.iter();
        for level in 0..direct {
            (0..header.blocks_of(level)).zip(&mut pointers).for_each(|(i, at)| add(level, i, *at));
        }
        let supers = index.is.super_blocks.len();
        for (pointer, level) in (0..supers).zip(direct..) {
            if let Some(block) = self.super_block(out, pointer, level)? {
                (0u64..).zip(&block.is.data_blocks).for_each(|(i, at)| add(level, i, *at));
            }
        }
        Ok(found)
    }

    /// Gives back every block.
    pub(super) fn release(&mut self, out: &mut Output) -> Result<()> {
        let ctx = out.medium.ctx;
        for block in self.data_blocks(out)? {
            out.space.release(block.at, self.header.is.full_block_size(ctx, block.level))?;
        }
        let header = &self.header.is;
        for (level, block) in (header.direct_levels()..).zip(&self.supers) {
            if let Some(block) = block {
                out.space.release(block.at, header.super_block_size(ctx, level))?;
            }
        }
        if let Some(index) = &self.index {
            out.space.release(index.at, header.index_block_size(ctx))?;
        }
        out.space.release(self.header.at, Header::size(ctx) as u64)
    }

    /// Hands what has changed to `pieces`.
    pub(super) fn flush(&mut self, out: &Output, pieces: &mut Pieces) -> Result<()> {
        let at = self.header.at;
        for block in self.supers.iter_mut().flatten() {
            block.flush(out, pieces, Turn::Pointers, |block, w| block.encode(w, &self.header.is, at))?;
        }
        if let Some(index) = &mut self.index {
            index.flush(out, pieces, Turn::Index, |block, w| block.encode(w, &self.header.is, at))?;
        }
        self.header.flush(out, pieces, Turn::Root, |header, w| header.encode(w))
    }
}

fn slot_of<T>(list: &mut Vec<Option<T>>, i: usize) -> &mut Option<T> {
    if list.len() <= i {
        list.resize_with(i + 1, || None);
    }
    &mut list[i]
}
