//! Integers of any width, byte order and precision.

use super::{Column, Number, View, wide};
use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype, FloatLayout};

/// The number type whose little-endian bytes are the file's bytes as they are, if there is one: then nothing has
/// to be decoded.
pub fn native(datatype: &Datatype) -> Option<Number> {
    let all = |offset: u16, precision: u16| offset == 0 && u32::from(precision) == datatype.size * 8;
    match &datatype.class {
        Class::Integer { order, signed, offset, precision }
            if all(*offset, *precision) && little(*order, datatype.size) =>
        {
            Number::integer(datatype.size, *signed)
        }
        Class::Bitfield { order, offset, precision }
            if all(*offset, *precision) && little(*order, datatype.size) =>
        {
            Number::integer(datatype.size, false)
        }
        Class::Time { order, precision } if all(0, *precision) && little(*order, datatype.size) => {
            Number::integer(datatype.size, false)
        }
        Class::Float { order: ByteOrder::Little, layout } => match datatype.size {
            2 if *layout == FloatLayout::F16 => Some(Number::F16),
            4 if *layout == FloatLayout::F32 => Some(Number::F32),
            8 if *layout == FloatLayout::F64 => Some(Number::F64),
            _ => None,
        },
        Class::Enum { base, .. } if base.size == datatype.size => native(base),
        _ => None,
    }
}

fn little(order: ByteOrder, size: u32) -> bool {
    order == ByteOrder::Little || size == 1
}

/// Reverses the bytes of each element of `size` bytes.
pub(super) fn swap(bytes: &mut [u8], size: usize) {
    fn each<const N: usize>(bytes: &mut [u8]) {
        for element in bytes.as_chunks_mut::<N>().0 {
            element.reverse();
        }
    }
    match size {
        0 | 1 => {}
        2 => each::<2>(bytes),
        4 => each::<4>(bytes),
        8 => each::<8>(bytes),
        n => bytes.chunks_exact_mut(n).for_each(<[u8]>::reverse),
    }
}

/// Integers, bit fields and times.
pub(super) fn integers(
    view: View<'_>,
    size: usize,
    order: ByteOrder,
    signed: bool,
    offset: u16,
    precision: u16,
) -> Result<Column> {
    let bits = u32::try_from(size).unwrap_or(u32::MAX).saturating_mul(8);
    if precision == 0 || u32::from(offset) + u32::from(precision) > bits {
        return Err(Error::malformed(format!("{precision} bits at {offset} in {bits}")));
    }
    let Some((kind, width)) = natural(size, signed) else {
        return wide::integers(view, size, order, signed, (offset.into(), precision.into()));
    };
    let mut bytes = if width == size {
        view.packed(size).into_owned()
    } else {
        widened(&view.packed(size), size, width, order)
    };
    match order {
        ByteOrder::Vax => return Err(Error::unsupported("integers in VAX byte order")),
        ByteOrder::Big if width == size => swap(&mut bytes, size),
        _ => {}
    }
    if u32::from(precision) != bits || width != size {
        extract(&mut bytes, kind, offset.into(), precision.into());
    }
    Ok(Column::Numbers { kind, bytes })
}

/// The natural number that holds integers of `size` bytes, and its width.
fn natural(size: usize, signed: bool) -> Option<(Number, usize)> {
    let width = size.checked_next_power_of_two()?;
    let kind = Number::integer(u32::try_from(width).ok()?, signed)?;
    Some((kind, width))
}

/// Each element with zero bytes behind its most significant one, little-endian.
fn widened(packed: &[u8], size: usize, width: usize, order: ByteOrder) -> Vec<u8> {
    let mut out = vec![0; packed.len() / size * width];
    for (to, from) in out.chunks_exact_mut(width).zip(packed.chunks_exact(size)) {
        to[..size].copy_from_slice(from);
        if order == ByteOrder::Big {
            to[..size].reverse();
        }
    }
    out
}

/// Cuts the value out of the bits around it and extends its sign.
fn extract(bytes: &mut [u8], kind: Number, offset: u32, precision: u32) {
    // Bits above the value go out on the left, bits below it on the right.
    macro_rules! each {
        ($t:ty, $bits:expr) => {
            for element in bytes.as_chunks_mut::<{ size_of::<$t>() }>().0 {
                let v = <$t>::from_le_bytes(*element) << ($bits - precision - offset);
                *element = (v >> ($bits - precision)).to_le_bytes();
            }
        };
    }
    match kind {
        Number::I8 => each!(i8, 8),
        Number::U8 => each!(u8, 8),
        Number::I16 => each!(i16, 16),
        Number::U16 => each!(u16, 16),
        Number::I32 => each!(i32, 32),
        Number::U32 => each!(u32, 32),
        Number::I64 => each!(i64, 64),
        Number::U64 => each!(u64, 64),
        Number::F16 | Number::F32 | Number::F64 => {}
    }
}
