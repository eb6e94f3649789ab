//! Rust's types as elements.

use crate::error::{Error, Result};
use crate::format::datatype::{Class, Datatype, ReferenceKind};
use crate::format::reference::Reference;
use crate::value::numeric::convert;
use crate::value::{Column, Number};
use crate::write::dtype;

/// A type as which elements can be read.
///
/// | type | what can be read so |
/// |---|---|
/// | `i8` … `u64`, `f32`, `f64` | all numbers, enumerations, bit fields and times, converted as HDF5 does: what does not fit becomes the nearest number that does, fractions are cut |
/// | `bool` | the same: whether it is not 0 |
/// | `String` | text of fixed and of any length that is UTF-8 |
/// | `Vec<u8>` | any text and opaque bytes, too |
/// | `Vec<T>` | sequences of any length |
/// | `[T; N]` | arrays; two numbers are a complex one |
/// | [`Reference`] | references |
/// | a struct of [`record!`](crate::record) | compounds |
///
/// Everything else, and all of these, can be read as a [`Column`].
pub trait FromColumn: Sized {
    /// Appends all elements of a column.
    ///
    /// # Errors
    ///
    /// `Argument` if they are of another type.
    fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()>;

    /// A string or an opaque value as such elements, if that is what they are good for.
    #[doc(hidden)]
    fn of_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let _ = bytes;
        None
    }
}

/// A type whose values can be written: all those of [`FromColumn`], and `&str`.
///
/// Datasets that are there take whatever can be converted to their type, new ones get [`datatype`](ToColumn::datatype) unless
/// another is asked for.
pub trait ToColumn: Sized {
    /// The type that they have in a file if nobody asks for another one.
    fn datatype() -> Datatype;

    /// The values as a column.
    ///
    /// # Errors
    ///
    /// `Limit` for more than 4 GiB of text or sequences at once.
    fn column(values: &[Self]) -> Result<Column>;
}

/// The error for elements of another type.
pub(super) fn mismatch(column: &Column, wanted: &str) -> Error {
    let is = match column {
        Column::Numbers { .. } => "numbers",
        Column::Wide { .. } => "integers of more than 64 bits",
        Column::Strings { .. } => "text",
        Column::Opaque { .. } => "opaque bytes",
        Column::Compound(_) => "compounds",
        Column::Array { .. } => "arrays",
        Column::Vlen { .. } => "sequences",
        Column::References(_) => "references",
    };
    Error::argument(format!("the elements are {is}, which cannot be read as {wanted}"))
}

/// A column's elements.
pub(super) fn values<T: FromColumn>(column: &Column) -> Result<Vec<T>> {
    let mut all = Vec::new();
    T::extend(column, &mut all)?;
    Ok(all)
}

macro_rules! numbers {
    ($($t:ident $kind:ident $name:literal $(, $of_bytes:item)?;)*) => {$(
        impl FromColumn for $t {
            fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()> {
                let Column::Numbers { kind, bytes } = column else { return Err(mismatch(column, $name)) };
                let converted;
                let bytes = if *kind == Number::$kind {
                    bytes
                } else {
                    converted = convert(*kind, bytes, Number::$kind);
                    &converted
                };
                let (elements, _) = bytes.as_chunks::<{ size_of::<$t>() }>();
                into.extend(elements.iter().map(|e| $t::from_le_bytes(*e)));
                Ok(())
            }
            $($of_bytes)?
        }

        impl ToColumn for $t {
            fn datatype() -> Datatype {
                numbers!(@datatype $t)
            }

            fn column(values: &[Self]) -> Result<Column> {
                let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                Ok(Column::Numbers { kind: Number::$kind, bytes })
            }
        }
    )*};
    (@datatype f32) => { float(4) };
    (@datatype f64) => { float(8) };
    (@datatype $t:ident) => { Datatype::integer($t::BITS / 8, $t::MIN != 0) };
}

fn float(size: u32) -> Datatype {
    // There are floats of 4 and 8 bytes.
    Datatype::float(size).unwrap_or_else(|| Datatype::integer(size, true))
}

