//! Doubles into floats of any layout: rounded to the nearest even, too large becomes infinity, too small a subnormal
//! number or zero, a NaN stays one.

use crate::error::{Error, Result};
use crate::format::datatype::{FloatLayout, Normalization};

/// Bits of a mantissa that are computed: more than a double has, so that what is below them is zero.
const MOST: u32 = 112;

/// Where sign, exponent and mantissa are in elements of so many bytes.
pub(super) struct Fields {
    layout: FloatLayout,
}

impl Fields {
    /// Errors: `Argument` for fields outside the element or of no size.
    pub fn new(layout: FloatLayout, size: usize) -> Result<Fields> {
        let inside = |at: u8, n: u8| n > 0 && usize::from(at) + usize::from(n) <= size.saturating_mul(8);
        let (e, m) = (layout.exponent_size, layout.mantissa_size);
        let fit = inside(layout.exponent_position, e) && inside(layout.mantissa_position, m);
        if !fit || !inside(layout.sign, 1) {
            return Err(Error::argument(format!("fields of a float outside its {size} bytes")));
        }
        if e > 62 {
            return Err(Error::unsupported(format!("floats with {e} exponent bits")));
        }
        Ok(Fields { layout })
    }

    /// Makes `element`, of the size of elements, the one for `value`, least significant byte first.
    pub fn encode(&self, value: f64, element: &mut [u8]) {
        let layout = &self.layout;
        let exponent_mask = (1i64 << layout.exponent_size) - 1;
        let width = u32::from(layout.mantissa_size).min(MOST);
        let implied = layout.normalization == Normalization::Implied;
        // Bits behind the binary point: without an implied bit the leading one is stored too.
        let fraction_bits = if implied { width } else { width.saturating_sub(1) };
        let (exponent, mantissa) = if value.is_nan() {
            let quiet = if implied { 1u128 << (width - 1) } else { 0b11u128 << width.saturating_sub(2) };
            (exponent_mask, quiet)
        } else if value.is_infinite() {
            (exponent_mask, if implied { 0 } else { 1u128 << fraction_bits })
        } else if value == 0.0 {
            (0, 0)
        } else {
            finite(value, i64::from(layout.bias), fraction_bits, exponent_mask, implied)
        };
        element.fill(0);
        let below = u32::from(layout.mantissa_size) - width;
        set(element, u32::from(layout.mantissa_position) + below, mantissa);
        set(element, layout.exponent_position.into(), u128::from(exponent.cast_unsigned()));
        set(element, layout.sign.into(), value.is_sign_negative().into());
    }
}

/// Sets the bits of `value` from bit `at` on.
fn set(element: &mut [u8], at: u32, value: u128) {
    let bits = value << (at % 8);
    let from = usize::try_from(at / 8).unwrap_or(usize::MAX);
    element.iter_mut().skip(from).zip(bits.to_le_bytes()).for_each(|(to, b)| *to |= b);
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

    /// The element as one number.
    fn bits(value: f64, layout: &FloatLayout) -> u128 {
        let mut element = [9; 16];
        Fields::new(*layout, 16).unwrap().encode(value, &mut element);
        u128::from_le_bytes(element)
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
            assert_eq!(bits(v, &FloatLayout::F64), u128::from(canonical(v)), "{v:e}");
            let single = if v.is_nan() { f32::from_bits(0x7fc0_0000).copysign(v as f32) } else { v as f32 };
            assert_eq!(bits(v, &FloatLayout::F32), u128::from(single.to_bits()), "{v:e}");
        }
    }

    fn canonical(v: f64) -> u64 {
        if v.is_nan() { 0x7ff8_0000_0000_0000 | v.to_bits() & 1 << 63 } else { v.to_bits() }
    }

    #[test]
    fn eighty_bits() {
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
        assert_eq!(bits(1.0, &x87), 0x3fff_8000_0000_0000_0000);
        assert_eq!(bits(-1.5, &x87), 0xbfff_c000_0000_0000_0000);
        assert_eq!(bits(f64::INFINITY, &x87), 0x7fff_8000_0000_0000_0000);
    }

    /// A layout wider than any machine's: the fields are where they belong, and nothing else is.
    #[test]
    fn thirty_two_bytes() {
        let layout = FloatLayout {
            offset: 0,
            precision: 255,
            sign: 254,
            exponent_position: 235,
            exponent_size: 19,
            mantissa_position: 3,
            mantissa_size: 232,
            bias: 262_143,
            normalization: Normalization::Implied,
        };
        let mut element = [9; 32];
        Fields::new(layout, 32).unwrap().encode(-1.5, &mut element);
        let set: Vec<usize> = (0..256).filter(|i| element[i / 8] >> (i % 8) & 1 == 1).collect();
        // The upper half of the mantissa, the bias, the sign.
        assert_eq!(set, [234].into_iter().chain(235..253).chain([254]).collect::<Vec<_>>());
        assert!(Fields::new(layout, 31).is_err());
    }
}
