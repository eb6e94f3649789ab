//! Link info message 0x0002: a new-style group, and where its dense links are.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// How a new-style group keeps its links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkInfo {
    /// The next creation order value, where order is tracked.
    pub max_creation_index: Option<i64>,
    /// Fractal heap of dense links; `None` while they are messages.
    pub heap: Option<Addr>,
    /// v2 B-tree of type 5.
    pub name_btree: Option<Addr>,
    /// v2 B-tree of type 6; the outer `None`: order is not indexed.
    pub order_btree: Option<Option<Addr>>,
}

impl LinkInfo {
    /// Decodes version 0.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("link info")
    }
}

fn decode(r: &mut Reader) -> Result<LinkInfo> {
    let at = r.address();
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("link info version {v}")).at(at)),
    }
    let flags = r.u8()?;
    if flags & !3 != 0 {
        return Err(Error::malformed(format!("link info flags {flags:#04x}")).at(at));
    }
    let max_creation_index = match flags & 1 {
        0 => None,
        _ => Some(i64::from_le_bytes(r.u64()?.to_le_bytes())),
    };
    if max_creation_index.is_some_and(|n| n < 0) {
        return Err(Error::malformed("negative creation index").at(at));
    }
    Ok(LinkInfo {
        max_creation_index,
        heap: r.addr()?,
        name_btree: r.addr()?,
        order_btree: if flags & 2 != 0 { Some(r.addr()?) } else { None },
    })
}

impl Encode for LinkInfo {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(0).u8(u8::from(self.max_creation_index.is_some()) | u8::from(self.order_btree.is_some()) << 1);
        if let Some(next) = self.max_creation_index {
            w.bytes(&next.to_le_bytes());
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
                let info = LinkInfo {
                    max_creation_index,
                    heap: Some(Addr(1)),
                    name_btree: Some(Addr(2)),
                    order_btree,
                };
                round_trip(&info, LinkInfo::decode, Ctx::WIDE, Libver::V18);
            }
        }
        round_trip(&LinkInfo::default(), LinkInfo::decode, Ctx::WIDE, Libver::V18);
        assert!(decoded(&[0, 8], LinkInfo::decode).is_err());
        assert!(decoded(&[[0, 1].as_slice(), &[255; 24]].concat(), LinkInfo::decode).is_err());
    }
}
