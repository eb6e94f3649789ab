//! Snappy's raw format: the plain length as a varint, then literals and copies.

use super::lz77::{self, Limits};
use crate::error::{Error, Result};

fn broken() -> Error {
    Error::malformed("snappy: the stream is broken")
}

/// Takes a little-endian number of `n` bytes.
fn take(input: &mut &[u8], n: usize) -> Result<usize> {
    let (bytes, rest) = input.split_at_checked(n).ok_or_else(broken)?;
    *input = rest;
    bytes
        .iter()
        .rev()
        .try_fold(0usize, |sum, b| Some(sum.checked_mul(256)? + usize::from(*b)))
        .ok_or_else(broken)
}

fn take_length(input: &mut &[u8]) -> Result<usize> {
    let mut length = 0u64;
    for shift in [0, 7, 14, 21, 28] {
        let byte = take(input, 1)? as u64;
        length |= (byte & 127) << shift;
        if byte < 128 {
            return usize::try_from(length).map_err(|_| broken());
        }
    }
    Err(broken())
}

/// Fills `out` exactly.
pub(super) fn decode(mut input: &[u8], out: &mut [u8]) -> Result<()> {
    if take_length(&mut input)? != out.len() {
        return Err(broken());
    }
    let mut made = Vec::with_capacity(out.len());
    while !input.is_empty() {
        let tag = take(&mut input, 1)?;
        let (distance, length) = match tag & 3 {
            0 => {
                let short = tag >> 2;
                let length = if short < 60 { short } else { take(&mut input, short - 59)? };
                let length = length.checked_add(1).ok_or_else(broken)?;
                let (literals, rest) = input.split_at_checked(length).ok_or_else(broken)?;
                if length > out.len() - made.len() {
                    return Err(broken());
                }
                made.extend_from_slice(literals);
                input = rest;
                continue;
            }
            1 => ((tag >> 5) << 8 | take(&mut input, 1)?, (tag >> 2 & 7) + 4),
            2 => (take(&mut input, 2)?, (tag >> 2) + 1),
            _ => (take(&mut input, 4)?, (tag >> 2) + 1),
        };
        if !lz77::copy(&mut made, distance, length, out.len()) {
            return Err(broken());
        }
    }
    if made.len() != out.len() {
        return Err(broken());
    }
    out.copy_from_slice(&made);
    Ok(())
}

/// Encodes a stream.
pub(super) fn encode(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / 2 + 64);
    let mut length = input.len();
    while length >= 128 {
        out.push(length.to_le_bytes()[0] | 128);
        length >>= 7;
    }
    out.push(length.to_le_bytes()[0]);
    lz77::parse(input, &Limits { far: 0xffff, long: 64 }, &mut |literals, copy| {
        for run in literals.chunks(1 << 16) {
            let [low, high, ..] = (run.len() - 1).to_le_bytes();
            match run.len() - 1 {
                0..60 => out.push(low << 2),
                60..256 => out.extend_from_slice(&[60 << 2, low]),
                _ => out.extend_from_slice(&[61 << 2, low, high]),
            }
            out.extend_from_slice(run);
        }
        if let Some((distance, length)) = copy {
            let [low, high, ..] = distance.to_le_bytes();
            out.extend_from_slice(&[(length - 1).to_le_bytes()[0] << 2 | 2, low, high]);
        }
    });
    out
}
