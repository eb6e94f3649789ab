//! Messages that are kept elsewhere: committed datatypes and the file-wide heap of shared messages.

use super::fractal_heap::Heap;
use super::header::ObjectHeader;
use crate::bytes::{Addr, Reader};
use crate::error::{Context, Error, Result};
use crate::format::header::RawMessage;
use crate::format::message::{Shared, flag};
use crate::format::shared_messages;
use crate::storage::Medium;
use std::borrow::Cow;

/// A shared message may be shared once more; nobody does it more often.
const MAX_HOPS: u32 = 4;

/// The body of a message, wherever it was.
pub struct Body<'a> {
    data: Cow<'a, [u8]>,
    origin: u64,
    /// The committed datatype it came from.
    pub committed: Option<Addr>,
}

impl Body<'_> {
    /// A reader over it.
    pub fn reader(&self, medium: &Medium) -> Reader<'_> {
        Reader::new(&self.data, self.origin, medium.ctx)
    }
}

/// The body of `message`, from elsewhere if its flags say so.
pub fn body<'a>(medium: &Medium, message: &'a RawMessage) -> Result<Body<'a>> {
    hop(medium, message, 0)
}

fn hop<'a>(medium: &Medium, message: &'a RawMessage, hops: u32) -> Result<Body<'a>> {
    if message.flags & flag::SHARED == 0 {
        return Ok(Body { data: Cow::Borrowed(&message.data), origin: message.address, committed: None });
    }
    let shared = Shared::decode(&mut Reader::new(&message.data, message.address, medium.ctx))?;
    fetch(medium, message.kind, &shared, hops).at(message.address)
}

/// The body that a shared-message record stands for.
pub fn resolve(medium: &Medium, kind: u16, shared: &Shared) -> Result<Body<'static>> {
    fetch(medium, kind, shared, 0)
}

fn fetch(medium: &Medium, kind: u16, shared: &Shared, hops: u32) -> Result<Body<'static>> {
    if hops >= MAX_HOPS {
        return Err(Error::malformed("a shared message that is shared again and again"));
    }
    match shared {
        Shared::Heap(id) => {
            let (data, origin) = from_heap(medium, kind, id).within("shared message")?;
            Ok(Body { data: Cow::Owned(data), origin, committed: None })
        }
        Shared::Committed(addr) => {
            let header = ObjectHeader::open(medium, *addr).within("committed datatype")?;
            let message = header.find(kind).ok_or_else(|| {
                let what = format!("the object has no message of type {kind:#x} to share");
                Error::malformed(what).at(medium.absolute(*addr))
            })?;
            let body = hop(medium, message, hops.saturating_add(1))?;
            Ok(Body {
                data: Cow::Owned(body.data.into_owned()),
                origin: body.origin,
                committed: Some(medium.normal(*addr)),
            })
        }
    }
}

/// A message of the file-wide heap for its type, and where that heap is.
pub fn from_heap(medium: &Medium, kind: u16, id: &[u8]) -> Result<(Vec<u8>, u64)> {
    let Some((table, indexes)) = medium.shared_messages else {
        // The superblock is what has none.
        let what = "a shared message in a file without a table of them";
        return Err(Error::malformed(what).at(medium.base));
    };
    let size = shared_messages::table_size(medium.ctx, indexes) as u64;
    let bytes = medium.read(table, size)?;
    let all = shared_messages::decode(&mut medium.reader(&bytes, table), indexes)?;
    let heap = all.iter().find(|index| index.holds(kind)).and_then(|index| index.heap);
    let heap = heap.ok_or_else(|| {
        let what = format!("no index of shared messages holds type {kind:#x}");
        Error::malformed(what).at(medium.absolute(table))
    })?;
    Ok((Heap::open(medium, heap)?.read(medium, id)?, medium.absolute(heap)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::storage::Memory;

    #[test]
    fn a_missing_table_is_blamed_on_the_superblock() {
        let mut medium = Medium::new(Box::new(Memory::new(Vec::new())), Limits::default());
        medium.base = 512;
        let error = from_heap(&medium, 12, &[0; 8]).unwrap_err();
        assert_eq!(error.address(), Some(512));
    }
}
