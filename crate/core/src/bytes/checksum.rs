//! The metadata checksum: Bob Jenkins' lookup3, little-endian on every machine.

use byteorder::{ByteOrder, LittleEndian};
use std::num::Wrapping;

type W = Wrapping<u32>;

fn rot(x: W, k: u32) -> W {
    Wrapping(x.0.rotate_left(k))
}

/// lookup3 `hashlittle` of `data`. `initval` is 0 everywhere but in shared-message hashes, where it is the
/// message type.
pub fn lookup3(data: &[u8], initval: u32) -> u32 {
    // The algorithm works modulo 2^32; only the low bits of the length take part.
    #[allow(clippy::cast_possible_truncation)]
    let start = Wrapping(0xdead_beef_u32) + Wrapping(data.len() as u32) + Wrapping(initval);
    let (mut a, mut b, mut c) = (start, start, start);
    let mut rest = data;
    while rest.len() > 12 {
        let (block, tail) = rest.split_at(12);
        a += LittleEndian::read_u32(block);
        b += LittleEndian::read_u32(block.split_at(4).1);
        c += LittleEndian::read_u32(block.split_at(8).1);
        a -= c;
        a ^= rot(c, 4);
        c += b;
        b -= a;
        b ^= rot(a, 6);
        a += c;
        c -= b;
        c ^= rot(b, 8);
        b += a;
        a -= c;
        a ^= rot(c, 16);
        c += b;
        b -= a;
        b ^= rot(a, 19);
        a += c;
        c -= b;
        c ^= rot(b, 4);
        b += a;
        rest = tail;
    }
    if rest.is_empty() {
        return c.0;
    }
    let mut last = [0u8; 12];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    a += LittleEndian::read_u32(&last);
    b += LittleEndian::read_u32(last.split_at(4).1);
    c += LittleEndian::read_u32(last.split_at(8).1);
    c ^= b;
    c -= rot(b, 14);
    a ^= c;
    a -= rot(c, 11);
    b ^= a;
    b -= rot(a, 25);
    c ^= b;
    c -= rot(b, 16);
    a ^= c;
    a -= rot(c, 4);
    b ^= a;
    b -= rot(a, 14);
    c ^= b;
    c -= rot(b, 24);
    c.0
}

#[cfg(test)]
mod tests {
    use super::lookup3;

    #[test]
    fn known_vectors() {
        assert_eq!(lookup3(b"Four score and seven years ago", 0), 0x1777_0551);
        assert_eq!(lookup3(b"Four score and seven years ago", 1), 0xcd62_8161);
        assert_eq!(lookup3(b"a", 0), 0x58d6_8708);
        assert_eq!(lookup3(b"OHDR", 0), 0x33bd_5d0a);
        assert_eq!(lookup3(b"", 0), 0xdead_beef);
    }
}
