//! Shared message table message 0x000F of the superblock extension.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// Where the file-wide table of shared messages is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedTable {
    /// The `SMTB` block.
    pub address: Addr,
    /// Its indexes, 1 to 8.
    pub indexes: u8,
}

impl SharedTable {
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let table = |r: &mut Reader| {
            match r.u8()? {
                0 => {}
                v => return Err(Error::unsupported(format!("shared message table version {v}")).at(at)),
            }
            let table = SharedTable { address: r.defined_addr("shared message table")?, indexes: r.u8()? };
            if !(1..=8).contains(&table.indexes) {
                return Err(Error::malformed(format!("{} shared message indexes", table.indexes)).at(at));
            }
            Ok(table)
        };
        table(r).within("shared message table message")
    }
}

impl Encode for SharedTable {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).addr(Some(self.address)).u8(self.indexes);
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
        let table = SharedTable { address: Addr(99), indexes: 3 };
        round_trip(&table, SharedTable::decode, Ctx::WIDE, Libver::Earliest);
        assert!(decoded(&[0; 10], SharedTable::decode).is_err());
    }
}
