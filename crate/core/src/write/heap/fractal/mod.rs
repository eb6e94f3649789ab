//! Editing fractal heaps where they are: the objects of dense links and attributes.
//!
//! Small objects are in direct blocks, which grow with the heap: one block, then a row of them under an indirect block,
//! then more rows, then indirect blocks below that one. Free space inside the blocks, and entries without blocks, are in
//! the heap's free-space manager; it is written anew with every change, because a manager that says too much makes the
//! reference library overwrite objects. Blocks, manager and header are written by [`Heap::close`].

mod blocks;
mod free;
mod growth;
mod huge;
mod release;
mod sections;
#[cfg(test)]
mod tests;

use crate::bytes::{Addr, Reader};
use crate::error::{Context, Error, Result};
use crate::filter::Scratch;
use crate::format::heap::fractal::{DoublingTable, Filtering, FractalHeap, HeapId};
use crate::places::Places;
use crate::write::output::Output;
use crate::write::tree2::Tree;
use blocks::{Direct, Indirect};
use free::Free;

/// Larger objects are not in blocks.
const MAX_MANAGED: u32 = 4096;
/// Flag of heaps whose direct blocks carry a checksum.
const CHECKSUMMED: u8 = 0x02;
/// Blocks beyond this size are believed only in files that are larger.
const LARGE: u64 = 1 << 20;

/// What a heap is for: it decides how its blocks grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::write) enum Purpose {
    /// Links of a group.
    Links,
    /// Attributes of an object.
    Attributes,
}

/// A heap open for changes. After an error it is of no use any more.
pub(in crate::write) struct Heap {
    address: Addr,
    header: FractalHeap,
    free: Free,
    /// Direct blocks in memory, the one used last at the end.
    direct: Vec<Direct>,
    /// Indirect blocks in memory; `None` where one was given back.
    indirect: Vec<Option<Indirect>>,
    /// Where in `indirect` the block at each heap offset is.
    places: Places,
    /// The tree of huge objects, once it is needed.
    huge: Option<Tree>,
    scratch: Scratch,
    changed: bool,
}

impl Heap {
    /// An empty heap in a new place; `filtering` is what a group's pipeline makes of its blocks.
    pub fn create(out: &mut Output, purpose: Purpose, filtering: Option<Filtering>) -> Result<Heap> {
        let (id_len, start, max_bits) = match purpose {
            Purpose::Links => (7, 512, 32),
            Purpose::Attributes => (8, 1024, 40),
        };
        let header = FractalHeap {
            id_len,
            flags: CHECKSUMMED,
            max_managed: MAX_MANAGED,
            next_huge_id: 0,
            huge_btree: None,
            free: 0,
            free_manager: None,
            managed_space: 0,
            allocated_space: 0,
            iterator: 0,
            managed_objects: 0,
            huge_bytes: 0,
            huge_objects: 0,
            tiny_bytes: 0,
            tiny_objects: 0,
            table: DoublingTable { width: 4, start, max_direct: 65536, max_bits, start_rows: 1 },
            root: None,
            root_rows: 0,
            filtering,
        };
        let bytes = out.encoded(&header)?;
        let address = out.space.allocate(bytes.len() as u64)?;
        out.medium.write(address, &bytes)?;
        Ok(Heap::new(address, header, Free::default()))
    }

    /// Opens the heap at `address`.
    pub fn open(out: &Output, address: Addr) -> Result<Heap> {
        let at = out.medium.absolute(address);
        let usual = FractalHeap::stored_size(out.medium.ctx) as u64;
        let mut bytes = out.medium.read(address, usual).within("fractal heap")?;
        let whole =
            FractalHeap::whole_size(&mut out.medium.reader(&bytes, address)).within("fractal heap")?;
        if whole > bytes.len() {
            bytes = out.medium.read(address, whole as u64).within("fractal heap")?;
        }
        let mut header = FractalHeap::decode(&mut out.medium.reader(&bytes, address))?;
        if header.root.is_none() {
            (header.root_rows, header.free) = (0, 0);
        }
        if header.root_rows == 0 {
            header.iterator = header.root.map_or(0, |_| header.table.start);
        }
        let free = Free::open(out, &header).at(at).within("fractal heap")?;
        Ok(Heap::new(address, header, free))
    }

    fn new(address: Addr, header: FractalHeap, free: Free) -> Heap {
        Heap {
            address,
            header,
            free,
            direct: Vec::new(),
            indirect: Vec::new(),
            places: Places::default(),
            huge: None,
            scratch: Scratch::default(),
            changed: false,
        }
    }

    /// Where the header is.
    pub fn address(&self) -> Addr {
        self.address
    }

    /// Adds an object and returns its id.
    pub fn insert(&mut self, out: &mut Output, object: &[u8]) -> Result<Vec<u8>> {
        let at = out.medium.absolute(self.address);
        self.try_insert(out, object).at(at).within("fractal heap")
    }

