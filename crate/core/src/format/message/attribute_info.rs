//! Attribute info message 0x0015: where dense attributes are, and whether their order is tracked.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// How the attributes of an object with a version 2 header are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttributeInfo {
    /// The next creation index, where order is tracked.
    pub max_creation_index: Option<u16>,
    /// Fractal heap of dense attributes; `None` while they are compact.
    pub heap: Option<Addr>,
    /// v2 B-tree of type 8.
    pub name_btree: Option<Addr>,
    /// v2 B-tree of type 9; the outer `None`: order is not indexed.
    pub order_btree: Option<Option<Addr>>,
}

impl AttributeInfo {
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("attribute info")
    }
}

fn decode(r: &mut Reader) -> Result<AttributeInfo> {
    let at = r.address();
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("attribute info version {v}")).at(at)),
    }
    let flags = r.u8()?;
    if flags & !3 != 0 {
        return Err(Error::malformed(format!("attribute info flags {flags:#04x}")).at(at));
    }
    Ok(AttributeInfo {
        max_creation_index: if flags & 1 != 0 { Some(r.u16()?) } else { None },
        heap: r.addr()?,
        name_btree: r.addr()?,
        order_btree: if flags & 2 != 0 { Some(r.addr()?) } else { None },
    })
}

impl Encode for AttributeInfo {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).u8(u8::from(self.max_creation_index.is_some()) | u8::from(self.order_btree.is_some()) << 1);
        if let Some(next) = self.max_creation_index {
            w.u16(next);
        }
        w.addr(self.heap).addr(self.name_btree);
        if let Some(btree) = self.order_btree {
            w.addr(btree);
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
        for max_creation_index in [None, Some(9)] {
            for order_btree in [None, Some(None), Some(Some(Addr(4)))] {
                let info = AttributeInfo {
                    max_creation_index,
                    heap: Some(Addr(1)),
                    name_btree: Some(Addr(2)),
                    order_btree,
                };
                round_trip(&info, AttributeInfo::decode, Ctx::WIDE, Libver::V18);
            }
        }
        round_trip(&AttributeInfo::default(), AttributeInfo::decode, Ctx::WIDE, Libver::V18);
        assert!(decoded(&[0; 2], AttributeInfo::decode).is_err());
        assert!(decoded(&[0, 4], AttributeInfo::decode).is_err());
    }
}
