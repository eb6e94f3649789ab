//! Values: the file's bytes become columns of natural numbers, strings and the like.

mod float;
mod half;
mod number;
pub mod numeric;
mod reference;
pub mod store;
mod string;
mod vlen;
mod wide;

pub use number::native;
pub use numeric::Number;

use crate::error::{Context, Error, Result};
use crate::format::datatype::{Class, Datatype};
use crate::format::heap::global::Objects;
use crate::format::reference::Reference;
use crate::select::scatter::gather;
use std::borrow::Cow;
use std::ops::Range;

/// Decoded elements, one after another.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers, little-endian. Integers keep their width (odd widths grow to the next natural one), floats that have no
    /// natural type become [`Number::F64`].
    Numbers {
        /// What they are.
        kind: Number,
        /// Their bytes.
        bytes: Vec<u8>,
    },
    /// Integers of more than 8 bytes, little-endian, in two's complement, `size` bytes each.
    Wide {
        /// Bytes of an element.
        size: usize,
        /// Whether the most significant bit is the sign.
        signed: bool,
        /// All elements.
        bytes: Vec<u8>,
    },
    /// Strings without their padding, in the file's character set; `ends[i]` is where string `i` ends.
    Strings {
        /// All strings without anything between them.
        bytes: Vec<u8>,
        /// Ends, ascending.
        ends: Vec<u32>,
    },
    /// Raw bytes, `size` for each element.
    Opaque {
        /// Bytes of an element.
        size: usize,
        /// All elements.
        bytes: Vec<u8>,
    },
    /// A column for each member, in file order.
    Compound(Vec<(Vec<u8>, Column)>),
    /// `each` elements of `base` make one element.
    Array {
        /// Product of the array's extents; 2 for complex numbers.
        each: usize,
        /// All elements of all arrays.
        base: Box<Column>,
    },
    /// Sequences; `ends[i]` is where sequence `i` ends in `base`, in elements.
    Vlen {
        /// Ends, ascending.
        ends: Vec<u32>,
        /// The elements of all sequences.
        base: Box<Column>,
    },
    /// What references lead to.
    References(Vec<Reference>),
}

impl Column {
    /// Appends elements `range` of `other`, a column of the same type.
    pub fn append(&mut self, other: &Column, range: Range<usize>) -> Result<()> {
        let each = |n: usize| range.start.saturating_mul(n)..range.end.saturating_mul(n);
        match (self, other) {
            (Column::Numbers { kind, bytes }, Column::Numbers { kind: k, bytes: more }) if *kind == *k => {
                bytes.extend_from_slice(part(more, each(kind.size()))?);
            }
            (Column::Wide { size, bytes, .. }, Column::Wide { size: s, bytes: more, .. })
            | (Column::Opaque { size, bytes }, Column::Opaque { size: s, bytes: more })
                if *size == *s =>
            {
                bytes.extend_from_slice(part(more, each(*size))?);
            }
            (Column::Strings { bytes, ends }, Column::Strings { bytes: more, ends: next }) => {
                bytes.extend_from_slice(part(more, append_ends(ends, next, range)?)?);
            }
            (Column::Compound(members), Column::Compound(more)) if members.len() == more.len() => {
                for ((_, column), (_, next)) in members.iter_mut().zip(more) {
                    column.append(next, range.clone())?;
                }
            }
            (Column::Array { each: n, base }, Column::Array { each: m, base: more }) if *n == *m => {
                base.append(more, each(*n))?;
            }
            (Column::Vlen { ends, base }, Column::Vlen { ends: next, base: more }) => {
                base.append(more, append_ends(ends, next, range)?)?;
            }
            (Column::References(all), Column::References(more)) => {
                all.extend_from_slice(part(more, range)?);
            }
            _ => return Err(Error::argument("columns of different types cannot be joined")),
        }
        Ok(())
    }

    #[doc(hidden)]
    /// Says of references without a file that they lead into `file`.
    pub fn belong_to(&mut self, file: &[u8]) {
        match self {
            Column::Compound(members) => members.iter_mut().for_each(|(_, column)| column.belong_to(file)),
            Column::Array { base, .. } | Column::Vlen { base, .. } => base.belong_to(file),
            Column::References(all) => {
                let own = all.iter_mut().filter(|r| r.address.is_some() && r.file.is_none());
                own.for_each(|r| r.file = Some(file.to_vec()));
            }
            _ => {}
        }
    }
}

fn part<T>(all: &[T], range: Range<usize>) -> Result<&[T]> {
    all.get(range).ok_or_else(|| Error::argument("a part that a column does not have"))
}

