//! Group info message 0x000A: when a new-style group changes its form, and what it expects to hold.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// Settings of a new-style group. Absent ones have defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupInfo {
    /// Most compact and least dense links (8 and 6).
    pub phase_change: Option<(u16, u16)>,
    /// Expected number of links and length of a name (4 and 8).
    pub estimates: Option<(u16, u16)>,
}

impl GroupInfo {
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let info = |r: &mut Reader| {
            match r.u8()? {
                0 => {}
                v => return Err(Error::unsupported(format!("group info version {v}")).at(at)),
            }
            let flags = r.u8()?;
            if flags & !3 != 0 {
                return Err(Error::malformed(format!("group info flags {flags:#04x}")).at(at));
            }
            let phase_change = if flags & 1 != 0 { Some((r.u16()?, r.u16()?)) } else { None };
            let estimates = if flags & 2 != 0 { Some((r.u16()?, r.u16()?)) } else { None };
            Ok(GroupInfo { phase_change, estimates })
        };
        info(r).within("group info")
    }
}

impl Encode for GroupInfo {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).u8(u8::from(self.phase_change.is_some()) | u8::from(self.estimates.is_some()) << 1);
        for (a, b) in [self.phase_change, self.estimates].into_iter().flatten() {
            w.u16(a).u16(b);
        }
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
        for phase_change in [None, Some((0, 0)), Some((8, 6))] {
            for estimates in [None, Some((4, 8))] {
                let info = GroupInfo { phase_change, estimates };
                round_trip(&info, GroupInfo::decode, Ctx::WIDE, Libver::V18);
            }
        }
        assert!(decoded(&[0, 4], GroupInfo::decode).is_err());
        assert!(decoded(&[1, 0], GroupInfo::decode).is_err());
    }
}
