//! Elements that point at something: into the global heap, or at objects.

use crate::bytes::{Addr, Ctx, Reader};
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Error, Result};
use crate::format::datatype::{Class, Datatype, ReferenceKind};
use crate::format::heap::global::{HeapId, Objects};
use crate::format::reference::Stored;
use crate::order;
use crate::storage::Medium;
use crate::write::output::Output;
use std::collections::BTreeMap;

/// Bytes of a heap id with 8-byte addresses.
const ID: usize = 12;

/// Where what is copied comes from.
#[derive(Clone, Copy)]
pub(super) enum Origin<'a> {
    /// The file that is written.
    Here,
    /// Another one.
    There(&'a Medium),
}

impl<'a> Origin<'a> {
    /// The file to read from.
    pub fn medium<'b>(self, out: &'b Output) -> &'b Medium
    where
        'a: 'b,
    {
        match self {
            Origin::Here => &out.medium,
            Origin::There(medium) => medium,
        }
    }
}

/// Where copies are.
pub(super) trait Copies {
    /// The header of the copy of the object at `from`, if it has one.
    fn of(&self, from: u64) -> Option<u64>;
}

impl Copies for BTreeMap<u64, u64> {
    fn of(&self, from: u64) -> Option<u64> {
        self.get(&from).copied()
    }
}

/// Where copied references lead.
#[derive(Clone, Copy)]
pub(super) enum Leading<'a> {
    /// To the copies of the objects they led to, by address; nowhere if an object has none.
    ToCopies(&'a dyn Copies),
    /// To the same objects.
    Same,
    /// Nowhere: the objects are in another file.
    Nowhere,
}

/// Carries elements from file to file, or from place to place in one.
pub(super) struct Transfer<'a> {
    pub source: Origin<'a>,
    pub heap: &'a mut HeapState,
    pub references: Leading<'a>,
    pub out: &'a mut Output,
}

