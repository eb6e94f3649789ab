//! Where the elements of a new dataset come from.

use crate::error::{Error, Result};

/// The elements of a dataset in C order, in the file's datatype.
pub trait Elements {
    /// Appends the bytes of `count` elements from element `first` on to `out`. Ranges may come in any order.
    fn append(&mut self, first: u64, count: u64, out: &mut Vec<u8>) -> Result<()>;

    /// All of them, where they are there in one piece.
    fn ready(&self) -> Option<&[u8]> {
        None
    }
}

/// Elements that are there already, as bytes of the file's datatype.
pub struct Ready<'a> {
    bytes: &'a [u8],
    element_size: u64,
}

impl<'a> Ready<'a> {
    /// `bytes` are elements of `element_size` bytes each.
    pub fn new(bytes: &'a [u8], element_size: u32) -> Self {
        Ready { bytes, element_size: element_size.into() }
    }
}

impl Elements for Ready<'_> {
    fn append(&mut self, first: u64, count: u64, out: &mut Vec<u8>) -> Result<()> {
        let at = |n: u64| usize::try_from(n.checked_mul(self.element_size)?).ok();
        let range = first.checked_add(count).and_then(|end| Some(at(first)?..at(end)?));
        match range.and_then(|r| self.bytes.get(r)) {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                Ok(())
            }
            None => Err(Error::argument(format!(
                "{} bytes of data are too few for element {}",
                self.bytes.len(),
                first.saturating_add(count)
            ))),
        }
    }

    fn ready(&self) -> Option<&[u8]> {
        Some(self.bytes)
    }
}

/// Elements made on demand: the closure is called as [`Elements::append`].
pub struct Made<F>(pub F);

impl<F: FnMut(u64, u64, &mut Vec<u8>) -> Result<()>> Elements for Made<F> {
    fn append(&mut self, first: u64, count: u64, out: &mut Vec<u8>) -> Result<()> {
        (self.0)(first, count, out)
    }
}
