//! An open local heap: its header and all of its data segment.

use crate::bytes::{Addr, Ctx};
use crate::error::{Context, Result};
use crate::format::heap::local::{LocalHeap, text};
use crate::storage::Medium;

/// Names by offset.
pub struct Names {
    segment: Vec<u8>,
    origin: u64,
    ctx: Ctx,
}

impl Names {
    /// Reads the heap at `addr`.
    pub fn open(medium: &Medium, addr: Addr) -> Result<Names> {
        let bytes = medium.read(addr, LocalHeap::stored_size(medium.ctx) as u64).within("local heap")?;
        let heap = LocalHeap::decode(&mut medium.reader(&bytes, addr))?;
        let segment = medium.read(heap.data, heap.data_size).within("local heap")?;
        Ok(Names { segment, origin: medium.absolute(heap.data), ctx: medium.ctx })
    }

    /// The text at `offset`, without its NUL.
    pub fn text(&self, offset: u64) -> Result<&[u8]> {
        text(&self.segment, offset, self.origin, self.ctx)
    }

    /// Bytes of all texts together.
    pub fn len(&self) -> usize {
        self.segment.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.segment.is_empty()
    }
}
