//! References on their way into a file.

use super::Heap;
use crate::bytes::{Ctx, Reader, Writer};
use crate::error::{Error, Result};
use crate::format::datatype::ReferenceKind;
use crate::format::heap::global::HeapId;
use crate::format::reference::{Reference, Stored, Target};
use crate::format::selection::{Chosen, Selection};

/// Appends references, as elements of `size` bytes.
pub(super) fn references(
    all: &[Reference],
    size: usize,
    kind: ReferenceKind,
    heap: &mut Heap<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    // An address, and what is beside it: an index; the same, a kind, flags and a length.
    let rest = match kind {
        ReferenceKind::Object => 0,
        ReferenceKind::Region => 4,
        ReferenceKind::Standard => 10,
    };
    let width = size.checked_sub(rest).and_then(|w| u8::try_from(w).ok());
    let ctx = width.and_then(|w| Ctx::new(w, 8).ok());
    let ctx = ctx.ok_or_else(|| Error::unsupported(format!("references of {size} bytes")))?;
    for reference in all {
        let mut w = Writer::new(ctx);
        stored(reference, kind, ctx, heap)?.encode(&mut w, size)?;
        out.extend_from_slice(w.as_bytes());
    }
    Ok(())
}

/// The element; what it has no room for goes to the heap.
fn stored(reference: &Reference, kind: ReferenceKind, ctx: Ctx, heap: &mut Heap<'_>) -> Result<Stored> {
    let Some(address) = reference.address else { return Ok(Stored::Object(None)) };
    let is_object = reference.target == Target::Object && reference.file.is_none();
    let mut w = Writer::new(ctx);
    let mut put = |w: Writer| -> Result<(HeapId, u32)> {
        let bytes = w.into_bytes();
        let len = u32::try_from(bytes.len()).map_err(|_| Error::argument("a reference of 4 GiB and more"))?;
        Ok((heap(&bytes)?, len))
    };
    match kind {
        ReferenceKind::Object | ReferenceKind::Standard if is_object => Ok(Stored::Object(Some(address))),
        ReferenceKind::Object => Err(Error::argument("an object reference names an object in the same file")),
        ReferenceKind::Region => {
            reference.encode_region(&mut w)?;
            put(w).map(|(id, _)| Stored::Region(id))
        }
        ReferenceKind::Standard => {
            let rank = if let Target::Region(bytes) = &reference.target { rank(bytes)? } else { 0 };
            reference.encode_standard(&mut w, rank)?;
            let external = reference.file.is_some();
            put(w).map(|(id, len)| Stored::Standard { id, len, kind: reference.kind(), external })
        }
    }
}

/// Dimensions of a serialised selection. One that names all or no elements does not say, and nobody asks.
fn rank(selection: &[u8]) -> Result<u32> {
    let selection = Selection::decode(&mut Reader::new(selection, 0, Ctx::WIDE));
    let rank = match selection.map_err(|e| Error::argument(e.what().to_owned()))?.chosen {
        Chosen::None | Chosen::All => 1,
        Chosen::Points { rank, .. } | Chosen::Blocks { rank, .. } => rank,
        Chosen::Regular(axes) => axes.len(),
    };
    Ok(u32::try_from(rank).unwrap_or(0))
}
