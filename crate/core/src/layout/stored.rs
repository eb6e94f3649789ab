//! Where a dataset's elements are, and how many bytes they occupy.

use super::DatasetParts;
use crate::chunk::index::Index;
use crate::chunk::{Grid, index};
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::message::Layout;
use crate::storage::Medium;

/// Bytes that the elements occupy in the file, after filters: 0 for what is not stored (or in other files).
pub fn storage_size(medium: &Medium, parts: &DatasetParts) -> Result<u64> {
    match &parts.layout {
        Layout::Compact { data } => Ok(data.len() as u64),
        Layout::Contiguous { address: None, .. } | Layout::Virtual { .. } => Ok(0),
        Layout::Contiguous { address: Some(_), size } => {
            let needed = parts.dataspace.elements()?.saturating_mul(parts.datatype.size.into());
            Ok(size.unwrap_or(needed))
        }
        Layout::Chunked { .. } => {
            let mut total = 0u64;
            each_chunk(medium, parts, &mut |_, entry| {
                total = total.saturating_add(entry.size);
                Ok(())
            })?;
            Ok(total)
        }
    }
}

fn chunks(medium: &Medium, parts: &DatasetParts) -> Result<(Grid, Box<dyn Index>)> {
    let Layout::Chunked { chunk, element_size, .. } = &parts.layout else {
        return Err(Error::argument("a dataset without chunks"));
    };
    let (dims, max) = (parts.dataspace.dims(), parts.dataspace.max_dims());
    let grid = Grid::new(dims, &max, chunk, *element_size, &medium.limits)?;
    let index = index::open(&parts.layout, &grid)?;
    Ok((grid, index))
}

/// Calls `found` with the coordinate, counted in chunks, and the place of every stored chunk, in no particular order.
///
/// Errors: `Argument` if the dataset has no chunks.
pub fn each_chunk(medium: &Medium, parts: &DatasetParts, found: index::Found<'_>) -> Result<()> {
    let (grid, mut index) = chunks(medium, parts)?;
    let all: Vec<_> = grid.counts().into_iter().map(|n| 0..n).collect();
    index.visit(medium, &all, found)
}

/// Where the chunk is whose first element is at `offset`.
///
/// Errors: `Argument` if the dataset has no chunks, or none that begins there.
pub fn chunk_at(medium: &Medium, parts: &DatasetParts, offset: &[u64]) -> Result<Entry> {
    let (grid, mut index) = chunks(medium, parts)?;
    index.get(medium, &grid.coordinate(offset)?)
}
