//! Giving back the place of all elements.

use super::chunked::Chunked;
use super::{header, size, values};
use crate::error::{Context, Result};
use crate::format::heap::global::HeapId;
use crate::format::message::Layout;
use crate::layout::DatasetParts;
use crate::object::header::ObjectKind;
use crate::write::heap::release_values;
use crate::write::node::Node;
use crate::write::output::Output;

/// Gives back the place of the elements of a dataset that is no more, and of what finds them. Those that are in other
/// files or datasets stay there.
///
/// Errors: `Malformed` if anything of it is free already, or not of the file.
pub(in crate::write) fn release(out: &mut Output, node: &Node, dataset: usize) -> Result<()> {
    let header = header(node);
    if node.group || header.kind()? != ObjectKind::Dataset {
        return Ok(());
    }
    if let Layout::Virtual { address, index } = header.stored_layout(&out.medium)? {
        // Its mappings are an object of the global heap.
        return match address {
            Some(collection) => out.remove_from_heap(HeapId { collection, index }),
            None => Ok(()),
        };
    }
    let parts = DatasetParts::open(&out.medium, &header)?;
    // What the fill value has in the heap stays: libhdf5 copies its ids with the dataset, and others may lead there, too.
    release_parts(out, &parts, dataset)
}

fn release_parts(out: &mut Output, parts: &DatasetParts, dataset: usize) -> Result<()> {
    match &parts.layout {
        _ if !parts.external.is_empty() => Ok(()),
        Layout::Virtual { .. } => Ok(()),
        Layout::Compact { data } => release_values(out, &parts.datatype, data),
        Layout::Contiguous { address: None, .. } => Ok(()),
        Layout::Contiguous { address: Some(address), size: stored } => {
            let len = match stored {
                Some(len) => *len,
                None => size(parts)?,
            };
            values::forget_all(out, &parts.datatype, *address, parts.dataspace.elements()?)?;
            out.space.release_raw(*address, len).within("contiguous elements")
        }
        Layout::Chunked { .. } => release_chunks(out, parts, dataset),
    }
}

fn release_chunks(out: &mut Output, parts: &DatasetParts, dataset: usize) -> Result<()> {
    let mut chunks = Chunked::open(out, parts, dataset)?;
    let held = out.chunks.chunks(dataset);
    for coord in &held {
        if let Some(bytes) = out.chunks.remove(dataset, coord) {
            release_values(out, &parts.datatype, &bytes)?;
        }
    }
    let mut stored = Vec::new();
    chunks.index.walk(out, &mut |coord, entry| {
        stored.push((coord.to_vec(), entry));
        Ok(())
    })?;
    for (coord, entry) in stored {
        // What the file has of a chunk that was held back is older.
        if parts.datatype.uses_heap() && held.binary_search(&coord).is_err() {
            let plain = chunks.is_plain(&coord);
            chunks.forget(out, &entry, plain)?;
        }
        if let Some(address) = entry.address {
            out.space.release_raw(address, entry.size).within("chunk")?;
        }
    }
    chunks.index.release(out)
}
