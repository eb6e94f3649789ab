//! Symbol table message 0x0011: an old-style group.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Result};
use crate::format::{Encode, Libver};

/// Where an old-style group keeps its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SymbolTable {
    /// v1 B-tree of type 0.
    pub btree: Addr,
    /// Local heap of the names.
    pub heap: Addr,
}

impl SymbolTable {
    /// Decodes the message.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let table = |r: &mut Reader| {
            Ok(SymbolTable { btree: r.defined_addr("B-tree")?, heap: r.defined_addr("local heap")? })
        };
        table(r).within("symbol table message")
    }
}

impl Encode for SymbolTable {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.addr(Some(self.btree)).addr(Some(self.heap));
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
        let table = SymbolTable { btree: Addr(136), heap: Addr(680) };
        round_trip(&table, SymbolTable::decode, Ctx::WIDE, Libver::Earliest);
        round_trip(&table, SymbolTable::decode, Ctx { addr_width: 2, len_width: 4 }, Libver::Earliest);
        assert!(decoded(&[255; 16], SymbolTable::decode).is_err());
    }
}
