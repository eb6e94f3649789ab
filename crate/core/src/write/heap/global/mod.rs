//! Filling global heap collections as the library does it: they start small and grow while nothing is behind them. What
//! is put into one is in the file at once. What is removed stays until the changes are published; then each collection
//! that loses objects is written once.

mod room;
#[cfg(test)]
mod tests;

use crate::bytes::{Addr, Writer};
use crate::error::{Error, Result};
use crate::format::heap::global::{Collection, HeapId, collection_size, encode, header_size, object_size};
use crate::order;
use crate::places::Places;
use crate::storage::Medium;
use crate::write::space::Space;
use room::Room;

/// Bytes of a new collection, unless one object needs more. Readers expect no smaller ones.
const SMALLEST: usize = 4096;
/// Collections with room that are remembered.
const ROOMS: usize = 16;
/// Removed objects that wait at most.
const WAITING: usize = 1 << 16;

/// The collections that take objects, and the objects that are to go.
#[derive(Default)]
pub(in crate::write) struct HeapWriter {
    /// The collection being filled.
    open: Option<Room>,
    /// Others that have room, because objects were removed from them.
    rooms: Vec<Room>,
    /// Objects that are to go.
    removed: Vec<HeapId>,
    /// Those that went since the first mark that is not settled yet.
    gone: Vec<Vec<HeapId>>,
    marks: usize,
    /// Collections that removed objects are in: they were read and can be read again.
    known: Places,
    changed: bool,
}

/// See [`HeapWriter::mark`].
pub(in crate::write) struct Mark {
    open: Option<Room>,
    rooms: Vec<Room>,
    removed: usize,
    gone: usize,
    changed: bool,
}

impl HeapWriter {
    /// Stores one object.
    pub fn put(&mut self, medium: &mut Medium, space: &mut Space, bytes: &[u8]) -> Result<HeapId> {
        self.changed = true;
        let need = object_size(medium.ctx, bytes.len());
        if let Some(place) = self.rooms.iter().position(|room| room.fits(need)) {
            let id = match self.rooms.get_mut(place) {
                Some(room) => room.append(medium, bytes)?,
                None => return Err(Error::argument("no room")),
            };
            self.rooms.retain(|room| room.fits(object_size(medium.ctx, 0)));
            return Ok(id);
        }
        if let Some(open) = &mut self.open
            && open.make_room(medium, space, need)?
        {
            return open.append(medium, bytes);
        }
        let whole = header_size(medium.ctx) + need;
        if whole > SMALLEST {
            let collection = space.allocate_raw(whole as u64)?;
            write(medium, collection, whole, [(1, 0, bytes)])?;
            medium.pass_on(collection, whole as u64)?;
            return Ok(HeapId { collection, index: 1 });
        }
        self.trim(medium, space)?;
        if let Some(open) = &self.open {
            medium.pass_on(open.address, open.size() as u64)?;
        }
        let address = space.allocate_raw(SMALLEST as u64)?;
        write(medium, address, SMALLEST, [])?;
        self.open.insert(Room::new(address, SMALLEST, header_size(medium.ctx))).append(medium, bytes)
    }

    /// The collection being filled, and the length that it may come to.
    pub fn filling(&self) -> Option<(Addr, u64)> {
        self.open.as_ref().map(|open| (open.address, room::LARGEST as u64))
    }

    /// Gives back what the collection being filled has grown too much, before something else comes behind it.
    pub fn trim(&mut self, medium: &mut Medium, space: &mut Space) -> Result<()> {
        match &mut self.open {
            Some(open) => open.trim(medium, space, SMALLEST),
            None => Ok(()),
        }
    }

    /// Says that nothing leads to an object any more. Objects that are not there are left out: files have elements that
    /// were copied with their ids.
    ///
    /// Errors: if there is no collection where `id` says.
    pub fn remove(&mut self, medium: &mut Medium, space: &mut Space, id: HeapId) -> Result<()> {
        if !self.known.contains(id.collection.0) {
            read(medium, id.collection)?;
            self.known.insert(id.collection.0, 0);
        }
        self.removed.push(id);
        self.changed = true;
        if self.removed.len() >= WAITING { self.settle(medium, space) } else { Ok(()) }
    }

