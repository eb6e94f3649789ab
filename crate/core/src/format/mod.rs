//! Bytes to structures and back: pure, one structure per file, decode, encode, size and tests together.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used))]

pub mod cache_image;
pub mod datatype;
pub mod header;
pub mod heap;
pub mod index;
mod libver;
pub mod message;
pub mod multi;
pub mod reference;
pub mod selection;
pub mod shared_messages;
pub mod shared_record;
pub mod space;
pub mod superblock;
pub mod symbol_table;
pub mod tree;
pub mod vds;

pub use libver::Libver;

use crate::bytes::{Ctx, Writer};
use crate::error::{Error, Result};

/// A structure that can be written. What cannot be written does not implement it.
pub trait Encode {
    /// Appends the structure in the version that `low` chooses.
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()>;

    /// Bytes that [`encode`](Encode::encode) appends.
    fn size(&self, ctx: Ctx, low: Libver) -> Result<usize> {
        let mut w = Writer::new(ctx);
        self.encode(&mut w, low)?;
        Ok(w.len())
    }
}

/// A count or length as the field type that has to hold it.
pub(crate) fn fit<T: TryFrom<u64>>(n: impl TryInto<u64>, what: &'static str) -> Result<T> {
    n.try_into()
        .ok()
        .and_then(|n| T::try_from(n).ok())
        .ok_or_else(|| Error::argument(format!("{what} is too large for its field")))
}

/// A stored number as a length in memory.
pub(crate) fn length(n: u64) -> Result<usize> {
    usize::try_from(n).map_err(|_| Error::limit(format!("a length of {n} does not fit into memory")))
}
