//! Filter 32000: one LibLZF stream per chunk, as h5py writes it.
//!
//! A control byte below 32 starts a run of literals, any other a copy of bytes that came before.

use super::Local;
use super::codecs::Codec;
use crate::error::{Error, Result};

pub(super) const CODEC: Codec = Codec { id: 32000, decode, encode, local };

/// Revision of the filter and version of the library that h5py notes.
const VERSIONS: [u32; 2] = [4, 0x0105];

const MOST_LITERALS: usize = 32;
const MOST_DISTANCE: usize = 1 << 13;
const MOST_COPIED: usize = 264;
const HASH_BITS: u32 = 14;

fn broken() -> Error {
    Error::malformed("lzf: the stream contradicts itself")
}

fn decode(_: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(most.min(input.len().saturating_mul(4)));
    let mut rest = input.iter();
    while let Some(control) = rest.next() {
        let control = usize::from(*control);
        if control < MOST_LITERALS {
            let (literals, after) = rest.as_slice().split_at_checked(control + 1).ok_or_else(broken)?;
            out.extend_from_slice(literals);
            rest = after.iter();
        } else {
            let mut next = || rest.next().map(|b| usize::from(*b)).ok_or_else(broken);
            let long = if control >> 5 == 7 { next()? } else { 0 };
            let length = (control >> 5) + long + 2;
            let distance = ((control & 31) << 8 | next()?) + 1;
            let start = out.len().checked_sub(distance).ok_or_else(broken)?;
            if distance >= length {
                out.extend_from_within(start..start + length);
            } else {
                (start..start + length).for_each(|i| out.push(out[i]));
            }
        }
        if out.len() > most {
            return Err(Error::malformed(format!("lzf: more than {most} bytes")));
        }
    }
    Ok(out)
}

fn encode(_: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut table = vec![0usize; 1 << HASH_BITS]; // positions + 1
    let mut out = Vec::with_capacity(input.len());
    let (mut at, mut literals) = (0, 0);
    while at < input.len() && out.len() < input.len() {
        let found = longest(input, at, &mut table);
        match found {
            None => at += 1,
            Some((start, length)) => {
                write_literals(&input[literals..at], &mut out);
                write_copy(at - start - 1, length - 2, &mut out);
                at += length;
                literals = at;
            }
        }
    }
    write_literals(&input[literals..], &mut out);
    Ok((out.len() < input.len()).then_some(out))
}

/// Where bytes like those at `at` came last, and how many are the same: three or more.
fn longest(input: &[u8], at: usize, table: &mut [usize]) -> Option<(usize, usize)> {
    let here = &input[at..];
    let [a, b, c, ..] = *here else { return None };
    let hash = (u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c)).wrapping_mul(0x9e37_79b1);
    let slot = &mut table[(hash >> (32 - HASH_BITS)) as usize];
    let start = std::mem::replace(slot, at + 1).checked_sub(1)?;
    if at - start > MOST_DISTANCE {
        return None;
    }
    let same = input[start..].iter().zip(here).take(MOST_COPIED).take_while(|(x, y)| x == y).count();
    (same >= 3).then_some((start, same))
}

#[allow(clippy::cast_possible_truncation)] // runs are cut to what fits
fn write_literals(literals: &[u8], out: &mut Vec<u8>) {
    for run in literals.chunks(MOST_LITERALS) {
        out.push((run.len() - 1) as u8);
        out.extend_from_slice(run);
    }
}

#[allow(clippy::cast_possible_truncation)] // distances and lengths are bounded by the format
fn write_copy(distance: usize, length: usize, out: &mut Vec<u8>) {
    let high = (distance >> 8) as u8;
    if length < 7 {
        out.push((length as u8) << 5 | high);
    } else {
        out.extend([7 << 5 | high, (length - 7) as u8]);
    }
    out.push(distance as u8);
}

/// The bytes of a chunk are noted for readers that want to know them in advance.
fn local(_: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    Ok(vec![VERSIONS[0], VERSIONS[1], local.chunk_bytes()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_the_reference() {
        // "aaaaaaaaaa": a literal, then a copy of nine at distance one.
        assert_eq!(decode(&[], &[0, b'a', 7 << 5, 0, 0], 10).unwrap(), b"aaaaaaaaaa");
        assert_eq!(decode(&[], &[2, b'a', b'b', b'c', 1 << 5, 2], 6).unwrap(), b"abcabc");
        for bad in
            [&[1, b'a'][..], &[32], &[32, 0], &[0, 1, 0xe0], &[0, 1, 0x20, 1], &[0, b'a', 0xe0, 255, 0]]
        {
            assert!(decode(&[], bad, 20).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn comes_back() {
        for n in [0usize, 1, 2, 3, 31, 32, 33, 300, 9000, 70_000] {
            let (run, text) = (vec![7; n], (0..n).map(|i| ((i * i) >> 9) as u8).collect::<Vec<_>>());
            for data in [run, text] {
                match encode(&[], &data).unwrap() {
                    Some(stored) => assert_eq!(decode(&[], &stored, n).unwrap(), data),
                    None => assert!(n < 5 || data[1] != data[n / 2], "{n} bytes not compressed"),
                }
            }
        }
    }

    #[test]
    fn noise_stays_as_it_is() {
        let mut state = 1u32;
        let noise = std::iter::repeat_with(|| {
            (state = state.wrapping_mul(0x19660d).wrapping_add(0x3c6ef35f), state >> 24).1 as u8
        });
        assert!(encode(&[], &noise.take(5000).collect::<Vec<_>>()).unwrap().is_none());
    }
}
