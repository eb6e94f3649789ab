//! Stored references (09-refs-vds-external): the elements of reference types and what they keep in the global heap.

use super::heap::global::HeapId;
use super::{fit, length};
use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Error, Result};

/// What an element of a reference type leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Header of the object, relative to the base of its file. `None` = a null reference.
    pub address: Option<Addr>,
    /// What is chosen of the object.
    pub target: Target,
    /// Name of the object's file, if that is another one.
    pub file: Option<Vec<u8>>,
}

/// What a reference chooses of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// All of it.
    #[default]
    Object,
    /// Elements: a serialised selection (06-selections), with whatever is stored behind it.
    Region(Vec<u8>),
    /// The attribute of this name.
    Attribute(Vec<u8>),
}

/// An element of a reference type, as far as it is stored in place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// An object of the same file, or nothing.
    Object(Option<Addr>),
    /// In the global heap: a region of HDF5 1.0 and later.
    Region(HeapId),
    /// In the global heap: a reference of HDF5 1.12 and later.
    Standard {
        /// Where it is.
        id: HeapId,
        /// Bytes of it.
        len: u32,
        /// One of the types of references.
        kind: u8,
        /// Whether it leads to another file.
        external: bool,
    },
}

const OBJECT: u8 = 2;
const REGION: u8 = 3;
const ATTRIBUTE: u8 = 4;

/// Header of an object; other writers also use the undefined address where there is none.
fn token(r: &mut Reader<'_>) -> Result<Option<Addr>> {
    Ok(r.addr()?.filter(|a| *a != Addr(0)))
}

fn heap_id(r: &mut Reader<'_>) -> Result<Option<HeapId>> {
    let collection = token(r)?;
    let index = r.u32()?;
    Ok(collection.map(|collection| HeapId { collection, index }))
}

/// Names begin with their length in two bytes.
fn name(r: &mut Reader<'_>) -> Result<Vec<u8>> {
    let len = r.u16()?;
    r.bytes(len.into()).map(<[u8]>::to_vec)
}

impl Stored {
    /// An element of an object reference type.
    pub fn object(r: &mut Reader<'_>) -> Result<Stored> {
        token(r).map(Stored::Object)
    }

    /// An element of a region reference type.
    pub fn region(r: &mut Reader<'_>) -> Result<Stored> {
        Ok(heap_id(r)?.map_or(Stored::Object(None), Stored::Region))
    }

    /// An element of a type of 1.12's references.
    pub fn standard(r: &mut Reader<'_>) -> Result<Stored> {
        let (kind, flags) = (r.u8()?, r.u8()?);
        match kind {
            0 => Ok(Stored::Object(None)),
            OBJECT if flags & 1 == 0 => sized_token(r).map(Stored::Object),
            OBJECT..=ATTRIBUTE => {
                let len = r.u32()?;
                let external = flags & 1 != 0;
                let stored = |id| Stored::Standard { id, len, kind, external };
                Ok(heap_id(r)?.map_or(Stored::Object(None), stored))
            }
            _ => Err(r.fault(format!("reference of kind {kind}"))),
        }
    }

    /// Its object in the global heap.
    pub fn id(&self) -> Option<HeapId> {
        match self {
            Stored::Object(_) => None,
            Stored::Region(id) | Stored::Standard { id, .. } => Some(*id),
        }
    }

    /// The reference, whose object in the global heap is read by `heap`.
    pub fn resolve(&self, heap: &mut Reader<'_>) -> Result<Reference> {
        match self {
            Stored::Object(address) => Ok(Reference { address: *address, ..Reference::default() }),
            Stored::Region(_) => {
                let address = token(heap)?;
                Ok(Reference { address, target: Target::Region(heap.rest().to_vec()), file: None })
            }
            Stored::Standard { len, kind, external, .. } => {
                let mut r = heap.sub(length((*len).into())?)?;
                let address = sized_token(&mut r)?;
                let file = if *external { Some(name(&mut r)?) } else { None };
                let target = match *kind {
                    REGION => {
                        let len = r.u32()?;
                        // The rank, which the selection has too.
                        r.skip(4)?;
                        Target::Region(r.bytes(length(len.into())?)?.to_vec())
                    }
                    ATTRIBUTE => Target::Attribute(name(&mut r)?),
                    _ => Target::Object,
                };
                Ok(Reference { address, target, file })
            }
        }
    }
}

/// An address of as many bytes as the byte before it says.
fn sized_token(r: &mut Reader<'_>) -> Result<Option<Addr>> {
    let at = r.address();
    let width = r.u8()?;
    let ctx = Ctx::new(width, 8).map_err(|e| e.at(at))?;
    token(&mut Reader::new(r.bytes(width.into())?, at.saturating_add(1), ctx))
}

impl Reference {
    #[doc(hidden)]
    /// What the heap object of a region reference type holds.
    pub fn encode_region(&self, w: &mut Writer) -> Result<()> {
        let (Target::Region(selection), Some(address), None) = (&self.target, self.address, &self.file)
        else {
            return Err(Error::argument("a region reference names elements of a dataset in the same file"));
        };
        w.addr(Some(address)).bytes(selection);
        Ok(())
    }

