//! Chunks of a copy that somebody else makes: who can read the source at the same time decodes and encodes them.

use super::chunks::{self, Chunks};
use super::object::Set;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::filter;
use crate::format::message::{FilterPipeline, Layout};
use crate::write::output::Output;

/// What all those chunks of a dataset have in common.
#[derive(Clone, Debug)]
pub struct ApartChunks {
    /// The header of the dataset in the source.
    pub dataset: Addr,
    /// Extents of a chunk.
    pub chunk: Vec<u64>,
    /// What chunks go through.
    pub filters: FilterPipeline,
    /// What elements beyond the extents are; its length is that of an element.
    pub fill: Vec<u8>,
}

/// What belongs into one chunk: the element at which it begins, and how many there are along each axis.
pub type ApartBox = (Vec<u64>, Vec<u64>);

impl ApartChunks {
    /// A chunk as it is stored, and the filters that it did not go through: bit `i` for filter `i`. `piece`: its elements within the
    /// extents, of which there are `inside` along each axis. All that filters have to know of elements is in their parameters.
    ///
    /// Errors: `Argument` for a piece of another size; those of the filters.
    pub fn encode(&self, inside: &[u64], piece: &[u8]) -> Result<(Vec<u8>, u32)> {
        let size = inside.iter().try_fold(self.fill.len() as u64, |n, i| n.checked_mul(*i));
        let fits =
            inside.len() == self.chunk.len() && inside.iter().zip(&self.chunk).all(|(n, most)| n <= most);
        if !fits || size != Some(piece.len() as u64) || self.fill.is_empty() {
            return Err(Error::argument("elements that do not fit into a chunk"));
        }
        let whole = chunks::filled(&self.chunk, inside, &self.fill, piece)?;
        filter::encode(&self.filters, &whole, &mut filter::Scratch::default())
    }
}

impl Chunks {
    /// Chunks that can be made apart, if it makes no difference by whom: elements are what their bytes are.
    pub(super) fn apart(&self, set: &Set, dataset: Addr) -> Option<ApartChunks> {
        let parts = &set.parts;
        let there = matches!(parts.layout, Layout::Chunked { .. } | Layout::Contiguous { .. });
        let datatype = &parts.datatype;
        let edges = matches!(set.plan.layout, Layout::Chunked { edge_unfiltered: true, .. });
        if !there
            || !parts.external.is_empty()
            || datatype.uses_heap()
            || datatype.holds_references()
            || edges
            || set.plan.pipeline.filters.is_empty()
            || set.plan.as_stored
        {
            return None;
        }
        Some(ApartChunks {
            dataset,
            chunk: self.chunk().to_vec(),
            filters: set.plan.pipeline.clone(),
            fill: self.fill().to_vec(),
        })
    }

    /// The next ones of those, `most` at most, which will be [`put`](Chunks::put) in this order.
    pub(super) fn hand_out(&mut self, most: usize) -> Vec<ApartBox> {
        let boxes: Vec<ApartBox> = (self.handed()..)
            .map_while(|n| self.origin_of(n))
            .take(most)
            .map(|origin| (origin.clone(), self.inside(&origin)))
            .collect();
        self.skip(boxes.len() as u64);
        boxes
    }

    /// Stores the next chunk as somebody made it; how many elements it has.
    pub(super) fn put(&mut self, out: &mut Output, bytes: &[u8], mask: u32) -> Result<u64> {
        let Some(origin) = self.next_origin() else { return Ok(0) };
        self.store(out, &origin, bytes, mask)?;
        Ok(self.inside(&origin).iter().fold(1, |n, i| n.saturating_mul(*i)))
    }
}