impl Transfer<'_> {
    /// Changes elements of the source into elements of the copy. If it fails, nothing that it stored remains.
    pub fn elements(&mut self, datatype: &Datatype, bytes: &mut [u8]) -> Result<()> {
        if !datatype.uses_heap() && !datatype.holds_references() {
            return Ok(());
        }
        if self.out.medium.ctx.o() != 8 {
            let what = "copying references or variable-length values with short addresses";
            return Err(Error::unsupported(what));
        }
        let before = self.out.mark();
        let mut copy = bytes.to_vec();
        self.announce(datatype, bytes)?;
        let moved = self.each(datatype, &mut copy).and_then(|()| self.out.trim_heap());
        match moved {
            Ok(()) => {
                bytes.copy_from_slice(&copy);
                self.out.keep(before);
            }
            Err(_) => self.out.back_to(before)?,
        }
        moved
    }

    /// Says which collections plain texts and sequences are in.
    fn announce(&mut self, datatype: &Datatype, bytes: &[u8]) -> Result<()> {
        if !matches!(datatype.class, Class::VlenString { .. } | Class::VlenSequence { .. }) {
            return Ok(());
        }
        let mut collections: Vec<Addr> = bytes
            .chunks_exact(4 + ID)
            .filter_map(|element| element.get(4..).and_then(heap_id))
            .map(|id| id.collection)
            .collect();
        order::sort_by_key(&mut collections, |c| *c);
        collections.dedup();
        HeapCache::new(self.source.medium(self.out), self.heap).announce(&collections)
    }

    fn each(&mut self, datatype: &Datatype, bytes: &mut [u8]) -> Result<()> {
        let size = usize::try_from(datatype.size).unwrap_or(usize::MAX).max(1);
        bytes.chunks_exact_mut(size).try_for_each(|element| self.element(datatype, element))
    }

    // Nesting is as deep as datatypes may be: their decoder has a limit.
    fn element(&mut self, datatype: &Datatype, element: &mut [u8]) -> Result<()> {
        match &datatype.class {
            Class::VlenString { .. } => self.variable(None, element),
            Class::VlenSequence { base } => self.variable(Some(base), element),
            Class::Reference(_) if matches!(self.references, Leading::Nowhere) => {
                element.fill(0);
                Ok(())
            }
            Class::Reference(ReferenceKind::Object) => self.object_reference(element),
            Class::Reference(ReferenceKind::Region) => self.region_reference(element),
            Class::Reference(ReferenceKind::Standard) => self.standard_reference(element),
            Class::Array { base, .. } => self.each(base, element),
            Class::Compound { members } => members.iter().try_for_each(|member| {
                let from = usize::try_from(member.offset).unwrap_or(usize::MAX);
                let len = usize::try_from(member.datatype.size).unwrap_or(usize::MAX);
                match element.get_mut(from..from.saturating_add(len)) {
                    Some(part) => self.element(&member.datatype, part),
                    None => Err(Error::malformed("a member that leaves its compound")),
                }
            }),
            _ => Ok(()),
        }
    }

    /// Text (`base` is `None`) or a sequence: count and heap id.
    fn variable(&mut self, base: Option<&Datatype>, element: &mut [u8]) -> Result<()> {
        let Some((count, rest)) = element.split_first_chunk_mut::<4>() else {
            return Err(Error::malformed("an element of variable length in fewer than 4 bytes"));
        };
        let Some(id) = heap_id(rest).filter(|_| *count != [0; 4]) else {
            element.fill(0);
            return Ok(());
        };
        let each = base.map_or(1, |b| u64::from(b.size));
        let len = u64::from(u32::from_le_bytes(*count)) * each;
        let mut bytes = self.object(id, len)?;
        if let Some(base) = base {
            self.each(base, &mut bytes)?;
        }
        self.put(&bytes, rest)
    }

    /// The first `len` bytes of a heap object.
    fn object(&mut self, id: HeapId, len: u64) -> Result<Vec<u8>> {
        let at = self.source.medium(self.out).absolute(id.collection);
        let mut heap = HeapCache::new(self.source.medium(self.out), self.heap);
        let object = heap.object(id)?;
        let bytes = usize::try_from(len).ok().and_then(|n| object.get(..n));
        bytes.map(<[u8]>::to_vec).ok_or_else(|| {
            Error::malformed(format!("{len} bytes wanted of a heap object of {}", object.len())).at(at)
        })
    }

    /// Stores an object in the copy's heap and its id in `place`.
    fn put(&mut self, bytes: &[u8], place: &mut [u8]) -> Result<()> {
        let id = self.out.put_in_heap(bytes)?;
        let stored = [id.collection.0.to_le_bytes().as_slice(), &id.index.to_le_bytes()].concat();
        match place.get_mut(..ID) {
            Some(place) => place.copy_from_slice(&stored),
            None => return Err(Error::malformed("a heap id of fewer than 12 bytes")),
        }
        Ok(())
    }

    fn object_reference(&mut self, element: &mut [u8]) -> Result<()> {
        match element.first_chunk_mut::<8>() {
            Some(address) => self.address(address).map(|_| ()),
            None => Err(Error::malformed("an object reference of fewer than 8 bytes")),
        }
    }

    /// A region is the object's address and a selection, in the heap.
    fn region_reference(&mut self, element: &mut [u8]) -> Result<()> {
        let Some(id) = heap_id(element) else {
            element.fill(0);
            return Ok(());
        };
        let mut bytes = HeapCache::new(self.source.medium(self.out), self.heap).object(id)?.to_vec();
        match bytes.first_chunk_mut::<8>() {
            Some(address) => {
                if !self.address(address)? {
                    element.fill(0);
                    return Ok(());
                }
            }
            None => return Err(Error::malformed("a region reference without an object")),
        }
        self.put(&bytes, element)
    }

    /// A reference of HDF5 1.12: what is not in place is in the heap. Those to other files stay what they are.
    fn standard_reference(&mut self, element: &mut [u8]) -> Result<()> {
        let mut r = Reader::new(element, 0, Ctx::WIDE);
        let stored = Stored::standard(&mut r)?;
        let Some(id) = stored.id() else {
            // Behind kind, flags and the width of the address.
            if stored != Stored::Object(None)
                && let Some(address) = element.get_mut(3..).and_then(<[u8]>::first_chunk_mut)
                && !self.address(address)?
            {
                element.fill(0);
            }
            return Ok(());
        };
        let mut bytes = HeapCache::new(self.source.medium(self.out), self.heap).object(id)?.to_vec();
        if matches!(stored, Stored::Standard { external: false, .. }) {
            let address = bytes.split_first_mut().filter(|(width, _)| **width == 8);
            let Some(address) = address.and_then(|(_, rest)| rest.first_chunk_mut()) else {
                return Err(Error::malformed("a reference without an object"));
            };
            if !self.address(address)? {
                element.fill(0);
                return Ok(());
            }
        }
        // Behind kind, flags and length.
        match element.get_mut(6..) {
            Some(place) => self.put(&bytes, place),
            None => Err(Error::malformed("a reference of fewer than 18 bytes")),
        }
    }

    /// An object's address becomes that of its copy; no object stays none. False if it has become none.
    fn address(&self, address: &mut [u8; 8]) -> Result<bool> {
        let from = u64::from_le_bytes(*address);
        if from == 0 || from == u64::MAX {
            return Ok(true);
        }
        let Leading::ToCopies(to) = self.references else { return Ok(true) };
        let Some(to) = to.of(from) else {
            address.fill(0);
            return Ok(false);
        };
        *address = to.to_le_bytes();
        Ok(true)
    }
}

/// Collection and index; `None` if they mean nothing.
pub(super) fn heap_id(bytes: &[u8]) -> Option<HeapId> {
    let (address, rest) = bytes.split_first_chunk::<8>()?;
    let (index, _) = rest.split_first_chunk::<4>()?;
    let collection = u64::from_le_bytes(*address);
    if collection == 0 || collection == u64::MAX {
        return None;
    }
    Some(HeapId { collection: Addr(collection), index: u32::from_le_bytes(*index) })
}
