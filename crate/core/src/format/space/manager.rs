//! The header of a free-space manager: whose space it is, and where the list of its sections is.

use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};

/// Whose free space it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// Inside a fractal heap.
    Heap,
    /// Of the file.
    File,
}

impl Client {
    /// How many classes of sections there are.
    fn classes(self) -> u16 {
        match self {
            Client::Heap => 4,
            Client::File => 3,
        }
    }
}

/// A free-space manager, `FSHD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manager {
    /// Whose space it is.
    pub client: Client,
    /// Bytes of all sections.
    pub total: u64,
    /// Sections there are.
    pub count: u64,
    /// Sections in the list.
    pub serialized: u64,
    /// Sections that are not in the list: they follow from those that are.
    pub ghosts: u64,
    /// Percentages at which the list's place shrinks and grows.
    pub resize: (u16, u16),
    /// Bits of a section's address.
    pub address_bits: u16,
    /// Largest section there can be.
    pub max_section: u64,
    /// The list; `None` while there are no sections in it.
    pub sections: Option<Addr>,
    /// Bytes of the list.
    pub used: u64,
    /// Bytes of the list's place.
    pub allocated: u64,
}

impl Manager {
    /// A manager without sections.
    pub fn new(client: Client, address_bits: u16, max_section: u64) -> Manager {
        Manager {
            client,
            total: 0,
            count: 0,
            serialized: 0,
            ghosts: 0,
            resize: (80, 120),
            address_bits,
            max_section,
            sections: None,
            used: 0,
            allocated: 0,
        }
    }

    /// Bytes of a manager.
    pub fn stored_size(ctx: Ctx) -> usize {
        ctx.l().saturating_mul(7).saturating_add(ctx.o()).saturating_add(18)
    }

    /// Decodes and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>) -> Result<Manager> {
        decode(r).within("free-space manager")
    }

    /// Writes the manager with its checksum.
    pub fn encode(&self, out: &mut Writer) {
        let mut w = Writer::new(out.ctx());
        let client = match self.client {
            Client::Heap => 0,
            Client::File => 1,
        };
        w.bytes(b"FSHD").u8(0).u8(client);
        w.length(self.total).length(self.count).length(self.serialized).length(self.ghosts);
        w.u16(self.client.classes()).u16(self.resize.0).u16(self.resize.1).u16(self.address_bits);
        w.length(self.max_section).addr(self.sections).length(self.used).length(self.allocated);
        w.checksum();
        out.bytes(w.as_bytes());
    }
}

fn decode(r: &mut Reader<'_>) -> Result<Manager> {
    let at = r.address();
    r.expect(b"FSHD", "free-space manager")?;
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("free-space manager version {v}")).at(at)),
    }
    let client = match r.u8()? {
        0 => Client::Heap,
        1 => Client::File,
        client => return Err(Error::malformed(format!("free-space manager of client {client}")).at(at)),
    };
    let (total, count, serialized, ghosts) = (r.len()?, r.len()?, r.len()?, r.len()?);
    let classes = r.u16()?;
    let manager = Manager {
        client,
        total,
        count,
        serialized,
        ghosts,
        resize: (r.u16()?, r.u16()?),
        address_bits: r.u16()?,
        max_section: r.len()?,
        sections: r.addr()?,
        used: r.len()?,
        allocated: r.len()?,
    };
    r.checksum()?;
    if classes != client.classes() || !(1..=64).contains(&manager.address_bits) {
        let bits = manager.address_bits;
        return Err(Error::malformed(format!("{classes} classes of free space, {bits} bits")).at(at));
    }
    if manager.used > manager.allocated || (manager.sections.is_none() && manager.serialized > 0) {
        return Err(Error::malformed("free-space sections without a place").at(at));
    }
    Ok(manager)
}

#[cfg(test)]
pub(super) mod testing {
    /// A manager that the reference library wrote for a fractal heap, as bytes.
    pub const HEAP: &str = "46534844 0000 df12000000000000 5900000000000000 5800000000000000 0100000000000000 \
        0400 5000 7800 2000 0000010000000000 f512000000000000 fb01000000000000 fb01000000000000 85931b24";

    pub fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let pair = |p: &[u8]| u8::from_str_radix(std::str::from_utf8(p).unwrap(), 16).unwrap();
        digits.chunks(2).map(pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{HEAP, bytes};
    use super::*;

    #[test]
    fn bytes_of_the_reference_library() {
        let stored = bytes(HEAP);
        let manager = Manager::decode(&mut Reader::new(&stored, 0, Ctx::WIDE)).unwrap();
        let expected = Manager {
            total: 0x12df,
            count: 89,
            serialized: 88,
            ghosts: 1,
            sections: Some(Addr(0x12f5)),
            used: 0x1fb,
            allocated: 0x1fb,
            ..Manager::new(Client::Heap, 32, 65536)
        };
        assert_eq!(manager, expected);
        let mut w = Writer::new(Ctx::WIDE);
        w.u8(9);
        manager.encode(&mut w);
        assert_eq!(w.as_bytes()[1..], stored);
        assert_eq!(stored.len(), Manager::stored_size(Ctx::WIDE));
    }

    #[test]
    fn lies_are_caught() {
        let ctx = Ctx { addr_width: 4, len_width: 4 };
        let good = Manager::new(Client::File, 31, 1 << 30);
        let decoded = |m: &Manager| {
            let mut w = Writer::new(ctx);
            m.encode(&mut w);
            Manager::decode(&mut Reader::new(w.as_bytes(), 0, ctx))
        };
        assert_eq!(decoded(&good).unwrap(), good);
        assert!(decoded(&Manager { address_bits: 65, ..good }).is_err());
        assert!(decoded(&Manager { serialized: 1, ..good }).is_err());
        assert!(decoded(&Manager { used: 1, ..good }).is_err());
        let mut stored = bytes(HEAP);
        for (at, byte) in [(0, 0), (4, 1), (5, 2), (38, 3), (80, 1)] {
            let old = std::mem::replace(&mut stored[at], byte);
            assert!(Manager::decode(&mut Reader::new(&stored, 0, Ctx::WIDE)).is_err());
            stored[at] = old;
        }
    }
}
