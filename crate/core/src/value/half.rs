//! Half floats, of which Rust has no type: from and to what it has.

/// IEEE binary16, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Half(u16);

impl Half {
    pub fn from_le_bytes(bytes: [u8; 2]) -> Half {
        Half(u16::from_le_bytes(bytes))
    }

    pub fn to_le_bytes(self) -> [u8; 2] {
        self.0.to_le_bytes()
    }

    /// The nearest one, ties to even; what rounds to more than the largest is infinity.
    pub fn nearest(value: f64) -> Half {
        let bits = value.to_bits();
        let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
        let magnitude = value.abs();
        if value.is_nan() || magnitude >= 65520.0 {
            return Half(sign | if value.is_nan() { 0x7e00 } else { 0x7c00 });
        }
        // Of its power of two, or of the smallest that is normal.
        let above = (bits >> 52 & 0x7ff).saturating_sub(1023 - 14);
        let units = magnitude * f64::from_bits((1023 + 24 - above) << 52);
        // Less than 2^15 and at most 2^11. A carry into the next power of two is the carry of the addition.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Half(sign | (((above << 10) as u16) + units.round_ties_even() as u16))
    }

    /// The same as the library converts floats: what is larger than the largest half is infinite, however close it is.
    pub fn of_float(value: f64) -> Half {
        if value.abs() > 65504.0 {
            Half::nearest(f64::INFINITY.copysign(value))
        } else {
            Half::nearest(value)
        }
    }
}

impl From<Half> for f64 {
    fn from(half: Half) -> f64 {
        f32::from_bits(widen(half.0)).into()
    }
}

/// The bits of the single float with the value of a half one. Without branches, so that loops vectorise.
fn widen(half: u16) -> u32 {
    const EXPONENT: u32 = 0x7c00 << 13;
    let magnitude = u32::from(half & 0x7fff) << 13;
    let exponent = magnitude & EXPONENT;
    let normal = magnitude + ((127 - 15) << 23);
    let special = magnitude + ((255 - 31) << 23);
    // Denormals: with the smallest normal exponent in place, take its implied bit off again.
    let smallest = f32::from_bits(113 << 23);
    let denormal = (f32::from_bits(magnitude + (113 << 23)) - smallest).to_bits();
    let value = if exponent == EXPONENT {
        special
    } else if exponent == 0 {
        denormal
    } else {
        normal
    };
    value | u32::from(half & 0x8000) << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_come_back() {
        for bits in 0..=u16::MAX {
            let value = f64::from(Half(bits));
            // The definition.
            let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff));
            let magnitude = match exponent {
                0 => mantissa * 2f64.powi(-24),
                31 if mantissa == 0.0 => f64::INFINITY,
                31 => f64::NAN,
                _ => (1024.0 + mantissa) * 2f64.powi(exponent - 25),
            };
            let expected = if bits > 0x7fff { -magnitude } else { magnitude };
            assert!(value == expected || (value.is_nan() && expected.is_nan()), "{bits:#x}");
            if !value.is_nan() {
                assert_eq!(Half::nearest(value), Half(bits));
                assert_eq!(Half::of_float(value), Half(bits));
            }
        }
        assert_eq!(Half::nearest(f64::NAN.copysign(1.0)), Half(0x7e00));
        assert_eq!(Half::of_float(f64::NAN.copysign(-1.0)), Half(0xfe00));
    }

    #[test]
    fn what_lies_between_two_goes_to_the_nearer_or_even_one() {
        for bits in 0..0x7bff {
            let (low, high) = (f64::from(Half(bits)), f64::from(Half(bits + 1)));
            let middle = f64::midpoint(low, high);
            assert_eq!(Half::nearest(middle), Half(bits + (bits & 1)), "{bits:#x}");
            assert_eq!(Half::nearest(middle.next_down()), Half(bits));
            assert_eq!(Half::nearest(-middle.next_up()), Half(0x8000 | (bits + 1)));
        }
        assert_eq!(Half::nearest(1e-300), Half(0));
        assert_eq!(Half::nearest(-5e-324), Half(0x8000));
    }

    #[test]
    fn what_is_larger_than_the_largest() {
        assert_eq!(Half::nearest(65519.0), Half(0x7bff));
        assert_eq!(Half::nearest(65520.0), Half(0x7c00));
        assert_eq!(Half::of_float(65505.0), Half(0x7c00));
        assert_eq!(Half::of_float(-65505.0), Half(0xfc00));
        assert_eq!(Half::of_float(65504.0), Half(0x7bff));
    }
}
