//! An open fractal heap: objects by their ids.

use super::tree2::Tree;
use crate::bytes::{Addr, Reader};
use crate::error::{Context, Error, Result};
use crate::filter::{self, Scratch};
use crate::format::heap::fractal::{FractalHeap, HeapId, IndirectBlock, check_direct};
use crate::limits::{Budget, Limits};
use crate::order;
use crate::places::Places;
use crate::storage::Medium;

/// Record types of the tree of huge objects.
const HUGE_RECORD: u8 = 1;
const FILTERED_HUGE_RECORD: u8 = 2;

/// An open heap. Keeps the indirect blocks it met and the last direct block.
pub struct Heap {
    header: FractalHeap,
    address: Addr,
    indirect: Vec<IndirectBlock>,
    /// Where the indirect block at each address is in `indirect`.
    places: Places,
    /// Heap offset and bytes of the direct block read last.
    last: Option<(u64, Vec<u8>)>,
    huge: Option<Tree>,
    scratch: Scratch,
}

/// A direct block, before it is read.
struct Place {
    address: Addr,
    offset: u64,
    size: u64,
    /// Stored bytes and filters skipped, in filtered heaps.
    filtered: Option<(u64, u32)>,
}

impl Heap {
    /// Reads the header at `addr`.
    pub fn open(medium: &Medium, addr: Addr) -> Result<Heap> {
        let usual = FractalHeap::stored_size(medium.ctx) as u64;
        let mut bytes = medium.read(addr, usual).within("fractal heap")?;
        let whole = FractalHeap::whole_size(&mut medium.reader(&bytes, addr)).within("fractal heap")?;
        if whole > bytes.len() {
            bytes = medium.read(addr, whole as u64).within("fractal heap")?;
        }
        let header = FractalHeap::decode(&mut medium.reader(&bytes, addr))?;
        let (places, scratch) = (Places::default(), Scratch::default());
        Ok(Heap { header, address: addr, indirect: Vec::new(), places, last: None, huge: None, scratch })
    }

    /// Bytes of an id.
    pub fn id_len(&self) -> usize {
        self.header.id_len.into()
    }

    /// The object `id`, the first bytes of which may be followed by others.
    pub fn read(&mut self, medium: &Medium, id: &[u8]) -> Result<Vec<u8>> {
        let id = self.id(medium, id)?;
        self.object(medium, &id).within("fractal heap")
    }

    /// The objects of all `ids`, in the order of the ids. Blocks are read once each.
    pub fn read_all(&mut self, medium: &Medium, ids: &[Vec<u8>]) -> Result<Vec<Vec<u8>>> {
        let ids = ids.iter().map(|id| self.id(medium, id)).collect::<Result<Vec<_>>>()?;
        let place = |i: usize| match ids.get(i) {
            Some(HeapId::Managed { offset, .. }) => *offset,
            _ => u64::MAX,
        };
        let order = order::indices(ids.len(), &mut |a, b| place(a).cmp(&place(b)));
        // No two objects share bytes, so all of them together are no larger than the file, or than what
        // filters may make of it.
        let most = match self.header.filtering {
            None => medium.storage_len(),
            Some(_) => medium.storage_len().max(medium.limits.metadata_block),
        };
        let mut budget = Budget::new(most, "heap objects that are larger than the file");
        self.announce(medium, order.iter().filter_map(|i| ids.get(*i))).within("fractal heap")?;
        let mut objects = vec![Vec::new(); ids.len()];
        for i in order {
            if let (Some(id), Some(object)) = (ids.get(i), objects.get_mut(i)) {
                *object = self.object(medium, id).within("fractal heap")?;
                budget.spend(object.len() as u64).at(medium.absolute(self.address))?;
            }
        }
        Ok(objects)
    }

