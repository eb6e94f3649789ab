//! Chunk indexes being changed: where chunks are is noted, block by block as it is needed. One file per index, as on
//! the reading side.

mod btree1;
mod btree1_node;
mod btree2;
mod extensible;
mod fixed;
mod implicit;
mod pieces;
mod single;

use crate::bytes::{Addr, Reader, Writer};
use crate::chunk::Grid;
use crate::error::{Error, Result};
use crate::format::index::{Entry, EntryShape};
use crate::format::message::{ChunkIndex, Layout};
use crate::limits::Limits;
use crate::write::output::Output;

/// Entries of a new block or page at most; the library makes pages of 1024.
const MOST_ENTRIES: u64 = 1 << 22;

/// Receives the coordinate and the place of a stored chunk.
pub(super) type Found<'a> = &'a mut dyn FnMut(&[u64], Entry) -> Result<()>;

/// A chunk index that is being edited. Coordinates count chunks. What is changed reaches the file with
/// [`flush`](IndexEdit::flush).
pub(super) trait IndexEdit {
    /// The chunk at `coord`; its address is `None` if it is not stored. Its size is what is stored, of unfiltered
    /// chunks too.
    fn get(&mut self, out: &mut Output, coord: &[u64]) -> Result<Entry>;

    /// Notes that the chunk at `coord` is stored at `entry`. The index is created if there is none yet.
    fn set(&mut self, out: &mut Output, coord: &[u64], entry: Entry) -> Result<()>;

    /// Whether the index says where chunks go, stored or not: all places are allocated by this.
    fn allocate(&mut self, out: &mut Output) -> Result<bool> {
        let _ = out;
        Ok(false)
    }

    /// Notes that no chunk is stored at `coord`.
    fn remove(&mut self, out: &mut Output, coord: &[u64]) -> Result<()>;

    /// Calls `found` for every stored chunk that has a place of its own, in no particular order. Takes as long as the
    /// index is large, not as the dataset.
    fn walk(&mut self, out: &mut Output, found: Found<'_>) -> Result<()>;

    /// Gives back all blocks of the index itself, and chunks that are stored together. It is of no use then.
    fn release(&mut self, out: &mut Output) -> Result<()>;

    /// Writes what has changed.
    fn flush(&mut self, out: &mut Output) -> Result<()>;

    /// The layout message as it has to be now.
    fn layout(&self) -> &Layout;
}

/// The index of a chunked `layout`, for chunks that go through filters or not.
pub(super) fn open(layout: &Layout, grid: &Grid, filtered: bool, out: &Output) -> Result<Box<dyn IndexEdit>> {
    let Layout::Chunked { version, index, .. } = layout else {
        return Err(Error::argument("only chunked layouts have an index"));
    };
    let bytes = grid.chunk_bytes() as u64;
    let shape = EntryShape::for_chunk(filtered, *version, bytes, out.medium.ctx);
    let layout = layout.clone();
    Ok(match index {
        ChunkIndex::BTree1 => Box::new(btree1::BTree1::new(layout, grid)),
        ChunkIndex::Single { .. } => Box::new(single::Single::new(layout, grid, filtered)),
        ChunkIndex::Implicit => Box::new(implicit::Implicit::new(layout, grid)?),
        ChunkIndex::FixedArray { page_bits } => Box::new(fixed::Fixed::new(layout, grid, shape, *page_bits)?),
        ChunkIndex::ExtensibleArray { .. } => Box::new(extensible::Extensible::new(layout, grid, shape)?),
        ChunkIndex::BTree2 { node_size, .. } => {
            Box::new(btree2::BTree2::new(layout, grid, shape, *node_size))
        }
    })
}

/// The address in a chunked layout.
fn address(layout: &Layout) -> Option<Addr> {
    match layout {
        Layout::Chunked { address, .. } => *address,
        _ => None,
    }
}

fn set_address(layout: &mut Layout, to: Option<Addr>) {
    if let Layout::Chunked { address, .. } = layout {
        *address = to;
    }
}

/// The entries of an array: how wide they are, and how large chunks are that have no size of their own.
#[derive(Clone, Copy)]
struct Entries {
    shape: EntryShape,
    chunk_bytes: u64,
}

impl Entries {
    /// Bytes of an entry.
    fn size(self, out: &Output) -> usize {
        self.shape.size(out.medium.ctx).into()
    }

    /// Entry `slot` of those that begin with byte `from` of `bytes`.
    fn get(self, out: &Output, bytes: &[u8], from: usize, slot: u64) -> Result<Entry> {
        let at = usize::try_from(slot).ok().and_then(|n| n.checked_mul(self.size(out))?.checked_add(from));
        let bytes = at.and_then(|at| bytes.get(at..)).unwrap_or(&[]);
        Ok(self.sized(self.shape.decode(&mut Reader::new(bytes, 0, out.medium.ctx))?))
    }

    /// `entry` with the size of its chunk.
    fn sized(self, entry: Entry) -> Entry {
        match (entry.address, self.shape) {
            (None, _) => Entry::NONE,
            (_, EntryShape::Plain) => Entry { size: self.chunk_bytes, ..entry },
            _ => entry,
        }
    }

    /// The entries of an array that is there already: they may be wider than new ones would be.
    fn take_shape(&mut self, shape: EntryShape) -> Result<()> {
        if shape.client() != self.shape.client() {
            return Err(Error::malformed("entries of filtered chunks without filters, or the reverse"));
        }
        self.shape = shape;
        Ok(())
    }

    /// The bytes of an entry.
    fn encode(self, out: &Output, entry: &Entry) -> Result<Vec<u8>> {
        self.check(entry)?;
        let mut w = Writer::new(out.medium.ctx);
        self.shape.encode(entry, &mut w);
        Ok(w.into_bytes())
    }

    /// Says whether an entry can hold `entry`.
    fn check(self, entry: &Entry) -> Result<()> {
        match self.shape {
            EntryShape::Filtered(width) if width < 8 && entry.size >> (8 * u32::from(width)) != 0 => {
                let what = format!("a chunk of {} stored bytes where sizes have {width} bytes", entry.size);
                Err(Error::unsupported(what))
            }
            EntryShape::Plain if entry.address.is_some() && entry.size != self.chunk_bytes => {
                Err(Error::argument(format!("a chunk of {} bytes, not {}", entry.size, self.chunk_bytes)))
            }
            _ => Ok(()),
        }
    }
}

/// Bytes of a block that is about to be allocated: it must not be larger than what would be read again.
fn check_block(out: &Output, len: u64) -> Result<u64> {
    Limits::check(len, out.medium.limits.metadata_block, "a block of a chunk index")?;
    Ok(len)
}

/// Entries of a piece that is about to be made: only its parameters say how many.
fn in_memory(entries: u64) -> Result<usize> {
    Limits::check(entries, MOST_ENTRIES, "entries of a chunk index")
}

#[cfg(test)]
mod tests;
