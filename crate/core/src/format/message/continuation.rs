//! Continuation message 0x0010: where more messages of the same header are.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Result};
use crate::format::{Encode, Libver};

/// One continuation chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Continuation {
    /// Where it is.
    pub address: Addr,
    /// All its bytes: in version 2 headers with signature and checksum.
    pub length: u64,
}

impl Continuation {
    /// Decodes the message.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let next = |r: &mut Reader| {
            let address = r.defined_addr("continuation chunk")?;
            match r.len()? {
                0 => Err(r.fault("continuation chunk of no bytes")),
                length => Ok(Continuation { address, length }),
            }
        };
        next(r).within("continuation message")
    }
}

impl Encode for Continuation {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.addr(Some(self.address)).length(self.length);
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
        let next = Continuation { address: Addr(4096), length: 120 };
        round_trip(&next, Continuation::decode, Ctx::WIDE, Libver::Earliest);
        round_trip(&next, Continuation::decode, Ctx { addr_width: 4, len_width: 2 }, Libver::Earliest);
        assert!(decoded(&[0; 16], Continuation::decode).is_err());
    }
}
