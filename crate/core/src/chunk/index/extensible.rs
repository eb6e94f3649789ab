//! The extensible array: one unlimited dimension.

use super::{Found, Index, Numbering, coordinates, sized, within_reach};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::error::{Context, Result};
use crate::format::index::extensible_array::{DataBlock, Header, IndexBlock, Place, SuperBlock};
use crate::format::index::{Entry, EntryShape};
use crate::order;
use crate::places::Places;
use crate::storage::Medium;
use std::ops::Range;

/// Blocks and pages that are kept.
const BLOCKS_KEPT: usize = 512;

pub(super) struct Extensible {
    address: Addr,
    numbering: Numbering,
    chunk_bytes: u64,
    open: Option<Open>,
}

struct Open {
    header: Header,
    index: Option<IndexBlock>,
    /// Super blocks by their level.
    supers: Vec<Option<SuperBlock>>,
    pieces: Vec<Vec<Entry>>,
    /// Where the piece at each address is in `pieces`.
    places: Places,
    /// The entries that the piece at this place holds: neighbouring chunks are mostly in the same one.
    last: (Range<u64>, usize),
}

/// A data block, or a page of one.
#[derive(Clone, Copy, Debug)]
struct Piece {
    block: Addr,
    level: u32,
    page: Option<u64>,
}

/// Where an entry can be looked up.
enum Spot {
    Entry(Entry),
    In(Piece, u64),
}

impl Extensible {
    pub(super) fn new(address: Addr, grid: &Grid) -> Result<Self> {
        let chunk_bytes = grid.chunk_bytes() as u64;
        Ok(Extensible { address, numbering: Numbering::new(grid, true)?, chunk_bytes, open: None })
    }

    fn open(&mut self, medium: &Medium) -> Result<&mut Open> {
        let open = match self.open.take() {
            Some(open) => open,
            None => Open::read(medium, self.address).within("extensible array")?,
        };
        Ok(self.open.insert(open))
    }
}

impl Open {
    fn read(medium: &Medium, address: Addr) -> Result<Open> {
        let bytes = medium.read(address, Header::size(medium.ctx) as u64)?;
        let header = Header::decode(&mut medium.reader(&bytes, address))?;
        let index = match header.index_block {
            Some(addr) => {
                let bytes = medium.read(addr, header.index_block_size(medium.ctx))?;
                Some(IndexBlock::decode(&mut medium.reader(&bytes, addr), &header)?)
            }
            None => None,
        };
        Ok(Open {
            header,
            index,
            supers: Vec::new(),
            pieces: Vec::new(),
            places: Places::default(),
            last: (0..0, 0),
        })
    }

    fn super_block(&mut self, medium: &Medium, addr: Addr, level: u32) -> Result<&SuperBlock> {
        // Levels are logarithms: there are never more than 64.
        let slot = usize::try_from(level).unwrap_or(usize::MAX).min(64);
        if self.supers.len() <= slot {
            self.supers.resize_with(slot + 1, || None);
        }
        if self.supers[slot].is_none() {
            let bytes = medium.read(addr, self.header.super_block_size(medium.ctx, level))?;
            let block = SuperBlock::decode(&mut medium.reader(&bytes, addr), &self.header, level)?;
            self.supers[slot] = Some(block);
        }
        self.supers[slot].as_ref().ok_or_else(|| crate::Error::malformed("extensible array super block"))
    }

    /// Follows super blocks to the data block, or page, that holds entry `number`.
    fn locate(&mut self, medium: &Medium, number: u64) -> Result<Spot> {
        let none = Ok(Spot::Entry(Entry::NONE));
        let (Some(index), Some(place)) = (&self.index, self.header.place(number)) else { return none };
        let (block, level, slot, page_used) = match place {
            Place::Index { slot } => {
                return Ok(Spot::Entry(index.entries.get(slot).copied().unwrap_or(Entry::NONE)));
            }
            // Pages of these have no bitmap; by default they are too small to be paged.
            Place::Direct { pointer, level, slot } => {
                let Some(addr) = index.data_blocks.get(pointer).copied().flatten() else { return none };
                (addr, level, slot, true)
            }
            Place::Super { pointer, level, block, slot } => {
                let Some(addr) = index.super_blocks.get(pointer).copied().flatten() else { return none };
                let page = self.header.page_of(slot).0;
                let paged = self.header.pages_of(level) > 0;
                let bit = block.saturating_mul(self.header.pages_of(level)).saturating_add(page);
                let found = self.super_block(medium, addr, level)?;
                let used = !paged || found.has_page(bit);
                let data = usize::try_from(block).ok().and_then(|b| found.data_blocks.get(b));
                let Some(addr) = data.copied().flatten() else { return none };
                (addr, level, slot, used)
            }
        };
        if self.header.pages_of(level) == 0 {
            return Ok(Spot::In(Piece { block, level, page: None }, slot));
        }
        if !page_used {
            return none;
        }
        let (page, slot) = self.header.page_of(slot);
        Ok(Spot::In(Piece { block, level, page: Some(page) }, slot))
    }

