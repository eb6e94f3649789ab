//! The fixed array: no unlimited dimension.

use super::{Found, Index, Numbering, coordinates, sized, within_reach};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::error::{Context, Result};
use crate::format::index::fixed_array::{Block, Header};
use crate::format::index::{Entry, EntryShape};
use crate::order;
use crate::places::Places;
use crate::storage::Medium;
use std::ops::Range;

/// Pages that are kept: about 6 MiB of entries.
const PAGES_KEPT: usize = 256;

pub(super) struct Fixed {
    address: Addr,
    numbering: Numbering,
    chunk_bytes: u64,
    open: Option<Open>,
}

struct Open {
    header: Header,
    /// The data block and its address; `None` if nothing is stored.
    block: Option<(Addr, Block)>,
    pages: Vec<Vec<Entry>>,
    /// Where each page is in `pages`.
    places: Places,
    /// The page that was asked last, and where it is: neighbouring chunks are mostly in the same one.
    last: Option<(u64, usize)>,
}

impl Fixed {
    pub(super) fn new(address: Addr, grid: &Grid) -> Result<Self> {
        let chunk_bytes = grid.chunk_bytes() as u64;
        Ok(Fixed { address, numbering: Numbering::new(grid, false)?, chunk_bytes, open: None })
    }

    fn open(&mut self, medium: &Medium) -> Result<&mut Open> {
        let open = match self.open.take() {
            Some(open) => open,
            None => Open::read(medium, self.address).within("fixed array")?,
        };
        Ok(self.open.insert(open))
    }
}

impl Open {
    fn read(medium: &Medium, address: Addr) -> Result<Open> {
        let bytes = medium.read(address, Header::size(medium.ctx) as u64)?;
        let header = Header::decode(&mut medium.reader(&bytes, address))?;
        let block = match header.block {
            Some(addr) => {
                let bytes = medium.read(addr, header.block_size(medium.ctx))?;
                Some((addr, Block::decode(&mut medium.reader(&bytes, addr), &header)?))
            }
            None => None,
        };
        Ok(Open { header, block, pages: Vec::new(), places: Places::default(), last: None })
    }

    fn entry(&mut self, medium: &Medium, number: u64) -> Result<Entry> {
        let Some((addr, block)) = &self.block else { return Ok(Entry::NONE) };
        if let Block::Entries(entries) = block {
            let entry = usize::try_from(number).ok().and_then(|i| entries.get(i));
            return Ok(entry.copied().unwrap_or(Entry::NONE));
        }
        let (page, slot) = self.header.page_of(number);
        if number >= self.header.entries || !block.has_page(page) {
            return Ok(Entry::NONE);
        }
        let place = match self.last {
            Some((last, place)) if last == page => place,
            _ => self.load(medium, *addr, page).within("fixed array page")?,
        };
        self.last = Some((page, place));
        let entry = self.pages.get(place).and_then(|p| p.get(usize::try_from(slot).ok()?));
        Ok(entry.copied().unwrap_or(Entry::NONE))
    }

    /// Where the entries of `page` are, after reading them if they were not there.
    fn load(&mut self, medium: &Medium, block: Addr, page: u64) -> Result<usize> {
        if let Some(place) = self.places.get(page) {
            return Ok(place);
        }
        let (from, size) = self.header.page_place(medium.ctx, page);
        let at = block.offset(from)?;
        let bytes = medium.read(at, size)?;
        let entries = self.header.decode_page(&mut medium.reader(&bytes, at), page)?;
        if self.pages.len() >= PAGES_KEPT {
            self.pages.clear();
            self.places.clear();
        }
        self.places.insert(page, self.pages.len());
        self.pages.push(entries);
        Ok(self.pages.len() - 1)
    }

