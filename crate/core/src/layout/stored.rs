//! How many bytes a dataset's elements occupy.

use super::DatasetParts;
use crate::chunk::{Grid, index};
use crate::error::Result;
use crate::format::message::Layout;
use crate::storage::Medium;

/// Bytes that the elements occupy in the file, after filters: 0 for what is not stored (or in other files).
pub fn storage_size(medium: &Medium, parts: &DatasetParts) -> Result<u64> {
    let dims = parts.dataspace.dims();
    match &parts.layout {
        Layout::Compact { data } => Ok(data.len() as u64),
        Layout::Contiguous { address: None, .. } | Layout::Virtual { .. } => Ok(0),
        Layout::Contiguous { address: Some(_), size } => {
            let needed = parts.dataspace.elements()?.saturating_mul(parts.datatype.size.into());
            Ok(size.unwrap_or(needed))
        }
        layout @ Layout::Chunked { chunk, element_size, .. } => {
            let max = parts.dataspace.max_dims();
            let grid = Grid::new(dims, &max, chunk, *element_size, &medium.limits)?;
            let all: Vec<_> = grid.counts().into_iter().map(|n| 0..n).collect();
            let mut total = 0u64;
            index::open(layout, &grid)?.visit(medium, &all, &mut |_, entry| {
                total = total.saturating_add(entry.size);
                Ok(())
            })?;
            Ok(total)
        }
    }
}
