//! Values of variable length: the elements are ids into global heaps.

use super::string::to_nul;
use super::{Column, View, decode_view, element_size, end};
use crate::bytes::{Addr, Ctx, Reader};
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::heap::global::{HeapId, Objects};
use crate::places::Places;

/// One element: how many base elements, and where. `None` = nothing is stored.
struct Stored {
    count: u32,
    id: Option<HeapId>,
}

impl Stored {
    fn new(count: u32, collection: Option<Addr>, index: u32) -> Stored {
        // Null is address 0; other writers also use the undefined address, or a count of 0.
        let id = match collection {
            Some(collection) if collection != Addr(0) && count > 0 => Some(HeapId { collection, index }),
            _ => None,
        };
        Stored { count, id }
    }
}

/// Reads the ids: count, collection address, index.
fn ids(view: View<'_>, size: usize) -> Result<Vec<Stored>> {
    let width = size.checked_sub(8).and_then(|w| u8::try_from(w).ok());
    let ctx = width.and_then(|w| Ctx::new(w, 8).ok());
    let ctx = ctx.ok_or_else(|| Error::malformed(format!("variable-length ids of {size} bytes")))?;
    let packed = view.packed(size);
    let mut ids = Vec::with_capacity(view.n);
    if size == 16 {
        for element in packed.as_chunks::<16>().0 {
            let [c0, c1, c2, c3, address @ .., i0, i1, i2, i3] = *element;
            let (count, index) = (u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes([i0, i1, i2, i3]));
            let collection = Some(u64::from_le_bytes(address)).filter(|a| *a != u64::MAX).map(Addr);
            ids.push(Stored::new(count, collection, index));
        }
        return Ok(ids);
    }
    for element in packed.chunks_exact(size) {
        let mut r = Reader::new(element, 0, ctx);
        let (count, collection, index) = (r.u32()?, r.addr()?, r.u32()?);
        ids.push(Stored::new(count, collection, index));
    }
    Ok(ids)
}

/// Announces the collections of `ids`, each once.
pub(super) fn announce(ids: impl Iterator<Item = HeapId>, heap: &mut dyn Objects) -> Result<()> {
    let mut seen = Places::default();
    let mut collections: Vec<Addr> = Vec::new();
    for id in ids {
        if collections.last() != Some(&id.collection) && !seen.contains(id.collection.0) {
            seen.insert(id.collection.0, collections.len());
            collections.push(id.collection);
        }
    }
    heap.announce(&collections)
}

/// The stored bytes of an element of `size` bytes per base element.
fn stored<'h>(stored: &Stored, size: usize, heap: &'h mut dyn Objects) -> Result<&'h [u8]> {
    let Some(id) = stored.id else { return Ok(&[]) };
    let object = heap.object(id)?;
    let wanted = usize::try_from(stored.count).ok().and_then(|n| n.checked_mul(size));
    wanted.and_then(|n| object.get(..n)).ok_or_else(|| {
        let what = format!("{} elements of {size} bytes in a heap object of {}", stored.count, object.len());
        Error::malformed(what).at(id.collection.0)
    })
}

/// Elements may share a heap object in a hostile file, and one object repeated often is no small matter.
pub(super) fn check_total(total: usize, heap: &dyn Objects) -> Result<()> {
    if total as u64 > heap.most_bytes() {
        return Err(Error::malformed("values of variable length that are larger than the file"));
    }
    Ok(())
}

/// Variable-length strings: up to the first NUL; null is empty.
pub(super) fn strings(view: View<'_>, size: usize, heap: &mut dyn Objects) -> Result<Column> {
    let ids = ids(view, size)?;
    announce(ids.iter().filter_map(|stored| stored.id), heap)?;
    let mut bytes: Vec<u8> = Vec::new();
    let mut ends = Vec::with_capacity(ids.len());
    for id in &ids {
        bytes.extend_from_slice(to_nul(stored(id, 1, heap)?));
        check_total(bytes.len(), heap)?;
        ends.push(end(bytes.len())?);
    }
    Ok(Column::Strings { bytes, ends })
}

/// Sequences of `base` elements.
pub(super) fn sequences(
    view: View<'_>,
    size: usize,
    base: &Datatype,
    heap: &mut dyn Objects,
) -> Result<Column> {
    let ids = ids(view, size)?;
    announce(ids.iter().filter_map(|stored| stored.id), heap)?;
    let width = element_size(base)?;
    let mut bytes: Vec<u8> = Vec::new();
    let mut ends = Vec::with_capacity(ids.len());
    for id in &ids {
        bytes.extend_from_slice(stored(id, width, heap)?);
        check_total(bytes.len(), heap)?;
        ends.push(end(bytes.len() / width)?);
    }
    let inner = View { bytes: &bytes, stride: width, offset: 0, n: bytes.len() / width };
    Ok(Column::Vlen { ends, base: Box::new(decode_view(base, inner, heap)?) })
}
