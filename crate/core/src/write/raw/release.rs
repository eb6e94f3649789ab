//! Giving back the place of all elements.

use super::chunked::Chunked;
use super::{header, size};
use crate::error::{Context, Result};
use crate::format::message::Layout;
use crate::layout::DatasetParts;
use crate::object::header::ObjectKind;
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
    if let Layout::Virtual { .. } = header.stored_layout(&out.medium)? {
        return Ok(());
    }
    for coord in out.chunks.chunks(dataset) {
        out.chunks.remove(dataset, &coord);
    }
    release_parts(out, &DatasetParts::open(&out.medium, &header)?, dataset)
}

fn release_parts(out: &mut Output, parts: &DatasetParts, dataset: usize) -> Result<()> {
    match &parts.layout {
        _ if !parts.external.is_empty() => Ok(()),
        Layout::Compact { .. } | Layout::Virtual { .. } => Ok(()),
        Layout::Contiguous { address: None, .. } | Layout::Chunked { address: None, .. } => Ok(()),
        Layout::Contiguous { address: Some(address), size: stored } => {
            let len = match stored {
                Some(len) => *len,
                None => size(parts)?,
            };
            out.space.release_raw(*address, len).within("contiguous elements")
        }
        Layout::Chunked { .. } => {
            let mut chunks = Chunked::open(out, parts, dataset)?;
            let mut places = Vec::new();
            chunks.index.walk(out, &mut |_, entry| {
                places.extend(entry.address.map(|address| (address, entry.size)));
                Ok(())
            })?;
            places.into_iter().try_for_each(|(at, len)| out.space.release_raw(at, len)).within("chunk")?;
            chunks.index.release(out)
        }
    }
}
