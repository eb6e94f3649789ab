//! The fixed array: no unlimited dimension.

use super::pieces::Pieces;
use super::{Entries, Found, IndexEdit, address, check_block, in_memory, set_address};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::chunk::index::Numbering;
use crate::error::{Context, Error, Result};
use crate::format::index::fixed_array::{Block, Header};
use crate::format::index::{Entry, EntryShape};
use crate::format::message::Layout;
use crate::limits::Budget;
use crate::storage::Turn;
use crate::write::output::Output;

pub(super) struct Fixed {
    layout: Layout,
    numbering: Numbering,
    /// The array that is created if there is none yet.
    new: Header,
    entries: Entries,
    open: Option<Open>,
    pieces: Pieces,
}

struct Open {
    address: Addr,
    header: Header,
    /// The data block and its address.
    block: Option<(Addr, Block)>,
    header_changed: bool,
    /// Of a paged block: entries are changed in pieces.
    bitmap_changed: bool,
}

/// A piece that holds entries, and where in it the first of them is.
#[derive(Clone, Copy)]
struct Place {
    at: Addr,
    len: u64,
    from: usize,
    slot: u64,
}

impl Fixed {
    pub(super) fn new(layout: Layout, grid: &Grid, shape: EntryShape, page_bits: u8) -> Result<Self> {
        let counts = grid.max_counts();
        let entries = counts.into_iter().try_fold(1u64, |n, c| n.checked_mul(c?));
        let entries = entries.ok_or_else(|| Error::malformed("more than 2^64 chunks"))?;
        Ok(Fixed {
            layout,
            numbering: Numbering::new(grid, false)?,
            new: Header { shape, page_bits, entries, block: None },
            entries: Entries { shape, chunk_bytes: grid.chunk_bytes() as u64 },
            open: None,
            pieces: Pieces::default(),
        })
    }

    /// Reads header and data block, if there is an array.
    fn open(&mut self, out: &Output) -> Result<Option<&mut Open>> {
        if let (None, Some(address)) = (&self.open, address(&self.layout)) {
            let bytes = out.medium.read(address, Header::size(out.medium.ctx) as u64)?;
            let header = Header::decode(&mut out.medium.reader(&bytes, address))?;
            self.entries.take_shape(header.shape).at(out.medium.absolute(address))?;
            let block = match header.block {
                Some(at) => {
                    let bytes = out.medium.read(at, header.block_size(out.medium.ctx))?;
                    Some((at, Block::decode(&mut out.medium.reader(&bytes, at), &header)?))
                }
                None => None,
            };
            self.open = Some(Open { address, header, block, header_changed: false, bitmap_changed: false });
        }
        Ok(self.open.as_mut())
    }

    /// Where entry `number` is; `None` if nothing is stored there.
    fn place(&mut self, out: &Output, number: u64) -> Result<Option<Place>> {
        let Some(Open { header, block: Some((at, block)), .. }) = self.open(out)? else { return Ok(None) };
        let (at, ctx) = (*at, out.medium.ctx);
        if number >= header.entries {
            return Ok(None);
        }
        if header.pages() == 0 {
            let (len, from) = (header.block_size(ctx), Header::entries_at(ctx));
            return Ok(Some(Place { at, len, from, slot: number }));
        }
        let (page, slot) = header.page_of(number);
        if !block.has_page(page) {
            return Ok(None);
        }
        let (from, len) = header.page_place(ctx, page);
        Ok(Some(Place { at: at.offset(from)?, len, from: 0, slot }))
    }

    fn entry(&mut self, out: &mut Output, number: u64) -> Result<Entry> {
        let Some(place) = self.place(out, number)? else { return Ok(Entry::NONE) };
        self.pieces.trim(out)?;
        let piece = self.pieces.load(out, place.at, place.len)?;
        self.entries.get(out, self.pieces.bytes(piece), place.from, place.slot)
    }

    fn put(&mut self, out: &mut Output, number: u64, entry: &Entry) -> Result<()> {
        let bytes = self.entries.encode(out, entry)?;
        let place = match self.place(out, number)? {
            Some(place) => place,
            None if entry.address.is_none() => return Ok(()),
            None => self.extend(out, number)?,
        };
        self.pieces.trim(out)?;
        let piece = self.pieces.load(out, place.at, place.len)?;
        let slot = usize::try_from(place.slot).unwrap_or(usize::MAX);
        self.pieces.change(piece, place.from.saturating_add(slot.saturating_mul(bytes.len())), &bytes);
        Ok(())
    }

