//! Integers of any width into integers of any width, precision and place: what does not fit becomes the nearest
//! number that does.

use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype};
use crate::value::Number;

/// Bytes that hold every double without its fraction, and a sign.
const DOUBLE: usize = 129;

/// Where in an element the bits of an integer are.
pub(super) struct Integer {
    pub order: ByteOrder,
    size: usize,
    signed: bool,
    /// In bits.
    precision: usize,
    offset: usize,
}

impl Integer {
    /// Of a datatype of integers, bit fields or times.
    pub fn of(datatype: &Datatype) -> Result<Integer> {
        let (order, signed, offset, precision) = match &datatype.class {
            Class::Integer { order, signed, offset, precision } => (order, *signed, *offset, *precision),
            Class::Bitfield { order, offset, precision } => (order, false, *offset, *precision),
            Class::Time { order, precision } => (order, false, 0, *precision),
            _ => {
                return Err(Error::argument(
                    "numbers cannot be stored in a datatype that is not one of numbers",
                ));
            }
        };
        let integer = Integer {
            order: *order,
            size: usize::try_from(datatype.size).unwrap_or(usize::MAX),
            signed,
            precision: precision.into(),
            offset: offset.into(),
        };
        let end = integer.precision + integer.offset;
        if precision == 0 || end > integer.size.saturating_mul(8) || integer.order == ByteOrder::Vax {
            return Err(Error::argument(format!(
                "an integer of {precision} bits in {} bytes",
                datatype.size
            )));
        }
        Ok(integer)
    }

    /// The number in memory that has the same bits.
    pub fn native(&self) -> Option<Number> {
        let whole = self.precision == self.size * 8;
        Number::integer(u32::try_from(self.size).ok()?, self.signed).filter(|_| whole)
    }

    /// Appends the element for `value`, least significant byte first, in two's complement if `signed`.
    pub fn store(&self, value: &[u8], signed: bool, out: &mut Vec<u8>) {
        let negative = signed && value.last().is_some_and(|b| b & 0x80 != 0);
        let sign = if negative { 0xff } else { 0 };
        let byte = |i: usize| value.get(i).copied().unwrap_or(sign);
        // Bits that have to be as the sign is: all that the element does not hold, and its own sign.
        let free = if self.signed { self.precision - 1 } else { self.precision };
        let beyond = |i: usize| match i * 8 {
            at if at + 8 <= free => true,
            at if at >= free => byte(i) == sign,
            at => (byte(i) ^ sign) >> (free - at) == 0,
        };
        let fits = (self.signed || !negative) && (0..value.len().max(self.size)).all(beyond);
        // The least has its sign only, the most everything else.
        let clamped = |i: usize| match (negative, self.signed) {
            (true, true) if free / 8 == i => 1u8 << (free % 8),
            (true, _) => 0,
            (false, _) => low_bits(free, i),
        };
        let digit = |i: usize| if fits { byte(i) } else { clamped(i) } & low_bits(self.precision, i);
        let (skip, shift) = (self.offset / 8, self.offset % 8);
        let place = |i: usize| {
            let upper = i.checked_sub(skip).map_or(0, digit);
            let lower = i.checked_sub(skip + 1).map_or(0, digit);
            let pair = u16::from(upper) << 8 | u16::from(lower);
            // The upper byte of what moved up.
            (pair << shift).to_be_bytes()[0]
        };
        let start = out.len();
        out.extend((0..self.size).map(place));
        if self.order == ByteOrder::Big {
            out[start..].reverse();
        }
    }
}

/// Byte `i` of a number whose lowest `count` bits are set.
fn low_bits(count: usize, i: usize) -> u8 {
    match count.saturating_sub(i * 8) {
        0 => 0,
        n @ 1..8 => (1 << n) - 1,
        _ => 0xff,
    }
}

