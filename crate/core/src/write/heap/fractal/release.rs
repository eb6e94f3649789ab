//! Giving a whole heap back.

use super::Heap;
use super::blocks::read_indirect;
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::heap::fractal::{FractalHeap, IndirectBlock};
use crate::write::output::Output;

impl Heap {
    /// Gives back everything that the heap takes in the file, its objects included.
    pub fn release(mut self, out: &mut Output) -> Result<()> {
        let at = out.medium.absolute(self.address);
        self.release_all(out).at(at).within("fractal heap")
    }

    fn release_all(&mut self, out: &mut Output) -> Result<()> {
        self.write_blocks(out)?;
        self.release_huge(out)?;
        self.free.release(out)?;
        let header = &self.header;
        match (header.root, header.root_rows) {
            (None, _) => {}
            (Some(root), 0) => {
                let size = header.filtering.as_ref().map_or(header.table.start, |f| f.root_size);
                out.space.release(root, size)?;
            }
            (Some(root), rows) => self.release_blocks(out, root, 0, rows)?,
        }
        let filters = self.header.filtering.as_ref().map_or(0, |f| f.encoded.len() + out.medium.ctx.l() + 4);
        out.space.release(self.address, (FractalHeap::stored_size(out.medium.ctx) + filters) as u64)
    }

    /// An indirect block and all that is below it. Each level covers at most half of what the one above does, so this
    /// ends.
    fn release_blocks(&self, out: &mut Output, address: Addr, offset: u64, rows: u16) -> Result<()> {
        let table = self.header.table;
        let block = read_indirect(out, self, address, offset, rows)?;
        out.space.release(address, IndirectBlock::stored_size(&self.header, rows, out.medium.ctx))?;
        for (i, entry) in block.entries.iter().enumerate() {
            let Some(child) = entry.address else { continue };
            let row = (i / usize::from(table.width).max(1)) as u64;
            let wrong = || Error::malformed("a heap block beyond 64 bits");
            if row < table.direct_rows() {
                let size = table.row_size(row).ok_or_else(wrong)?;
                out.space.release(child, entry.filtered.map_or(size, |(stored, _)| stored))?;
            } else {
                let start = table.entry_start(i as u64).ok_or_else(wrong)?;
                let start = offset.checked_add(start).ok_or_else(wrong)?;
                self.release_blocks(out, child, start, table.rows_below(row))?;
            }
        }
        Ok(())
    }
}
