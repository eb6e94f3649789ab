//! Numbers and what they become as other numbers, by the rules of HDF5's conversions.

use super::half::Half;

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
    /// IEEE binary16, of which Rust has no type: [`convert`] makes others of them.
    F16,
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
            Number::I16 | Number::U16 | Number::F16 => 2,
            Number::I32 | Number::U32 | Number::F32 => 4,
            Number::I64 | Number::U64 | Number::F64 => 8,
        }
    }

    /// Whether it is a float.
    pub fn is_float(self) -> bool {
        matches!(self, Number::F16 | Number::F32 | Number::F64)
    }
}

/// Numbers that are converted together.
const BLOCK: usize = 256;

/// Numbers on their way, wide enough for whatever they were.
enum Wide {
    Signed([i64; BLOCK]),
    Unsigned([u64; BLOCK]),
    Float([f64; BLOCK]),
}

/// Converts `bytes`, little-endian numbers of kind `from`, to kind `to`.
///
/// Floats become integers by cutting their fraction; what does not fit becomes the nearest number that does; NaN
/// becomes 0; integers and doubles become the nearest float.
// By way of the widest number of its kind, which loses nothing: a loop for each kind in and out instead of one
// for each pair of them.
pub fn convert(from: Number, bytes: &[u8], to: Number) -> Vec<u8> {
    if from == to {
        return bytes.to_vec();
    }
    let mut out = vec![0; bytes.len() / from.size() * to.size()];
    let blocks = bytes.chunks(BLOCK * from.size());
    for (block, places) in blocks.zip(out.chunks_mut(BLOCK * to.size())) {
        store(&load(from, block), to, places);
    }
    out
}

fn load(from: Number, bytes: &[u8]) -> Wide {
    macro_rules! widen {
        ($from:ty, $wide:ident, $to:ty) => {{
            let mut block = [<$to>::default(); BLOCK];
            let (elements, _) = bytes.as_chunks::<{ size_of::<$from>() }>();
            for (place, element) in block.iter_mut().zip(elements) {
                *place = <$to>::from(<$from>::from_le_bytes(*element));
            }
            Wide::$wide(block)
        }};
    }
    match from {
        Number::I8 => widen!(i8, Signed, i64),
        Number::I16 => widen!(i16, Signed, i64),
        Number::I32 => widen!(i32, Signed, i64),
        Number::I64 => widen!(i64, Signed, i64),
        Number::U8 => widen!(u8, Signed, i64),
        Number::U16 => widen!(u16, Signed, i64),
        Number::U32 => widen!(u32, Signed, i64),
        Number::U64 => widen!(u64, Unsigned, u64),
        Number::F16 => widen!(Half, Float, f64),
        Number::F32 => widen!(f32, Float, f64),
        Number::F64 => widen!(f64, Float, f64),
    }
}

fn store(block: &Wide, to: Number, out: &mut [u8]) {
    // `as` is exactly the rule for floats, and for integers into floats; integers are clamped on the way.
    macro_rules! put {
        ($block:ident, $to:ty, |$v:ident| $value:expr) => {
            for (place, $v) in out.as_chunks_mut::<{ size_of::<$to>() }>().0.iter_mut().zip($block) {
                #[allow(clippy::cast_possible_truncation, clippy::unnecessary_cast)]
                let value: $to = $value;
                *place = value.to_le_bytes();
            }
        };
    }
    macro_rules! cast {
        ($block:ident, $to:ty) => {
            put!($block, $to, |v| *v as $to)
        };
    }
    macro_rules! clamp {
        ($block:ident, $to:ty) => {
            put!($block, $to, |v| <$to>::try_from(*v).unwrap_or({
                // Of two that do not fit, the one below zero is too small.
                #[allow(unused_comparisons)]
                if *v < 0 { <$to>::MIN } else { <$to>::MAX }
            }))
        };
    }
    macro_rules! to {
        ($block:ident, $integer:ident, $half:expr) => {
            match to {
                Number::I8 => $integer!($block, i8),
                Number::I16 => $integer!($block, i16),
                Number::I32 => $integer!($block, i32),
                Number::I64 => $integer!($block, i64),
                Number::U8 => $integer!($block, u8),
                Number::U16 => $integer!($block, u16),
                Number::U32 => $integer!($block, u32),
                Number::U64 => $integer!($block, u64),
                #[allow(clippy::cast_precision_loss)] // above 2^53 all are beyond the largest
                Number::F16 => put!($block, Half, |v| $half(*v as f64)),
                Number::F32 => cast!($block, f32),
                Number::F64 => cast!($block, f64),
            }
        };
    }
    match block {
        Wide::Signed(block) => to!(block, clamp, Half::nearest),
        Wide::Unsigned(block) => to!(block, clamp, Half::nearest),
        Wide::Float(block) => to!(block, cast, Half::of_float),
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
    fn blocks_follow_each_other() {
        let n = 2 * BLOCK as i16 + 3;
        let i16s = bytes(&(0..n).map(i16::to_le_bytes).collect::<Vec<_>>());
        let f64s = bytes(&(0..n).map(|v| f64::from(v).to_le_bytes()).collect::<Vec<_>>());
        assert_eq!(convert(Number::I16, &i16s, Number::F64), f64s);
        assert_eq!(convert(Number::F64, &f64s, Number::I16), i16s);
        assert!(convert(Number::F64, &[], Number::I16).is_empty());
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

    #[test]
    fn halves() {
        let f64s = bytes(&[1.5f64, -0.0, 65504.0, 65510.0, 1e-8].map(f64::to_le_bytes));
        let f16s = bytes(&[0x3e00u16, 0x8000, 0x7bff, 0x7c00, 0].map(u16::to_le_bytes));
        assert_eq!(convert(Number::F64, &f64s, Number::F16), f16s);
        let f32s = bytes(&[1.5f32, -0.0, 65504.0, f32::INFINITY, 0.0].map(f32::to_le_bytes));
        assert_eq!(convert(Number::F16, &f16s, Number::F32), f32s);
        assert_eq!(
            convert(Number::F16, &f16s, Number::U16),
            bytes(&[1u16, 0, 65504, u16::MAX, 0].map(u16::to_le_bytes))
        );
        // Integers are rounded before they are found too large.
        let u64s = bytes(&[2049u64, 65510, u64::MAX].map(u64::to_le_bytes));
        assert_eq!(
            convert(Number::U64, &u64s, Number::F16),
            bytes(&[0x6800u16, 0x7bff, 0x7c00].map(u16::to_le_bytes))
        );
    }
}