numbers! {
    i8 I8 "i8";
    i16 I16 "i16";
    i32 I32 "i32";
    i64 I64 "i64";
    u8 U8 "u8", fn of_bytes(bytes: &[u8]) -> Option<Vec<u8>> { Some(bytes.to_vec()) };
    u16 U16 "u16";
    u32 U32 "u32";
    u64 U64 "u64";
    f32 F32 "f32";
    f64 F64 "f64";
}

impl FromColumn for bool {
    fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()> {
        let Column::Numbers { kind, bytes } = column else { return Err(mismatch(column, "bool")) };
        into.extend(bytes.chunks_exact(kind.size()).map(|e| e.iter().any(|b| *b != 0)));
        Ok(())
    }
}

impl ToColumn for bool {
    fn datatype() -> Datatype {
        dtype::boolean()
    }

    fn column(values: &[Self]) -> Result<Column> {
        Ok(Column::Numbers { kind: Number::I8, bytes: values.iter().map(|b| u8::from(*b)).collect() })
    }
}

/// Each string of a column.
fn each_string(bytes: &[u8], ends: &[u32], each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut from = 0;
    for end in ends {
        let to = usize::try_from(*end).unwrap_or(usize::MAX);
        each(bytes.get(from..to).ok_or_else(|| Error::argument("a column that is cut short"))?)?;
        from = to;
    }
    Ok(())
}

impl FromColumn for String {
    fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()> {
        let Column::Strings { bytes, ends } = column else { return Err(mismatch(column, "String")) };
        each_string(bytes, ends, &mut |text| {
            let text = std::str::from_utf8(text);
            into.push(
                text.map_err(|_| Error::argument("text that is not UTF-8: read it as Vec<u8>"))?.to_owned(),
            );
            Ok(())
        })
    }
}

fn end(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| Error::limit("more than 4 GiB at once: write a part of it"))
}

fn strings<'a>(values: impl Iterator<Item = &'a str>) -> Result<Column> {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for value in values {
        bytes.extend_from_slice(value.as_bytes());
        ends.push(end(bytes.len())?);
    }
    Ok(Column::Strings { bytes, ends })
}

fn text() -> Datatype {
    use crate::format::datatype::{CharacterSet, StringPadding};
    let (padding, charset) = (StringPadding::NullTerminated, CharacterSet::Utf8);
    Datatype { size: 16, class: Class::VlenString { padding, charset } }
}

impl ToColumn for String {
    fn datatype() -> Datatype {
        text()
    }

    fn column(values: &[Self]) -> Result<Column> {
        strings(values.iter().map(String::as_str))
    }
}

impl ToColumn for &str {
    fn datatype() -> Datatype {
        text()
    }

    fn column(values: &[Self]) -> Result<Column> {
        strings(values.iter().copied())
    }
}

impl<T: FromColumn> FromColumn for Vec<T> {
    fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()> {
        let of_bytes =
            |bytes: &[u8]| T::of_bytes(bytes).ok_or_else(|| mismatch(column, "sequences of this type"));
        match column {
            Column::Vlen { ends, base } => {
                let mut all = values::<T>(base)?.into_iter();
                let mut from = 0;
                for end in ends {
                    let n = end.saturating_sub(from);
                    into.push(all.by_ref().take(usize::try_from(n).unwrap_or(usize::MAX)).collect());
                    from = *end;
                }
                Ok(())
            }
            Column::Strings { bytes, ends } => each_string(bytes, ends, &mut |text| {
                into.push(of_bytes(text)?);
                Ok(())
            }),
            Column::Opaque { size, bytes } => {
                for element in bytes.chunks_exact((*size).max(1)) {
                    into.push(of_bytes(element)?);
                }
                Ok(())
            }
            _ => Err(mismatch(column, "sequences")),
        }
    }
}

impl<T: ToColumn + Clone> ToColumn for Vec<T> {
    fn datatype() -> Datatype {
        Datatype { size: 16, class: Class::VlenSequence { base: Box::new(T::datatype()) } }
    }

    fn column(values: &[Self]) -> Result<Column> {
        let mut ends = Vec::with_capacity(values.len());
        let mut n = 0usize;
        for value in values {
            n = n.saturating_add(value.len());
            ends.push(end(n)?);
        }
        Ok(Column::Vlen { ends, base: Box::new(T::column(&values.concat())?) })
    }
}

