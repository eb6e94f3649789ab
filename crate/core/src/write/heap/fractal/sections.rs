//! Free space as a heap's manager lists it: stretches inside direct blocks, and runs of entries of one indirect block.

use crate::error::{Error, Result};
use crate::format::fit;
use crate::format::heap::fractal::{DoublingTable, FractalHeap};
use crate::format::space::{Rows, Section, class};
use crate::order;

/// What indirect blocks of some number of rows count for, if they are free as a whole.
#[derive(Clone, Copy, Default)]
struct Weight {
    /// Rows of direct blocks: each is a section, although only the first of a run is written.
    rows: u64,
    /// Bytes for objects in one block of each of those rows.
    bytes: u64,
}

/// The sections of a heap.
pub(super) struct Sections {
    pub sections: Vec<Section>,
    /// Sections that follow from those that are written.
    pub ghosts: u64,
    /// Bytes of all sections.
    pub bytes: u64,
    table: DoublingTable,
    root_rows: u16,
    overhead: u64,
    /// By number of rows.
    weights: Vec<Weight>,
}

/// Neighbouring entries of one indirect block.
struct Run {
    first: usize,
    count: u64,
    offset: u64,
}

impl Sections {
    /// None yet.
    pub fn new(header: &FractalHeap, overhead: u64) -> Sections {
        let mut all = Sections {
            sections: Vec::new(),
            ghosts: 0,
            bytes: 0,
            table: header.table,
            root_rows: header.root_rows,
            overhead,
            weights: vec![Weight::default()],
        };
        for row in 0..u64::from(header.root_rows) {
            let row = all.row(row, header.table.width.into());
            let before = all.weights.last().copied().unwrap_or_default();
            all.weights.push(before.and(row));
        }
        all
    }

    /// `entries` entries of a row.
    fn row(&self, row: u64, entries: u64) -> Weight {
        if row < self.table.direct_rows() {
            return Weight { rows: 1, bytes: self.block(row) };
        }
        let below = self.weights.get(usize::from(self.table.rows_below(row))).copied().unwrap_or_default();
        Weight { rows: below.rows.saturating_mul(entries), bytes: below.bytes.saturating_mul(entries) }
    }

    /// Bytes for objects in a direct block.
    fn block(&self, row: u64) -> u64 {
        self.table.row_size(row).unwrap_or(u64::MAX).saturating_sub(self.overhead)
    }

    /// Adds a stretch inside a direct block.
    pub fn single(&mut self, offset: u64, size: u64) {
        self.bytes = self.bytes.saturating_add(size);
        self.sections.push(Section { offset, size, class: class::SINGLE, rows: None });
    }

    /// Adds a hole.
    pub fn hole(&mut self, from: u64, to: u64) -> Result<()> {
        self.take_apart(0, self.root_rows, from, to)
    }

    /// The part of a hole that is in the indirect block of `rows` rows at heap offset `block`.
    fn take_apart(&mut self, block: u64, rows: u16, from: u64, to: u64) -> Result<()> {
        let end = self.table.span(rows.into()).and_then(|span| span.checked_add(block)).unwrap_or(u64::MAX);
        let to = to.min(end);
        let mut at = from;
        let mut run: Option<Run> = None;
        while at < to {
            let step = self.table.step(block, rows, at)?;
            let behind = step.offset.saturating_add(step.size);
            if step.offset == at && behind <= to {
                run.get_or_insert(Run { first: step.entry, count: 0, offset: at }).count += 1;
            } else {
                self.run(block, run.take())?;
                let below =
                    step.rows.ok_or_else(|| Error::malformed("free space that is part of a block"))?;
                self.take_apart(step.offset, below, at, to)?;
            }
            at = behind;
        }
        self.run(block, run)
    }

    fn run(&mut self, block: u64, run: Option<Run>) -> Result<()> {
        let Some(Run { first, count, offset }) = run else { return Ok(()) };
        let width = u64::from(self.table.width).max(1);
        let (first, end) = (first as u64, first as u64 + count);
        let mut weight = Weight::default();
        for row in first / width..=(end - 1) / width {
            let entries = end.min((row + 1) * width) - first.max(row * width);
            weight = weight.and(self.row(row, entries));
        }
        self.ghosts = self.ghosts.saturating_add(weight.rows.saturating_sub(1));
        self.bytes = self.bytes.saturating_add(weight.bytes);
        let row = first / width;
        // An indirect block's first row is a row of the smallest blocks.
        let size = self.block(if row < self.table.direct_rows() { row } else { 0 });
        let rows = Rows {
            block,
            row: fit(row, "a row of a heap")?,
            column: fit(first % width, "a column of a heap")?,
            entries: fit(count, "a run of free heap blocks")?,
        };
        self.sections.push(Section { offset, size, class: class::FIRST_ROW, rows: Some(rows) });
        Ok(())
    }

    /// All of them, the smallest first.
    pub fn sorted(&mut self) -> Vec<Section> {
        let mut sections = std::mem::take(&mut self.sections);
        order::sort_by(&mut sections, |a, b| (a.size, a.offset).cmp(&(b.size, b.offset)));
        sections
    }
}

impl Weight {
    fn and(self, other: Weight) -> Weight {
        Weight { rows: self.rows.saturating_add(other.rows), bytes: self.bytes.saturating_add(other.bytes) }
    }
}
