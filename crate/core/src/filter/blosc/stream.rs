//! The compressors that Blosc puts its streams through.

use super::{blosclz, snappy};
use crate::error::{Error, Result};
use crate::filter::{deflate, lz4, zstd};

/// A compressor, by the number that chunks have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    BloscLz,
    Lz4,
    Snappy,
    Zlib,
    Zstd,
}

use Codec::{BloscLz, Lz4, Snappy, Zlib, Zstd};

/// In the order of the numbers in chunks.
const ALL: [Codec; 5] = [BloscLz, Lz4, Snappy, Zlib, Zstd];

impl Codec {
    /// By its number in a chunk.
    pub fn of_format(number: u8) -> Result<Self> {
        let found = ALL.get(usize::from(number)).copied();
        found.ok_or_else(|| Error::unsupported(format!("blosc with compressor {number}")))
    }

    /// Its number in a chunk.
    pub fn format(self) -> u8 {
        self as u8
    }

    /// By its number in client data, where LZ4's slow encoder has one of its own: its format is the same.
    pub fn of_parameter(number: u32) -> Result<Self> {
        Ok(match number {
            0 => BloscLz,
            1 | 2 => Lz4,
            3 => Snappy,
            4 => Zlib,
            5 => Zstd,
            n => return Err(Error::argument(format!("blosc has no compressor {n}"))),
        })
    }

    /// Whether it gains from planes of bytes in streams of their own.
    pub fn splits(self) -> bool {
        matches!(self, BloscLz | Lz4 | Snappy)
    }

    /// Fills `out` exactly.
    pub fn decode(self, input: &[u8], out: &mut [u8]) -> Result<()> {
        match self {
            BloscLz => blosclz::decode(input, out),
            Lz4 => lz4::decode_block(input, out),
            Snappy => snappy::decode(input, out),
            Zlib => deflate::Inflate::default().decode(input, out),
            Zstd => zstd::decode_into(input, out),
        }
    }

    /// Encodes a stream at `level` 1 … 9.
    pub fn encode(self, level: u8, input: &[u8]) -> Result<Vec<u8>> {
        match self {
            BloscLz => Ok(blosclz::encode(input)),
            Lz4 => Ok(lz4::encode_block(input)),
            Snappy => Ok(snappy::encode(input)),
            Zlib => deflate::Deflate::default().encode(input, Some(level.into())),
            // Nine levels for what has 22.
            Zstd => zstd::encode_level(if level < 9 { u32::from(level) * 2 - 1 } else { 22 }, input),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_compressor_brings_everything_back() {
        let noise = |i: u32| (i.wrapping_mul(0x9e37_79b1) >> 13) as u8;
        let shapes: [fn(u32) -> u8; 4] =
            [|_| 0, |i| (i / 1000) as u8, |i| (i % 7) as u8, |i| ((i * i) >> 11) as u8];
        for codec in ALL {
            for n in [0, 1, 5, 100, 4000, 70_000] {
                for shape in shapes.into_iter().chain([noise as fn(u32) -> u8]) {
                    let data: Vec<u8> = (0..n).map(|i| shape(i & 0xffff)).collect();
                    let stored = codec.encode(5, &data).unwrap();
                    let mut out = vec![1; data.len()];
                    codec.decode(&stored, &mut out).unwrap();
                    assert_eq!(out, data, "{codec:?} {n}");
                    let mut more = vec![0; data.len() + 1];
                    assert!(codec.decode(&stored, &mut more).is_err(), "{codec:?} {n}");
                }
            }
            assert_eq!(Codec::of_format(codec.format()).unwrap(), codec);
        }
        assert!(Codec::of_format(5).is_err() && Codec::of_parameter(6).is_err());
    }

    #[test]
    fn broken_streams_are_refused() {
        let data: Vec<u8> = (0..3000u32).map(|i| ((i * i) >> 7) as u8).collect();
        for codec in [BloscLz, Lz4, Snappy] {
            let stored = codec.encode(5, &data).unwrap();
            let mut out = vec![0; data.len()];
            for n in 0..stored.len() {
                assert!(codec.decode(&stored[..n], &mut out).is_err(), "{codec:?} {n}");
            }
            for i in 0..stored.len() {
                let mut bad = stored.clone();
                bad[i] ^= 0x55;
                // Anything but a panic.
                let _ = codec.decode(&bad, &mut out);
            }
        }
    }

    #[test]
    fn far_copies_and_long_ones() {
        let mut data: Vec<u8> = (0..30_000u32).map(|i| (i.wrapping_mul(0x9e37_79b1) >> 17) as u8).collect();
        let start = data.clone();
        data.extend_from_slice(&start);
        data.resize(100_000, 7);
        for codec in [BloscLz, Snappy] {
            let stored = codec.encode(5, &data).unwrap();
            assert!(stored.len() < 45_000, "{codec:?} {}", stored.len());
            let mut out = vec![0; data.len()];
            codec.decode(&stored, &mut out).unwrap();
            assert_eq!(out, data);
        }
    }
}
