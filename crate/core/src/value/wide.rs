//! Integers of more than eight bytes.

use super::number::swap;
use super::{Column, View};
use crate::error::{Error, Result};
use crate::format::datatype::ByteOrder;

/// Integers of `size` bytes whose value is in `precision` bits at `offset`: little-endian, in two's complement.
pub(super) fn integers(
    view: View<'_>,
    size: usize,
    order: ByteOrder,
    signed: bool,
    (offset, precision): (usize, usize),
) -> Result<Column> {
    let mut bytes = view.packed(size).into_owned();
    match order {
        ByteOrder::Little => {}
        ByteOrder::Big => swap(&mut bytes, size),
        ByteOrder::Vax => return Err(Error::unsupported("integers in VAX byte order")),
    }
    if precision < size * 8 {
        bytes.chunks_exact_mut(size).for_each(|element| extract(element, signed, offset, precision));
    }
    Ok(Column::Wide { size, signed, bytes })
}

/// Moves the value down to bit 0 and extends its sign.
fn extract(element: &mut [u8], signed: bool, offset: usize, precision: usize) {
    let (skip, shift) = (offset / 8, offset % 8);
    for i in 0..element.len() {
        let byte = |i: usize| u16::from(element.get(i).copied().unwrap_or(0));
        let pair = byte(i + skip) | byte(i + skip + 1) << 8;
        // The lower byte of what is left.
        element[i] = (pair >> shift).to_le_bytes()[0];
    }
    let last = precision - 1;
    let negative = signed && element[last / 8] >> (last % 8) & 1 == 1;
    for (i, byte) in element.iter_mut().enumerate().skip(precision / 8) {
        let unused = if i == precision / 8 { 0xffu8 << (precision % 8) } else { 0xff };
        *byte = if negative { *byte | unused } else { *byte & !unused };
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;
    use crate::format::datatype::{Class, Datatype};
    use crate::format::heap::global::NoHeap;

    fn wide(size: u32, order: ByteOrder, signed: bool, offset: u16, precision: u16, bytes: &[u8]) -> Vec<u8> {
        let class = Class::Integer { order, signed, offset, precision };
        match decode(&Datatype { size, class }, bytes, &mut NoHeap).unwrap() {
            Column::Wide { size: s, signed: g, bytes } => {
                assert_eq!((s, g), (size as usize, signed));
                bytes
            }
            _ => panic!("not wide"),
        }
    }

    #[test]
    fn whole_widths_are_as_they_are() {
        let value = 0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10_u128;
        let le = value.to_le_bytes();
        assert_eq!(wide(16, ByteOrder::Little, true, 0, 128, &le), le);
        assert_eq!(wide(16, ByteOrder::Big, false, 0, 128, &value.to_be_bytes()), le);
        assert_eq!(wide(9, ByteOrder::Big, true, 0, 72, &[1, 2, 3, 4, 5, 6, 7, 8, 9])[0], 9);
        assert_eq!(wide(70, ByteOrder::Little, true, 0, 560, &[7; 140]), [7; 140]);
    }

    /// Every position against the machine's own shifts.
    #[test]
    fn values_are_cut_out_of_the_bits_around_them() {
        let bits = 0xfedc_ba98_7654_3210_0f1e_2d3c_4b5a_6978_u128;
        for offset in [0u16, 1, 7, 8, 9, 40, 100] {
            for precision in [1u16, 5, 8, 9, 17, 28] {
                let up = 128 - u32::from(offset) - u32::from(precision);
                let down = 128 - u32::from(precision);
                let unsigned = (bits << up) >> down;
                let signed = ((bits << up) as i128) >> down;
                let got = |sign| wide(16, ByteOrder::Little, sign, offset, precision, &bits.to_le_bytes());
                assert_eq!(got(false), unsigned.to_le_bytes(), "{offset} {precision}");
                assert_eq!(got(true), signed.to_le_bytes(), "{offset} {precision}");
            }
        }
    }
}
