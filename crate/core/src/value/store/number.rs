//! Native numbers into the file's numbers, by HDF5's rules: integers are clamped, fractions dropped, floats
//! rounded to the nearest even, and NaN becomes 0 where there is none.

use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype, FloatLayout, Normalization};
use crate::value::numeric::{Number, convert};
use std::borrow::Cow;

/// Appends `source`, native little-endian numbers of `kind`, to `out` as elements of `datatype` (an integer,
/// float, bit field, time or enumeration).
pub fn numbers(kind: Number, source: &[u8], datatype: &Datatype, out: &mut Vec<u8>) -> Result<()> {
    let target = Target::new(datatype)?;
    out.reserve((source.len() / kind.size()).saturating_mul(target.size));
    match target.encoding {
        Encoding::Native(number) => {
            let native = converted(kind, source, number);
            match target.order {
                ByteOrder::Big if target.size > 1 => {
                    native.chunks_exact(target.size).for_each(|element| out.extend(element.iter().rev()));
                }
                ByteOrder::Vax => words(&native, target.size, out),
                _ => out.extend_from_slice(&native),
            }
        }
        Encoding::Integer { signed, precision, offset } => {
            let number = if signed { Number::I64 } else { Number::U64 };
            let mask = u128::MAX >> (128 - precision);
            for bytes in converted(kind, source, number).as_chunks::<8>().0 {
                let bits = match signed {
                    // Two's complement: the sign extension goes with the mask.
                    true => {
                        let most = i128::MAX >> (128 - precision);
                        i128::from(i64::from_le_bytes(*bytes)).clamp(-most - 1, most).cast_unsigned() & mask
                    }
                    false => u128::from(u64::from_le_bytes(*bytes)).min(mask),
                };
                target.put(bits << offset, out);
            }
        }
        Encoding::Float(layout) => {
            for bytes in converted(kind, source, Number::F64).as_chunks::<8>().0 {
                target.put(float_bits(f64::from_le_bytes(*bytes), &layout), out);
            }
        }
    }
    Ok(())
}

fn converted(from: Number, source: &[u8], to: Number) -> Cow<'_, [u8]> {
    if from == to { Cow::Borrowed(source) } else { Cow::Owned(convert(from, source, to)) }
}

/// VAX order: little-endian words, the most significant one first.
fn words(bytes: &[u8], size: usize, out: &mut Vec<u8>) {
    for element in bytes.chunks_exact(size) {
        element.chunks(2).rev().for_each(|word| out.extend_from_slice(word));
    }
}

enum Encoding {
    /// As in memory, but for the byte order.
    Native(Number),
    /// Some of the bits.
    Integer {
        signed: bool,
        precision: u32,
        offset: u32,
    },
    Float(FloatLayout),
}

/// What one element looks like in the file.
struct Target {
    size: usize,
    order: ByteOrder,
    encoding: Encoding,
}

impl Target {
    fn new(datatype: &Datatype) -> Result<Target> {
        let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
        if size > 16 {
            return Err(Error::unsupported(format!("writing numbers of {size} bytes")));
        }
        let integer = |order: &ByteOrder, signed, offset: u16, precision: u16| {
            let whole = offset == 0 && usize::from(precision) == size * 8;
            let encoding = match Number::integer(datatype.size, signed).filter(|_| whole) {
                Some(number) => Encoding::Native(number),
                None => {
                    let (precision, offset) =
                        (u32::from(precision).clamp(1, 128), u32::from(offset).min(127));
                    Encoding::Integer { signed, precision, offset }
                }
            };
            Ok(Target { size, order: *order, encoding })
        };
        match &datatype.class {
            Class::Integer { order, signed, offset, precision } => {
                integer(order, *signed, *offset, *precision)
            }
            Class::Bitfield { order, offset, precision } => integer(order, false, *offset, *precision),
            Class::Time { order, precision } => integer(order, false, 0, *precision),
            Class::Float { order, layout } => {
                let encoding = match (size, layout) {
                    (4, &FloatLayout::F32) => Encoding::Native(Number::F32),
                    (8, &FloatLayout::F64) => Encoding::Native(Number::F64),
                    _ => Encoding::Float(*layout),
                };
                Ok(Target { size, order: *order, encoding })
            }
            Class::Enum { base, .. } => Self::new(base),
            _ => Err(Error::argument("numbers cannot be stored in a datatype that is not one of numbers")),
        }
    }

    fn put(&self, bits: u128, out: &mut Vec<u8>) {
        let little = bits.to_le_bytes();
        let used = &little[..self.size];
        match self.order {
            ByteOrder::Little => out.extend_from_slice(used),
            ByteOrder::Big => out.extend(used.iter().rev()),
            ByteOrder::Vax => words(used, self.size, out),
        }
    }
}

