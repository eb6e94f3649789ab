//! zfp's header: what the numbers are, and how exactly they are kept. HDF5's plug-in has it in the client data, after a
//! word with versions.

use super::bits::Writer;
use crate::error::{Error, Result};

/// Limits of the format.
const LEAST_BITS: u32 = 1;
const MOST_BITS: u32 = 16658;
const MOST_PLANES: u32 = 64;
const LEAST_EXPONENT: i32 = -1074;

/// "zfp" and the version of the codec, as a word.
const MAGIC: u32 = 0x0570_667a;
/// What the current plug-in has in front: zfp 1.0.1, codec 5, plug-in 1.1.1.
const VERSIONS: u32 = 0x1010_5111;

/// Numbers that zfp knows, in the order of its codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    I32,
    I64,
    F32,
    F64,
}

impl Kind {
    pub fn size(self) -> usize {
        match self {
            Kind::I32 | Kind::F32 => 4,
            Kind::I64 | Kind::F64 => 8,
        }
    }
}

/// How exactly a block is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    /// Bits that a block has at least, and at most.
    pub least: u32,
    pub most: u32,
    /// Bit planes that are kept at most.
    pub planes: u32,
    /// Exponent of the last bit plane that is kept.
    pub exponent: i32,
}

const FREE: Mode = Mode { least: LEAST_BITS, most: MOST_BITS, planes: MOST_PLANES, exponent: LEAST_EXPONENT };

/// Everything that a stream needs.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    pub kind: Kind,
    /// Extents, fastest first; one to four.
    pub extents: Vec<usize>,
    pub mode: Mode,
    /// Whether it comes from a big-endian machine: then the elements are big-endian as well.
    pub swapped: bool,
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::malformed(format!("zfp: {what}"))
}

impl Mode {
    /// Whether nothing is lost.
    pub fn is_reversible(self) -> bool {
        self.exponent < LEAST_EXPONENT
    }

    /// Twelve bits say everything for the usual modes; all ones mean that 52 more follow.
    fn decode(short: u64, long: u64) -> Self {
        let part = |shift: u32, bits: u32| u32::try_from(long >> shift & ((1 << bits) - 1)).unwrap_or(0);
        match u32::try_from(short).unwrap_or(u32::MAX) {
            n @ 0..2048 => Mode { least: n + 1, most: n + 1, ..FREE },
            n @ 2048..2176 => Mode { planes: n + 1 - 2048, ..FREE },
            2176 => Mode { exponent: LEAST_EXPONENT - 1, ..FREE },
            n @ 2177..4095 => Mode { exponent: LEAST_EXPONENT + n.cast_signed() - 2177, ..FREE },
            _ => Mode {
                least: part(0, 15) + 1,
                most: part(15, 15) + 1,
                planes: part(30, 7) + 1,
                exponent: part(37, 15).cast_signed() - 16495,
            },
        }
    }

    /// The twelve bits, and the 52 if they are needed.
    fn encode(self) -> (u64, Option<u64>) {
        let free = (self.least, self.most) == (LEAST_BITS, MOST_BITS);
        let rate = Mode { least: self.most, most: self.most, ..FREE };
        let short = if self == rate && self.most <= 2048 {
            Some(self.most - 1)
        } else if free && self.planes < MOST_PLANES && self.exponent == LEAST_EXPONENT {
            Some(self.planes - 1 + 2048)
        } else if free && self.planes == MOST_PLANES && self.is_reversible() {
            Some(2176)
        } else if free && self.planes == MOST_PLANES {
            u32::try_from(self.exponent - LEAST_EXPONENT + 2177).ok().filter(|n| *n < 4095)
        } else {
            None
        };
        if let Some(short) = short {
            return (short.into(), None);
        }
        let exponent = u64::try_from((self.exponent + 16495).clamp(0, 0x7fff)).unwrap_or(0);
        let long = u64::from((self.least - 1).min(0x7fff))
            | u64::from((self.most - 1).min(0x7fff)) << 15
            | u64::from((self.planes - 1).min(0x7f)) << 30
            | exponent << 37;
        (0xfff, Some(long))
    }

