//! Symbol table entries and nodes (02-groups): the links of an old-style group.

use super::{Encode, Libver, fit};
use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};

/// What an entry caches about the object it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cache {
    /// Nothing.
    None,
    /// The symbol table of a group. Only a hint.
    Group {
        /// v1 B-tree.
        btree: Addr,
        /// Local heap.
        heap: Addr,
    },
    /// The entry is a soft link: offset of its value in the local heap.
    Soft {
        /// Offset in the heap's data segment.
        value_offset: u32,
    },
}

/// One link of an old-style group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolEntry {
    /// Offset of the name in the local heap's data segment.
    pub name_offset: u64,
    /// Object header; `None` for soft links.
    pub header: Option<Addr>,
    /// Cached facts.
    pub cache: Cache,
}

const SCRATCH: usize = 16;

impl SymbolEntry {
    /// Bytes of an entry.
    pub fn stored_size(ctx: Ctx) -> usize {
        ctx.l().saturating_add(ctx.o()).saturating_add(24)
    }

    /// Decodes an entry of a symbol table node.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r, false).within("symbol table entry")
    }

    /// Decodes the superblock's entry, whose cached addresses nobody may rely on.
    pub fn decode_hint(r: &mut Reader) -> Result<Self> {
        decode(r, true).within("symbol table entry")
    }
}

fn decode(r: &mut Reader, hint: bool) -> Result<SymbolEntry> {
    let name_offset = r.len()?;
    let header = r.addr()?;
    let at = r.address();
    let kind = r.u32()?;
    r.skip(4)?;
    let mut scratch = r.sub(SCRATCH)?;
    let cache = match kind {
        // Two 16-byte addresses do not fit; nothing but the hint is lost.
        1 if scratch.ctx().o() > 8 => Cache::None,
        1 => match (scratch.addr()?, scratch.addr()?) {
            (Some(btree), Some(heap)) => Cache::Group { btree, heap },
            _ => Cache::None,
        },
        2 => Cache::Soft { value_offset: scratch.u32()? },
        0 => Cache::None,
        _ if hint => Cache::None,
        _ => return Err(Error::malformed(format!("symbol table entry of type {kind}")).at(at)),
    };
    Ok(SymbolEntry { name_offset, header, cache })
}

impl Encode for SymbolEntry {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.length(self.name_offset).addr(self.header);
        let kind = match self.cache {
            Cache::None => 0,
            Cache::Group { .. } => 1,
            Cache::Soft { .. } => 2,
        };
        w.u32(kind).u32(0);
        let end = w.len().saturating_add(SCRATCH);
        match self.cache {
            Cache::None => {}
            Cache::Group { btree, heap } => {
                w.addr(Some(btree)).addr(Some(heap));
            }
            Cache::Soft { value_offset } => {
                w.u32(value_offset);
            }
        }
        w.pad_to(end);
        Ok(())
    }
}

/// A symbol table node: what the leaves of a group's B-tree point at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SymbolNode {
    /// In order of their names, as unsigned bytes.
    pub entries: Vec<SymbolEntry>,
}

impl SymbolNode {
    /// Bytes before the entries.
    pub const PREFIX: usize = 8;

    /// Bytes of a node with room for `2 * group_leaf_k` entries.
    pub fn stored_size(ctx: Ctx, group_leaf_k: u16) -> usize {
        let entries = usize::from(group_leaf_k).saturating_mul(2);
        entries.saturating_mul(SymbolEntry::stored_size(ctx)).saturating_add(Self::PREFIX)
    }

    /// How many entries follow the prefix.
    pub fn decode_prefix(r: &mut Reader) -> Result<u16> {
        let prefix = |r: &mut Reader| {
            r.expect(b"SNOD", "symbol table node")?;
            let at = r.address();
            match r.u8()? {
                1 => r.skip(1)?,
                v => return Err(Error::unsupported(format!("symbol table node version {v}")).at(at)),
            }
            r.u16()
        };
        prefix(r).within("symbol table node")
    }

    /// Decodes a node; unused slots need not be there.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let count = Self::decode_prefix(r)?;
        let entries = (0..count).map(|_| SymbolEntry::decode(r)).collect::<Result<_>>();
        Ok(SymbolNode { entries: entries.within("symbol table node")? })
    }

    /// Writes the node with all its slots.
    pub fn encode(&self, w: &mut Writer, group_leaf_k: u16) -> Result<()> {
        let count: u16 = fit(self.entries.len(), "the number of symbol table entries")?;
        if u32::from(count) > u32::from(group_leaf_k).saturating_mul(2) {
            return Err(Error::argument(format!("{count} entries in a node of K {group_leaf_k}")));
        }
        let end = w.len().saturating_add(Self::stored_size(w.ctx(), group_leaf_k));
        w.bytes(b"SNOD").u8(1).u8(0).u16(count);
        for entry in &self.entries {
            entry.encode(w, Libver::Earliest)?;
        }
        w.pad_to(end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::message::testing::round_trip;

    fn entries() -> Vec<SymbolEntry> {
        let hard = Some(Addr(800));
        vec![
            SymbolEntry { name_offset: 8, header: hard, cache: Cache::None },
            SymbolEntry {
                name_offset: 16,
                header: hard,
                cache: Cache::Group { btree: Addr(1), heap: Addr(2) },
            },
            SymbolEntry { name_offset: 24, header: None, cache: Cache::Soft { value_offset: 40 } },
        ]
    }

    #[test]
    fn entry() {
        for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 2 }] {
            for entry in entries() {
                round_trip(&entry, SymbolEntry::decode, ctx, Libver::Earliest);
                assert_eq!(entry.size(ctx, Libver::Earliest).unwrap(), SymbolEntry::stored_size(ctx));
            }
        }
    }

    #[test]
    fn node() {
        let node = SymbolNode { entries: entries() };
        let mut w = Writer::new(Ctx::WIDE);
        node.encode(&mut w, 4).unwrap();
        assert_eq!(w.len(), 8 + 8 * 40);
        let mut r = Reader::new(w.as_bytes(), 0, Ctx::WIDE);
        assert_eq!(SymbolNode::decode(&mut r).unwrap(), node);
        assert!(node.encode(&mut w, 1).is_err());
        let mut cut = Reader::new(&w.as_bytes()[..100], 0, Ctx::WIDE);
        assert!(SymbolNode::decode(&mut cut).is_err());
    }
}
