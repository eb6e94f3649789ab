//! Attributes of version 1 headers: one message each.

use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::header::RawMessage;
use crate::format::message::{AttributeMessage, Dataspace, Shareable, kind};
use crate::write::names;
use crate::write::node::Node;
use crate::write::output::Output;

/// Adds the attribute, or puts it in the place of the one of its name.
pub(super) fn set(
    out: &Output,
    node: &mut Node,
    name: &str,
    datatype: &Datatype,
    dataspace: &Dataspace,
    data: Vec<u8>,
) -> Result<()> {
    names::attribute(name)?;
    out.check_datatype(datatype)?;
    let attribute = AttributeMessage {
        name: name.as_bytes().to_vec(),
        charset: names::charset(name.as_bytes()),
        datatype: Shareable::Here(datatype.clone()),
        dataspace: Shareable::Here(dataspace.clone()),
        data,
    };
    let message = out.message(kind::ATTRIBUTE, 0, &attribute)?;
    if let Some(old) = position(out, node, name)? {
        // As in the library, a rewritten attribute becomes the last one.
        node.messages.remove(old);
    }
    node.messages.push(message);
    node.changed = true;
    Ok(())
}

/// Takes the attribute away.
pub(super) fn delete(out: &Output, node: &mut Node, name: &str) -> Result<()> {
    let Some(position) = position(out, node, name)? else {
        return Err(Error::not_found(format!("there is no attribute {name:?}")));
    };
    node.messages.remove(position);
    node.changed = true;
    Ok(())
}

fn position(out: &Output, node: &Node, name: &str) -> Result<Option<usize>> {
    for (i, message) in node.messages.iter().enumerate() {
        if message.kind == kind::ATTRIBUTE && stored_name(out, message)? == name.as_bytes() {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn stored_name(out: &Output, message: &RawMessage) -> Result<Vec<u8>> {
    AttributeMessage::decode_name(&mut out.reader(&message.data))
}
