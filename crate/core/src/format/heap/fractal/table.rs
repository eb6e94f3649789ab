//! The doubling table of a fractal heap: which block holds which part of the heap's offsets.

use crate::error::{Error, Result};

/// How blocks grow: two rows of the starting size, then each row twice the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoublingTable {
    /// Blocks in a row.
    pub width: u16,
    /// Bytes of a block in rows 0 and 1.
    pub start: u64,
    /// Largest direct block.
    pub max_direct: u64,
    /// Bits of a heap offset.
    pub max_bits: u16,
    /// Rows a new root indirect block has.
    pub start_rows: u16,
}

/// One step down from an indirect block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Position among the block's entries.
    pub entry: usize,
    /// Heap offset of the child.
    pub offset: u64,
    /// Bytes of the child, or that it covers.
    pub size: u64,
    /// Rows of the child; `None` = it is a direct block.
    pub rows: Option<u16>,
}

pub(super) fn log2(n: u64) -> u32 {
    n.checked_ilog2().unwrap_or(0)
}

impl DoublingTable {
    /// Sizes that shifts can work with.
    pub(super) fn check(self) -> Result<Self> {
        let powers = self.start.is_power_of_two() && self.max_direct.is_power_of_two();
        let width = self.width.is_power_of_two();
        if !powers || !width || self.start > self.max_direct || self.max_direct > 1 << 32 {
            return Err(Error::malformed(format!("doubling table {self:?}")));
        }
        if self.max_bits > 64 || u32::from(self.max_bits) < log2(self.max_direct) {
            return Err(Error::malformed(format!("heap offsets of {} bits", self.max_bits)));
        }
        Ok(self)
    }

    /// Bytes of a heap offset.
    pub fn offset_width(&self) -> usize {
        usize::from(self.max_bits).div_ceil(8)
    }

    /// Rows whose blocks are direct.
    pub fn direct_rows(&self) -> u64 {
        u64::from(log2(self.max_direct).saturating_sub(log2(self.start)).saturating_add(2))
    }

    /// Bytes of each block of a row; `None` beyond 64 bits.
    pub fn row_size(&self, row: u64) -> Option<u64> {
        let doubled = u32::try_from(row.saturating_sub(1)).ok()?;
        let size = self.start.checked_shl(doubled)?;
        (size.checked_shr(doubled)? == self.start).then_some(size)
    }

    /// Bytes covered by the first row.
    fn first_row(&self) -> u64 {
        self.start.saturating_mul(self.width.into())
    }

    /// The first row whose blocks have `size` bytes or more.
    pub fn row_of_size(&self, size: u64) -> u64 {
        let times = size.div_ceil(self.start.max(1));
        if times <= 1 {
            0
        } else {
            u64::from(log2(times.saturating_mul(2).saturating_sub(1))).saturating_add(1)
        }
    }

    /// Heap bytes that the first `rows` rows of an indirect block cover: also where row `rows` starts.
    pub fn span(&self, rows: u64) -> Option<u64> {
        let Some(doubled) = rows.checked_sub(1) else { return Some(0) };
        let doubled = u32::try_from(doubled).ok()?;
        let span = self.first_row().checked_shl(doubled)?;
        (span.checked_shr(doubled)? == self.first_row()).then_some(span)
    }