    #[doc(hidden)]
    /// What the heap object of one of 1.12's references holds; `rank` is that of the selection's dataspace.
    pub fn encode_standard(&self, w: &mut Writer, rank: u32) -> Result<()> {
        let width = w.ctx().addr_width;
        w.u8(width).addr(self.address);
        if let Some(file) = &self.file {
            w.u16(fit(file.len() as u64, "a file's name")?).bytes(file);
        }
        match &self.target {
            Target::Object => {}
            Target::Region(selection) => {
                w.u32(fit(selection.len() as u64, "a selection")?).u32(rank).bytes(selection);
            }
            Target::Attribute(name) => {
                w.u16(fit(name.len() as u64, "an attribute's name")?).bytes(name);
            }
        }
        Ok(())
    }

    #[doc(hidden)]
    /// The kind that elements of 1.12's references have in their first byte.
    pub fn kind(&self) -> u8 {
        match (&self.target, self.address) {
            (_, None) => 0,
            (Target::Object, _) => OBJECT,
            (Target::Region(_), _) => REGION,
            (Target::Attribute(_), _) => ATTRIBUTE,
        }
    }
}

impl Stored {
    /// Appends the element; `size` bytes in types of 1.12's references, which short forms leave unused.
    pub fn encode(&self, w: &mut Writer, size: usize) -> Result<()> {
        let end = w.len().saturating_add(size);
        let id = |w: &mut Writer, id: &HeapId| {
            w.addr(Some(id.collection)).u32(id.index);
        };
        match self {
            Stored::Object(address) if size <= w.ctx().o() => {
                w.addr(Some(address.unwrap_or(Addr(0))));
            }
            Stored::Object(None) => {}
            Stored::Object(address) => {
                let width = w.ctx().addr_width;
                w.u8(OBJECT).u8(0).u8(width).addr(*address);
            }
            Stored::Region(heap) => id(w, heap),
            Stored::Standard { id: heap, len, kind, external } => {
                w.u8(*kind).u8((*external).into()).u32(*len);
                id(w, heap);
            }
        }
        if w.len() > end {
            return Err(Error::argument(format!("a reference does not fit into {size} bytes")));
        }
        w.pad_to(end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: HeapId = HeapId { collection: Addr(4096), index: 7 };

    #[test]
    fn elements_round_trip() {
        for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
            let o = ctx.o();
            let standard = Stored::Standard { id: ID, len: 57, kind: REGION, external: false };
            type Decode = fn(&mut Reader<'_>) -> Result<Stored>;
            let all: [(Stored, usize, Decode); 7] = [
                (Stored::Object(Some(Addr(96))), o, Stored::object),
                (Stored::Object(None), o, Stored::object),
                (Stored::Region(ID), o + 4, Stored::region),
                (Stored::Object(None), o + 4, Stored::region),
                (Stored::Object(Some(Addr(800))), o + 10, Stored::standard),
                (Stored::Object(None), o + 10, Stored::standard),
                (standard, o + 10, Stored::standard),
            ];
            for (stored, size, decode) in all {
                let mut w = Writer::new(ctx);
                stored.encode(&mut w, size).unwrap();
                assert_eq!(w.len(), size);
                let bytes = w.into_bytes();
                assert_eq!(decode(&mut Reader::new(&bytes, 0, ctx)).unwrap(), stored);
            }
        }
        let undefined = [0xff; 8];
        let stored = Stored::object(&mut Reader::new(&undefined, 0, Ctx::WIDE)).unwrap();
        assert_eq!(stored, Stored::Object(None));
        assert!(Stored::Region(ID).encode(&mut Writer::new(Ctx::WIDE), 8).is_err());
    }

    #[test]
    fn heap_objects_round_trip() {
        let of = |target, file: Option<&[u8]>| Reference {
            address: Some(Addr(800)),
            target,
            file: file.map(<[u8]>::to_vec),
        };
        for reference in [
            of(Target::Region(b"selection".to_vec()), None),
            of(Target::Region(b"selection".to_vec()), Some(b"other.h5")),
            of(Target::Attribute(b"units".to_vec()), None),
            of(Target::Attribute(b"units".to_vec()), Some(b"other.h5")),
            of(Target::Object, Some(b"other.h5")),
        ] {
            let mut w = Writer::new(Ctx::WIDE);
            reference.encode_standard(&mut w, 1).unwrap();
            let len = w.len() as u32 + 3;
            let bytes = w.zeros(3).clone().into_bytes();
            let external = reference.file.is_some();
            let stored = Stored::Standard { id: ID, len, kind: reference.kind(), external };
            let again = stored.resolve(&mut Reader::new(&bytes, 0, Ctx::WIDE)).unwrap();
            assert_eq!(again, reference);
            let short = Stored::Standard { id: ID, len: len - 4, kind: reference.kind(), external };
            assert!(short.resolve(&mut Reader::new(&bytes, 0, Ctx::WIDE)).is_err());
        }
        let region = of(Target::Region(b"selection".to_vec()), None);
        let mut w = Writer::new(Ctx::WIDE);
        region.encode_region(&mut w).unwrap();
        let bytes = w.into_bytes();
        let again = Stored::Region(ID).resolve(&mut Reader::new(&bytes, 0, Ctx::WIDE)).unwrap();
        assert_eq!(again, region);
        assert!(of(Target::Object, None).encode_region(&mut Writer::new(Ctx::WIDE)).is_err());
    }

    #[test]
    fn lies_are_noticed() {
        let mut bytes = [0u8; 18];
        for (kind, width) in [(1, 8), (5, 8), (OBJECT, 3), (OBJECT, 0)] {
            bytes[0] = kind;
            bytes[2] = width;
            assert!(Stored::standard(&mut Reader::new(&bytes, 0, Ctx::WIDE)).is_err(), "{kind} {width}");
        }
    }
}
