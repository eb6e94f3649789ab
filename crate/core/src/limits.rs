//! Budgets that hostile bytes cannot exceed.

use crate::error::{Error, Result};

/// What one file may cost. Checked before each allocation and inside each loop that a file steers.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes one metadata structure (header chunk, heap, tree node, attribute) may occupy.
    pub metadata_block: u64,
    /// Bytes one decoded chunk may have, and one batch of a read.
    pub chunk: u64,
    /// Depth of nested datatypes.
    pub type_depth: u32,
    /// Depth of trees and chains of blocks.
    pub tree_depth: u32,
    /// Soft links followed while resolving one path.
    pub link_traversals: u32,
    /// Messages one object header may hold.
    pub messages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            metadata_block: 1 << 30,
            chunk: 1 << 30,
            type_depth: 32,
            tree_depth: 64,
            link_traversals: 16,
            messages: 1 << 20,
        }
    }
}

impl Limits {
    #[doc(hidden)]
    /// `n` as a length to allocate, if it is within `budget`.
    pub fn check(n: u64, budget: u64, what: &'static str) -> Result<usize> {
        if n > budget {
            return Err(Error::limit(format!("{what} of {n} bytes exceeds the limit of {budget}")));
        }
        usize::try_from(n).map_err(|_| Error::limit(format!("{what} of {n} bytes does not fit into memory")))
    }
}

/// What a walk may still cost: trees and chains in a file cannot be larger than the file.
#[derive(Clone, Debug)]
pub struct Budget {
    left: u64,
    what: &'static str,
}

impl Budget {
    /// A budget of `units`; `what` is said when it is exceeded.
    pub fn new(units: u64, what: &'static str) -> Self {
        Budget { left: units, what }
    }

    /// Takes `units`, or says that the file is wrong.
    pub fn spend(&mut self, units: u64) -> Result<()> {
        self.left = self.left.checked_sub(units).ok_or_else(|| Error::malformed(self.what))?;
        Ok(())
    }
}
