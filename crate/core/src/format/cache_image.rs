//! The metadata cache image: pieces of metadata that were in memory when the file was closed, in one block. Some of
//! them are nowhere else.

use super::length;
use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};

/// What the block starts with.
pub const SIGNATURE: &[u8] = b"MDCI";

/// One piece of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Kind of structure, as the library numbers them.
    pub kind: u8,
    /// What was known of it: 1 changed since it was read, 2 among the recently used …
    pub flags: u8,
    /// Which part of the file's metadata it belongs to, and for how many openings it was kept.
    pub ring_and_age: [u8; 2],
    /// Pieces that have to be written before it: all of them, and those that had changed.
    pub children: [u16; 2],
    /// How recently it was used.
    pub rank: u32,
    /// Where it belongs.
    pub address: Addr,
    /// Pieces that have to be written after it.
    pub parents: Vec<Addr>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheImageBlock {
    /// Bit 0: the cache's size is kept too.
    pub flags: u8,
    /// The pieces, most recently used first.
    pub entries: Vec<Entry>,
}

impl CacheImageBlock {
    /// Decodes the whole block.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("metadata cache image")
    }

    /// Writes the block.
    pub fn encode(&self, out: &mut Writer) -> Result<()> {
        let mut w = Writer::new(out.ctx());
        for e in &self.entries {
            w.u8(e.kind).u8(e.flags).bytes(&e.ring_and_age);
            w.u16(e.children[0]).u16(e.children[1]).u16(super::fit(e.parents.len(), "parents")?).u32(e.rank);
            w.addr(Some(e.address)).length(e.bytes.len() as u64);
            e.parents.iter().for_each(|p| _ = w.addr(Some(*p)));
            w.bytes(&e.bytes);
        }
        let entries = w.into_bytes();
        let mut w = Writer::new(out.ctx());
        let around = SIGNATURE.len().saturating_add(10).saturating_add(w.ctx().l());
        w.bytes(SIGNATURE).u8(0).u8(self.flags).length(entries.len().saturating_add(around) as u64);
        w.u32(super::fit(self.entries.len(), "entries of a cache image")?).bytes(&entries).checksum();
        out.bytes(w.as_bytes());
        Ok(())
    }
}

fn decode(r: &mut Reader) -> Result<CacheImageBlock> {
    r.expect(SIGNATURE, "metadata cache image")?;
    let at = r.address();
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("metadata cache image version {v}")).at(at)),
    }
    let flags = r.u8()?;
    r.len()?;
    let mut entries = Vec::new();
    for _ in 0..r.u32()? {
        entries.push(entry(r)?);
    }
    r.checksum()?;
    Ok(CacheImageBlock { flags, entries })
}

fn entry(r: &mut Reader) -> Result<Entry> {
    let (kind, flags) = (r.u8()?, r.u8()?);
    let ring_and_age = [r.u8()?, r.u8()?];
    let children = [r.u16()?, r.u16()?];
    let parents = r.u16()?;
    let rank = r.u32()?;
    let address = r.defined_addr("cached metadata")?;
    let size = length(r.len()?)?;
    let parents = (0..parents).map(|_| r.defined_addr("cached metadata's parent")).collect::<Result<_>>()?;
    let bytes = r.bytes(size)?.to_vec();
    Ok(Entry { kind, flags, ring_and_age, children, rank, address, parents, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::decoded;

    #[test]
    fn round() {
        let entry = |address, parents| Entry {
            kind: 5,
            flags: 3,
            ring_and_age: [1, 0],
            children: [2, 1],
            rank: 7,
            address: Addr(address),
            parents,
            bytes: vec![9; 33],
        };
        let block = CacheImageBlock {
            flags: 1,
            entries: vec![entry(96, vec![]), entry(800, vec![Addr(96), Addr(7)])],
        };
        let mut w = Writer::new(Ctx::WIDE);
        block.encode(&mut w).unwrap();
        let mut bytes = w.into_bytes();
        assert_eq!(decoded(&bytes, CacheImageBlock::decode).unwrap(), block);
        for n in 0..bytes.len() {
            assert!(decoded(&bytes[..n], CacheImageBlock::decode).is_err());
        }
        bytes[40] ^= 1;
        assert!(decoded(&bytes, CacheImageBlock::decode).is_err());
    }
}