    /// What a user gives: 1 and bits per value (as a double), 2 and bit planes, 3 and the largest error (as a double), 4
    /// and the four numbers of a mode, 5 for no loss at all. The second value is not used. Nothing = no loss.
    pub fn asked(values: &[u32], kind: Kind, rank: usize) -> Result<Self> {
        let value = |i: usize| values.get(i).copied().unwrap_or(0);
        let double = f64::from_bits(u64::from(value(2)) | u64::from(value(3)) << 32);
        let mode = match value(0) {
            1 => {
                let bits = (double * (1u64 << (2 * rank)) as f64 + 0.5).floor();
                let least = match kind {
                    Kind::F32 => 9,
                    Kind::F64 => 12,
                    _ => 1,
                };
                if !(bits >= 1.0 && bits <= f64::from(MOST_BITS)) {
                    return Err(Error::argument(format!("zfp with {double} bits per value")));
                }
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
                let bits = (bits as u32).max(least);
                Mode { least: bits, most: bits, ..FREE }
            }
            2 => Mode { planes: value(2).clamp(1, MOST_PLANES), ..FREE },
            3 if double > 0.0 && double.is_finite() => {
                Mode { exponent: super::block::exponent(double) - 1, ..FREE }
            }
            3 if double == 0.0 => FREE,
            4 => Mode { least: value(2), most: value(3), planes: value(4), exponent: value(5).cast_signed() },
            0 | 5 => Mode { exponent: LEAST_EXPONENT - 1, ..FREE },
            n => return Err(Error::argument(format!("zfp with mode {n}, or an error of {double}"))),
        };
        let sane = (1..=0x8000).contains(&mode.least)
            && (mode.least..=0x8000).contains(&mode.most)
            && (1..=128).contains(&mode.planes)
            && (-16495..16000).contains(&mode.exponent);
        if sane { Ok(mode) } else { Err(Error::argument(format!("zfp with {mode:?}"))) }
    }
}

impl Header {
    /// From the client data of a dataset.
    pub fn decode(values: &[u32]) -> Result<Self> {
        let mut words = [0; 5];
        let stored = values.get(1..).unwrap_or(&[]);
        for (to, from) in words.iter_mut().zip(stored) {
            *to = *from;
        }
        let swapped = words[0] == MAGIC.swap_bytes();
        if swapped {
            words = words.map(u32::swap_bytes);
        }
        if words[0] & 0x00ff_ffff != MAGIC & 0x00ff_ffff {
            return Err(broken("no header in the client data"));
        }
        if words[0] != MAGIC {
            return Err(Error::unsupported(format!("zfp codec {}", words[0] >> 24)));
        }
        // 52 bits of what, 12 or 64 bits of how.
        let first = u64::from(words[1]) | u64::from(words[2]) << 32;
        let long = u64::from(words[3]) | u64::from(words[4]) << 32;
        let kind = [Kind::I32, Kind::I64, Kind::F32, Kind::F64][usize::try_from(first & 3).unwrap_or(0)];
        let rank = usize::try_from(first >> 2 & 3).unwrap_or(0) + 1;
        let width = [48, 24, 16, 12][rank - 1];
        let extents = (0..rank)
            .map(|i| (first << 12 >> (16 + i * width)) & ((1 << width) - 1))
            .map(|n| usize::try_from(n + 1).map_err(|_| broken("an extent beyond memory")))
            .collect::<Result<_>>()?;
        Ok(Header { kind, extents, mode: Mode::decode(first >> 52, long), swapped })
    }

