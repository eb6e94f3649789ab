//! External file list message 0x0007: a dataset whose bytes are in other files.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, fit};

/// A range of an external file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExternalSlot {
    /// Offset of the file's name in the local heap.
    pub name_offset: u64,
    /// First byte in the file.
    pub offset: u64,
    /// Bytes reserved there, `None` = unlimited.
    pub size: Option<u64>,
}

/// The list: the dataset's bytes are these ranges one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalFiles {
    /// Slots the message has room for.
    pub allocated: u16,
    /// Local heap of the file names.
    pub heap: Addr,
    /// Slots in use.
    pub slots: Vec<ExternalSlot>,
}

impl ExternalFiles {
    /// Decodes version 1.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("external file list")
    }
}

fn decode(r: &mut Reader) -> Result<ExternalFiles> {
    let at = r.address();
    match r.u8()? {
        1 => {}
        v => return Err(Error::unsupported(format!("external file list version {v}")).at(at)),
    }
    r.skip(3)?;
    let (allocated, used) = (r.u16()?, r.u16()?);
    if used == 0 || used > allocated {
        return Err(Error::malformed(format!("{used} external files in {allocated} slots")).at(at));
    }
    let heap = r.defined_addr("local heap")?;
    let slot = |r: &mut Reader| {
        Ok(ExternalSlot { name_offset: r.len()?, offset: r.len()?, size: r.len_or_unlimited()? })
    };
    let slots = (0..used).map(|_| slot(r)).collect::<Result<_>>()?;
    Ok(ExternalFiles { allocated, heap, slots })
}

impl Encode for ExternalFiles {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        let used: u16 = fit(self.slots.len(), "the number of external files")?;
        w.u8(1).zeros(3).u16(self.allocated.max(used)).u16(used).addr(Some(self.heap));
        for slot in &self.slots {
            w.length(slot.name_offset).length(slot.offset).length_or_unlimited(slot.size);
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
        let slots = vec![
            ExternalSlot { name_offset: 8, offset: 0, size: Some(100) },
            ExternalSlot { name_offset: 24, offset: 50, size: None },
        ];
        let list = ExternalFiles { allocated: 3, heap: Addr(77), slots };
        round_trip(&list, ExternalFiles::decode, Ctx::WIDE, Libver::Earliest);
        round_trip(&list, ExternalFiles::decode, Ctx { addr_width: 4, len_width: 4 }, Libver::Earliest);
        assert!(decoded(&[1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0], ExternalFiles::decode).is_err());
    }
}
