//! Native numbers into the file's numbers, by HDF5's rules: integers are clamped, fractions dropped, floats
//! rounded to the nearest even, and NaN becomes 0 where there is none.

use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype, FloatLayout, Normalization};
use crate::value::Number;

/// Appends `source`, native little-endian numbers of `kind`, to `out` as elements of `datatype` (an integer,
/// float, bit field, time or enumeration).
pub fn numbers(kind: Number, source: &[u8], datatype: &Datatype, out: &mut Vec<u8>) -> Result<()> {
    let target = Target::new(datatype)?;
    if target.is_native(kind) {
        out.extend_from_slice(source);
        return Ok(());
    }
    if target.is_swapped(kind) {
        out.reserve(source.len());
        for element in source.chunks_exact(target.size) {
            out.extend(element.iter().rev());
        }
        return Ok(());
    }
    macro_rules! convert {
        ($($variant:ident => $native:ty),*) => {
            match kind {
                $(Number::$variant => {
                    let elements = source.chunks_exact(size_of::<$native>()).map(|bytes| {
                        let mut native = [0; size_of::<$native>()];
                        native.copy_from_slice(bytes);
                        <$native>::from_le_bytes(native)
                    });
                    target.extend(elements, out);
                })*
            }
        };
    }
    convert!(I8 => i8, I16 => i16, I32 => i32, I64 => i64, U8 => u8, U16 => u16, U32 => u32, U64 => u64,
        F32 => f32, F64 => f64);
    Ok(())
}

/// A native number on its way into a file.
trait Native: Copy {
    /// Clamped to 128 bits, fraction dropped, NaN 0.
    fn integer(self) -> i128;
    /// The nearest single.
    fn single(self) -> f32;
    /// The nearest double.
    fn double(self) -> f64;
}

macro_rules! native {
    ($($t:ty),*) => {$(
        // `as` from a float saturates, drops the fraction and turns NaN into 0: HDF5's rules. Into a float it
        // rounds to the nearest even.
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_lossless, trivial_numeric_casts)]
        impl Native for $t {
            fn integer(self) -> i128 {
                self as i128
            }
            fn single(self) -> f32 {
                self as f32
            }
            fn double(self) -> f64 {
                self as f64
            }
        }
    )*};
}
native!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

enum Encoding {
    Integer { least: i128, most: i128, offset: u32, mask: u128 },
    Float(FloatLayout),
}

/// What one element looks like in the file.
struct Target {
    size: usize,
    order: ByteOrder,
    encoding: Encoding,
    number: Option<Number>,
}

impl Target {
    fn new(datatype: &Datatype) -> Result<Target> {
        let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
        if size > 16 {
            return Err(Error::unsupported(format!("writing numbers of {size} bytes")));
        }
        match &datatype.class {
            Class::Integer { order, signed, offset, precision } => {
                Ok(Self::integer(size, *order, *signed, *offset, *precision))
            }
            Class::Bitfield { order, offset, precision } => {
                Ok(Self::integer(size, *order, false, *offset, *precision))
            }
            Class::Time { order, precision } => Ok(Self::integer(size, *order, true, 0, *precision)),
            Class::Float { order, layout } => {
                let number = match (size, layout) {
                    (4, &FloatLayout::F32) => Some(Number::F32),
                    (8, &FloatLayout::F64) => Some(Number::F64),
                    _ => None,
                };
                Ok(Target { size, order: *order, encoding: Encoding::Float(*layout), number })
            }
            Class::Enum { base, .. } => Self::new(base),
            _ => Err(Error::argument("numbers cannot be stored in a datatype that is not one of numbers")),
        }
    }

    fn integer(size: usize, order: ByteOrder, signed: bool, offset: u16, precision: u16) -> Target {
        let bits = u32::from(precision).clamp(1, 127);
        let (least, most) = match signed {
            true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            false => (0, ((1u128 << bits) - 1) as i128),
        };
        let number = match (size, signed, usize::from(precision) == size * 8) {
            (1, true, true) => Some(Number::I8),
            (2, true, true) => Some(Number::I16),
            (4, true, true) => Some(Number::I32),
            (8, true, true) => Some(Number::I64),
            (1, false, true) => Some(Number::U8),
            (2, false, true) => Some(Number::U16),
            (4, false, true) => Some(Number::U32),
            (8, false, true) => Some(Number::U64),
            _ => None,
        };
        let mask = (1u128 << bits) - 1;
        let encoding = Encoding::Integer { least, most, offset: u32::from(offset).min(127), mask };
        Target { size, order, encoding, number }
    }

    fn is_native(&self, kind: Number) -> bool {
        self.number == Some(kind) && (self.size == 1 || self.order == ByteOrder::Little)
    }

    fn is_swapped(&self, kind: Number) -> bool {
        self.number == Some(kind) && self.order == ByteOrder::Big
    }

    fn extend<N: Native>(&self, elements: impl ExactSizeIterator<Item = N>, out: &mut Vec<u8>) {
        out.reserve(elements.len().saturating_mul(self.size));
        match (&self.encoding, self.number) {
            (Encoding::Integer { least, most, offset, mask }, _) => {
                for n in elements {
                    // Two's complement: the sign extension goes with the mask.
                    let bits = n.integer().clamp(*least, *most) as u128 & mask;
                    self.put(bits << offset, out);
                }
            }
            (Encoding::Float(_), Some(Number::F32)) => {
                elements.for_each(|n| self.put(n.single().to_bits().into(), out));
            }
            (Encoding::Float(_), Some(Number::F64)) => {
                elements.for_each(|n| self.put(n.double().to_bits().into(), out));
            }
            (Encoding::Float(layout), _) => {
                elements.for_each(|n| self.put(float_bits(n.double(), layout), out));
            }
        }
    }

    fn put(&self, bits: u128, out: &mut Vec<u8>) {
        let little = bits.to_le_bytes();
        let used = &little[..self.size];
        match self.order {
            ByteOrder::Little => out.extend_from_slice(used),
            ByteOrder::Big => out.extend(used.iter().rev()),
            // Little-endian words, the most significant one first.
            ByteOrder::Vax => used.chunks(2).rev().for_each(|word| out.extend_from_slice(word)),
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
    out << layout.offset.min(127)
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