    /// The client data of a dataset.
    pub fn encode(&self) -> Result<Vec<u32>> {
        let mut out = Writer::default();
        let rank = self.extents.len();
        let width = [48u32, 24, 16, 12][rank - 1];
        out.bits(MAGIC.into(), 32);
        out.bits(self.kind as u64 | ((rank - 1) as u64) << 2, 4);
        for n in &self.extents {
            let n = (*n as u64).checked_sub(1).filter(|n| *n >> width == 0);
            out.bits(n.ok_or_else(|| Error::argument("zfp: a chunk with too large an extent"))?, width);
        }
        out.pad(48 - width * u32::try_from(rank).unwrap_or(4));
        let (short, long) = self.mode.encode();
        out.bits(short, 12);
        if let Some(long) = long {
            out.bits(long, 52);
        }
        let mut bytes = out.finish();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let words = bytes.as_chunks::<4>().0.iter().map(|w| u32::from_le_bytes(*w));
        Ok(std::iter::once(VERSIONS).chain(words).collect())
    }

    /// Bytes of all elements.
    pub fn bytes(&self) -> Result<usize> {
        let bytes = self.extents.iter().try_fold(self.kind.size(), |n, extent| n.checked_mul(*extent));
        bytes.ok_or_else(|| broken("a size beyond memory"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_the_reference_plugin() {
        let reversible = Mode { exponent: -1075, ..FREE };
        for (values, kind, extents, mode) in [
            (&[0x1010_5111, 0x0570_667a, 0x3f2, 0x8800_0000][..], Kind::F32, vec![64], reversible),
            (
                &[0x1010_5111, 0x0570_667a, 0x8000_0096, 0xcb20_0000],
                Kind::F32,
                vec![10, 9],
                Mode { exponent: -1, ..FREE },
            ),
            (
                &[0x1010_5111, 0x0570_667a, 0x0050_0069, 0x80d0_0040],
                Kind::I64,
                vec![7, 6, 5],
                Mode { planes: 14, ..FREE },
            ),
            (
                &[0x1010_5111, 0x0570_667a, 0x3f0, 0x02f0_0000],
                Kind::I32,
                vec![64],
                Mode { least: 48, most: 48, ..FREE },
            ),
        ] {
            let header = Header::decode(values).unwrap();
            assert_eq!(header, Header { kind, extents, mode, swapped: false });
            assert_eq!(header.encode().unwrap(), values);
            let swapped: Vec<u32> = values.iter().map(|v| v.swap_bytes()).collect();
            assert_eq!(Header::decode(&swapped).unwrap(), Header { swapped: true, ..header });
        }
        for bad in [&[][..], &[0, 1, 2, 3], &[0, 0x0470_667a, 0, 0]] {
            assert!(Header::decode(bad).is_err());
        }
    }

    #[test]
    fn every_mode_comes_back() {
        let error = 1e-3f64.to_bits();
        let error = [error & 0xffff_ffff, error >> 32].map(|n| u32::try_from(n).unwrap());
        for asked in [
            &[1, 0, 0, 0x4024_0000][..],
            &[2, 0, 11],
            &[3, 0, error[0], error[1]],
            &[3, 0, 0, 0],
            &[4, 0, 1, 16657, 64, (-1074i32).cast_unsigned()],
            &[4, 0, 3, 500, 20, (-40i32).cast_unsigned()],
            &[5],
            &[],
        ] {
            let mode = Mode::asked(asked, Kind::F64, 2).unwrap();
            let header = Header { kind: Kind::F64, extents: vec![100, 200], mode, swapped: false };
            assert_eq!(Header::decode(&header.encode().unwrap()).unwrap(), header, "{asked:?}");
        }
        assert_eq!(Mode::asked(&[3, 0, error[0], error[1]], Kind::F32, 1).unwrap().exponent, -10);
        for bad in
            [&[9][..], &[1, 0, 0, 0], &[4, 0, 5, 2, 64, 0], &[4, 0, 0, 0, 0, 0], &[1, 0, 0, 0x7ff0_0000]]
        {
            assert!(Mode::asked(bad, Kind::F64, 2).is_err(), "{bad:?}");
        }
    }
}
