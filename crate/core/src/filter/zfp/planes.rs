//! The coefficients of a block as bit planes, most significant first, the likely large ones first in each. A plane
//! says whether there are ones among the coefficients not seen yet, and where the next one is.

use super::bits::{Reader, Writer};
use super::order::ORDER;
use super::transform::Word;

/// Alternating bits: two's complement becomes base minus two by adding and flipping them.
const NEGABINARY: u64 = 0xaaaa_aaaa_aaaa_aaaa;

/// Coefficients of up to four dimensions.
pub(super) type Coefficients = [u64; 256];

/// Brings a block in order, in base minus two.
pub(super) fn unsigned<W: Word>(block: &[W], rank: u32) -> Coefficients {
    let mut out = [0; 256];
    let mask = W::of(NEGABINARY);
    for (to, from) in out.iter_mut().zip(ORDER[rank as usize - 1]) {
        *to = block[usize::from(*from)].add(mask).bits() ^ mask.bits();
    }
    out
}

/// Undoes [`unsigned`].
pub(super) fn signed<W: Word>(from: &Coefficients, rank: u32, block: &mut [W]) {
    let mask = W::of(NEGABINARY);
    for (value, to) in from.iter().zip(ORDER[rank as usize - 1]) {
        block[usize::from(*to)] = W::of(value ^ mask.bits()).sub(mask);
    }
}

/// Writes up to `planes` planes of `width`, up to `most` bits; says how many.
pub(super) fn encode(out: &mut Writer, most: u32, planes: u32, width: u32, data: &[u64]) -> u32 {
    let mut left = most;
    let mut seen = 0;
    for plane in (width.saturating_sub(planes)..width).rev() {
        if left == 0 {
            break;
        }
        let bit = |i: usize| data[i] >> plane & 1 == 1;
        let known = seen.min(left as usize);
        for i in 0..known {
            out.bit(bit(i));
        }
        left -= u32::try_from(known).unwrap_or(left);
        let mut ones = (known..data.len()).filter(|i| bit(*i)).count();
        while seen < data.len() && left > 0 {
            left -= 1;
            out.bit(ones > 0);
            if ones == 0 {
                break;
            }
            // The last one needs no saying.
            while seen < data.len() - 1 && left > 0 {
                left -= 1;
                out.bit(bit(seen));
                if bit(seen) {
                    break;
                }
                seen += 1;
            }
            ones -= 1;
            seen += 1;
        }
    }
    most - left
}

/// Reads what [`encode`] wrote; says how many bits that were.
pub(super) fn decode(from: &mut Reader<'_>, most: u32, planes: u32, width: u32, data: &mut [u64]) -> u32 {
    let mut left = most;
    let mut seen = 0;
    for plane in (width.saturating_sub(planes)..width).rev() {
        if left == 0 || from.is_over() {
            break;
        }
        let known = seen.min(left as usize);
        for value in &mut data[..known] {
            *value |= u64::from(from.bit()) << plane;
        }
        left -= u32::try_from(known).unwrap_or(left);
        while seen < data.len() && left > 0 {
            left -= 1;
            if !from.bit() {
                break;
            }
            while seen < data.len() - 1 && left > 0 {
                left -= 1;
                if from.bit() {
                    break;
                }
                seen += 1;
            }
            data[seen] |= 1 << plane;
            seen += 1;
        }
    }
    most - left
}
