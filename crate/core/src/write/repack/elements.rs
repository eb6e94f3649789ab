//! The elements of one dataset on their way.

use super::choice;
use super::chunks::Chunks;
use super::copy::Carrier;
use super::object::Set;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::message::Layout;
use crate::layout::Read;
use crate::select::Hyperslab;
use crate::write::output::Output;

/// What is being read, and where it goes.
pub(super) struct Elements {
    read: Option<Read>,
    batch: Vec<u8>,
    /// The batch is here, though what its elements point at may not be.
    here: bool,
    /// Batches of the next chunk, or all compact elements.
    piece: Vec<u8>,
    target: Target,
}

enum Target {
    /// In the header.
    Compact,
    /// One block: where it starts, and where the next batch goes.
    Block { start: Addr, at: u64, size: u64 },
    /// Chunks.
    Chunks(Box<Chunks>),
}

impl Elements {
    pub fn new(source: &crate::storage::Medium, set: &Set, out: &mut Output) -> Result<Elements> {
        let target = match &set.plan.layout {
            Layout::Compact { .. } => Target::Compact,
            Layout::Chunked { .. } => Target::Chunks(Box::new(Chunks::new(source, set, out)?)),
            _ => {
                let size = choice::bytes(&set.parts)?;
                Target::Block { start: out.space.allocate_raw(size)?, at: 0, size }
            }
        };
        Ok(Elements { read: None, batch: Vec::new(), here: false, piece: Vec::new(), target })
    }

    /// Copies a batch or a chunk and says how many bytes that were; `None` at the end.
    pub fn step(&mut self, carrier: &mut Carrier<'_>, set: &Set, out: &mut Output) -> Result<Option<u64>> {
        if let Target::Chunks(chunks) = &mut self.target
            && set.plan.as_stored
        {
            return chunks.carry(carrier.source, set, &mut self.batch, out);
        }
        let read = match &mut self.read {
            Some(read) => read,
            none => {
                let slab = match &mut self.target {
                    Target::Block { at: 0, .. } => Some(Hyperslab::all(set.parts.dataspace.dims())),
                    Target::Compact if self.piece.is_empty() => {
                        Some(Hyperslab::all(set.parts.dataspace.dims()))
                    }
                    Target::Block { .. } | Target::Compact => None,
                    Target::Chunks(chunks) => chunks.slab(carrier.source)?,
                };
                let Some(slab) = slab else { return Ok(None) };
                none.insert(Read::new(carrier.source, &set.parts, &slab)?)
            }
        };
        if !self.here && read.next(carrier.source, &mut self.batch)?.is_none() {
            return self.end(set, out);
        }
        if let Some((file, dataset)) = read.missing().first() {
            return Err(Error::unsupported(format!(
                "merging elements of {dataset:?} in {file:?}, which is not there"
            )));
        }
        self.here = true;
        carrier.transfer(out).elements(&set.parts.datatype, &mut self.batch)?;
        let len = self.batch.len() as u64;
        match &mut self.target {
            Target::Block { start, at, .. } => {
                out.medium.write_last(start.offset(*at)?, &self.batch)?;
                *at += len;
            }
            Target::Chunks(_) | Target::Compact => self.piece.extend_from_slice(&self.batch),
        }
        self.here = false;
        Ok(Some(len))
    }

    /// The chunks, if the next thing to do is to make one.
    pub fn chunks(&mut self) -> Option<&mut Chunks> {
        match &mut self.target {
            Target::Chunks(chunks) if self.read.is_none() => Some(chunks),
            _ => None,
        }
    }

    /// All of the selection was read.
    fn end(&mut self, set: &Set, out: &mut Output) -> Result<Option<u64>> {
        self.read = None;
        let Target::Chunks(chunks) = &mut self.target else { return Ok(None) };
        chunks.write(set, &self.piece, out)?;
        self.piece.clear();
        Ok(Some(0))
    }

    /// Where the elements are now.
    pub fn finish(&mut self, out: &mut Output) -> Result<Layout> {
        match &mut self.target {
            Target::Compact => Ok(Layout::Compact { data: std::mem::take(&mut self.piece) }),
            Target::Block { start, size, .. } => {
                Ok(Layout::Contiguous { address: Some(*start), size: Some(*size) })
            }
            Target::Chunks(chunks) => chunks.finish(out),
        }
    }
}
