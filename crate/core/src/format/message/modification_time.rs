//! Modification time messages 0x0012 and, for old files, 0x000E.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// Seconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModificationTime(pub u32);

impl ModificationTime {
    /// Decodes message 0x0012, version 1.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let time = |r: &mut Reader| match r.u8()? {
            1 => {
                r.skip(3)?;
                Ok(ModificationTime(r.u32()?))
            }
            v => Err(Error::unsupported(format!("modification time version {v}")).at(at)),
        };
        time(r).within("modification time")
    }

    /// Decodes message 0x000E: fourteen digits YYYYMMDDhhmmss.
    pub fn decode_old(r: &mut Reader) -> Result<Self> {
        old(r).within("old modification time")
    }
}

fn old(r: &mut Reader) -> Result<ModificationTime> {
    let at = r.address();
    let bad = || Error::malformed("not a date of 14 digits").at(at);
    let text = std::str::from_utf8(r.bytes(14)?).map_err(|_| bad())?;
    let part = |range: std::ops::Range<usize>| {
        let digits = text.get(range).filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|t| t.parse::<i64>().ok()).ok_or_else(bad)
    };
    let (year, month, day) = (part(0..4)?, part(4..6)?, part(6..8)?);
    let (hour, minute, second) = (part(8..10)?, part(10..12)?, part(12..14)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return Err(bad());
    }
    let seconds = days_since_1970(year, month, day)
        .checked_mul(86_400)
        .and_then(|s| s.checked_add(hour.checked_mul(3600)?))
        .and_then(|s| s.checked_add(minute.checked_mul(60)?)?.checked_add(second));
    let seconds = seconds.and_then(|s| u32::try_from(s).ok()).ok_or_else(bad)?;
    Ok(ModificationTime(seconds))
}

/// Days of the Gregorian calendar. All inputs have few digits, so nothing overflows.
#[allow(clippy::arithmetic_side_effects)]
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // Years start in March, so that the leap day is the last one.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    365 * y + leaps + (153 * m + 2) / 5 + day - 1 - 719_468
}

impl Encode for ModificationTime {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(1).zeros(3).u32(self.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, round_trip};

    #[test]
    fn round() {
        round_trip(&ModificationTime(1_700_000_000), ModificationTime::decode, Ctx::WIDE, Libver::Earliest);
        assert!(decoded(&[2; 8], ModificationTime::decode).is_err());
    }

    #[test]
    fn old_digits() {
        let time = |s: &[u8]| decoded(s, ModificationTime::decode_old);
        assert_eq!(time(b"19700101000000").unwrap().0, 0);
        assert_eq!(time(b"20000229123456").unwrap().0, 951_827_696);
        assert_eq!(time(b"20261122195227\0\0").unwrap().0, 1_795_377_147);
        assert!(time(b"20001329123456").is_err());
        assert!(time(b"2000+329123456").is_err());
        assert!(time(b"19600101000000").is_err());
    }
}