    /// Says which blocks will be read for `ids`, which are in the order of their offsets.
    fn announce<'a>(&mut self, medium: &Medium, ids: impl Iterator<Item = &'a HeapId>) -> Result<()> {
        let mut places: Vec<Place> = Vec::new();
        for id in ids {
            let HeapId::Managed { offset, .. } = id else { continue };
            let end = places.last().map(|p| p.offset.saturating_add(p.size));
            if end.is_none_or(|end| *offset >= end) {
                places.push(self.locate(medium, *offset)?);
            }
        }
        let stored = |p: &Place| (p.address, p.filtered.map_or(p.size, |(stored, _)| stored));
        medium.want(places.iter().map(stored))
    }

    fn id(&self, medium: &Medium, id: &[u8]) -> Result<HeapId> {
        self.header.decode_id(&mut Reader::new(id, medium.absolute(self.address), medium.ctx))
    }

    fn object(&mut self, medium: &Medium, id: &HeapId) -> Result<Vec<u8>> {
        match id {
            HeapId::Managed { offset, length } => self.managed(medium, *offset, *length),
            HeapId::Huge(key) => self.huge(medium, *key),
            HeapId::HugeAt { address, length, filtered } => {
                self.unfiltered(medium, *address, *length, *filtered)
            }
            HeapId::Tiny(data) => Ok(data.clone()),
        }
    }

    fn managed(&mut self, medium: &Medium, offset: u64, length: u64) -> Result<Vec<u8>> {
        let at = medium.absolute(self.address);
        let bad = || Error::malformed(format!("{length} bytes at heap offset {offset:#x}")).at(at);
        let held = self.last.as_ref().is_some_and(|(from, block)| {
            offset.checked_sub(*from).is_some_and(|inside| inside < block.len() as u64)
        });
        if !held {
            let place = self.locate(medium, offset)?;
            let block = match place.filtered {
                None => medium.read(place.address, place.size)?,
                Some((stored, mask)) => {
                    self.unfiltered(medium, place.address, stored, Some((mask, place.size)))?
                }
            };
            check_direct(&block, medium.absolute(place.address), medium.ctx, &self.header, place.offset)?;
            self.last = Some((place.offset, block));
        }
        let (from, block) = self.last.as_ref().ok_or_else(bad)?;
        let start = offset.checked_sub(*from).and_then(|n| usize::try_from(n).ok()).ok_or_else(bad)?;
        let end = usize::try_from(length).ok().and_then(|n| start.checked_add(n)).ok_or_else(bad)?;
        if start < self.header.direct_overhead(medium.ctx) || length > self.header.max_managed.into() {
            return Err(bad());
        }
        Ok(block.get(start..end).ok_or_else(bad)?.to_vec())
    }

    /// Goes down to the direct block that holds `offset`.
    fn locate(&mut self, medium: &Medium, offset: u64) -> Result<Place> {
        let at = medium.absolute(self.address);
        let missing =
            || Error::malformed(format!("heap offset {offset:#x} in a block that is not allocated")).at(at);
        let mut address = self.header.root.ok_or_else(missing)?;
        let table = self.header.table;
        if self.header.root_rows == 0 {
            let filtered = self.header.filtering.as_ref().map(|f| (f.root_size, f.root_mask));
            return Ok(Place { address, offset: 0, size: table.start, filtered });
        }
        let (mut start, mut rows) = (0, self.header.root_rows);
        // Each step covers at most half of what the one before did, so this ends.
        loop {
            let step = table.step(start, rows, offset).at(medium.absolute(address))?;
            let block = self.indirect_block(medium, address, rows)?;
            let entry = block.entries.get(step.entry).copied().unwrap_or_default();
            let child = entry.address.ok_or_else(missing)?;
            match step.rows {
                None => {
                    let (offset, size, filtered) = (step.offset, step.size, entry.filtered);
                    return Ok(Place { address: child, offset, size, filtered });
                }
                Some(next) => (address, start, rows) = (child, step.offset, next),
            }
        }
    }

    fn indirect_block(&mut self, medium: &Medium, address: Addr, rows: u16) -> Result<&IndirectBlock> {
        if !self.places.contains(address.0) {
            let size = IndirectBlock::stored_size(&self.header, rows, medium.ctx);
            let bytes = medium.read(address, size)?;
            let block = IndirectBlock::decode(&mut medium.reader(&bytes, address), &self.header, rows)?;
            self.places.insert(address.0, self.indirect.len());
            self.indirect.push(block);
        }
        let block = self.places.get(address.0).and_then(|place| self.indirect.get(place));
        block.ok_or_else(|| Error::malformed("indirect block").at(medium.absolute(address)))
    }

    fn huge(&mut self, medium: &Medium, key: u64) -> Result<Vec<u8>> {
        let at = medium.absolute(self.address);
        let unknown = || Error::malformed(format!("no huge object {key}")).at(at);
        if self.huge.is_none() {
            let addr = self.header.huge_btree.ok_or_else(unknown)?;
            let kind = if self.header.filtering.is_some() { FILTERED_HUGE_RECORD } else { HUGE_RECORD };
            self.huge = Some(Tree::open(medium, addr, &[kind])?);
        }
        let tree = self.huge.as_ref().ok_or_else(unknown)?;
        let filtering = self.header.filtering.is_some();
        let record = |bytes: &[u8]| {
            let mut r = Reader::new(bytes, at, medium.ctx);
            let (address, length) = (r.defined_addr("huge object")?, r.len()?);
            let filtered = if filtering { Some((r.u32()?, r.len()?)) } else { None };
            Ok((r.len()?, address, length, filtered))
        };
        let found = tree.find(medium, &mut |bytes| record(bytes).map(|(id, ..)| id.cmp(&key)))?;
        let (_, address, length, filtered) = record(&found.ok_or_else(unknown)?)?;
        self.unfiltered(medium, address, length, filtered)
    }

    /// `stored` bytes at `address`; `filtered`: the filters skipped and the bytes this should become.
    fn unfiltered(
        &mut self,
        medium: &Medium,
        address: Addr,
        stored: u64,
        filtered: Option<(u32, u64)>,
    ) -> Result<Vec<u8>> {
        let bytes = medium.read(address, stored)?;
        let (Some((mask, size)), Some(filtering)) = (filtered, &self.header.filtering) else {
            return Ok(bytes);
        };
        let at = medium.absolute(address);
        let size = Limits::check(size, medium.limits.metadata_block, "a heap block").at(at)?;
        filter::decode(&filtering.pipeline, mask, &bytes, size, &mut self.scratch).at(at)
    }
}
