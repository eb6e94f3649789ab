//! Native numbers into the file's numbers, by HDF5's rules: integers are clamped, fractions dropped, floats
//! rounded to the nearest even, and NaN becomes 0 where there is none.

use super::{float, wide};
use crate::error::Result;
use crate::format::datatype::{ByteOrder, Class, Datatype, FloatLayout};
use crate::value::numeric::{Number, convert};
use std::borrow::Cow;

/// Appends `source`, native little-endian numbers of `kind`, to `out` as elements of `datatype` (an integer,
/// float, bit field, time or enumeration).
pub fn numbers(kind: Number, source: &[u8], datatype: &Datatype, out: &mut Vec<u8>) -> Result<()> {
    let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
    out.reserve((source.len() / kind.size()).saturating_mul(size));
    match Encoding::of(datatype, kind)? {
        Encoding::Native(number, order) => {
            let native = converted(kind, source, number);
            native.chunks_exact(size).for_each(|element| ordered(element, order, out));
        }
        Encoding::Integer(integer) if kind.is_float() => {
            for value in converted(kind, source, Number::F64).as_chunks::<8>().0 {
                integer.store(&wide::truncated(f64::from_le_bytes(*value)), true, out);
            }
        }
        Encoding::Integer(integer) => {
            let values = source.chunks_exact(kind.size());
            values.for_each(|value| integer.store(value, is_signed(kind), out));
        }
        Encoding::Float(layout, order) => {
            let fields = float::Fields::new(layout, size)?;
            let mut element = vec![0; size];
            if !kind.is_float() {
                for value in source.chunks_exact(kind.size()) {
                    fields.encode_integer(value, is_signed(kind), &mut element);
                    ordered(&element, order, out);
                }
                return Ok(());
            }
            for value in converted(kind, source, Number::F64).as_chunks::<8>().0 {
                fields.encode(f64::from_le_bytes(*value), &mut element);
                ordered(&element, order, out);
            }
        }
    }
    Ok(())
}

fn is_signed(kind: Number) -> bool {
    !matches!(kind, Number::U8 | Number::U16 | Number::U32 | Number::U64)
}

fn converted(from: Number, source: &[u8], to: Number) -> Cow<'_, [u8]> {
    if from == to { Cow::Borrowed(source) } else { Cow::Owned(convert(from, source, to)) }
}

/// Appends an element, whose least significant byte comes first, in the file's order.
pub(super) fn ordered(little: &[u8], order: ByteOrder, out: &mut Vec<u8>) {
    match order {
        ByteOrder::Little => out.extend_from_slice(little),
        ByteOrder::Big => out.extend(little.iter().rev()),
        // Little-endian words, the most significant one first.
        ByteOrder::Vax => little.chunks(2).rev().for_each(|word| out.extend_from_slice(word)),
    }
}

/// What elements of a datatype of numbers look like.
enum Encoding {
    /// As in memory, but for the byte order.
    Native(Number, ByteOrder),
    /// Some of the bits, or more of them than numbers in memory have.
    Integer(wide::Integer),
    Float(FloatLayout, ByteOrder),
}

impl Encoding {
    /// For numbers of kind `from`.
    fn of(datatype: &Datatype, from: Number) -> Result<Encoding> {
        match &datatype.class {
            Class::Float { order, layout } => Ok(match (datatype.size, layout) {
                // Of integers all digits count, also those that a double has not.
                (2, &FloatLayout::F16) if from.is_float() => Encoding::Native(Number::F16, *order),
                (4, &FloatLayout::F32) => Encoding::Native(Number::F32, *order),
                (8, &FloatLayout::F64) => Encoding::Native(Number::F64, *order),
                _ => Encoding::Float(*layout, *order),
            }),
            Class::Enum { base, .. } => Self::of(base, from),
            _ => {
                let integer = wide::Integer::of(datatype)?;
                Ok(match integer.native() {
                    Some(number) => Encoding::Native(number, integer.order),
                    None => Encoding::Integer(integer),
                })
            }
        }
    }
}