    /// Address and size of a piece.
    fn extent(&self, medium: &Medium, piece: Piece) -> Result<(Addr, u64)> {
        match piece.page {
            None => Ok((piece.block, self.header.data_block_size(medium.ctx, piece.level))),
            Some(page) => {
                let (from, size) = self.header.page_place(medium.ctx, piece.level, page);
                Ok((piece.block.offset(from)?, size))
            }
        }
    }

    fn entry(&mut self, medium: &Medium, number: u64) -> Result<Entry> {
        if !self.last.0.contains(&number) {
            match self.locate(medium, number)? {
                Spot::Entry(entry) => return Ok(entry),
                Spot::In(piece, slot) => {
                    let place = self.load(medium, piece)?;
                    let first = number - slot;
                    let n = self.pieces.get(place).map_or(0, |p| p.len() as u64);
                    self.last = (first..first.saturating_add(n), place);
                }
            }
        }
        let slot = usize::try_from(number - self.last.0.start).ok();
        let entry = slot.and_then(|slot| self.pieces.get(self.last.1)?.get(slot));
        Ok(entry.copied().unwrap_or(Entry::NONE))
    }

    /// Where the entries of `piece` are, after reading them if they were not there.
    fn load(&mut self, medium: &Medium, piece: Piece) -> Result<usize> {
        let (at, size) = self.extent(medium, piece)?;
        if let Some(place) = self.places.get(at.0) {
            return Ok(place);
        }
        let bytes = medium.read(at, size)?;
        let mut r = medium.reader(&bytes, at);
        let entries = match piece.page {
            None => DataBlock::decode(&mut r, &self.header, piece.level)?.entries,
            Some(_) => self.header.decode_page(&mut r)?,
        };
        if self.pieces.len() >= BLOCKS_KEPT {
            self.pieces.clear();
            self.places.clear();
        }
        self.places.insert(at.0, self.pieces.len());
        self.pieces.push(entries);
        Ok(self.pieces.len() - 1)
    }

    /// Announces the pieces that hold the chunks of `region`.
    fn announce(&mut self, medium: &Medium, region: &[Range<u64>], numbering: &Numbering) -> Result<()> {
        let mut pieces = Vec::new();
        let mut known = self.last.0.clone();
        coordinates(region, &mut |coord| {
            let number = numbering.number(coord)?;
            if known.contains(&number) {
                return Ok(());
            }
            if let Spot::In(piece, slot) = self.locate(medium, number)? {
                let n = match piece.page {
                    None => self.header.elements_of(piece.level),
                    Some(_) => self.header.page_entries(),
                };
                known = number - slot..(number - slot).saturating_add(n);
                let extent = self.extent(medium, piece)?;
                if !self.places.contains(extent.0.0) {
                    pieces.push(extent);
                }
            }
            Ok(())
        })?;
        order::sort_by_key(&mut pieces, |(at, _)| *at);
        pieces.dedup();
        medium.want(pieces)
    }
}

impl Index for Extensible {
    fn get(&mut self, medium: &Medium, coord: &[u64]) -> Result<Entry> {
        let (number, bytes) = (self.numbering.number(coord)?, self.chunk_bytes);
        let open = self.open(medium)?;
        let filtered = open.header.shape != EntryShape::Plain;
        Ok(sized(open.entry(medium, number).within("extensible array")?, filtered, bytes))
    }

