//! Numbers and what they become as other numbers, by the rules of HDF5's conversions.

/// Kinds of natural numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// 8 bits, two's complement.
    I8,
    /// 16 bits, two's complement.
    I16,
    /// 32 bits, two's complement.
    I32,
    /// 64 bits, two's complement.
    I64,
    /// 8 bits.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// IEEE binary32.
    F32,
    /// IEEE binary64.
    F64,
}

impl Number {
    /// The integer of `size` bytes.
    pub fn integer(size: u32, signed: bool) -> Option<Number> {
        Some(match (size, signed) {
            (1, true) => Number::I8,
            (2, true) => Number::I16,
            (4, true) => Number::I32,
            (8, true) => Number::I64,
            (1, false) => Number::U8,
            (2, false) => Number::U16,
            (4, false) => Number::U32,
            (8, false) => Number::U64,
            _ => return None,
        })
    }

    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self {
            Number::I8 | Number::U8 => 1,
            Number::I16 | Number::U16 => 2,
            Number::I32 | Number::U32 | Number::F32 => 4,
            Number::I64 | Number::U64 | Number::F64 => 8,
        }
    }
}

/// Converts `bytes`, little-endian numbers of kind `from`, to kind `to`.
///
/// Floats become integers by cutting their fraction; what does not fit becomes the nearest number that does; NaN
/// becomes 0; integers and doubles become the nearest float.
pub fn convert(from: Number, bytes: &[u8], to: Number) -> Vec<u8> {
    // `as` is exactly this for floats, and for integers into floats; integers are clamped on the way.
    macro_rules! cast {
        ($from:ty, $to:ty, |$v:ident| $value:expr) => {{
            let (elements, _) = bytes.as_chunks::<{ size_of::<$from>() }>();
            let mut out = vec![0u8; elements.len() * size_of::<$to>()];
            let places = out.as_chunks_mut::<{ size_of::<$to>() }>().0;
            for (place, element) in places.iter_mut().zip(elements) {
                let $v = <$from>::from_le_bytes(*element);
                let value: $to = $value;
                *place = value.to_le_bytes();
            }
            out
        }};
    }
    macro_rules! clamp {
        ($from:ty, $to:ty) => {
            cast!($from, $to, |v| <$to>::try_from(v).unwrap_or({
                // Of two that do not fit, the one below zero is too small.
                #[allow(unused_comparisons)]
                if v < 0 { <$to>::MIN } else { <$to>::MAX }
            }))
        };
    }
    macro_rules! to {
        ($from:ty, $integer:ident) => {
            match to {
                Number::I8 => $integer!($from, i8),
                Number::I16 => $integer!($from, i16),
                Number::I32 => $integer!($from, i32),
                Number::I64 => $integer!($from, i64),
                Number::U8 => $integer!($from, u8),
                Number::U16 => $integer!($from, u16),
                Number::U32 => $integer!($from, u32),
                Number::U64 => $integer!($from, u64),
                Number::F32 => as_float!($from, f32),
                Number::F64 => as_float!($from, f64),
            }
        };
    }
    macro_rules! as_float {
        ($from:ty, $to:ty) => {
            cast!($from, $to, |v| {
                #[allow(clippy::cast_possible_truncation, clippy::unnecessary_cast)]
                let value = v as $to;
                value
            })
        };
    }
    match from {
        _ if from == to => bytes.to_vec(),
        Number::I8 => to!(i8, clamp),
        Number::I16 => to!(i16, clamp),
        Number::I32 => to!(i32, clamp),
        Number::I64 => to!(i64, clamp),
        Number::U8 => to!(u8, clamp),
        Number::U16 => to!(u16, clamp),
        Number::U32 => to!(u32, clamp),
        Number::U64 => to!(u64, clamp),
        Number::F32 => to!(f32, as_float),
        Number::F64 => to!(f64, as_float),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(values: &[[u8; N]]) -> Vec<u8> {
        values.concat()
    }

    #[test]
    fn integers_are_clamped() {
        let i16s = bytes(&[(-300i16), -1, 0, 127, 128, 300].map(i16::to_le_bytes));
        assert_eq!(convert(Number::I16, &i16s, Number::U8), [0, 0, 0, 127, 128, 255]);
        let i8s: Vec<u8> = [-128i8, -1, 0, 127, 127, 127].iter().map(|v| *v as u8).collect();
        assert_eq!(convert(Number::I16, &i16s, Number::I8), i8s);
        let u64s = bytes(&[u64::MAX, 5].map(u64::to_le_bytes));
        assert_eq!(convert(Number::U64, &u64s, Number::I64), bytes(&[i64::MAX, 5].map(i64::to_le_bytes)));
        assert_eq!(convert(Number::U64, &u64s, Number::I8), [127, 5]);
    }

    #[test]
    fn floats_are_cut_and_clamped() {
        let f64s = bytes(&[-1.9, 1.9, 300.0, f64::NAN, f64::NEG_INFINITY, -0.0].map(f64::to_le_bytes));
        assert_eq!(convert(Number::F64, &f64s, Number::U8), [0, 1, 255, 0, 0, 0]);
        let i16s = bytes(&[-1, 1, 300, 0, i16::MIN, 0].map(i16::to_le_bytes));
        assert_eq!(convert(Number::F64, &f64s, Number::I16), i16s);
    }

    #[test]
    fn floats_are_rounded_to_the_nearest() {
        let big = bytes(&[16_777_217i32, 16_777_219].map(i32::to_le_bytes));
        let f32s = bytes(&[16_777_216.0f32, 16_777_220.0].map(f32::to_le_bytes));
        assert_eq!(convert(Number::I32, &big, Number::F32), f32s);
        let f64s = bytes(&[0.1f64, 1e300, -1e-320].map(f64::to_le_bytes));
        let f32s = bytes(&[0.1f32, f32::INFINITY, -0.0].map(f32::to_le_bytes));
        assert_eq!(convert(Number::F64, &f64s, Number::F32), f32s);
        assert_eq!(convert(Number::F32, &f32s, Number::F32), f32s);
        assert_eq!(convert(Number::U8, &[7], Number::F64), 7f64.to_le_bytes());
    }
}
