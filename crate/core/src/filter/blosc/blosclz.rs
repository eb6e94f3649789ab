//! BloscLZ: literals and copies behind control bytes, as in FastLZ.
//!
//! A control byte below 32 is followed by that many literals and one more. Others have the length of a copy less two
//! in three bits (7: more follows, in bytes up to the first that is not 255) and the high five bits of the distance
//! less one, whose low byte comes last. All ones there mean a distance beyond 8191, less 8192, in two more bytes.

use super::lz77::{self, Limits};
use crate::error::{Error, Result};

const NEAR: usize = 8191;
const LITERALS: usize = 32;

fn broken() -> Error {
    Error::malformed("blosclz: the stream is broken")
}

/// Fills `out` exactly.
pub(super) fn decode(input: &[u8], out: &mut [u8]) -> Result<()> {
    let mut made = Vec::with_capacity(out.len());
    let mut bytes = input.iter().copied();
    let mut next = || bytes.next().map(usize::from);
    // The first byte's high bits are a version.
    let mut control = next().map(|c| c & 31);
    while let Some(c) = control {
        if c < LITERALS {
            if c + 1 > out.len() - made.len() {
                return Err(broken());
            }
            for _ in 0..=c {
                made.push(next().and_then(|b| u8::try_from(b).ok()).ok_or_else(broken)?);
            }
        } else {
            let mut length = (c >> 5) + 2;
            if length == 9 {
                loop {
                    let more = next().ok_or_else(broken)?;
                    length += more;
                    if more != 255 {
                        break;
                    }
                }
            }
            let mut distance = ((c & 31) << 8) + next().ok_or_else(broken)?;
            if distance == NEAR {
                let (high, low) = (next().ok_or_else(broken)?, next().ok_or_else(broken)?);
                distance += high << 8 | low;
            }
            if !lz77::copy(&mut made, distance + 1, length, out.len()) {
                return Err(broken());
            }
        }
        control = next();
    }
    if made.len() != out.len() {
        return Err(broken());
    }
    out.copy_from_slice(&made);
    Ok(())
}

fn byte(n: usize) -> u8 {
    n.to_le_bytes()[0]
}

/// Encodes a stream.
pub(super) fn encode(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len() / 2 + 64);
    let limits = Limits { far: NEAR + 0xffff, long: 1 << 16 };
    lz77::parse(input, &limits, &mut |literals, copy| {
        for run in literals.chunks(LITERALS) {
            out.push(byte(run.len() - 1));
            out.extend_from_slice(run);
        }
        let Some((distance, length)) = copy else { return };
        let (near, far) =
            if distance > NEAR { (NEAR, Some(distance - 1 - NEAR)) } else { (distance - 1, None) };
        out.push(byte((length - 2).min(7) << 5 | near >> 8));
        if length >= 9 {
            let mut more = length - 9;
            while more >= 255 {
                out.push(255);
                more -= 255;
            }
            out.push(byte(more));
        }
        out.push(byte(near));
        if let Some(far) = far {
            out.extend_from_slice(&[byte(far >> 8), byte(far)]);
        }
    });
    if let Some(first) = out.first_mut() {
        *first |= 1 << 5;
    }
    out
}
