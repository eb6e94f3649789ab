//! The elements that are written.

use super::rows::Row;
use crate::error::{Error, Result};
use crate::format::length;
use crate::write::elements::Elements;

/// Elements and how large they are.
pub(super) struct Source<'a> {
    elements: &'a mut dyn Elements,
    pub unit: usize,
    scratch: Vec<u8>,
}

impl<'a> Source<'a> {
    pub(super) fn new(elements: &'a mut dyn Elements, unit: usize) -> Source<'a> {
        Source { elements, unit, scratch: Vec::new() }
    }

    /// `n` elements from number `first` on.
    pub(super) fn take(&mut self, first: u64, n: u64) -> Result<&[u8]> {
        let bytes = length(n)?.checked_mul(self.unit);
        let bytes = bytes.ok_or_else(|| Error::limit("elements beyond memory"))?;
        if self.elements.ready().is_some() {
            let from = length(first)?.checked_mul(self.unit);
            let there = from.and_then(|from| self.elements.ready()?.get(from..from.checked_add(bytes)?));
            return there.ok_or_else(|| Error::argument("there are fewer values than are selected"));
        }
        self.scratch.clear();
        self.elements.append(first, n, &mut self.scratch)?;
        if self.scratch.len() != bytes {
            let what = format!("{} bytes of data where {bytes} are wanted", self.scratch.len());
            return Err(Error::argument(what));
        }
        Ok(&self.scratch)
    }

    /// Puts the elements of a row into a box.
    pub(super) fn put(&mut self, row: &Row, target: &mut [u8]) -> Result<()> {
        let (unit, first) = (self.unit, row.first);
        let bytes = self.take(first, row.elements)?;
        row.runs(&mut |place, n, number| {
            let (to, from, n) = (length(place)? * unit, length(number - first)? * unit, length(n)? * unit);
            match (target.get_mut(to..to + n), bytes.get(from..from + n)) {
                (Some(target), Some(bytes)) => {
                    target.copy_from_slice(bytes);
                    Ok(())
                }
                _ => Err(Error::argument("the selection leaves the dataset")),
            }
        })
    }
}
