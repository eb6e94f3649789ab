//! Shared-message records: what stands in a message's place when it is kept elsewhere (03-object-headers).

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// Where a shared message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// The first message of the same type in this object header: a committed datatype.
    Committed(Addr),
    /// An object of the file-wide heap of shared messages.
    Heap([u8; 8]),
}

/// A part that may be kept elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shareable<T> {
    /// It is here.
    Here(T),
    /// It is there.
    There(Shared),
}

impl Shared {
    /// Decodes versions 1 to 3.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("shared message record")
    }
}

fn decode(r: &mut Reader) -> Result<Shared> {
    let at = r.address();
    let version = r.u8()?;
    let kind = r.u8()?;
    match (version, kind) {
        (1, _) => {
            let ignored = r.ctx().l().saturating_add(6);
            r.skip(ignored)?;
            Ok(Shared::Committed(r.defined_addr("shared message")?))
        }
        // Old writers left the type 0.
        (2, _) | (3, 2) => Ok(Shared::Committed(r.defined_addr("shared message")?)),
        (3, 1) => {
            let mut id = [0; 8];
            id.copy_from_slice(r.bytes(8)?);
            Ok(Shared::Heap(id))
        }
        (3, _) => Err(Error::malformed(format!("shared message of type {kind}")).at(at)),
        _ => Err(Error::unsupported(format!("shared message version {version}")).at(at)),
    }
}

impl Encode for Shared {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        match self {
            Shared::Committed(address) => w.u8(2).u8(2).addr(Some(*address)),
            Shared::Heap(id) => w.u8(3).u8(1).bytes(id),
        };
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
        for shared in [Shared::Committed(Addr(800)), Shared::Heap([0, 1, 2, 3, 4, 5, 6, 7])] {
            round_trip(&shared, Shared::decode, Ctx::WIDE, Libver::Earliest);
            round_trip(&shared, Shared::decode, Ctx { addr_width: 4, len_width: 4 }, Libver::V18);
        }
    }

    #[test]
    fn other_versions() {
        let v1 = [[1, 0, 0, 0, 0, 0, 0, 0].as_slice(), &[9; 8], &[32, 3, 0, 0, 0, 0, 0, 0]].concat();
        assert_eq!(decoded(&v1, Shared::decode).unwrap(), Shared::Committed(Addr(800)));
        let v2 = [2, 0, 32, 3, 0, 0, 0, 0, 0, 0];
        assert_eq!(decoded(&v2, Shared::decode).unwrap(), Shared::Committed(Addr(800)));
        assert!(decoded(&[3, 3, 0, 0, 0, 0, 0, 0, 0, 0], Shared::decode).is_err());
        assert!(decoded(&[4; 10], Shared::decode).is_err());
        assert!(decoded(&[2, 2, 255, 255, 255, 255, 255, 255, 255, 255], Shared::decode).is_err());
    }
}
