//! A collection that takes objects.

use crate::bytes::{Addr, Ctx, Writer};
use crate::error::{Error, Result};
use crate::format::heap::global::{
    HeapId, encode_free, encode_object, encode_start, header_size, object_size,
};
use crate::order;
use crate::storage::Medium;
use crate::write::space::Space;

/// Bytes up to which a collection grows.
pub(super) const LARGEST: usize = 65536;

/// What is known of a collection: small, so that it can be kept for going back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub address: Addr,
    /// Bytes of the collection, and of those that are taken.
    size: usize,
    used: usize,
    /// Indexes for new objects: from this one on, up to the other.
    next: u32,
    last: u32,
}

impl Room {
    /// A collection without objects, of which `used` bytes are taken.
    pub fn new(address: Addr, size: usize, used: usize) -> Room {
        Room { address, size, used, next: 1, last: u16::MAX.into() }
    }

    /// A collection with `objects`.
    pub fn of(address: Addr, size: usize, ctx: Ctx, objects: &[(u16, u16, &[u8])]) -> Room {
        let mut room = Room::new(address, size, header_size(ctx));
        let mut taken: Vec<u64> = objects.iter().map(|(index, ..)| u64::from(*index)).collect();
        order::sort_numbers(&mut taken);
        // The longest stretch of indexes that nothing has.
        let ends = taken.iter().skip(1).copied().chain([u64::from(u16::MAX) + 1]);
        let gaps = [(0, taken.first().copied().unwrap_or(u64::from(u16::MAX) + 1))];
        let gaps = gaps.into_iter().chain(taken.iter().copied().zip(ends));
        if let Some((before, after)) = gaps.max_by_key(|(before, after)| after.saturating_sub(*before)) {
            room.next = u32::try_from(before + 1).unwrap_or(u32::MAX);
            room.last = u32::try_from(after.saturating_sub(1)).unwrap_or(0);
        }
        for (.., data) in objects {
            room.used = room.used.saturating_add(object_size(ctx, data.len()));
        }
        room
    }

    /// Bytes of the collection.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether an object that takes `need` bytes has its place here.
    pub fn fits(&self, need: usize) -> bool {
        self.next <= self.last && need <= self.size.saturating_sub(self.used)
    }

    /// The same, if need be after growing to at least twice the size.
    pub fn make_room(&mut self, medium: &mut Medium, space: &mut Space, need: usize) -> Result<bool> {
        let wanted = self.used + need;
        if wanted > self.size && wanted <= LARGEST {
            let more = wanted.max(2 * self.size).min(LARGEST).next_multiple_of(8) - self.size;
            if space.extend(self.address, self.size as u64, more as u64) {
                // Whatever was there before.
                medium.write(self.address.offset(self.size as u64)?, &vec![0; more])?;
                self.set_size(medium, self.size + more)?;
            }
        }
        Ok(self.fits(need))
    }

    /// Adds an object. It fits.
    pub fn append(&mut self, medium: &mut Medium, bytes: &[u8]) -> Result<HeapId> {
        let need = object_size(medium.ctx, bytes.len());
        let index = u16::try_from(self.next).ok().filter(|_| self.fits(need));
        let index = index.ok_or_else(|| Error::argument("a global heap collection without room"))?;
        let mut w = Writer::new(medium.ctx);
        // Reference counts are 0, as in files of the library.
        encode_object(&mut w, index, 0, bytes);
        encode_free(&mut w, self.size - self.used - need);
        medium.write(self.address.offset(self.used as u64)?, w.as_bytes())?;
        self.used += need;
        self.next += 1;
        Ok(HeapId { collection: self.address, index: index.into() })
    }

    /// Gives back what is not taken, beyond `least` bytes.
    pub fn trim(&mut self, medium: &mut Medium, space: &mut Space, least: usize) -> Result<()> {
        let size = self.used.max(least);
        if size < self.size {
            let end = self.address.offset(size as u64)?;
            space.release_raw(end, (self.size - size) as u64)?;
            self.set_size(medium, size)?;
        }
        Ok(())
    }

    fn set_size(&mut self, medium: &mut Medium, size: usize) -> Result<()> {
        self.size = size;
        let mut w = Writer::new(medium.ctx);
        encode_start(&mut w, size as u64);
        medium.write(self.address, w.as_bytes())?;
        let mut w = Writer::new(medium.ctx);
        encode_free(&mut w, size - self.used);
        if w.is_empty() { Ok(()) } else { medium.write(self.address.offset(self.used as u64)?, w.as_bytes()) }
    }
}
