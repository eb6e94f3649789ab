//! Floats: the natural ones as they are, all others rounded to the nearest double.

use super::number::swap;
use super::{Column, Number, View};
use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, FloatLayout, Normalization};

/// Floats of any layout.
pub(super) fn floats(view: View<'_>, size: usize, order: ByteOrder, layout: &FloatLayout) -> Result<Column> {
    let natural = match size {
        2 if *layout == FloatLayout::F16 => Some(Number::F16),
        4 if *layout == FloatLayout::F32 => Some(Number::F32),
        8 if *layout == FloatLayout::F64 => Some(Number::F64),
        _ => None,
    };
    let packed = view.packed(size);
    match natural {
        Some(kind) if order != ByteOrder::Vax => {
            let mut bytes = packed.into_owned();
            if order == ByteOrder::Big {
                swap(&mut bytes, size);
            }
            Ok(Column::Numbers { kind, bytes })
        }
        _ => {
            let fields = Fields::new(size, layout)?;
            let mut bytes = Vec::with_capacity(view.n.saturating_mul(8));
            for element in packed.chunks_exact(size) {
                bytes.extend_from_slice(&fields.to_f64(&little(element, order)).to_le_bytes());
            }
            Ok(Column::Numbers { kind: Number::F64, bytes })
        }
    }
}

/// Bytes in which all fields of a float lie: their positions and sizes are bytes.
const REACH: usize = 64;
/// Bits of a mantissa that can matter to a double, and some more.
const MOST: u32 = 120;

