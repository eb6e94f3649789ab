//! Values from JavaScript (`Leaves` in crate/js/glue.d.ts).

use super::given::list;
use crate::number;
use hyperslab::bytes::Addr;
use hyperslab::format::datatype::{CharacterSet, Class, Datatype, Member};
use hyperslab::format::heap::global::{HeapId, Objects};
use hyperslab::format::reference::{Reference, Target};
use hyperslab::value::{self, Column, Number};
use hyperslab::{Error, Result};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// The buffers of a value, taken one after the other.
struct Leaves {
    kinds: Array,
    buffers: Array,
    next: u32,
}

impl Leaves {
    fn take(&mut self) -> Result<(String, Vec<u8>)> {
        let (kind, buffer) = (self.kinds.get(self.next), self.buffers.get(self.next));
        self.next += 1;
        match (kind.as_string(), buffer.dyn_ref::<Uint8Array>()) {
            (Some(kind), Some(bytes)) => Ok((kind, bytes.to_vec())),
            _ => Err(Error::argument("fewer values than the datatype has members")),
        }
    }

    fn ends(&mut self) -> Result<Vec<u32>> {
        let (_, bytes) = self.take()?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }
}

/// The values in these buffers.
pub fn values(datatype: &Datatype, leaves: &JsValue) -> Result<Column> {
    let mut leaves = Leaves { kinds: list(leaves, "kinds")?, buffers: list(leaves, "buffers")?, next: 0 };
    column(datatype, &mut leaves)
}

fn column(datatype: &Datatype, leaves: &mut Leaves) -> Result<Column> {
    Ok(match &datatype.class {
        Class::String { charset, .. } | Class::VlenString { charset, .. } => {
            let (_, bytes) = leaves.take()?;
            if *charset == CharacterSet::Ascii && !bytes.is_ascii() {
                return Err(Error::argument("text that is not ASCII, the datatype's character set"));
            }
            Column::Strings { bytes, ends: leaves.ends()? }
        }
        Class::Opaque { .. } => {
            let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
            Column::Opaque { size, bytes: leaves.take()?.1 }
        }
        Class::Compound { members } => {
            let each = |m: &Member| Ok((m.name.clone(), column(&m.datatype, leaves)?));
            Column::Compound(members.iter().map(each).collect::<Result<_>>()?)
        }
        Class::Array { dims, base } => {
            let each = dims.iter().map(|d| usize::try_from(*d).unwrap_or(usize::MAX)).product();
            Column::Array { each, base: Box::new(column(base, leaves)?) }
        }
        Class::VlenSequence { base } => {
            Column::Vlen { ends: leaves.ends()?, base: Box::new(column(base, leaves)?) }
        }
        Class::Integer { .. }
        | Class::Float { .. }
        | Class::Bitfield { .. }
        | Class::Time { .. }
        | Class::Enum { .. } => {
            let (kind, bytes) = leaves.take()?;
            match kind.strip_prefix('n').and_then(|size| size.parse().ok()) {
                Some(size) => Column::Wide { size, signed: true, bytes },
                None => Column::Numbers { kind: native(&kind)?, bytes },
            }
        }
        Class::Reference(_) => references(leaves)?,
        Class::Complex { base } => Column::Array { each: 2, base: Box::new(column(base, leaves)?) },
    })
}

/// Addresses, then what is chosen of each object and where that ends, as in [`batch`](crate::batch).
fn references(leaves: &mut Leaves) -> Result<Column> {
    let ((_, addresses), (_, details)) = (leaves.take()?, leaves.take()?);
    let mut from = 0;
    let mut all = Vec::new();
    for (address, end) in addresses.as_chunks::<8>().0.iter().zip(leaves.ends()?) {
        let to = usize::try_from(end).unwrap_or(usize::MAX);
        let wrong = || Error::argument("a reference that is cut short");
        let detail = details.get(from..to).ok_or_else(wrong)?;
        from = to;
        let [kind, low, high, rest @ ..] = detail else { return Err(wrong()) };
        let (file, chosen) =
            rest.split_at_checked(u16::from_le_bytes([*low, *high]).into()).ok_or_else(wrong)?;
        let address = number::to_u64(f64::from_le_bytes(*address));
        all.push(Reference {
            address: Some(Addr(address)).filter(|a| a.0 != 0),
            target: match kind {
                0 => Target::Object,
                1 => Target::Region(chosen.to_vec()),
                _ => Target::Attribute(chosen.to_vec()),
            },
            file: Some(file.to_vec()).filter(|f| !f.is_empty()),
        });
    }
    Ok(Column::References(all))
}

fn native(kind: &str) -> Result<Number> {
    Ok(match kind {
        "i1" => Number::I8,
        "u1" => Number::U8,
        "i2" => Number::I16,
        "u2" => Number::U16,
        "i4" => Number::I32,
        "u4" => Number::U32,
        "i8" => Number::I64,
        "u8" => Number::U64,
        "f2" => Number::F16,
        "f4" => Number::F32,
        "f8" => Number::F64,
        _ => return Err(Error::argument("numbers of an unknown type")),
    })
}

/// The values of a null dataspace.
pub fn none(datatype: &Datatype) -> Result<Column> {
    value::decode(datatype, &[], &mut NoHeap)
}

/// No elements need no heap.
struct NoHeap;

impl Objects for NoHeap {
    fn announce(&mut self, _: &[Addr]) -> Result<()> {
        Ok(())
    }

    fn most_bytes(&self) -> u64 {
        0
    }

    fn object(&mut self, _: HeapId) -> Result<&[u8]> {
        Err(Error::argument("no elements have no heap objects"))
    }
}
