//! A record of an index of shared messages, and the list, `SMLI`, of them (08-heaps-trees).

use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};

const HEAP: u8 = 0;
const HEADER: u8 = 1;
const SIGNATURE: &[u8] = b"SMLI";

/// A shared message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedRecord {
    /// lookup3 of the message's body, begun with its type.
    pub hash: u32,
    /// Where it is.
    pub place: SharedPlace,
}

/// Where a shared message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedPlace {
    /// In the index's heap.
    Heap {
        /// Messages that stand for it.
        users: u32,
        /// The heap's id.
        id: [u8; 8],
    },
    /// In an object header: nobody shares it yet.
    Header {
        /// Type of the message.
        kind: u8,
        /// Its creation index.
        index: u16,
        /// The header.
        address: Addr,
    },
}

impl SharedRecord {
    /// Bytes of a record: as many as the larger of the two forms has.
    pub fn stored_size(ctx: Ctx) -> usize {
        ctx.o().saturating_add(4).max(12).saturating_add(5)
    }

    /// Decodes one.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let size = SharedRecord::stored_size(r.ctx());
        let mut r = r.sub(size)?;
        let at = r.address();
        let place = r.u8()?;
        let hash = r.u32()?;
        let place = match place {
            HEAP => {
                let users = r.u32()?;
                let mut id = [0; 8];
                id.copy_from_slice(r.bytes(8)?);
                SharedPlace::Heap { users, id }
            }
            HEADER => {
                r.skip(1)?;
                SharedPlace::Header { kind: r.u8()?, index: r.u16()?, address: r.defined_addr("header")? }
            }
            other => return Err(Error::malformed(format!("a shared message in place {other}")).at(at)),
        };
        Ok(SharedRecord { hash, place })
    }

    /// Encodes it.
    pub fn encode(&self, w: &mut Writer) {
        let end = w.len().saturating_add(SharedRecord::stored_size(w.ctx()));
        match self.place {
            SharedPlace::Heap { users, id } => w.u8(HEAP).u32(self.hash).u32(users).bytes(&id),
            SharedPlace::Header { kind, index, address } => {
                w.u8(HEADER).u32(self.hash).u8(0).u8(kind).u16(index).addr(Some(address))
            }
        };
        w.zeros(end.saturating_sub(w.len()));
    }
}

/// Bytes of a list with room for `most` records.
pub fn list_size(ctx: Ctx, most: u16) -> usize {
    SharedRecord::stored_size(ctx).saturating_mul(most.into()).saturating_add(8)
}

/// Decodes a list of `count` records.
pub fn decode_list(r: &mut Reader, count: u16) -> Result<Vec<SharedRecord>> {
    let list = |r: &mut Reader| {
        r.expect(SIGNATURE, "list of shared messages")?;
        let all = (0..count).map(|_| SharedRecord::decode(r)).collect::<Result<_>>()?;
        r.checksum()?;
        Ok(all)
    };
    list(r).within("list of shared messages")
}

/// Writes a list, which must be all that `w` holds, with room for `most` records.
pub fn encode_list(records: &[SharedRecord], most: u16, w: &mut Writer) {
    w.bytes(SIGNATURE);
    records.iter().for_each(|record| record.encode(w));
    w.checksum();
    w.zeros(list_size(w.ctx(), most).saturating_sub(w.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round() {
        let kept = SharedRecord { hash: 77, place: SharedPlace::Heap { users: 3, id: [7; 8] } };
        let place = SharedPlace::Header { kind: 3, index: 9, address: Addr(800) };
        let records = [kept, SharedRecord { hash: u32::MAX, place }];
        for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
            assert_eq!(SharedRecord::stored_size(ctx), 17);
            let mut w = Writer::new(ctx);
            encode_list(&records, 5, &mut w);
            assert_eq!((w.len(), list_size(ctx, 5)), (93, 93));
            let back = decode_list(&mut Reader::new(w.as_bytes(), 0, ctx), 2).unwrap();
            assert_eq!(back, records);
            assert!(decode_list(&mut Reader::new(w.as_bytes(), 0, ctx), 3).is_err());
        }
        assert!(SharedRecord::decode(&mut Reader::new(&[2; 17], 0, Ctx::WIDE)).is_err());
    }
}
