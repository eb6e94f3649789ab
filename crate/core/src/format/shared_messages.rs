//! The table of shared messages, `SMTB` (08-heaps-trees): which heap holds which types of message.

use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};

/// One index of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedIndex {
    /// 0 a list, 1 a v2 B-tree.
    pub kind: u8,
    /// Bit `t` set: messages of type `t` are here.
    pub types: u16,
    /// Smallest message that is shared.
    pub min_size: u32,
    /// Most records of a list.
    pub list_max: u16,
    /// Fewest records of a B-tree.
    pub btree_min: u16,
    /// Messages indexed.
    pub messages: u16,
    /// The list or tree.
    pub index: Option<Addr>,
    /// Fractal heap of the messages.
    pub heap: Option<Addr>,
}

impl SharedIndex {
    /// Whether messages of this type are kept here. Both forms of the fill value count as one.
    pub fn holds(&self, kind: u16) -> bool {
        let kind = if kind == 4 { 5 } else { kind };
        1u16.checked_shl(kind.into()).is_some_and(|bit| self.types & bit != 0)
    }
}

/// Bytes of a table with `indexes` indexes.
pub fn table_size(ctx: Ctx, indexes: u8) -> usize {
    let one = ctx.o().saturating_mul(2).saturating_add(14);
    one.saturating_mul(indexes.into()).saturating_add(8)
}

/// Decodes a table.
pub fn decode(r: &mut Reader, indexes: u8) -> Result<Vec<SharedIndex>> {
    let table = |r: &mut Reader| {
        r.expect(b"SMTB", "shared message table")?;
        let all = (0..indexes).map(|_| decode_index(r)).collect::<Result<_>>()?;
        r.checksum()?;
        Ok(all)
    };
    table(r).within("shared message table")
}

fn decode_index(r: &mut Reader) -> Result<SharedIndex> {
    let at = r.address();
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("shared message index version {v}")).at(at)),
    }
    Ok(SharedIndex {
        kind: r.u8()?,
        types: r.u16()?,
        min_size: r.u32()?,
        list_max: r.u16()?,
        btree_min: r.u16()?,
        messages: r.u16()?,
        index: r.addr()?,
        heap: r.addr()?,
    })
}

/// Writes a table, which must be all that `w` holds.
pub fn encode(indexes: &[SharedIndex], w: &mut Writer) {
    w.bytes(b"SMTB");
    for i in indexes {
        w.u8(0).u8(i.kind).u16(i.types).u32(i.min_size);
        w.u16(i.list_max).u16(i.btree_min).u16(i.messages).addr(i.index).addr(i.heap);
    }
    w.checksum();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round() {
        let one = SharedIndex {
            kind: 0,
            types: 1 << 3 | 1 << 5,
            min_size: 50,
            list_max: 50,
            btree_min: 40,
            messages: 3,
            index: Some(Addr(77)),
            heap: None,
        };
        let two = SharedIndex { kind: 1, types: 1 << 12, heap: Some(Addr(99)), ..one };
        let mut w = Writer::new(Ctx::WIDE);
        encode(&[one, two], &mut w);
        assert_eq!(w.len(), table_size(Ctx::WIDE, 2));
        let back = decode(&mut Reader::new(w.as_bytes(), 0, Ctx::WIDE), 2).unwrap();
        assert_eq!(back, [one, two]);
        assert!(one.holds(3) && one.holds(4) && one.holds(5) && !one.holds(12) && !one.holds(99));
        assert!(decode(&mut Reader::new(w.as_bytes(), 0, Ctx::WIDE), 1).is_err());
    }
}
