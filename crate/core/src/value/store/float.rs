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
        // As the library converts: what is larger than the largest half is none, however close it is.
        let beyond = self.layout == FloatLayout::F16 && value.abs() > 65504.0;
        let negative = value.is_sign_negative();
        let value = match value {
            _ if value.is_nan() => Value::NotANumber,
            _ if value.is_infinite() || beyond => Value::Infinite,
            _ if value == 0.0 => Value::Zero,
            _ => {
                let bits = value.to_bits();
                let (stored, fraction) = (bits >> 52 & 0x7ff, bits & ((1 << 52) - 1));
                let significand = if stored == 0 { fraction } else { fraction | 1 << 52 };
                Value::finite(significand.into(), i64::try_from(stored.max(1)).unwrap_or(0) - 1075)
            }
        };
        self.put(negative, &value, element);
    }

    /// The same for an integer, least significant byte first, in two's complement if `signed`.
    pub fn encode_integer(&self, value: &[u8], signed: bool, element: &mut [u8]) {
        let (negative, significand, power) = magnitude(value, signed);
        let value = if significand == 0 { Value::Zero } else { Value::finite(significand, power) };
        self.put(negative, &value, element);
    }

    fn put(&self, negative: bool, value: &Value, element: &mut [u8]) {
        let layout = &self.layout;
        let exponent_mask = (1i64 << layout.exponent_size) - 1;
        let width = u32::from(layout.mantissa_size).min(MOST);
        let implied = layout.normalization == Normalization::Implied;
        // Bits behind the binary point: without an implied bit the leading one is stored too.
        let fraction_bits = if implied { width } else { width.saturating_sub(1) };
        let infinite = if implied { 0 } else { 1u128 << fraction_bits };
        let (exponent, mantissa) = match value {
            Value::NotANumber => (exponent_mask, self.not_a_number(width)),
            Value::Infinite => (exponent_mask, infinite),
            Value::Zero => (0, 0),
            Value::Finite { significand, power } => {
                let exponent = power.saturating_add(layout.bias.into());
                let (exponent, mantissa) = rounded(*significand, exponent, fraction_bits);
                match exponent >= exponent_mask {
                    true => (exponent_mask, infinite),
                    false if implied => (exponent, mantissa & ((1 << fraction_bits) - 1)),
                    false => (exponent, mantissa),
                }
            }
        };
        element.fill(0);
        let below = u32::from(layout.mantissa_size) - width;
        set(element, u32::from(layout.mantissa_position) + below, mantissa);
        set(element, layout.exponent_position.into(), u128::from(exponent.cast_unsigned()));
        set(element, layout.sign.into(), negative.into());
    }

    /// The mantissa of a NaN: as machines have it, or, in layouts that no machine has, as the library makes it.
    fn not_a_number(&self, width: u32) -> u128 {
        if self.layout.normalization != Normalization::Implied {
            0b11u128 << width.saturating_sub(2)
        } else if matches!(self.layout, FloatLayout::F16 | FloatLayout::F32 | FloatLayout::F64) {
            1u128 << (width - 1)
        } else {
            (1u128 << width) - 1
        }
    }
}

/// A number on its way.
enum Value {
    NotANumber,
    Infinite,
    Zero,
    /// `significand * 2^(power - 127)`, whose bit 127 is set.
    Finite {
        significand: u128,
        power: i64,
    },
}

impl Value {
    /// `significand * 2^power`; the significand is not 0.
    fn finite(significand: u128, power: i64) -> Value {
        let lead = significand.leading_zeros();
        Value::Finite { significand: significand << lead, power: power + 127 - i64::from(lead) }
    }
}

/// Sign, and magnitude as `significand * 2^power`: of more than 128 bits the upper ones, the last of them set if anything
/// below is.
pub(super) fn magnitude(value: &[u8], signed: bool) -> (bool, u128, i64) {
    let negative = signed && value.last().is_some_and(|b| b & 0x80 != 0);
    let mut bytes = value.to_vec();
    if negative {
        let mut carry = true;
        for byte in &mut bytes {
            (*byte, carry) = (!*byte).overflowing_add(carry.into());
        }
    }
    let top = bytes.iter().rposition(|b| *b != 0).unwrap_or(0);
    let first = top.saturating_sub(15);
    let mut upper = [0u8; 16];
    upper.iter_mut().zip(bytes.iter().skip(first)).for_each(|(to, from)| *to = *from);
    let rest = bytes.iter().take(first).any(|b| *b != 0);
    let power = i64::try_from(first).unwrap_or(i64::MAX).saturating_mul(8);
    (negative, u128::from_le_bytes(upper) | u128::from(rest), power)
}

/// Exponent field and mantissa, its leading bit included, of a significand whose bit 127 is set.
fn rounded(significand: u128, mut exponent: i64, fraction_bits: u32) -> (i64, u128) {
    // Below the normal range the leading bit moves right and the exponent field is 0.
    let shift = 127 - i64::from(fraction_bits) + if exponent < 1 { 1 - exponent } else { 0 };
    let mut mantissa = round_shift(significand, shift);
    if exponent < 1 {
        exponent = i64::from(mantissa >> fraction_bits != 0);
    } else if mantissa >> (fraction_bits + 1) != 0 {
        mantissa >>= 1;
        exponent += 1;
    }
    (exponent, mantissa)
}

/// `n / 2^shift`, to the nearest, ties to even; `shift` is at least 1.
fn round_shift(n: u128, shift: i64) -> u128 {
    let half = match shift {
        1..=128 => 1u128 << (shift - 1),
        _ => return 0,
    };
    let (kept, lost) = if shift == 128 { (0, n) } else { (n >> shift, n & ((1 << shift) - 1)) };
    kept + u128::from(lost > half || (lost == half && kept & 1 == 1))
}

/// Sets the bits of `value` from bit `at` on.
fn set(element: &mut [u8], at: u32, value: u128) {
    let bits = value << (at % 8);
    let from = usize::try_from(at / 8).unwrap_or(usize::MAX);
    element.iter_mut().skip(from).zip(bits.to_le_bytes()).for_each(|(to, b)| *to |= b);
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
