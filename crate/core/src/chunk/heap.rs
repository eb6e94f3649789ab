//! Global heap objects for the values of a read: each collection is decoded once, a few are kept.

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::heap::global::{Collection, HeapId, Objects, collection_size, header_size};
use crate::order;
use crate::places::Places;
use crate::storage::Medium;

/// Bytes of collections that are kept.
const BUDGET: usize = 8 << 20;
/// Bytes of a collection as the library makes them, for announcements.
const USUAL_SIZE: u64 = 4096;

/// Reads global heap objects through a medium.
pub struct HeapCache<'a> {
    medium: &'a Medium,
    state: &'a mut HeapState,
}

/// What stays from read to read.
#[derive(Debug, Default)]
pub struct HeapState {
    collections: Vec<Held>,
    /// Where each collection is in `collections`.
    places: Places,
    /// The collection that was asked last: neighbouring values are in the same one.
    last: usize,
    /// Bytes of them all.
    held: usize,
    clock: u64,
}

#[derive(Debug)]
struct Held {
    addr: Addr,
    used: u64,
    collection: Collection,
}

impl<'a> HeapCache<'a> {
    /// A cache over `medium` that goes on with `state`.
    pub fn new(medium: &'a Medium, state: &'a mut HeapState) -> Self {
        HeapCache { medium, state }
    }

    /// Where the collection at `addr` is, after reading it if it was not there.
    fn load(&mut self, addr: Addr) -> Result<usize> {
        self.state.clock += 1;
        if let Some(place) = self.state.places.get(addr.0) {
            if let Some(held) = self.state.collections.get_mut(place) {
                held.used = self.state.clock;
            }
            return Ok(place);
        }
        let collection = self.read(addr).at(self.medium.absolute(addr)).within("global heap collection")?;
        let size = collection.size();
        // What is older goes first, half of the budget at once, so that making room stays cheap.
        if self.state.held.saturating_add(size) > BUDGET {
            self.evict();
        }
        self.state.held += size;
        let place = self.state.collections.len();
        self.state.places.insert(addr.0, place);
        self.state.collections.push(Held { addr, used: self.state.clock, collection });
        Ok(place)
    }

    fn read(&self, addr: Addr) -> Result<Collection> {
        let mut bytes = self.medium.read_up_to(addr, USUAL_SIZE)?;
        let size = collection_size(self.medium.reader(&bytes, addr))?;
        if size > bytes.len() as u64 {
            bytes = self.medium.read(addr, size)?;
        }
        bytes.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        Collection::decode(bytes, self.medium.absolute(addr), self.medium.ctx)
    }

    fn evict(&mut self) {
        let state = &mut *self.state;
        order::sort_by_key(&mut state.collections, |held| std::cmp::Reverse(held.used));
        let mut kept = 0;
        state.collections.retain(|held| {
            kept += held.collection.size();
            kept <= BUDGET / 2
        });
        state.held = state.collections.iter().map(|held| held.collection.size()).sum();
        state.places.clear();
        for (place, held) in state.collections.iter().enumerate() {
            state.places.insert(held.addr.0, place);
        }
    }
}

impl Objects for HeapCache<'_> {
    fn announce(&mut self, collections: &[Addr]) -> Result<()> {
        let unknown: Vec<Addr> =
            collections.iter().filter(|a| !self.state.places.contains(a.0)).copied().collect();
        self.medium.want(unknown.iter().map(|a| (*a, USUAL_SIZE)))?;
        let mut larger = Vec::new();
        for addr in unknown {
            let prefix = self.medium.read_up_to(addr, header_size(self.medium.ctx) as u64)?;
            // What is wrong here is reported when the collection is needed.
            let size = collection_size(self.medium.reader(&prefix, addr)).unwrap_or(0);
            if size > USUAL_SIZE {
                larger.push((addr, size));
            }
        }
        self.medium.want(larger)
    }

    fn object(&mut self, id: HeapId) -> Result<&[u8]> {
        if self.state.collections.get(self.state.last).is_none_or(|held| held.addr != id.collection) {
            self.state.last = self.load(id.collection)?;
        }
        let found =
            self.state.collections.get(self.state.last).and_then(|held| held.collection.get(id.index));
        found.ok_or_else(|| {
            Error::malformed(format!("no object {} in the global heap collection", id.index))
                .at(self.medium.absolute(id.collection))
        })
    }

    fn most_bytes(&self) -> u64 {
        self.medium.storage_len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{Ctx, Writer};
    use crate::format::heap::global::encode;
    use crate::limits::Limits;
    use crate::storage::Memory;

    fn medium(collections: u64, size: u64) -> Medium {
        let mut file = Vec::new();
        for i in 0..collections {
            let mut w = Writer::new(Ctx::WIDE);
            encode(&mut w, size, [(1, 0, &i.to_le_bytes()[..]), (2, 0, b"x")]).unwrap();
            file.extend(w.into_bytes());
        }
        Medium::new(Box::new(Memory::new(file)), Limits::default())
    }

    #[test]
    fn objects_of_many_collections() {
        for size in [4096, 8192] {
            let n = (BUDGET as u64 / size) * 2;
            let medium = medium(n, size);
            let mut state = HeapState::default();
            for round in 0..2 {
                let mut cache = HeapCache::new(&medium, &mut state);
                cache.announce(&[Addr(0), Addr(size)]).unwrap();
                for i in 0..n {
                    let id = HeapId { collection: Addr(i * size), index: 1 };
                    assert_eq!(cache.object(id).unwrap(), i.to_le_bytes(), "{round}");
                }
                assert!(cache.state.held <= BUDGET);
            }
        }
    }

    #[test]
    fn wrong_ids_are_errors_with_a_place() {
        let medium = medium(2, 4096);
        let mut state = HeapState::default();
        let mut cache = HeapCache::new(&medium, &mut state);
        for (at, index) in [(0, 0), (0, 3), (8, 1), (1 << 40, 1), (8192, 1)] {
            let e = cache.object(HeapId { collection: Addr(at), index }).unwrap_err();
            assert_eq!(e.address(), Some(at));
        }
    }
}