    fn try_insert(&mut self, out: &mut Output, object: &[u8]) -> Result<Vec<u8>> {
        self.changed = true;
        self.relieve(out)?;
        let length = object.len() as u64;
        let id = if length == 0 {
            return Err(Error::argument("an object of no bytes"));
        } else if length > self.header.max_managed.into() {
            self.insert_huge(out, object)?
        } else if object.len() <= self.header.most_tiny() {
            self.header.tiny_objects = self.header.tiny_objects.saturating_add(1);
            self.header.tiny_bytes = self.header.tiny_bytes.saturating_add(length);
            HeapId::Tiny(object.to_vec())
        } else {
            let offset = self.insert_managed(out, object)?;
            self.header.managed_objects = self.header.managed_objects.saturating_add(1);
            HeapId::Managed { offset, length }
        };
        let id = self.header.encode_id(&id, out.medium.ctx);
        if id.len() != usize::from(self.header.id_len) {
            return Err(Error::malformed("heap ids that are too short for what they name"));
        }
        Ok(id)
    }

    fn insert_managed(&mut self, out: &mut Output, object: &[u8]) -> Result<u64> {
        let length = object.len() as u64;
        let offset = match self.free.take(length) {
            Some(offset) => offset,
            None => {
                let (block, size) = self.new_block(out, length)?;
                let first = block + self.overhead(out);
                self.free.add(first + length, (block + size).saturating_sub(first + length))?;
                first
            }
        };
        self.object(out, offset, length, true)?.copy_from_slice(object);
        self.header.free = self.header.free.saturating_sub(length);
        Ok(offset)
    }

    /// The object `id`, the first bytes of which may be followed by others.
    pub fn read(&mut self, out: &Output, id: &[u8]) -> Result<Vec<u8>> {
        let at = out.medium.absolute(self.address);
        let read = self.id(out, id).and_then(|id| match id {
            HeapId::Managed { offset, length } => Ok(self.object(out, offset, length, false)?.to_vec()),
            HeapId::Tiny(data) => Ok(data),
            id => self.read_huge(out, &id),
        });
        read.at(at).within("fractal heap")
    }

    /// Takes the object `id` away.
    pub fn remove(&mut self, out: &mut Output, id: &[u8]) -> Result<()> {
        let at = out.medium.absolute(self.address);
        self.try_remove(out, id).at(at).within("fractal heap")
    }

    fn try_remove(&mut self, out: &mut Output, id: &[u8]) -> Result<()> {
        self.changed = true;
        match self.id(out, id)? {
            HeapId::Managed { offset, length } => self.remove_managed(out, offset, length),
            HeapId::Tiny(data) => {
                self.header.tiny_objects = self.header.tiny_objects.saturating_sub(1);
                self.header.tiny_bytes = self.header.tiny_bytes.saturating_sub(data.len() as u64);
                Ok(())
            }
            id => self.remove_huge(out, &id),
        }
    }

    fn remove_managed(&mut self, out: &mut Output, offset: u64, length: u64) -> Result<()> {
        let (block, size) = self.locate(out, offset, length)?;
        self.header.managed_objects = self.header.managed_objects.saturating_sub(1);
        self.header.free = self.header.free.saturating_add(length);
        let (start, free) = self.free.add(offset, length)?;
        let first = block + self.overhead(out);
        if start == first && start + free == block + size {
            self.free.forget(start)?;
            self.remove_block(out, block, size)?;
        }
        Ok(())
    }

    /// Writes what has changed.
    pub fn close(mut self, out: &mut Output) -> Result<()> {
        let at = out.medium.absolute(self.address);
        self.flush(out).at(at).within("fractal heap")
    }

    fn flush(&mut self, out: &mut Output) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        self.write_blocks(out)?;
        self.forget_huge(out)?;
        self.header.free_manager = self.free.write(out, &self.header)?;
        let bytes = out.encoded(&self.header)?;
        out.medium.write(self.address, &bytes)?;
        self.changed = false;
        Ok(())
    }

    fn id(&self, out: &Output, id: &[u8]) -> Result<HeapId> {
        self.header.decode_id(&mut Reader::new(id, out.medium.absolute(self.address), out.medium.ctx))
    }

    /// Bytes before the objects in a direct block.
    fn overhead(&self, out: &Output) -> u64 {
        self.header.direct_overhead(out.medium.ctx) as u64
    }
}

/// Checks that a new block of `size` bytes is not out of proportion to the file.
fn plausible(out: &Output, size: u64) -> Result<()> {
    if size > out.medium.storage_len().max(LARGE) {
        return Err(Error::limit(format!("a heap block of {size} bytes in a smaller file")));
    }
    Ok(())
}
