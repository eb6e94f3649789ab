//! B-tree K values message 0x0013 of the superblock extension.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// Half the children (or entries) of a version 1 B-tree's nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BTreeK {
    /// Nodes of chunk B-trees.
    pub chunk: u16,
    /// Nodes of group B-trees.
    pub group_internal: u16,
    /// Symbol table nodes.
    pub group_leaf: u16,
}

impl Default for BTreeK {
    fn default() -> Self {
        BTreeK { chunk: 32, group_internal: 16, group_leaf: 4 }
    }
}

impl BTreeK {
    #[doc(hidden)]
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let values = |r: &mut Reader| {
            match r.u8()? {
                0 => {}
                v => return Err(Error::unsupported(format!("B-tree K version {v}")).at(at)),
            }
            let k = BTreeK { chunk: r.u16()?, group_internal: r.u16()?, group_leaf: r.u16()? };
            k.check().map_err(|e| e.at(at))
        };
        values(r).within("B-tree K values")
    }

    #[doc(hidden)]
    /// The values themselves, none of which may be 0.
    pub fn check(self) -> Result<Self> {
        if self.chunk == 0 || self.group_internal == 0 || self.group_leaf == 0 {
            return Err(Error::malformed("a B-tree K of 0"));
        }
        Ok(self)
    }
}

impl Encode for BTreeK {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).u16(self.chunk).u16(self.group_internal).u16(self.group_leaf);
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
        let k = BTreeK { chunk: 7, group_internal: 8, group_leaf: 9 };
        round_trip(&k, BTreeK::decode, Ctx::WIDE, Libver::V18);
        assert!(decoded(&[0, 0, 0, 1, 0, 1, 0], BTreeK::decode).is_err());
        assert!(decoded(&[1, 1, 0, 1, 0, 1, 0], BTreeK::decode).is_err());
    }
}