    /// Whether something is not published yet.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// Makes the file's collections what they are to be.
    pub fn flush(&mut self, medium: &mut Medium, space: &mut Space) -> Result<()> {
        self.settle(medium, space)?;
        self.trim(medium, space)?;
        self.changed = false;
        Ok(())
    }

    /// Takes the objects that are to go out of their collections.
    fn settle(&mut self, medium: &mut Medium, space: &mut Space) -> Result<()> {
        let removed = std::mem::take(&mut self.removed);
        let id = |i: usize| removed.get(i).map(|id| (id.collection, id.index));
        let sorted = order::indices(removed.len(), &mut |a, b| id(a).cmp(&id(b)));
        for group in sorted.chunk_by(|a, b| id(*a).map(|id| id.0) == id(*b).map(|id| id.0)) {
            let indexes: Vec<u32> = group.iter().filter_map(|i| id(*i)).map(|(_, index)| index).collect();
            if let Some((collection, _)) = group.first().and_then(|i| id(*i)) {
                self.take_out(medium, space, collection, &indexes)?;
            }
        }
        self.known.clear();
        if self.marks > 0 && !removed.is_empty() {
            self.gone.push(removed);
        }
        Ok(())
    }

    /// Takes the objects of `indexes`, which are in order, out of a collection: those behind them move up and keep their
    /// indexes.
    fn take_out(
        &mut self,
        medium: &mut Medium,
        space: &mut Space,
        address: Addr,
        indexes: &[u32],
    ) -> Result<()> {
        let collection = read(medium, address)?;
        let size = collection.size();
        let stays = |index: u16| indexes.binary_search(&index.into()).is_err();
        let mut kept = Vec::new();
        let mut all = 0;
        for (object, data) in collection.objects() {
            all += 1;
            if stays(object.index) {
                kept.push((object.index, object.references, data));
            }
        }
        if kept.len() == all {
            return Ok(());
        }
        let open = self.open.is_some_and(|open| open.address == address);
        self.rooms.retain(|room| room.address != address);
        if kept.is_empty() {
            if open {
                self.open = None;
            }
            return space.release_raw(address, size as u64);
        }
        let room = Room::of(address, size, medium.ctx, &kept);
        write(medium, address, size, kept)?;
        if open {
            self.open = Some(room);
        } else if room.fits(object_size(medium.ctx, 0)) {
            self.rooms.truncate(ROOMS - 1);
            self.rooms.insert(0, room);
        }
        Ok(())
    }

    /// A moment to go back to. Marks are settled in the reverse of their order.
    pub fn mark(&mut self) -> Mark {
        self.marks += 1;
        Mark {
            open: self.open,
            rooms: self.rooms.clone(),
            removed: self.removed.len(),
            gone: self.gone.len(),
            changed: self.changed,
        }
    }

    /// What was done since the mark stays.
    pub fn keep(&mut self, _: Mark) {
        self.marks -= 1;
        if self.marks == 0 {
            self.gone = Vec::new();
        }
    }

    /// Takes back what was done since the mark; the medium takes back what was written.
    pub fn back_to(&mut self, mark: Mark) {
        self.marks -= 1;
        if self.gone.len() > mark.gone {
            // What waited at the mark is the start of what went first after it.
            self.removed = self.gone.swap_remove(mark.gone);
            self.gone.truncate(mark.gone);
        }
        self.removed.truncate(mark.removed);
        (self.open, self.rooms, self.changed) = (mark.open, mark.rooms, mark.changed);
        self.known.clear();
    }
}

/// The collection at `address`.
fn read(medium: &Medium, address: Addr) -> Result<Collection> {
    let at = medium.absolute(address);
    let collection = || {
        let prefix = medium.read_up_to(address, SMALLEST as u64)?;
        let size = collection_size(medium.reader(&prefix, address))?;
        Collection::decode(medium.read(address, size)?, at, medium.ctx)
    };
    collection().map_err(|e: Error| e.at(at).within("global heap collection"))
}

fn write<'a>(
    medium: &mut Medium,
    address: Addr,
    size: usize,
    objects: impl IntoIterator<Item = (u16, u16, &'a [u8])>,
) -> Result<()> {
    let mut w = Writer::new(medium.ctx);
    encode(&mut w, size as u64, objects)?;
    medium.write(address, w.as_bytes())
}