    /// Rows of a root block that covers all offsets there are.
    pub fn max_rows(&self) -> u16 {
        let rows = u32::from(self.max_bits).saturating_sub(log2(self.first_row())).saturating_add(1);
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    /// Heap offset of an entry of an indirect block, counted from the start of the block.
    pub fn entry_start(&self, entry: u64) -> Option<u64> {
        let width = u64::from(self.width).max(1);
        let (row, column) = (entry.checked_div(width)?, entry.checked_rem(width)?);
        self.span(row)?.checked_add(self.row_size(row)?.checked_mul(column)?)
    }

    /// Rows of the indirect blocks of a row.
    pub fn rows_below(&self, row: u64) -> u16 {
        self.row_size(row).map_or(u16::MAX, |size| self.rows_covering(size))
    }

    /// For each number of rows up to `rows`, the bytes for objects in all direct blocks that such an indirect block
    /// covers, if each block loses `overhead` of them.
    pub fn room(&self, rows: u16, overhead: u64) -> Vec<u64> {
        let mut room = vec![0u64];
        for row in 0..u64::from(rows) {
            let one = match row < self.direct_rows() {
                true => self.row_size(row).unwrap_or(u64::MAX).saturating_sub(overhead),
                // Blocks below have no more rows than there are before theirs.
                false => room.get(usize::from(self.rows_below(row))).copied().unwrap_or(u64::MAX),
            };
            let before = room.last().copied().unwrap_or(0);
            room.push(one.saturating_mul(self.width.into()).saturating_add(before));
        }
        room
    }

    /// Rows of an indirect block that covers `size` bytes.
    fn rows_covering(&self, size: u64) -> u16 {
        let rows = log2(size).saturating_sub(log2(self.first_row())).saturating_add(1);
        u16::try_from(rows).unwrap_or(u16::MAX)
    }

    /// The first direct block of at least `size` bytes (and no more than the largest have) that starts at heap offset
    /// `from`, where a block starts, or behind it: its offset and size.
    pub fn next_block(&self, from: u64, size: u64) -> Option<(u64, u64)> {
        let row = self.row_of_size(size);
        let (mut at, mut block, mut rows) = (from, 0, self.max_rows());
        // Each step goes down, or on to a greater offset.
        loop {
            let step = self.step(block, rows, at).ok()?;
            match step.rows {
                None if step.offset != at => return None,
                None if step.size >= size => return Some((at, step.size)),
                None => {
                    // To the row that is large enough, or else to what is behind this indirect block.
                    at = block.checked_add(self.span(row.min(rows.into()))?)?;
                    (block, rows) = (0, self.max_rows());
                }
                Some(below) if step.offset != at || u64::from(below) > row => {
                    (block, rows) = (step.offset, below);
                }
                Some(_) => {
                    at = at.checked_add(step.size)?;
                    (block, rows) = (0, self.max_rows());
                }
            }
        }
    }

    /// Which entry of an indirect block, which starts at heap offset `block` and has `rows` rows, holds heap
    /// offset `offset`.
    pub fn step(&self, block: u64, rows: u16, offset: u64) -> Result<Step> {
        let outside = || Error::malformed(format!("heap offset {offset:#x} outside its block"));
        let inside = offset.checked_sub(block).ok_or_else(outside)?;
        let row = match inside < self.first_row() {
            true => 0,
            false => u64::from(log2(inside).saturating_sub(log2(self.first_row())).saturating_add(1)),
        };
        let size = self.row_size(row).ok_or_else(outside)?;
        let row_start = if row == 0 { 0 } else { self.first_row() << row.saturating_sub(1).min(63) };
        let column = inside.saturating_sub(row_start).checked_div(size).ok_or_else(outside)?;
        if row >= u64::from(rows) || column >= u64::from(self.width) {
            return Err(outside());
        }
        let entry = row.saturating_mul(self.width.into()).saturating_add(column);
        let start = column.saturating_mul(size).saturating_add(row_start);
        Ok(Step {
            entry: usize::try_from(entry).map_err(|_| outside())?,
            offset: block.checked_add(start).ok_or_else(outside)?,
            size,
            rows: (row >= self.direct_rows()).then(|| self.rows_covering(size)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::testing::links;

    #[test]
    fn rows_double() {
        let t = links().table;
        let step = |rows, offset| t.step(0, rows, offset).map(|s| (s.entry, s.offset, s.size, s.rows));
        assert_eq!(step(1, 21).unwrap(), (0, 0, 512, None));
        assert_eq!(step(1, 2047).unwrap(), (3, 1536, 512, None));
        assert_eq!(step(2, 2048).unwrap(), (4, 2048, 512, None));
        assert_eq!(step(3, 4096).unwrap(), (8, 4096, 1024, None));
        assert_eq!(step(3, 8191).unwrap(), (11, 7168, 1024, None));
        assert!(step(3, 8192).is_err());
        // Rows 0 to 8 are direct; row 9 covers 131072 bytes each, by blocks of 7 rows.
        assert_eq!(t.direct_rows(), 9);
        assert_eq!(step(10, 2048 << 8).unwrap(), (36, 524_288, 131_072, Some(7)));
        let inner = t.step(524_288, 7, 524_288 + 131_071).unwrap();
        assert_eq!((inner.entry, inner.size, inner.rows), (27, 16_384, None));
        assert!(t.step(524_288, 7, 5).is_err());
    }

    #[test]
    fn rows_have_places() {
        let t = links().table;
        let rows = |size| t.row_of_size(size);
        assert_eq!([0, 1, 512, 513, 1024, 1025, 2048, 65536].map(rows), [0, 0, 0, 2, 2, 3, 3, 8]);
        assert_eq!([0, 1, 2, 3, 10].map(|n| t.span(n)), [0, 2048, 4096, 8192, 1 << 20].map(Some));
        assert_eq!(t.span(60), None);
        assert_eq!([0, 3, 4, 9, 37].map(|n| t.entry_start(n)), [0, 1536, 2048, 5120, 655_360].map(Some));
        assert_eq!((t.max_rows(), t.rows_below(9), t.rows_below(11)), (22, 7, 9));
        assert_eq!(t.span(t.max_rows().into()), Some(1 << 32));
        // 16 direct blocks of 16384 bytes; then blocks over blocks.
        let room = t.room(11, 21);
        assert_eq!((room[0], room[4]), (0, 16384 - 16 * 21));
        assert_eq!(room[10], room[9] + 4 * room[7]);
        assert_eq!(room.len(), 12);
    }

    #[test]
    fn blocks_that_are_large_enough() {
        let t = links().table;
        let next = |from, size| t.next_block(from, size);
        assert_eq!(next(0, 512), Some((0, 512)));
        assert_eq!(next(512, 1024), Some((4096, 1024)));
        assert_eq!(next(4096, 512), Some((4096, 1024)));
        assert_eq!(next(5120, 4096), Some((2048 << 3, 4096)));
        // The first indirect block is at 512 KiB; it has 7 rows, so no direct blocks of 32 KiB.
        assert_eq!(next(1 << 19, 512), Some((1 << 19, 512)));
        assert_eq!(next(1 << 19, 16384), Some(((1 << 19) + (2048 << 5), 16384)));
        assert_eq!(next(1 << 19, 32768), Some(((1 << 20) + (2048 << 6), 32768)));
        assert_eq!(next((1 << 19) + 512, 32768), next(1 << 19, 32768));
        assert_eq!(next(100, 512), None);
        assert_eq!(next(1 << 32, 512), None);
    }
}