    fn visit(&mut self, medium: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()> {
        let (numbering, bytes) = (self.numbering.clone(), self.chunk_bytes);
        let open = self.open(medium)?;
        if open.index.is_none() {
            return Ok(());
        }
        within_reach(medium, region)?;
        let filtered = open.header.shape != EntryShape::Plain;
        open.announce(medium, region, &numbering).within("extensible array")?;
        coordinates(region, &mut |coord| {
            let entry = open.entry(medium, numbering.number(coord)?).within("extensible array")?;
            if entry.address.is_none() { Ok(()) } else { found(coord, sized(entry, filtered, bytes)) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{addresses, grid, medium};
    use super::*;
    use crate::bytes::{Ctx, Writer};

    /// A small array: 1 entry in the index block, data blocks of 2, 4, 4, 4, … entries, pages of 4.
    fn file() -> Medium {
        let ctx = Ctx::WIDE;
        let mut header = Header {
            shape: EntryShape::Plain,
            max_bits: 8,
            index_elements: 1,
            min_elements: 2,
            min_pointers: 2,
            page_bits: 2,
            statistics: [0; 6],
            index_block: None,
        };
        let entry = |i: u64| Entry { address: Some(Addr(1000 + i)), size: 0, mask: 0 };
        let mut file = Writer::new(ctx);
        file.zeros(Header::size(ctx));
        let mut append = |w: Writer| {
            let at = file.len() as u64;
            file.bytes(w.as_bytes());
            Some(Addr(at))
        };
        let mut index = IndexBlock {
            entries: vec![entry(0)],
            data_blocks: vec![None; header.direct_pointers()],
            super_blocks: vec![None; header.super_pointers()],
        };
        // Entries 1, 2 and 3 … 6 hang on the index block.
        for (pointer, numbers) in [(0, 1..3), (1, 3..7)] {
            let block = DataBlock { offset: 0, entries: numbers.map(entry).collect() };
            let mut w = Writer::new(ctx);
            block.encode(&mut w, &header, Addr(0));
            index.data_blocks[pointer] = append(w);
        }
        // Super block 2: two data blocks of 4 entries (7 … 10, 11 … 14); only the second is there.
        let block = DataBlock { offset: 0, entries: (11..15).map(entry).collect() };
        let mut w = Writer::new(ctx);
        block.encode(&mut w, &header, Addr(0));
        let data_blocks = vec![None, append(w)];
        let mut w = Writer::new(ctx);
        SuperBlock { offset: 6, bitmap: vec![], data_blocks }.encode(&mut w, &header, Addr(0));
        index.super_blocks[0] = append(w);
        // Super block 3: two data blocks of 8 entries in 2 pages (15 … 22, 23 … 30); pages 1 and 2 are in use.
        let mut data_blocks = Vec::new();
        for start in [15, 23] {
            let mut w = Writer::new(ctx);
            DataBlock { offset: 0, entries: vec![] }.encode(&mut w, &header, Addr(0));
            let mut block = w.into_bytes();
            for page in 0..2 {
                let mut p = Writer::new(ctx);
                let first = start + page * 4;
                header.encode_page(&mut p, &(first..first + 4).map(entry).collect::<Vec<_>>());
                block.extend(p.as_bytes());
            }
            let mut w = Writer::new(ctx);
            w.bytes(&block);
            data_blocks.push(append(w));
        }
        let mut w = Writer::new(ctx);
        SuperBlock { offset: 14, bitmap: vec![0b0110_0000, 0], data_blocks }.encode(&mut w, &header, Addr(0));
        index.super_blocks[1] = append(w);
        let mut w = Writer::new(ctx);
        index.encode(&mut w, &header, Addr(0));
        header.index_block = append(w);
        let mut w = Writer::new(ctx);
        header.encode(&mut w);
        let mut bytes = file.into_bytes();
        bytes[..w.len()].copy_from_slice(w.as_bytes());
        medium(bytes)
    }

    #[test]
    fn every_kind_of_block() {
        let medium = file();
        let grid = grid(&[16, 4], &[None, Some(4)], &[1, 2]);
        let mut index = Extensible::new(Addr(0), &grid).unwrap();
        let all = addresses(&mut index, &medium, &[0..16, 0..2]);
        for (coord, address) in all {
            let n = coord[0] * 2 + coord[1];
            let missing = (7..11).contains(&n) || (15..19).contains(&n) || n > 26;
            assert_eq!(address, (!missing).then_some(1000 + n), "{n}");
        }
        assert_eq!(index.get(&medium, &[1 << 40, 0]).unwrap().address, None);
    }
}