/// The bytes of the element that have fields in them, least significant first, and zeros behind them.
fn little(element: &[u8], order: ByteOrder) -> [u8; REACH + 16] {
    let mut le = [0u8; REACH + 16];
    let n = element.len().min(REACH);
    match order {
        ByteOrder::Little => le[..n].copy_from_slice(&element[..n]),
        // The least significant bytes are the last ones.
        _ => le.iter_mut().zip(element.iter().rev().take(n)).for_each(|(to, from)| *to = *from),
    }
    if order == ByteOrder::Vax {
        // Little-endian words, the most significant first.
        le[..n].chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    le
}

/// Up to [`MOST`] bits.
fn field(le: &[u8], (at, n): (u32, u32)) -> u128 {
    let bytes = le.get((at / 8) as usize..).and_then(|rest| rest.first_chunk::<16>());
    bytes.map_or(0, |bytes| u128::from_le_bytes(*bytes) >> (at % 8) & ((1u128 << n) - 1))
}

/// Where sign, exponent and mantissa are.
struct Fields {
    sign: u32,
    exponent: (u32, u32),
    mantissa: (u32, u32),
    bias: i64,
    /// Whether the leading mantissa bit is implied.
    implied: bool,
}

impl Fields {
    fn new(size: usize, layout: &FloatLayout) -> Result<Fields> {
        let fields = Fields {
            sign: layout.sign.into(),
            exponent: (layout.exponent_position.into(), layout.exponent_size.into()),
            mantissa: (layout.mantissa_position.into(), layout.mantissa_size.into()),
            bias: layout.bias.into(),
            implied: layout.normalization == Normalization::Implied,
        };
        let inside = |(at, n): (u32, u32)| n > 0 && (at + n) as usize <= size * 8;
        if !inside(fields.exponent) || !inside(fields.mantissa) || !inside((fields.sign, 1)) {
            return Err(Error::malformed(format!("fields of a float outside its {size} bytes")));
        }
        if fields.exponent.1 > 62 {
            return Err(Error::unsupported(format!("floats with {} exponent bits", fields.exponent.1)));
        }
        Ok(fields)
    }

    /// The mantissa without bits that can only tell whether it is a little more: those become one.
    fn significand(&self, le: &[u8]) -> (u128, u32) {
        let (at, n) = self.mantissa;
        let mut rest = n.saturating_sub(MOST);
        let upper = field(le, (at + rest, n - rest));
        let mut more = false;
        while rest > 0 {
            let part = rest.min(MOST);
            rest -= part;
            more |= field(le, (at + rest, part)) != 0;
        }
        (upper | u128::from(more), n.min(MOST))
    }

    /// The nearest double, ties to even; all NaNs are one.
    fn to_f64(&self, le: &[u8]) -> f64 {
        let negative = field(le, (self.sign, 1)) == 1;
        let (mantissa, bits) = self.significand(le);
        let exponent = field(le, self.exponent);
        // Bits of the mantissa behind the point.
        let fraction = if self.implied { bits } else { bits - 1 };
        let magnitude = if exponent == (1 << self.exponent.1) - 1 {
            let rest = mantissa & ((1u128 << fraction) - 1);
            if rest == 0 { f64::INFINITY } else { return f64::NAN }
        } else {
            let implied = u128::from(self.implied && exponent != 0) << fraction;
            // At most 62 bits.
            #[allow(clippy::cast_possible_truncation)]
            let power = (exponent as i64).max(1) - self.bias - i64::from(fraction);
            scaled(mantissa | implied, power)
        };
        if negative { -magnitude } else { magnitude }
    }
}

/// `significand` · 2^`power` as the nearest double.
fn scaled(significand: u128, power: i64) -> f64 {
    if significand == 0 {
        return 0.0;
    }
    let length = i64::from(128 - significand.leading_zeros());
    let exponent = power + length - 1;
    if exponent > 1023 {
        return f64::INFINITY;
    }
    // The weight of the result's last bit: 53 bits, or what denormals have.
    let last = (exponent - 52).max(-1074);
    let shift = last - power;
    let rounded = match u32::try_from(shift) {
        Ok(0) => significand,
        Ok(shift @ 1..=127) => {
            let (whole, rest) = (significand >> shift, significand & ((1 << shift) - 1));
            let half = 1u128 << (shift - 1);
            whole + u128::from(rest > half || (rest == half && whole & 1 == 1))
        }
        // Far below the smallest denormal.
        Ok(_) => 0,
        // Fewer bits than a double has: exact.
        Err(_) => significand << (-shift).clamp(0, 127),
    };
    // A carry into the next power of two, or into infinity, is the carry of the addition.
    // At most 2^53.
    #[allow(clippy::cast_possible_truncation)]
    let rounded = rounded as u64;
    if exponent < -1022 {
        return f64::from_bits(rounded);
    }
    let biased = u64::try_from(exponent + 1022).unwrap_or(0) << 52;
    f64::from_bits(biased + rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(fields: &Fields, bits: u128) -> f64 {
        fields.to_f64(&little(&bits.to_le_bytes(), ByteOrder::Little))
    }

    #[test]
    fn doubles_and_singles_come_back() {
        let fields = Fields::new(8, &FloatLayout::F64).unwrap();
        for v in [0.0, -0.0, 1.0, -1.5, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::INFINITY, 2.2e-308, 1e-310]
        {
            assert_eq!(value(&fields, v.to_bits().into()).to_bits(), v.to_bits());
        }
        assert!(value(&fields, f64::NAN.to_bits().into()).is_nan());
        let fields = Fields::new(4, &FloatLayout::F32).unwrap();
        for v in [0.0f32, 1.0, -3.25, f32::MIN_POSITIVE, 1e-45, f32::MAX] {
            assert_eq!(value(&fields, v.to_bits().into()), f64::from(v));
        }
    }

    #[test]
    fn other_layouts() {
        let layout = |precision, exponent_size, mantissa_size, bias, normalization| FloatLayout {
            offset: 0,
            precision,
            sign: (precision - 1) as u8,
            exponent_position: mantissa_size,
            exponent_size,
            mantissa_position: 0,
            mantissa_size,
            bias,
            normalization,
        };
        let bfloat = Fields::new(2, &layout(16, 8, 7, 127, Normalization::Implied)).unwrap();
        assert_eq!(value(&bfloat, 0x3fc0), 1.5);
        let x87 = Fields::new(16, &layout(80, 15, 64, 16383, Normalization::MsbSet)).unwrap();
        assert_eq!(value(&x87, 0x3fff_c000_0000_0000_0000), 1.5);
        assert_eq!(value(&x87, 0x7fff_8000_0000_0000_0000), f64::INFINITY);
        assert!(value(&x87, 0x7fff_c000_0000_0000_0000).is_nan());
        // A tie goes to even, anything above it up, and overflow to infinity.
        assert_eq!(value(&x87, 0x3fff_8000_0000_0000_0400), 1.0);
        assert_eq!(value(&x87, 0x3fff_8000_0000_0000_0401), 1.0 + f64::EPSILON);
        assert_eq!(value(&x87, 0x3fff_8000_0000_0000_0c00), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(value(&x87, 0x7ffe_8000_0000_0000_0000), f64::INFINITY);
        assert_eq!(value(&x87, 0x43fe_ffff_ffff_ffff_ffff), f64::INFINITY);
        assert_eq!(value(&x87, 0x0001_8000_0000_0000_0000), 0.0);
        assert_eq!(value(&x87, 0x3bcd_8000_0000_0000_0000), 5e-324);
        let quad = Fields::new(16, &layout(128, 15, 112, 16383, Normalization::Implied)).unwrap();
        assert_eq!(value(&quad, 0xc000_8000_u128 << 96), -3.0);
        let vax = layout(32, 8, 23, 129, Normalization::Implied);
        assert_eq!(Fields::new(4, &vax).unwrap().to_f64(&little(&[0x80, 0x40, 0, 0], ByteOrder::Vax)), 1.0);
        assert!(Fields::new(2, &vax).is_err());
    }

    /// Doubles with their fields moved far apart, in either byte order, and with a mantissa of 200 bits.
    #[test]
    fn large_elements() {
        let layout = FloatLayout {
            offset: 3,
            precision: 500,
            sign: 255,
            exponent_position: 230,
            exponent_size: 11,
            mantissa_position: 5,
            mantissa_size: 200,
            bias: 1023,
            normalization: Normalization::Implied,
        };
        let fields = Fields::new(70, &layout).unwrap();
        let put = |element: &mut [u8], at: usize, bits: u64, n: usize| {
            (0..n).for_each(|i| element[(at + i) / 8] |= u8::from(bits >> i & 1 == 1) << ((at + i) % 8));
        };
        for v in [1.0f64, -1.5, 1e300, 5e-324, -2.2e-308, f64::NEG_INFINITY, 0.1] {
            let mut element = [0u8; 70];
            let bits = v.to_bits();
            put(&mut element, 255, bits >> 63, 1);
            put(&mut element, 230, bits >> 52 & 0x7ff, 11);
            put(&mut element, 205 - 52, bits & ((1 << 52) - 1), 52);
            assert_eq!(fields.to_f64(&little(&element, ByteOrder::Little)).to_bits(), bits, "{v:e}");
            let big: Vec<u8> = element.iter().rev().copied().collect();
            assert_eq!(fields.to_f64(&little(&big, ByteOrder::Big)).to_bits(), bits, "{v:e}");
            let vax: Vec<u8> = element.chunks(2).rev().flatten().copied().collect();
            assert_eq!(fields.to_f64(&little(&vax, ByteOrder::Vax)).to_bits(), bits, "{v:e}");
            if v.is_finite() && v.abs() > 1e-300 {
                // Half of the last bit is a tie; the least that is stored beyond that goes up.
                put(&mut element, 205 - 53, 1, 1);
                put(&mut element, 5, 1, 1);
                let next = f64::from_bits(bits + 1);
                assert_eq!(fields.to_f64(&little(&element, ByteOrder::Little)), next, "{v:e}");
            }
        }
        assert!(Fields::new(25, &layout).is_err());
        assert!(Fields::new(70, &FloatLayout { exponent_size: 63, ..layout }).is_err());
    }
}