/// The integer in `value`, without its fraction, in two's complement. NaN is 0.
pub(super) fn truncated(value: f64) -> [u8; DOUBLE] {
    let mut bytes = [0u8; DOUBLE];
    if value.is_nan() {
        return bytes;
    }
    let bits = value.to_bits();
    let power = usize::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    let significand = if value.is_infinite() { 1 } else { bits & ((1 << 52) - 1) | 1 << 52 };
    // value = significand * 2^(power - 1075)
    if power >= 1075 {
        let (skip, shift) = ((power - 1075) / 8, (power - 1075) % 8);
        let moved = u128::from(significand) << shift;
        bytes.iter_mut().skip(skip).zip(moved.to_le_bytes()).for_each(|(to, from)| *to = from);
    } else if power >= 1023 {
        let kept = significand >> (1075 - power);
        bytes.iter_mut().zip(kept.to_le_bytes()).for_each(|(to, from)| *to = from);
    }
    if value < 0.0 {
        let mut carry = true;
        for byte in &mut bytes {
            (*byte, carry) = (!*byte).overflowing_add(carry.into());
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::super::number::{numbers, wide};
    use super::*;

    fn integer(size: u32, signed: bool, offset: u16, precision: u16) -> Datatype {
        Datatype { size, class: Class::Integer { order: ByteOrder::Little, signed, offset, precision } }
    }

    fn stored(value: i128, datatype: &Datatype) -> i128 {
        let mut out = Vec::new();
        wide(&value.to_le_bytes(), 16, true, datatype, &mut out).unwrap();
        out.resize(16, 0);
        i128::from_le_bytes(out.try_into().unwrap())
    }

    /// Every precision and place against the machine's own arithmetic.
    #[test]
    fn any_bits_hold_the_nearest_number() {
        let mut x = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834_u128;
        for precision in 1..=64u16 {
            for offset in [0u16, 1, 5, 8, 13] {
                for _ in 0..20 {
                    x ^= x << 13;
                    x ^= x >> 7;
                    x ^= x << 17;
                    let value = x.cast_signed() >> (x % 128);
                    let mask = (1i128 << precision) - 1;
                    let (least, most) = (-1i128 << (precision - 1), (1i128 << (precision - 1)) - 1);
                    let expected = (value.clamp(least, most) & mask) << offset;
                    assert_eq!(
                        stored(value, &integer(10, true, offset, precision)),
                        expected,
                        "{value} {precision}"
                    );
                    let expected = value.clamp(0, mask) << offset;
                    assert_eq!(
                        stored(value, &integer(10, false, offset, precision)),
                        expected,
                        "{value} {precision}"
                    );
                }
            }
        }
    }

    #[test]
    fn wide_integers_from_doubles() {
        let mut out = Vec::new();
        let source = [1e30, -1e30, 1.9, -1.9, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1, 1e300];
        let bytes: Vec<u8> = source.iter().flat_map(|v: &f64| v.to_le_bytes()).collect();
        numbers(Number::F64, &bytes, &integer(16, true, 0, 128), &mut out).unwrap();
        let all: Vec<i128> = out.as_chunks::<16>().0.iter().map(|b| i128::from_le_bytes(*b)).collect();
        assert_eq!(all, source.map(|v| v as i128));
    }

    #[test]
    fn wide_integers_to_doubles() {
        let double = |value: &[u8]| {
            let mut out = Vec::new();
            wide(value, value.len(), true, &Datatype::float(8).unwrap(), &mut out).unwrap();
            f64::from_le_bytes(out.try_into().unwrap())
        };
        for value in
            [0, 1, -1, i128::MAX, i128::MIN, (1 << 100) + 1, -(1 << 77) - 12345, 0x1f_ffff_ffff_ffff_f801]
        {
            assert_eq!(double(&value.to_le_bytes()), value as f64);
        }
        let mut large = vec![1; 40];
        large.push(0);
        assert!((double(&large) / 2f64.powi(312) - 257.0 / 256.0).abs() < 1e-4);
    }
}
