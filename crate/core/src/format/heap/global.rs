//! Global heap collections (08-heaps-trees): objects of any size under an index, for vlen elements, region
//! references and virtual-dataset mappings.

use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Error, Result};
use std::ops::Range;

/// Where a global heap object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeapId {
    /// Address of the collection.
    pub collection: Addr,
    /// Index in it; 0 is never an object.
    pub index: u32,
}

/// Gives the objects of global heaps. The storage is behind this, so values can be decoded without seeing it.
pub trait Objects {
    /// Announces that objects of these collections will be asked for.
    fn announce(&mut self, collections: &[Addr]) -> Result<()>;
    /// The bytes of one object.
    fn object(&mut self, id: HeapId) -> Result<&[u8]>;
    /// The most bytes that the objects of one read can have together: each is stored once, in one file.
    fn most_bytes(&self) -> u64;
}

/// The heap of values that have none: any object asked for is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHeap;

impl Objects for NoHeap {
    fn announce(&mut self, _: &[Addr]) -> Result<()> {
        Ok(())
    }

    fn object(&mut self, id: HeapId) -> Result<&[u8]> {
        Err(Error::malformed("a value in the global heap where there is none").at(id.collection.0))
    }

    fn most_bytes(&self) -> u64 {
        0
    }
}

const SIGNATURE: &[u8] = b"GCOL";

/// Bytes before the first object, and before the data of each object.
pub fn header_size(ctx: Ctx) -> usize {
    ctx.l().saturating_add(8).next_multiple_of(8)
}

/// Bytes that an object of `len` bytes takes in a collection.
pub fn object_size(ctx: Ctx, len: usize) -> usize {
    header_size(ctx).saturating_add(len.checked_next_multiple_of(8).unwrap_or(usize::MAX))
}

/// One object of a collection, its data as a range of the collection's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// 1 to 65535.
    pub index: u16,
    /// 0 in files written by the library: says nothing about use.
    pub references: u16,
    /// Where the data is.
    pub data: Range<usize>,
}

/// A decoded collection: its bytes and where the objects are in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    bytes: Vec<u8>,
    ctx: Ctx,
    /// Start and length of the data by index; a start of 0 = no such object.
    places: Vec<(u32, u32)>,
}

/// The size of the collection that begins with these bytes.
pub fn collection_size(mut prefix: Reader<'_>) -> Result<u64> {
    prefix.expect(SIGNATURE, "global heap collection")?;
    let at = prefix.address();
    match prefix.u8()? {
        1 => {}
        v => return Err(Error::unsupported(format!("global heap collection of version {v}")).at(at)),
    }
    prefix.skip(3)?;
    let size = prefix.len()?;
    if size < header_size(prefix.ctx()) as u64 {
        return Err(prefix.fault(format!("global heap collection of {size} bytes")));
    }
    Ok(size)
}

impl Collection {
    /// Takes the bytes of a whole collection, read from absolute address `at`.
    pub fn decode(bytes: Vec<u8>, at: u64, ctx: Ctx) -> Result<Collection> {
        let size = collection_size(Reader::new(&bytes, at, ctx))?;
        if size != bytes.len() as u64 {
            return Err(Error::malformed(format!("collection of {size} bytes in {}", bytes.len())).at(at));
        }
        let mut collection = Collection { bytes: Vec::new(), ctx, places: Vec::new() };
        let mut objects = Walk { bytes: &bytes, at: header_size(ctx), ctx };
        while let Some(object) = objects.next_object().map_err(|e| e.at(at))? {
            let slot = usize::from(object.index);
            if collection.places.len() <= slot {
                collection.places.resize(slot.saturating_add(1), (0, 0));
            }
            let place = u32::try_from(object.data.start).ok().zip(u32::try_from(object.data.len()).ok());
            let place = place.ok_or_else(|| Error::limit("a global heap collection of 4 GiB").at(at))?;
            if let Some(known) = collection.places.get_mut(slot) {
                *known = place;
            }
        }
        collection.bytes = bytes;
        Ok(collection)
    }

    /// Bytes of the whole collection.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Bytes up to the end of the last object.
    pub fn used(&self) -> usize {
        let ends = self.objects().map(|(object, _)| object.data.end.next_multiple_of(8));
        ends.max().unwrap_or(header_size(self.ctx)).min(self.bytes.len())
    }

    /// The data of object `index`.
    pub fn get(&self, index: u32) -> Option<&[u8]> {
        let (start, len) = *self.places.get(usize::try_from(index).ok()?)?;
        let start = usize::try_from(start).ok().filter(|start| *start > 0)?;
        self.bytes.get(start..start.saturating_add(usize::try_from(len).ok()?))
    }

    /// All objects in stored order.
    pub fn objects(&self) -> impl Iterator<Item = (Object, &[u8])> {
        let mut walk = Walk { bytes: &self.bytes, at: header_size(self.ctx), ctx: self.ctx };
        std::iter::from_fn(move || {
            // It was walked without an error before.
            let object = walk.next_object().ok().flatten()?;
            let data = self.bytes.get(object.data.clone())?;
            Some((object, data))
        })
    }
}

