//! The superblock extension: an object header of messages about the file.

use super::header;
use super::node::Node;
use super::output::Output;
use crate::bytes::Addr;
use crate::error::Result;
use crate::format::header::RawMessage;

/// Writes these messages; nothing if there are none.
pub(super) fn create(out: &mut Output, messages: Vec<RawMessage>) -> Result<Option<Addr>> {
    if messages.is_empty() {
        return Ok(None);
    }
    let mut node = Node { references: 1, ..Node::new(messages, out.low) };
    header::allocate(out, &mut node)?;
    header::write(out, &mut node)?;
    Ok(node.address)
}