    /// Announces the pages that hold `numbers`.
    fn announce(&self, medium: &Medium, pages: &[u64]) -> Result<()> {
        let Some((addr, block)) = &self.block else { return Ok(()) };
        let missing = pages.iter().copied().filter(|p| block.has_page(*p) && !self.places.contains(*p));
        let places = missing.map(|p| {
            let (from, size) = self.header.page_place(medium.ctx, p);
            (Addr(addr.0.saturating_add(from)), size)
        });
        medium.want(places)
    }
}

impl Index for Fixed {
    fn get(&mut self, medium: &Medium, coord: &[u64]) -> Result<Entry> {
        let (number, bytes) = (self.numbering.number(coord)?, self.chunk_bytes);
        let open = self.open(medium)?;
        let filtered = open.header.shape != EntryShape::Plain;
        Ok(sized(open.entry(medium, number).within("fixed array")?, filtered, bytes))
    }

    fn visit(&mut self, medium: &Medium, region: &[Range<u64>], found: Found<'_>) -> Result<()> {
        let (numbering, bytes) = (self.numbering.clone(), self.chunk_bytes);
        let open = self.open(medium)?;
        if open.block.is_none() {
            return Ok(());
        }
        within_reach(medium, region)?;
        let filtered = open.header.shape != EntryShape::Plain;
        if open.header.pages() > 0 {
            let mut pages = Vec::new();
            coordinates(region, &mut |coord| {
                let page = open.header.page_of(numbering.number(coord)?).0;
                if pages.last() != Some(&page) {
                    pages.push(page);
                }
                Ok(())
            })?;
            order::sort_numbers(&mut pages);
            pages.dedup();
            open.announce(medium, &pages)?;
        }
        coordinates(region, &mut |coord| {
            let entry = open.entry(medium, numbering.number(coord)?).within("fixed array")?;
            if entry.address.is_none() { Ok(()) } else { found(coord, sized(entry, filtered, bytes)) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{addresses, grid, medium};
    use super::*;
    use crate::bytes::{Ctx, Writer};

    fn file(page_bits: u8) -> Medium {
        let entries = 12;
        let header = Header { shape: EntryShape::Plain, page_bits, entries, block: Some(Addr(100)) };
        let entry = |i: u64| match i % 5 {
            0 => Entry::NONE,
            _ => Entry { address: Some(Addr(1000 + i)), size: 0, mask: 0 },
        };
        let mut w = Writer::new(Ctx::WIDE);
        header.encode(&mut w);
        w.pad_to(100);
        let mut block = Writer::new(Ctx::WIDE);
        if header.pages() == 0 {
            Block::Entries((0..entries).map(entry).collect()).encode(&mut block, &header, Addr(0));
        } else {
            // Page 1 was never written: what is there does not matter.
            Block::Paged(vec![0b1010_0000]).encode(&mut block, &header, Addr(0));
            for page in 0..header.pages() {
                let numbers = (0..entries).filter(|i| header.page_of(*i).0 == page);
                let mut p = Writer::new(Ctx::WIDE);
                header.encode_page(&mut p, &numbers.map(entry).collect::<Vec<_>>());
                if page == 1 {
                    block.zeros(p.len());
                } else {
                    block.bytes(p.as_bytes());
                }
            }
        }
        w.bytes(block.as_bytes());
        medium(w.into_bytes())
    }

    #[test]
    fn paged_and_not() {
        let grid = grid(&[6, 6], &[Some(6), Some(8)], &[2, 2]);
        for page_bits in [10, 2] {
            let medium = file(page_bits);
            let mut index = Fixed::new(Addr(0), &grid).unwrap();
            let all = addresses(&mut index, &medium, &[0..3, 0..4]);
            let expected = (0..12).map(|i| {
                let missing = i % 5 == 0 || (page_bits == 2 && i / 4 == 1);
                (vec![i / 4, i % 4], (!missing).then_some(1000 + i))
            });
            assert_eq!(all, expected.collect::<Vec<_>>());
            assert_eq!(index.get(&medium, &[9, 9]).unwrap(), Entry { size: 16, ..Entry::NONE });
        }
    }
}