/// `value` in any float layout of up to 128 bits: rounded to the nearest even, too large becomes infinity,
/// too small a subnormal number or zero, a NaN stays one.
fn float_bits(value: f64, layout: &FloatLayout) -> u128 {
    let bits = value.to_bits();
    let negative = bits >> 63 != 0;
    let exponent_mask = (1i64 << u32::from(layout.exponent_size).min(62)) - 1;
    let width = u32::from(layout.mantissa_size).min(112);
    let implied = layout.normalization == Normalization::Implied;
    // Bits behind the binary point: without an implied bit the leading one is stored too.
    let fraction_bits = if implied { width } else { width.saturating_sub(1) };

    let (exponent, mantissa) = if value.is_nan() {
        (
            exponent_mask,
            if implied { 1u128 << width.saturating_sub(1) } else { 0b11u128 << width.saturating_sub(2) },
        )
    } else if value.is_infinite() {
        (exponent_mask, if implied { 0 } else { 1u128 << fraction_bits })
    } else if value == 0.0 {
        (0, 0)
    } else {
        finite(value, i64::from(layout.bias), fraction_bits, exponent_mask, implied)
    };
    let mut out = mantissa << layout.mantissa_position.min(127);
    out |= (exponent as u128) << layout.exponent_position.min(127);
    if negative {
        out |= 1u128 << layout.sign.min(127);
    }
    out
}

/// Exponent and mantissa fields of a finite value that is not zero.
fn finite(value: f64, bias: i64, fraction_bits: u32, exponent_mask: i64, implied: bool) -> (i64, u128) {
    let bits = value.to_bits();
    let stored = i64::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    // value = significand * 2^(power - 52), with bit 52 of the significand set.
    let (mut significand, mut power) =
        if stored == 0 { (fraction, -1022) } else { (fraction | 1 << 52, stored - 1023) };
    let lead = i64::from(significand.leading_zeros()) - 11;
    significand <<= lead;
    power -= lead;

    let mut exponent = power + bias;
    // Below the normal range the leading bit moves right and the exponent field is 0.
    let shift = 52 - i64::from(fraction_bits) + if exponent < 1 { 1 - exponent } else { 0 };
    let mut mantissa = round_shift(significand, shift);
    if exponent < 1 {
        exponent = i64::from(mantissa >> fraction_bits != 0);
    } else if mantissa >> (fraction_bits + 1) != 0 {
        mantissa >>= 1;
        exponent += 1;
    }
    if exponent >= exponent_mask {
        return (exponent_mask, if implied { 0 } else { 1 << fraction_bits });
    }
    (exponent, if implied { mantissa & ((1 << fraction_bits) - 1) } else { mantissa })
}

/// `n / 2^shift`, to the nearest, ties to even; a negative shift goes left.
fn round_shift(n: u64, shift: i64) -> u128 {
    let n = u128::from(n);
    if shift <= 0 {
        return n << (-shift).min(63);
    }
    if shift > 64 {
        return 0;
    }
    let (kept, lost) = (n >> shift, n & ((1 << shift) - 1));
    let half = 1u128 << (shift - 1);
    kept + u128::from(lost > half || (lost == half && kept & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;
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

    /// The general encoder against the machine's own conversion.
    #[test]
    fn any_layout_rounds_like_the_machine() {
        let mut x = 0x9e37_79b9_7f4a_7c15u64;
        for i in 0..200_000u32 {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            let v = match i % 3 {
                0 => f64::from_bits(x),
                // Around the smallest single, where it turns subnormal.
                1 => f64::from_bits(x >> 12 | 0x36a0_0000_0000_0000) * if x & 1 == 0 { 1.0 } else { -1.0 },
                _ => f64::from(f32::from_bits((x >> 32) as u32)),
            };
            assert_eq!(float_bits(v, &FloatLayout::F64), u128::from(canonical(v)), "{v:e}");
            let single = if v.is_nan() { f32::from_bits(0x7fc0_0000).copysign(v as f32) } else { v as f32 };
            assert_eq!(float_bits(v, &FloatLayout::F32), u128::from(single.to_bits()), "{v:e}");
        }
    }

    fn canonical(v: f64) -> u64 {
        if v.is_nan() { 0x7ff8_0000_0000_0000 | v.to_bits() & 1 << 63 } else { v.to_bits() }
    }

    #[test]
    fn halves_and_eighty_bits() {
        let half: Vec<u16> =
            store_f64(&[1.0, -2.5, 65504.0, 65520.0, 5.960_464_477_539_063e-8, 2.9e-8], "<f2")
                .chunks(2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]))
                .collect();
        assert_eq!(half, [0x3c00, 0xc100, 0x7bff, 0x7c00, 1, 0]);
        let x87 = FloatLayout {
            offset: 0,
            precision: 80,
            sign: 79,
            exponent_position: 64,
            exponent_size: 15,
            mantissa_position: 0,
            mantissa_size: 64,
            bias: 16383,
            normalization: Normalization::None,
        };
        assert_eq!(float_bits(1.0, &x87), 0x3fff_8000_0000_0000_0000);
        assert_eq!(float_bits(-1.5, &x87), 0xbfff_c000_0000_0000_0000);
        assert_eq!(float_bits(f64::INFINITY, &x87), 0x7fff_8000_0000_0000_0000);
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