/// Appends wide integers, of `size` bytes each, as elements of a datatype of numbers.
pub fn wide(source: &[u8], size: usize, signed: bool, datatype: &Datatype, out: &mut Vec<u8>) -> Result<()> {
    let elements = source.chunks_exact(size.max(1));
    match &datatype.class {
        Class::Float { order, layout } => {
            let mut element = vec![0; usize::try_from(datatype.size).unwrap_or(usize::MAX)];
            let fields = float::Fields::new(*layout, element.len())?;
            elements.for_each(|e| {
                fields.encode_integer(e, signed, &mut element);
                ordered(&element, *order, out);
            });
            Ok(())
        }
        Class::Enum { base, .. } => wide(source, size, signed, base, out),
        _ => {
            let integer = wide::Integer::of(datatype)?;
            elements.for_each(|e| integer.store(e, signed, out));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::datatype::Normalization;
    use crate::write::dtype;

    fn store_f64(values: &[f64], text: &str) -> Vec<u8> {
        let source: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut out = Vec::new();
        numbers(Number::F64, &source, &dtype::parse(text).unwrap(), &mut out).unwrap();
        out
    }

    #[test]
    fn floats_become_integers_as_hdf5_does_it() {
        let v = [1.9, -1.9, 300.0, -300.0, f64::NAN, f64::INFINITY];
        assert_eq!(store_f64(&v, "i1"), [1, 255, 127, 128, 0, 127]);
        assert_eq!(store_f64(&v, "u1"), [1, 0, 255, 0, 0, 255]);
        assert_eq!(store_f64(&[1e300], "<u8"), [255; 8]);
    }

    #[test]
    fn integers_are_clamped_and_swapped() {
        let mut out = Vec::new();
        let source: Vec<u8> = [70000i32, -1].iter().flat_map(|v| v.to_le_bytes()).collect();
        numbers(Number::I32, &source, &dtype::parse(">u2").unwrap(), &mut out).unwrap();
        assert_eq!(out, [255, 255, 0, 0]);
        out.clear();
        numbers(Number::I32, &source, &dtype::parse(">i4").unwrap(), &mut out).unwrap();
        assert_eq!(out, [0, 1, 17, 112, 255, 255, 255, 255]);
        out.clear();
        numbers(Number::U64, &u64::MAX.to_le_bytes(), &dtype::parse("<i8").unwrap(), &mut out).unwrap();
        assert_eq!(out, i64::MAX.to_le_bytes());
    }

    #[test]
    fn precision_and_offset_are_kept() {
        let class = Class::Integer { order: ByteOrder::Little, signed: true, offset: 4, precision: 5 };
        let mut out = Vec::new();
        numbers(Number::I8, &[255, 100, 3], &Datatype { size: 2, class }, &mut out).unwrap();
        assert_eq!(out, [0xf0, 1, 0xf0, 0, 0x30, 0]);
    }

    #[test]
    fn sixteen_bytes_have_their_sign() {
        let mut out = Vec::new();
        let source = [-2i64, i64::MAX].map(i64::to_le_bytes).concat();
        numbers(Number::I64, &source, &Datatype::integer(16, true), &mut out).unwrap();
        assert_eq!(out, [-2i128, i64::MAX.into()].map(i128::to_le_bytes).concat());
        out.clear();
        let source = [7, u64::MAX].map(u64::to_le_bytes).concat();
        numbers(Number::U64, &source, &Datatype::integer(16, false), &mut out).unwrap();
        assert_eq!(out, [7, u64::MAX.into()].map(u128::to_le_bytes).concat());
    }

    /// Positions of fields count from the element's lowest bit, whatever the offset says.
    #[test]
    fn floats_with_bits_below_them_come_back() {
        let layout = FloatLayout {
            offset: 4,
            precision: 16,
            sign: 19,
            exponent_position: 12,
            exponent_size: 7,
            mantissa_position: 4,
            mantissa_size: 8,
            bias: 63,
            normalization: Normalization::Implied,
        };
        let datatype = Datatype { size: 3, class: Class::Float { order: ByteOrder::Big, layout } };
        let source = [1.0, -1.5, 0.0, 1024.0].map(f64::to_le_bytes).concat();
        let mut out = Vec::new();
        numbers(Number::F64, &source, &datatype, &mut out).unwrap();
        let again = crate::value::decode(&datatype, &out, &mut crate::format::heap::global::NoHeap).unwrap();
        assert_eq!(again, crate::value::Column::Numbers { kind: Number::F64, bytes: source });
    }

    #[test]
    fn halves() {
        let half: Vec<u16> =
            store_f64(&[1.0, -2.5, 65504.0, 65520.0, 5.960_464_477_539_063e-8, 2.9e-8], "<f2")
                .chunks(2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]))
                .collect();
        assert_eq!(half, [0x3c00, 0xc100, 0x7bff, 0x7c00, 1, 0]);
    }

    #[test]
    fn vax_words_come_most_significant_first() {
        let layout = FloatLayout { bias: 129, ..FloatLayout::F32 };
        let class = Class::Float { order: ByteOrder::Vax, layout };
        let mut out = Vec::new();
        numbers(Number::F64, &1f64.to_le_bytes(), &Datatype { size: 4, class }, &mut out).unwrap();
        assert_eq!(out, [0x80, 0x40, 0, 0]);
    }
}
