//! Reference count message 0x0016: hard links to an object with a version 2 header, where not 1.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// How many hard links and users an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceCount(pub u32);

impl ReferenceCount {
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        match r.u8()? {
            0 => Ok(ReferenceCount(r.u32()?)),
            v => Err(Error::unsupported(format!("reference count version {v}")).at(at)),
        }
        .within("reference count")
    }
}

impl Encode for ReferenceCount {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).u32(self.0);
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
        round_trip(&ReferenceCount(3), ReferenceCount::decode, Ctx::WIDE, Libver::V18);
        assert!(decoded(&[1, 0, 0, 0, 0], ReferenceCount::decode).is_err());
    }
}
