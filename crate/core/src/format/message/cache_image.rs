//! Metadata cache image message 0x0018 of the superblock extension.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// Where the image is. Some of the file's metadata exists only there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheImage {
    /// Where the block is; `None` = nowhere.
    pub address: Option<Addr>,
    /// Its bytes.
    pub length: u64,
}

impl CacheImage {
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let image = |r: &mut Reader| match r.u8()? {
            0 => Ok(CacheImage { address: r.addr()?, length: r.len()? }),
            v => Err(Error::unsupported(format!("metadata cache image version {v}")).at(at)),
        };
        image(r).within("metadata cache image message")
    }
}

impl Encode for CacheImage {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).addr(self.address).length(self.length);
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
        let image = CacheImage { address: Some(Addr(2048)), length: 500 };
        round_trip(&image, CacheImage::decode, Ctx::WIDE, Libver::V110);
        assert!(decoded(&[1; 17], CacheImage::decode).is_err());
    }
}