impl<T: FromColumn, const N: usize> FromColumn for [T; N] {
    fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()> {
        let wrong = || Error::argument(format!("the elements are no arrays of {N}"));
        let parts: Vec<T> = match column {
            Column::Array { each, base } if *each == N => values(base)?,
            // h5py's complex numbers.
            Column::Compound(members) => match members.as_slice() {
                [(r, real), (i, imaginary)] if N == 2 && r == b"r" && i == b"i" => {
                    let pairs = values(real)?.into_iter().zip(values(imaginary)?);
                    pairs.flat_map(|(r, i): (T, T)| [r, i]).collect()
                }
                _ => return Err(wrong()),
            },
            Column::Array { .. } => return Err(wrong()),
            _ => return Err(mismatch(column, "arrays")),
        };
        let mut parts = parts.into_iter();
        while !parts.as_slice().is_empty() {
            let next: Vec<T> = parts.by_ref().take(N).collect();
            into.push(next.try_into().map_err(|_| wrong())?);
        }
        Ok(())
    }
}

impl<T: ToColumn, const N: usize> ToColumn for [T; N] {
    fn datatype() -> Datatype {
        let base = T::datatype();
        let n = u32::try_from(N).unwrap_or(u32::MAX);
        Datatype {
            size: base.size.saturating_mul(n),
            class: Class::Array { dims: vec![n], base: Box::new(base) },
        }
    }

    fn column(values: &[Self]) -> Result<Column> {
        Ok(Column::Array { each: N, base: Box::new(T::column(values.as_flattened())?) })
    }
}

impl FromColumn for Reference {
    fn extend(column: &Column, into: &mut Vec<Self>) -> Result<()> {
        let Column::References(all) = column else { return Err(mismatch(column, "Reference")) };
        into.extend_from_slice(all);
        Ok(())
    }
}

impl ToColumn for Reference {
    fn datatype() -> Datatype {
        Datatype { size: 8, class: Class::Reference(ReferenceKind::Object) }
    }

    fn column(values: &[Self]) -> Result<Column> {
        Ok(Column::References(values.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<T: ToColumn + FromColumn + PartialEq + std::fmt::Debug>(all: &[T]) {
        assert_eq!(values::<T>(&T::column(all).unwrap()).unwrap(), all);
    }

    #[test]
    fn values_come_back() {
        there_and_back(&[1i8, -1]);
        there_and_back(&[u64::MAX]);
        there_and_back(&[1.5f32]);
        there_and_back(&[true, false]);
        there_and_back(&["a".to_owned(), String::new(), "é".into()]);
        there_and_back(&[vec![1i16, 2], vec![], vec![3]]);
        there_and_back(&[[[1u8, 2], [3, 4]]]);
        there_and_back(&[vec!["a".to_owned()], vec![]]);
        there_and_back::<[f64; 2]>(&[]);
    }

    #[test]
    fn what_is_something_else_is_refused() {
        let numbers = i32::column(&[-1, 300]).unwrap();
        assert_eq!(values::<u8>(&numbers).unwrap(), [0, 255]);
        assert_eq!(values::<bool>(&numbers).unwrap(), [true, true]);
        assert!(values::<String>(&numbers).is_err());
        assert!(values::<Vec<i32>>(&numbers).is_err());
        assert!(values::<[i32; 2]>(&numbers).is_err());
        let text = <&str>::column(&["ab", "c"]).unwrap();
        assert_eq!(values::<Vec<u8>>(&text).unwrap(), [b"ab".to_vec(), b"c".to_vec()]);
        assert!(values::<Vec<i8>>(&text).is_err());
        assert!(values::<u8>(&text).is_err());
        assert!(values::<[u8; 3]>(&<[u8; 2]>::column(&[[1, 2]]).unwrap()).is_err());
        let broken = Column::Strings { bytes: vec![0xff], ends: vec![1] };
        assert!(values::<String>(&broken).is_err());
        assert!(values::<Vec<u8>>(&broken).is_ok());
    }
}
