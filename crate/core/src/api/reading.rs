//! Reading a selection, batch by batch.

use super::File;
use super::object::{self, Node};
use crate::chunk::HeapCache;
use crate::error::Result;
use crate::format::datatype::Datatype;
use crate::layout;
use crate::value::{self, Column};
use std::ops::Range;

/// A read in progress. Batches are consecutive runs of the selection's elements in C order.
pub struct Reading {
    file: File,
    datatype: Datatype,
    /// Where the dataset's header is (absolute).
    place: u64,
    shape: Vec<u64>,
    read: layout::Read,
    /// The batch in the file's type.
    raw: Vec<u8>,
    /// Elements in `raw` that are not decoded yet: those of a batch whose heap objects are still missing.
    waiting: Option<u64>,
    /// Elements of it that are values already.
    apart: Vec<layout::Apart>,
}

impl Reading {
    pub(super) fn new(node: &Node, datatype: &Datatype, shape: Vec<u64>, read: layout::Read) -> Self {
        let (file, place, datatype) = (node.file.clone(), node.place, datatype.clone());
        Reading { file, datatype, place, shape, read, raw: Vec::new(), waiting: None, apart: Vec::new() }
    }

    /// Shape of the result: axes from which an integer chose are gone.
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// Elements of the whole result.
    pub fn elements(&self) -> u64 {
        self.read.elements()
    }

    /// Type of the elements in the file.
    pub fn datatype(&self) -> &Datatype {
        &self.datatype
    }

    /// From now on elements are the bytes that the file has for them, of whatever type they are; how many each has.
    pub fn as_stored(&mut self) -> u32 {
        self.datatype = self.datatype.opaque();
        self.datatype.size
    }

    /// Elements at which parts of `bytes` or somewhat more begin that several can read, each its own, and the end of the last
    /// one: `most` parts at most. None where nothing has to be decoded.
    pub fn cuts(&self, bytes: u64, most: usize) -> Vec<u64> {
        self.read.cuts(bytes, most)
    }

    /// Goes on with the part from element `from` to `to`, two of the [`cuts`](Self::cuts).
    pub fn only(&mut self, from: u64, to: u64) {
        self.waiting = None;
        self.read.only(from, to);
    }

    /// Where all elements are in the storage, if they are there in one piece and need no conversion: then they can
    /// be taken without any batch. Nothing says that the storage is that long.
    pub fn in_one_piece(&self) -> Result<Option<Range<u64>>> {
        let medium = self.file.medium()?;
        Ok(value::native(&self.datatype).and_then(|_| self.read.in_one_piece(&medium)))
    }

    /// Sources of a virtual dataset that were needed so far and are not there: their elements read as the fill value.
    /// Each is a file and a dataset.
    pub fn missing(&self) -> &[(String, String)] {
        self.read.missing()
    }

    /// A column of no elements: how the batches will be made up.
    pub fn template(&self) -> Result<Column> {
        object::decode(&self.file, &self.datatype, &[]).map_err(|e| object::blame(e, self.place))
    }

    /// The next batch and its elements; `None` at the end. After an error of kind `Pending` the same call goes
    /// on where it was.
    #[allow(clippy::should_implement_trait)] // batches can fail, and be asked for again
    pub fn next(&mut self) -> Result<Option<(u64, Column)>> {
        self.batch().map_err(|e| object::blame(e, self.place))
    }

    fn batch(&mut self) -> Result<Option<(u64, Column)>> {
        let medium = self.file.medium()?;
        let elements = match self.waiting {
            Some(elements) => elements,
            None => match self.read.next_apart(&medium, &mut self.raw, Some(&mut self.apart))? {
                Some(elements) => elements,
                None => return Ok(None),
            },
        };
        if let Some(kind) = value::native(&self.datatype) {
            // The file's bytes are the values: no conversion, no copy.
            return Ok(Some((elements, Column::Numbers { kind, bytes: std::mem::take(&mut self.raw) })));
        }
        self.waiting = Some(elements);
        let heap = &mut *self.file.heap();
        let heap = &mut HeapCache::new(&medium, heap);
        let column = value::decode(&self.datatype, &self.raw, heap)?;
        let column = match self.apart.as_slice() {
            [] => column,
            apart => {
                let empty = value::decode(&self.datatype, &[], heap)?;
                layout::merge(&column, value::store::count(&column), apart, empty)?
            }
        };
        self.waiting = None;
        Ok(Some((elements, column)))
    }

    /// Gives back the buffer of a batch that is no longer needed, so that the next one finds room in it.
    pub fn reuse(&mut self, column: Column) {
        match column {
            Column::Numbers { bytes, .. } if bytes.capacity() > self.raw.capacity() => self.raw = bytes,
            _ => {}
        }
    }
}
