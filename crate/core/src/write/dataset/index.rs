//! Which index the chunks of a new dataset get (07-chunks).

use super::New;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::message::{ChunkIndex, Layout};
use crate::write::output::Output;

/// What the library chooses for every dataset.
const FIXED_ARRAY: ChunkIndex = ChunkIndex::FixedArray { page_bits: 10 };
const EXTENSIBLE_ARRAY: ChunkIndex = ChunkIndex::ExtensibleArray {
    max_bits: 32,
    index_elements: 4,
    min_pointers: 4,
    min_elements: 16,
    page_bits: 10,
};
const BTREE2: ChunkIndex = ChunkIndex::BTree2 { node_size: 2048, split: 100, merge: 40 };

impl New<'_> {
    /// The layout of chunks of these extents, none of which is stored yet.
    pub(super) fn empty(&self, out: &Output, chunk: Vec<u64>) -> Result<Layout> {
        let element_size = u64::from(self.spec.datatype.size);
        let bytes = chunk.iter().try_fold(element_size, |n, c| n.checked_mul(*c));
        let bytes =
            bytes.ok_or_else(|| Error::argument(format!("chunks {chunk:?} have more than 2^64 bytes")))?;
        let large = u32::try_from(bytes).is_err();
        if large {
            out.need(Libver::V200, "chunks of 4 GiB and more")?;
        }
        let edge_unfiltered = self.spec.edge_unfiltered;
        if edge_unfiltered {
            out.need(Libver::V110, "unfiltered chunks at the edge")?;
        }
        let filtered = !self.pipeline.filters.is_empty();
        let (version, index) = match out.low {
            _ if large => (5, self.index(&chunk)),
            Libver::V200 if filtered => (5, self.index(&chunk)),
            Libver::Earliest | Libver::V18 if !edge_unfiltered => (3, ChunkIndex::BTree1),
            _ => (4, self.index(&chunk)),
        };
        Ok(Layout::Chunked { version, chunk, element_size, edge_unfiltered, index, address: None })
    }

    fn index(&self, chunk: &[u64]) -> ChunkIndex {
        let space = &self.spec.dataspace;
        let max = space.max_dims();
        let is = |extents: &[u64]| max.iter().zip(extents).all(|(m, d)| *m == Some(*d));
        match max.iter().filter(|m| m.is_none()).count() {
            0 if is(space.dims()) && is(chunk) => {
                let filtered = !self.pipeline.filters.is_empty();
                ChunkIndex::Single { filtered: filtered.then_some((0, 0)) }
            }
            0 if self.pipeline.filters.is_empty() && self.is_early() => ChunkIndex::Implicit,
            0 => FIXED_ARRAY,
            1 => EXTENSIBLE_ARRAY,
            _ => BTREE2,
        }
    }
}