/// Appends the ends of elements `range` of another column; says what they are the ends of.
fn append_ends(ends: &mut Vec<u32>, next: &[u32], range: Range<usize>) -> Result<Range<usize>> {
    let place = |end: Option<&u32>| end.copied().unwrap_or(0);
    let first = place(range.start.checked_sub(1).and_then(|i| next.get(i)));
    let before = place(ends.last());
    let mut last = first;
    for end in part(next, range)? {
        ends.push(end.checked_sub(first).and_then(|n| before.checked_add(n)).ok_or_else(too_many)?);
        last = *end;
    }
    let index = |n: u32| usize::try_from(n).map_err(|_| too_many());
    Ok(index(first)?..index(last)?)
}

fn too_many() -> Error {
    Error::limit("more than 4 GiB in one column: read a smaller selection")
}

/// A position in a column.
fn end(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| too_many())
}

/// Elements at equal distances in a buffer.
#[derive(Clone, Copy)]
struct View<'a> {
    bytes: &'a [u8],
    /// From one element to the next.
    stride: usize,
    /// Of the first element.
    offset: usize,
    /// Elements.
    n: usize,
}

impl<'a> View<'a> {
    /// The first `size` bytes of each element, one after another.
    fn packed(self, size: usize) -> Cow<'a, [u8]> {
        if self.stride == size {
            let from = self.offset.min(self.bytes.len());
            return Cow::Borrowed(&self.bytes[from..from + self.n * size]);
        }
        let mut out = vec![0; self.n * size];
        if self.n > 0 {
            gather(&self.bytes[self.offset..], size, self.stride, &mut out);
        }
        Cow::Owned(out)
    }
}

/// Decodes the whole elements in `bytes`. `heap` is asked for what is not in them. An error of kind
/// [`Pending`](crate::Kind::Pending) comes from there: fetch and call again.
pub fn decode(datatype: &Datatype, bytes: &[u8], heap: &mut dyn Objects) -> Result<Column> {
    let size = element_size(datatype)?;
    if !bytes.len().is_multiple_of(size) {
        return Err(Error::malformed(format!("{} bytes are not elements of {size}", bytes.len())));
    }
    decode_view(datatype, View { bytes, stride: size, offset: 0, n: bytes.len() / size }, heap)
}

fn element_size(datatype: &Datatype) -> Result<usize> {
    match usize::try_from(datatype.size) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(Error::malformed("a datatype of no size")),
    }
}

// Nesting is as deep as datatypes may be: their decoder has a limit.
fn decode_view(datatype: &Datatype, view: View<'_>, heap: &mut dyn Objects) -> Result<Column> {
    let size = element_size(datatype)?;
    match &datatype.class {
        Class::Integer { order, signed, offset, precision } => {
            number::integers(view, size, *order, *signed, *offset, *precision)
        }
        Class::Bitfield { order, offset, precision } => {
            number::integers(view, size, *order, false, *offset, *precision)
        }
        Class::Time { order, precision } => number::integers(view, size, *order, false, 0, *precision),
        Class::Float { order, layout } => float::floats(view, size, *order, layout),
        Class::Enum { base, .. } if base.size == datatype.size => decode_view(base, view, heap),
        Class::Enum { .. } => Err(Error::malformed("an enumeration of another size than its base")),
        Class::String { padding, .. } => string::fixed(view, size, *padding),
        Class::VlenString { .. } => vlen::strings(view, size, heap).within("variable-length string"),
        Class::VlenSequence { base } => vlen::sequences(view, size, base, heap).within("sequence"),
        Class::Opaque { .. } => Ok(Column::Opaque { size, bytes: view.packed(size).into_owned() }),
        Class::Compound { members } => {
            let mut columns = Vec::with_capacity(members.len());
            for member in members {
                let (at, width) = (usize::try_from(member.offset), element_size(&member.datatype)?);
                let at = at.ok().filter(|at| at.checked_add(width).is_some_and(|end| end <= size));
                let at = at.ok_or_else(|| Error::malformed("a member that leaves its compound"))?;
                let column = decode_view(&member.datatype, View { offset: view.offset + at, ..view }, heap)?;
                columns.push((member.name.clone(), column));
            }
            Ok(Column::Compound(columns))
        }
        Class::Array { base, .. } => arrays(view, size, base, heap),
        Class::Complex { base } if base.size.checked_mul(2) == Some(datatype.size) => {
            arrays(view, size, base, heap)
        }
        Class::Complex { .. } => Err(Error::malformed("a complex type that is not two of its base")),
        Class::Reference(kind) => reference::references(view, size, *kind, heap).within("reference"),
    }
}

fn arrays(view: View<'_>, size: usize, base: &Datatype, heap: &mut dyn Objects) -> Result<Column> {
    let width = element_size(base)?;
    if !size.is_multiple_of(width) {
        return Err(Error::malformed(format!("an array of {size} bytes of {width}-byte elements")));
    }
    let each = size / width;
    let packed = view.packed(size);
    let inner = View { bytes: &packed, stride: width, offset: 0, n: view.n * each };
    Ok(Column::Array { each, base: Box::new(decode_view(base, inner, heap)?) })
}

#[cfg(test)]
mod tests;
