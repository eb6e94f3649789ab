//! Values on their way into a file: columns to elements of a datatype, the inverse of
//! [`decode`](super::decode).

mod float;
mod number;
mod reference;
mod text;
mod wide;

use super::Column;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::datatype::{Class, Datatype, Member};
use crate::format::heap::global::HeapId;
use std::ops::Range;

/// Stores an object in the global heap of the file being written.
pub type Heap<'a> = dyn FnMut(&[u8]) -> Result<HeapId> + 'a;

/// The heap of datatypes that need none.
pub fn no_heap(_: &[u8]) -> Result<HeapId> {
    Err(Error::argument("values of variable length are not possible here"))
}

/// Appends elements `range` of `column` to `out`, as elements of `datatype`.
///
/// Numbers are converted by HDF5's rules: clamped, fractions dropped, floats rounded to the nearest even, NaN
/// to 0 where there is none.
///
/// Errors: `Argument` where values of this kind cannot be elements of this datatype, and for text that does
/// not fit; `Unsupported` for datatypes that cannot be written.
pub fn store(
    datatype: &Datatype,
    column: &Column,
    range: Range<usize>,
    heap: &mut Heap<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    if range.start > range.end || range.end > count(column) {
        return Err(Error::argument(format!("{} values where {} are wanted", count(column), range.end)));
    }
    match (&datatype.class, column) {
        (
            Class::Integer { .. }
            | Class::Float { .. }
            | Class::Bitfield { .. }
            | Class::Time { .. }
            | Class::Enum { .. },
            Column::Numbers { kind, bytes },
        ) => number::numbers(*kind, part(bytes, &range, kind.size())?, datatype, out),
        (Class::String { padding, .. }, Column::Strings { bytes, ends }) => {
            let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
            range.into_iter().try_for_each(|i| text::fixed(string(bytes, ends, i)?, size, *padding, out))
        }
        (Class::VlenString { .. }, Column::Strings { bytes, ends }) => {
            let width = id_width(datatype)?;
            range.into_iter().try_for_each(|i| {
                let text = text::variable(string(bytes, ends, i)?)?;
                // Empty text has a place, as the library has it: where there is none, programs in C see no text at all.
                put(text.len(), heap(text)?, width, out)
            })
        }
        (Class::VlenSequence { base }, Column::Vlen { ends, base: values }) => {
            let width = id_width(datatype)?;
            let mut bytes = Vec::new();
            range.into_iter().try_for_each(|i| {
                bytes.clear();
                let part = between(ends, i);
                let count = part.len();
                store(base, values, part, heap, &mut bytes)?;
                // Sequences of nothing need no place.
                let id = if count == 0 { NOWHERE } else { heap(&bytes)? };
                put(count, id, width, out)
            })
        }
        (Class::Opaque { .. }, Column::Opaque { size, bytes }) => {
            if u64::from(datatype.size) != *size as u64 {
                let what = format!("{size} opaque bytes for elements of {}", datatype.size);
                return Err(Error::argument(what));
            }
            out.extend_from_slice(part(bytes, &range, *size)?);
            Ok(())
        }
        (Class::Compound { members }, Column::Compound(columns)) => {
            compound(datatype.size, members, columns, &range, heap, out)
        }
        (Class::Array { dims, base }, Column::Array { each, base: values }) => {
            let wanted = dims.iter().try_fold(1usize, |n, d| n.checked_mul(usize::try_from(*d).ok()?));
            if wanted != Some(*each) {
                return Err(Error::argument(format!("arrays of {each} values for extents {dims:?}")));
            }
            array(base, *each, values, &range, heap, out)
        }
        (Class::Complex { base }, Column::Array { each: 2, base: values }) => {
            array(base, 2, values, &range, heap, out)
        }
        (Class::Reference(kind), Column::References(all)) => {
            let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
            reference::references(all.get(range).unwrap_or(&[]), size, *kind, heap, out)
        }
        (
            Class::Integer { .. }
            | Class::Float { .. }
            | Class::Bitfield { .. }
            | Class::Time { .. }
            | Class::Enum { .. },
            Column::Wide { size, signed, bytes },
        ) => number::wide(part(bytes, &range, *size)?, *size, *signed, datatype, out),
        (class, column) => {
            Err(Error::argument(format!("{} cannot be stored as {}", values_name(column), class_name(class))))
        }
    }
}

/// Elements of a column.
pub fn count(column: &Column) -> usize {
    match column {
        Column::Numbers { kind, bytes } => bytes.len() / kind.size(),
        Column::Strings { ends, .. } | Column::Vlen { ends, .. } => ends.len(),
        Column::Opaque { size, bytes } | Column::Wide { size, bytes, .. } => bytes.len() / (*size).max(1),
        Column::Compound(members) => members.first().map_or(0, |(_, column)| count(column)),
        Column::Array { each, base } => count(base) / (*each).max(1),
        Column::References(all) => all.len(),
    }
}