/// Goes from object to object.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    ctx: Ctx,
}

impl Walk<'_> {
    /// The next object. Fewer bytes than a header are slack; index 0 is the free space that ends the objects.
    fn next_object(&mut self) -> Result<Option<Object>> {
        let from = self.at.saturating_add(header_size(self.ctx));
        let Some(([i0, i1, r0, r1, _, _, _, _], size)) =
            self.bytes.get(self.at..from).and_then(|h| h.split_first_chunk::<8>())
        else {
            return Ok(None);
        };
        let index = u16::from_le_bytes([*i0, *i1]);
        if index == 0 {
            return Ok(None);
        }
        let size = match size.first_chunk::<8>() {
            Some(size) if self.ctx.l() == 8 => u64::from_le_bytes(*size),
            _ => Reader::new(size, 0, self.ctx).len()?,
        };
        let end = usize::try_from(size).ok().and_then(|size| from.checked_add(size));
        let Some(end) = end.filter(|end| *end <= self.bytes.len()) else {
            return Err(Error::malformed(format!(
                "object of {size} bytes leaves its global heap collection"
            )));
        };
        self.at = end.checked_next_multiple_of(8).unwrap_or(usize::MAX);
        let references = u16::from_le_bytes([*r0, *r1]);
        Ok(Some(Object { index, references, data: from..end }))
    }
}

/// Encodes the start of a collection of `size` bytes, up to its first object.
pub fn encode_start(w: &mut Writer, size: u64) {
    let end = w.len().saturating_add(header_size(w.ctx()));
    w.bytes(SIGNATURE).u8(1).zeros(3).length(size).pad_to(end);
}

/// Encodes an object.
pub fn encode_object(w: &mut Writer, index: u16, references: u16, data: &[u8]) {
    let next = w.len().saturating_add(object_size(w.ctx(), data.len()));
    let body = w.len().saturating_add(header_size(w.ctx()));
    w.u16(index).u16(references).zeros(4).length(data.len() as u64);
    w.pad_to(body).bytes(data).pad_to(next);
}

/// Encodes what says that the last `free` bytes of a collection hold nothing. Too few need no saying.
pub fn encode_free(w: &mut Writer, free: usize) {
    let header = header_size(w.ctx());
    if free >= header {
        let end = w.len().saturating_add(header);
        w.u16(0).u16(0).zeros(4).length(free as u64).pad_to(end);
    }
}

/// Encodes a collection of `size` bytes with `objects` (index, reference count, data); what is left is free space.
pub fn encode<'a>(
    w: &mut Writer,
    size: u64,
    objects: impl IntoIterator<Item = (u16, u16, &'a [u8])>,
) -> Result<()> {
    let too_small = || Error::argument(format!("global heap collection of {size} bytes is too small"));
    let size_here = usize::try_from(size).map_err(|_| too_small())?;
    let end = w.len().checked_add(size_here).ok_or_else(too_small)?;
    encode_start(w, size);
    for (index, references, data) in objects {
        if index == 0 || w.len().saturating_add(object_size(w.ctx(), data.len())) > end {
            return Err(too_small());
        }
        encode_object(w, index, references, data);
    }
    let free = end.checked_sub(w.len()).ok_or_else(too_small)?;
    encode_free(w, free);
    w.pad_to(end);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects() -> [(u16, u16, &'static [u8]); 3] {
        [(1, 0, b"abc"), (7, 1, b""), (3, 0, b"12345678")]
    }

    #[test]
    fn round_trip() {
        for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
            for size in [4096, 16 + 24 + 16 + 24, 16 + 24 + 16 + 24 + 8] {
                let mut w = Writer::new(ctx);
                encode(&mut w, size, objects()).unwrap();
                let bytes = w.into_bytes();
                let c = Collection::decode(bytes.clone(), 64, ctx).unwrap();
                assert_eq!(c.size() as u64, size);
                assert_eq!(c.get(1), Some(&b"abc"[..]));
                assert_eq!(c.get(7), Some(&b""[..]));
                assert_eq!(c.get(3), Some(&b"12345678"[..]));
                for none in [0, 2, 8, u32::MAX] {
                    assert_eq!(c.get(none), None);
                }
                let mut again = Writer::new(ctx);
                encode(&mut again, size, c.objects().map(|(o, d)| (o.index, o.references, d))).unwrap();
                assert_eq!(again.as_bytes(), bytes);
            }
        }
    }

    #[test]
    fn lies_are_noticed() {
        assert!(encode(&mut Writer::new(Ctx::WIDE), 40, objects()).is_err());
        let mut w = Writer::new(Ctx::WIDE);
        encode(&mut w, 4096, objects()).unwrap();
        let good = w.into_bytes();
        for (at, value) in [(0, b'X'), (4, 2), (8, 1), (25, 0xff)] {
            let mut bad = good.clone();
            bad[at] = value;
            assert!(Collection::decode(bad, 0, Ctx::WIDE).is_err(), "{at}");
        }
        assert!(Collection::decode(good[..20].to_vec(), 0, Ctx::WIDE).is_err());
        assert!(NoHeap.object(HeapId { collection: Addr(1), index: 1 }).is_err());
    }
}
