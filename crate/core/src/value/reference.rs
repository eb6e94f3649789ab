//! References: addresses of objects, and what is chosen of them.

use super::vlen::{announce, check_total};
use super::{Column, View};
use crate::bytes::{Ctx, Reader};
use crate::error::{Error, Result};
use crate::format::datatype::ReferenceKind;
use crate::format::heap::global::Objects;
use crate::format::reference::Stored;

/// References of `size` bytes.
pub(super) fn references(
    view: View<'_>,
    size: usize,
    kind: ReferenceKind,
    heap: &mut dyn Objects,
) -> Result<Column> {
    // An address, and what is beside it: an index; the same, a kind, flags and a length.
    type Decode = fn(&mut Reader<'_>) -> Result<Stored>;
    let (rest, decode): (usize, Decode) = match kind {
        ReferenceKind::Object => (0, Stored::object),
        ReferenceKind::Region => (4, Stored::region),
        ReferenceKind::Standard => (10, Stored::standard),
    };
    let width = size.checked_sub(rest).and_then(|w| u8::try_from(w).ok());
    let ctx = width.and_then(|w| Ctx::new(w, 8).ok());
    let ctx = ctx.ok_or_else(|| Error::malformed(format!("references of {size} bytes")))?;
    let packed = view.packed(size);
    let stored = packed.chunks_exact(size).map(|element| {
        // An element's place is not known here: the object that it belongs to is named.
        decode(&mut Reader::new(element, 0, ctx)).map_err(|e| Error::malformed(e.what().to_owned()))
    });
    let stored = stored.collect::<Result<Vec<_>>>()?;
    announce(stored.iter().filter_map(Stored::id), heap)?;
    let mut total = 0usize;
    let mut all = Vec::with_capacity(stored.len());
    for stored in &stored {
        let (object, at) = match stored.id() {
            Some(id) => (heap.object(id)?, id.collection.0),
            None => (&[][..], 0),
        };
        total = total.saturating_add(object.len());
        all.push(stored.resolve(&mut Reader::new(object, at, ctx))?);
        check_total(total, heap)?;
    }
    Ok(Column::References(all))
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;
    use crate::bytes::Addr;
    use crate::format::datatype::{Class, Datatype};
    use crate::format::heap::global::{HeapId, NoHeap};
    use crate::format::reference::{Reference, Target};

    fn of(kind: ReferenceKind, size: u32, bytes: &[u8], heap: &mut dyn Objects) -> Result<Vec<Reference>> {
        match decode(&Datatype { size, class: Class::Reference(kind) }, bytes, heap)? {
            Column::References(all) => Ok(all),
            _ => panic!("no references"),
        }
    }

    fn object(address: u64) -> Reference {
        Reference { address: (address > 0).then_some(Addr(address)), ..Reference::default() }
    }

    #[test]
    fn addresses() {
        let bytes = [800u64, 0, u64::MAX].map(u64::to_le_bytes).concat();
        let all = of(ReferenceKind::Object, 8, &bytes, &mut NoHeap).unwrap();
        assert_eq!(all, [object(800), object(0), object(0)]);
        let all = of(ReferenceKind::Object, 4, &96u32.to_le_bytes(), &mut NoHeap).unwrap();
        assert_eq!(all, [object(96)]);
        assert!(of(ReferenceKind::Object, 3, &[0; 3], &mut NoHeap).is_err());
        let mut bytes = vec![2, 0, 8];
        bytes.extend(800u64.to_le_bytes());
        bytes.resize(36, 0);
        let all = of(ReferenceKind::Standard, 18, &bytes, &mut NoHeap).unwrap();
        assert_eq!(all, [object(800), object(0)]);
    }

    /// One object for every id.
    struct One(Vec<u8>, u64);

    impl Objects for One {
        fn announce(&mut self, collections: &[Addr]) -> Result<()> {
            assert_eq!(collections, [Addr(4096)]);
            Ok(())
        }
        fn object(&mut self, _: HeapId) -> Result<&[u8]> {
            Ok(&self.0)
        }
        fn most_bytes(&self) -> u64 {
            self.1
        }
    }

    #[test]
    fn regions_are_in_the_heap() {
        let mut bytes = 4096u64.to_le_bytes().to_vec();
        bytes.extend(1u32.to_le_bytes());
        bytes.resize(24, 0);
        let held = [&800u64.to_le_bytes()[..], b"selection"].concat();
        let all = of(ReferenceKind::Region, 12, &bytes, &mut One(held.clone(), 100)).unwrap();
        assert_eq!(all[0], Reference { target: Target::Region(b"selection".to_vec()), ..object(800) });
        assert_eq!(all[1], object(0));
        // Shared by more elements than the file has room for.
        assert!(of(ReferenceKind::Region, 12, &bytes.repeat(9), &mut One(held, 100)).is_err());
        assert!(of(ReferenceKind::Region, 12, &bytes, &mut One(vec![1; 7], 100)).is_err());
    }
}
