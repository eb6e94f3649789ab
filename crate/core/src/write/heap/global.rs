//! Filling global heap collections as the library does it: they start small and grow while nothing is behind
//! them.

use crate::bytes::{Addr, Writer};
use crate::error::Result;
use crate::format::heap::global::{HeapId, encode, header_size, object_size};
use crate::storage::Medium;
use crate::write::space::Space;

/// Bytes of a new collection, unless one object needs more. Readers expect no smaller ones.
const SMALLEST: usize = 4096;
/// Bytes up to which a collection grows.
const LARGEST: usize = 65536;

/// A collection that still takes objects.
#[derive(Clone)]
struct Open {
    address: Addr,
    /// All objects without anything between them.
    objects: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// Bytes of the collection that are taken.
    used: usize,
    size: usize,
}

impl Open {
    /// Whether `need` more bytes fit, if need be after growing to at least twice the size.
    fn has_room(&mut self, need: usize, space: &mut Space) -> bool {
        let wanted = self.used + need;
        if wanted > self.size && wanted <= LARGEST {
            let more = wanted.max(2 * self.size).min(LARGEST).next_multiple_of(8) - self.size;
            if space.extend(self.address, self.size as u64, more as u64) {
                self.size += more;
            }
        }
        wanted <= self.size
    }
}

/// The collection being filled. Full ones are in the file already.
#[derive(Clone, Default)]
pub(in crate::write) struct HeapWriter {
    open: Option<Open>,
    changed: bool,
}

impl HeapWriter {
    /// Stores one object.
    pub fn put(&mut self, medium: &mut Medium, space: &mut Space, bytes: &[u8]) -> Result<HeapId> {
        let header = header_size(medium.ctx);
        let need = object_size(medium.ctx, bytes.len());
        let room = self.open.as_mut().is_some_and(|open| open.has_room(need, space));
        if !room && header + need > SMALLEST {
            let size = (header + need) as u64;
            let collection = space.allocate_raw(size)?;
            write(medium, collection, size, [bytes])?;
            return Ok(HeapId { collection, index: 1 });
        }
        if !room {
            self.flush(medium, space)?;
            self.open = None;
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Open {
                address: space.allocate_raw(SMALLEST as u64)?,
                objects: Vec::new(),
                ends: Vec::new(),
                used: header,
                size: SMALLEST,
            }),
        };
        open.objects.extend_from_slice(bytes);
        open.ends.push(open.objects.len());
        open.used += need;
        self.changed = true;
        let index = u32::try_from(open.ends.len()).unwrap_or(u32::MAX);
        Ok(HeapId { collection: open.address, index })
    }

    /// Whether objects wait to be written.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// Gives back what the collection being filled has grown too much, before something else comes behind it.
    pub fn trim(&mut self, space: &mut Space) -> Result<()> {
        if let Some(open) = &mut self.open {
            let size = open.used.max(SMALLEST);
            space.release_raw(open.address.offset(size as u64)?, (open.size - size) as u64)?;
            open.size = size;
        }
        Ok(())
    }

    /// Writes the collection being filled as it is now.
    pub fn flush(&mut self, medium: &mut Medium, space: &mut Space) -> Result<()> {
        self.trim(space)?;
        if let Some(open) = self.open.as_ref().filter(|_| self.changed) {
            let starts = [0].into_iter().chain(open.ends.iter().copied());
            let objects = starts.zip(&open.ends).map(|(from, to)| open.objects.get(from..*to).unwrap_or(&[]));
            write(medium, open.address, open.size as u64, objects)?;
            self.changed = false;
        }
        Ok(())
    }
}

fn write<'a>(
    medium: &mut Medium,
    address: Addr,
    size: u64,
    objects: impl IntoIterator<Item = &'a [u8]>,
) -> Result<()> {
    let mut w = Writer::new(medium.ctx);
    // Reference counts are 0, as in files of the library.
    encode(&mut w, size, (1u16..).zip(objects).map(|(index, bytes)| (index, 0, bytes)))?;
    medium.write(address, w.as_bytes())
}