fn compound(
    size: u32,
    members: &[Member],
    columns: &[(Vec<u8>, Column)],
    range: &Range<usize>,
    heap: &mut Heap<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if let Some((name, _)) = columns.iter().find(|(name, _)| members.iter().all(|m| m.name != *name)) {
        let name = String::from_utf8_lossy(name);
        return Err(Error::argument(format!("the datatype has no member {name:?}")));
    }
    let start = out.len();
    out.resize(start + size * range.len(), 0);
    let mut values = Vec::new();
    for member in members {
        let name = || String::from_utf8_lossy(&member.name).into_owned();
        let Some((_, column)) = columns.iter().find(|(name, _)| *name == member.name) else {
            return Err(Error::argument(format!("there are no values for member {:?}", name())));
        };
        values.clear();
        store(&member.datatype, column, range.clone(), heap, &mut values)
            .map_err(|e| e.within(format!("member {:?}", name())))?;
        let width = usize::try_from(member.datatype.size).unwrap_or(usize::MAX);
        let offset = usize::try_from(member.offset).unwrap_or(usize::MAX);
        for (element, value) in out[start..].chunks_exact_mut(size).zip(values.chunks_exact(width)) {
            match element.get_mut(offset..offset.saturating_add(width)) {
                Some(place) => place.copy_from_slice(value),
                None => return Err(Error::argument(format!("member {:?} leaves its compound", name()))),
            }
        }
    }
    Ok(())
}

fn array(
    base: &Datatype,
    each: usize,
    values: &Column,
    range: &Range<usize>,
    heap: &mut Heap<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let scaled =
        |n: usize| n.checked_mul(each).ok_or_else(|| Error::limit("more values than fit into memory"));
    store(base, values, scaled(range.start)?..scaled(range.end)?, heap, out)
}

/// Elements `range` of `size` bytes each.
fn part<'a>(bytes: &'a [u8], range: &Range<usize>, size: usize) -> Result<&'a [u8]> {
    let at = |n: usize| n.checked_mul(size);
    let bytes = at(range.start).zip(at(range.end)).and_then(|(from, to)| bytes.get(from..to));
    bytes.ok_or_else(|| Error::argument("fewer bytes than values"))
}

/// Values of element `i` of a sequence of sequences.
fn between(ends: &[u32], i: usize) -> Range<usize> {
    let at = |i: usize| ends.get(i).and_then(|n| usize::try_from(*n).ok()).unwrap_or(0);
    let from = if i == 0 { 0 } else { at(i - 1) };
    from..at(i).max(from)
}

fn string<'a>(bytes: &'a [u8], ends: &[u32], i: usize) -> Result<&'a [u8]> {
    bytes.get(between(ends, i)).ok_or_else(|| Error::argument("fewer bytes than text"))
}

/// Bytes of the address in an element of variable length: count and index are four bytes each.
fn id_width(datatype: &Datatype) -> Result<usize> {
    match datatype.size.checked_sub(8) {
        Some(width @ (2 | 4 | 8)) => Ok(usize::try_from(width).unwrap_or(8)),
        _ => Err(Error::unsupported(format!("elements of variable length in {} bytes", datatype.size))),
    }
}

const NOWHERE: HeapId = HeapId { collection: Addr(0), index: 0 };

/// An element of variable length: how many there are, and where.
fn put(count: usize, id: HeapId, width: usize, out: &mut Vec<u8>) -> Result<()> {
    let count = u32::try_from(count).map_err(|_| Error::argument("4 GiB or more in one element"))?;
    out.extend_from_slice(&count.to_le_bytes());
    let address = id.collection.0.to_le_bytes();
    out.extend_from_slice(&address[..width]);
    out.extend_from_slice(&id.index.to_le_bytes());
    Ok(())
}

fn values_name(column: &Column) -> &'static str {
    match column {
        Column::Numbers { .. } | Column::Wide { .. } => "numbers",
        Column::Strings { .. } => "text",
        Column::Opaque { .. } => "opaque bytes",
        Column::Compound(_) => "records",
        Column::Array { .. } => "arrays",
        Column::Vlen { .. } => "sequences",
        Column::References(_) => "references",
    }
}

fn class_name(class: &Class) -> &'static str {
    match class {
        Class::Integer { .. } => "integers",
        Class::Float { .. } => "floats",
        Class::Time { .. } => "times",
        Class::String { .. } | Class::VlenString { .. } => "strings",
        Class::Bitfield { .. } => "bit fields",
        Class::Opaque { .. } => "opaque elements",
        Class::Compound { .. } => "compounds",
        Class::Reference(_) => "references",
        Class::Enum { .. } => "an enumeration",
        Class::VlenSequence { .. } => "sequences",
        Class::Array { .. } => "arrays",
        Class::Complex { .. } => "complex numbers",
    }
}