    /// Makes what is missing for entry `number`: the array, its data block, the page.
    fn extend(&mut self, out: &mut Output, number: u64) -> Result<Place> {
        let ctx = out.medium.ctx;
        if self.open(out)?.is_none() {
            let address = out.space.allocate(Header::size(ctx) as u64)?;
            set_address(&mut self.layout, Some(address));
            let header = self.new.clone();
            self.open =
                Some(Open { address, header, block: None, header_changed: true, bitmap_changed: false });
        }
        let Some(open) = &mut self.open else { return Err(beyond(number)) };
        if number >= open.header.entries {
            return Err(beyond(number));
        }
        let pages = open.header.pages();
        if open.block.is_none() {
            let at = out.space.allocate(check_block(out, open.header.full_size(ctx))?)?;
            let block = match pages {
                0 => Block::Entries(vec![Entry::NONE; in_memory(open.header.entries)?]),
                pages => Block::Paged(vec![0; in_memory(pages.div_ceil(8))?]),
            };
            let mut w = out.writer();
            block.encode(&mut w, &open.header, open.address);
            self.pieces.add(at, w.into_bytes());
            (open.header.block, open.header_changed) = (Some(at), true);
            open.block = Some((at, block));
        }
        if let (1.., Some((at, block))) = (pages, &mut open.block) {
            let page = open.header.page_of(number).0;
            let entries = vec![Entry::NONE; in_memory(open.header.entries_of(page))?];
            let mut w = out.writer();
            open.header.encode_page(&mut w, &entries);
            let place = at.offset(open.header.page_place(ctx, page).0)?;
            self.pieces.add(place, w.into_bytes());
            block.set_page(page);
            open.bitmap_changed = true;
        }
        self.place(out, number)?.ok_or_else(|| beyond(number))
    }
}

fn beyond(number: u64) -> Error {
    Error::malformed(format!("chunk number {number} is beyond its fixed array"))
}

impl IndexEdit for Fixed {
    fn get(&mut self, out: &mut Output, coord: &[u64]) -> Result<Entry> {
        let number = self.numbering.number(coord)?;
        self.entry(out, number).within("fixed array")
    }

    fn set(&mut self, out: &mut Output, coord: &[u64], entry: Entry) -> Result<()> {
        let number = self.numbering.number(coord)?;
        self.put(out, number, &entry).within("fixed array")
    }

    fn remove(&mut self, out: &mut Output, coord: &[u64]) -> Result<()> {
        self.set(out, coord, Entry::NONE)
    }

    fn walk(&mut self, out: &mut Output, found: Found<'_>) -> Result<()> {
        let Some(open) = self.open(out).within("fixed array")? else { return Ok(()) };
        let (header, all) = (open.header.clone(), open.header.entries);
        if header.block.is_none() {
            return Ok(());
        }
        let mut budget = Budget::new(out.medium.storage_len(), "a fixed array that is larger than the file");
        let mut number = 0;
        while number < all {
            let (place, next) = match header.pages() {
                0 => (self.place(out, number)?, all),
                _ => {
                    let (page, _) = header.page_of(number);
                    (self.place(out, number)?, number.saturating_add(header.entries_of(page).max(1)))
                }
            };
            if place.is_some() {
                for n in number..next {
                    budget.spend(self.entries.size(out) as u64)?;
                    let entry = self.entry(out, n).within("fixed array")?;
                    if entry.address.is_some() {
                        found(&self.numbering.coordinate(n), entry)?;
                    }
                }
            }
            number = next;
        }
        Ok(())
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        let ctx = out.medium.ctx;
        let Some(open) = self.open(out).within("fixed array")? else { return Ok(()) };
        if let Some((at, _)) = &open.block {
            out.space.release(*at, open.header.full_size(ctx)).within("fixed array")?;
        }
        out.space.release(open.address, Header::size(ctx) as u64).within("fixed array")
    }

    fn flush(&mut self, out: &mut Output) -> Result<()> {
        if let Some(open) = &mut self.open {
            let mut w = out.writer();
            if std::mem::take(&mut open.header_changed) {
                open.header.encode(&mut w);
                out.medium.write_in_turn(Turn::Root, open.address, w.as_bytes())?;
            }
            if let (true, Some((at, block))) = (std::mem::take(&mut open.bitmap_changed), &open.block) {
                let mut w = out.writer();
                block.encode(&mut w, &open.header, open.address);
                let prefix = self.pieces.load(out, *at, w.len() as u64)?;
                self.pieces.replace(prefix, w.as_bytes(), Turn::Pointers);
            }
        }
        self.pieces.flush(out)
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}
