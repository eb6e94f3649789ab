//! The extensible array: one unlimited dimension.

mod blocks;

use super::pieces::Pieces;
use super::{Entries, Found, IndexEdit, address, set_address};
use crate::chunk::Grid;
use crate::chunk::index::Numbering;
use crate::error::{Context, Error, Result};
use crate::format::index::extensible_array::{Header, Place};
use crate::format::index::{Entry, EntryShape};
use crate::format::message::{ChunkIndex, Layout};
use crate::limits::Budget;
use crate::write::output::Output;
use blocks::{Array, Held};

/// Where the header counts how many entries there are up to the last one that was ever set.
const ENTRIES_SET: usize = 4;

pub(super) struct Extensible {
    layout: Layout,
    numbering: Numbering,
    /// The array that is created if there is none yet.
    new: Header,
    entries: Entries,
    open: Option<Array>,
    pieces: Pieces,
}

fn beyond(number: u64) -> Error {
    Error::limit(format!("chunk number {number} is beyond what its extensible array can hold"))
}

impl Extensible {
    pub(super) fn new(layout: Layout, grid: &Grid, shape: EntryShape) -> Result<Self> {
        let new = match &layout {
            Layout::Chunked {
                index:
                    ChunkIndex::ExtensibleArray {
                        max_bits,
                        index_elements,
                        min_pointers,
                        min_elements,
                        page_bits,
                    },
                ..
            } => Header {
                shape,
                max_bits: *max_bits,
                index_elements: *index_elements,
                min_elements: *min_elements,
                min_pointers: *min_pointers,
                page_bits: *page_bits,
                statistics: [0; 6],
                index_block: None,
            },
            _ => return Err(Error::argument("not the layout of an extensible array")),
        };
        let numbering = Numbering::new(grid, true)?;
        let entries = Entries { shape, chunk_bytes: grid.chunk_bytes() as u64 };
        Ok(Extensible { layout, numbering, new, entries, open: None, pieces: Pieces::default() })
    }

    /// Reads header and index block, if there is an array.
    fn open(&mut self, out: &Output) -> Result<Option<&mut Array>> {
        if let (None, Some(at)) = (&self.open, address(&self.layout)) {
            let array = Array::open(out, at)?;
            self.entries.take_shape(array.header.is.shape).at(out.medium.absolute(at))?;
            self.open = Some(array);
        }
        Ok(self.open.as_mut())
    }

    fn entry(&mut self, out: &mut Output, number: u64) -> Result<Entry> {
        let Some(array) = self.open(out)? else { return Ok(Entry::NONE) };
        let Some(place) = array.header.is.place(number) else { return Ok(Entry::NONE) };
        if let Place::Index { slot } = place {
            let entry = array.index.as_ref().and_then(|index| index.is.entries.get(slot).copied());
            return Ok(self.entries.sized(entry.unwrap_or(Entry::NONE)));
        }
        let Some(spot) = array.find(out, place)? else { return Ok(Entry::NONE) };
        self.pieces.trim(out)?;
        let piece = self.pieces.load(out, spot.at, spot.len)?;
        self.entries.get(out, self.pieces.bytes(piece), spot.from, spot.slot)
    }

    fn put(&mut self, out: &mut Output, number: u64, entry: &Entry) -> Result<()> {
        let remove = entry.address.is_none();
        if self.open(out)?.is_none() && !remove {
            let at = out.space.allocate(Header::size(out.medium.ctx) as u64)?;
            set_address(&mut self.layout, Some(at));
            self.open = Some(Array::new(Held::new(at, self.new.clone())));
        }
        let bytes = self.entries.encode(out, entry)?;
        let Some(array) = &mut self.open else { return Ok(()) };
        let place = array.header.is.place(number).ok_or_else(|| beyond(number))?;
        if !array.has(out, place)? {
            if remove {
                return Ok(());
            }
            array.extend(out, &mut self.pieces, place)?;
        }
        if array.header.is.statistics[ENTRIES_SET] <= number {
            array.header.change().statistics[ENTRIES_SET] = number.saturating_add(1);
        }
        if let (Place::Index { slot }, Some(index)) = (place, &mut array.index) {
            if let Some(there) = index.change().entries.get_mut(slot) {
                *there = *entry;
            }
            return Ok(());
        }
        let spot = array.find(out, place)?.ok_or_else(|| beyond(number))?;
        self.pieces.trim(out)?;
        let piece = self.pieces.load(out, spot.at, spot.len)?;
        self.pieces.change(piece, spot.place(bytes.len()), &bytes);
        Ok(())
    }
}

impl IndexEdit for Extensible {
    fn get(&mut self, out: &mut Output, coord: &[u64]) -> Result<Entry> {
        let number = self.numbering.number(coord)?;
        self.entry(out, number).within("extensible array")
    }

    fn set(&mut self, out: &mut Output, coord: &[u64], entry: Entry) -> Result<()> {
        let number = self.numbering.number(coord)?;
        self.put(out, number, &entry).within("extensible array")
    }

    fn remove(&mut self, out: &mut Output, coord: &[u64]) -> Result<()> {
        self.set(out, coord, Entry::NONE)
    }

    fn walk(&mut self, out: &mut Output, found: Found<'_>) -> Result<()> {
        let Some(array) = self.open(out).within("extensible array")? else { return Ok(()) };
        let in_index = u64::from(array.header.is.index_elements);
        let mut ranges = vec![(0, in_index)];
        for block in array.data_blocks(out).within("extensible array")? {
            ranges.push((block.first, block.first.saturating_add(block.entries)));
        }
        let all = out.medium.storage_len();
        let mut budget = Budget::new(all, "an extensible array that is larger than the file");
        for number in ranges.into_iter().flat_map(|(from, to)| from..to) {
            budget.spend(self.entries.size(out) as u64)?;
            let entry = self.entry(out, number).within("extensible array")?;
            if entry.address.is_some() {
                found(&self.numbering.coordinate(number), entry)?;
            }
        }
        Ok(())
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        match self.open(out).within("extensible array")? {
            Some(array) => array.release(out).within("extensible array"),
            None => Ok(()),
        }
    }

    fn flush(&mut self, out: &mut Output) -> Result<()> {
        if let Some(array) = &mut self.open {
            array.flush(out, &mut self.pieces)?;
        }
        self.pieces.flush(out)
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}
