//! What a filter has to know of a dataset: the library's "set local".

use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::message::Filter;

/// The dataset that a filter is to work for.
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    /// Type of its elements.
    pub datatype: &'a Datatype,
    /// Extents of its chunks, in elements.
    pub chunk: &'a [u64],
    /// Its fill value, as an element of the file.
    pub fill: Option<&'a [u8]>,
}

impl Local<'_> {
    /// Elements of a chunk.
    pub fn chunk_elements(&self) -> Result<u32> {
        let n = self.chunk.iter().try_fold(1u64, |n, c| n.checked_mul(*c));
        n.and_then(|n| u32::try_from(n).ok())
            .ok_or_else(|| Error::argument("chunks of 2^32 elements and more"))
    }

    /// Bytes of a chunk.
    pub fn chunk_bytes(&self) -> Result<u32> {
        let bytes = self.chunk_elements()?.checked_mul(self.datatype.size);
        bytes.ok_or_else(|| Error::argument("chunks of 4 GiB and more"))
    }
}

/// Turns what the user gave as client data into that of the dataset. An error if there is no such filter.
pub fn set_local(filter: &mut Filter, local: &Local<'_>) -> Result<()> {
    match filter.id {
        super::SHUFFLE => filter.values = vec![local.datatype.size],
        super::DEFLATE | super::FLETCHER32 => {}
        _ => {
            let name = super::registry::name(filter.id).unwrap_or("");
            let values = super::provider(filter, true)?.local(filter, local);
            filter.values = values.map_err(|e| e.by_filter(filter.id, name))?;
        }
    }
    Ok(())
}
