//! Driver info: message 0x0014 of the superblock extension, and the block that superblocks 0 and 1 point at.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, fit, length};

/// What a file driver wants to find again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverInfo {
    /// `NCSAfami`, `NCSAmult` …
    pub id: [u8; 8],
    /// The driver's own data.
    pub data: Vec<u8>,
}

impl DriverInfo {
    /// Bytes of the block before the driver's data.
    pub const BLOCK_PREFIX: usize = 16;

    /// Decodes message version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let info = |r: &mut Reader| {
            match r.u8()? {
                0 => {}
                v => return Err(Error::unsupported(format!("driver info version {v}")).at(at)),
            }
            let id = id(r)?;
            let size = r.u16()?;
            Ok(DriverInfo { id, data: r.bytes(size.into())?.to_vec() })
        };
        info(r).within("driver info message")
    }

    /// Bytes of driver data that follow a block's prefix.
    pub fn block_data_size(prefix: &mut Reader) -> Result<u32> {
        let at = prefix.address();
        match prefix.u8()? {
            0 => {}
            v => return Err(Error::unsupported(format!("driver info block version {v}")).at(at)),
        }
        prefix.skip(3)?;
        prefix.u32()
    }

    /// Decodes a whole driver-info block.
    pub fn decode_block(r: &mut Reader) -> Result<Self> {
        let block = |r: &mut Reader| {
            let size = Self::block_data_size(r)?;
            Ok(DriverInfo { id: id(r)?, data: r.bytes(length(size.into())?)?.to_vec() })
        };
        block(r).within("driver info block")
    }

    /// Writes a driver-info block.
    pub fn encode_block(&self, w: &mut Writer) -> Result<()> {
        w.zeros(4).u32(fit(self.data.len(), "the driver info")?).bytes(&self.id).bytes(&self.data);
        Ok(())
    }
}

fn id(r: &mut Reader) -> Result<[u8; 8]> {
    let mut id = [0; 8];
    id.copy_from_slice(r.bytes(8)?);
    Ok(id)
}

impl Encode for DriverInfo {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).bytes(&self.id).u16(fit(self.data.len(), "the driver info")?).bytes(&self.data);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, round_trip};

    #[test]
    fn message_and_block() {
        let info = DriverInfo { id: *b"NCSAfami", data: vec![0, 16, 0, 0, 0, 0, 0, 0] };
        round_trip(&info, DriverInfo::decode, Ctx::WIDE, Libver::V18);
        let mut w = Writer::new(Ctx::WIDE);
        info.encode_block(&mut w).unwrap();
        assert_eq!(decoded(w.as_bytes(), DriverInfo::decode_block).unwrap(), info);
        assert!(decoded(&w.as_bytes()[..20], DriverInfo::decode_block).is_err());
    }
}
