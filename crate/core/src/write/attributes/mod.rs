//! The attributes of an object: messages of its header, or, in version 2 headers that have many or large ones, objects
//! of a heap with indexes.

use super::node::Node;
use super::output::{Output, fitting};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::header::{RawMessage, v2};
use crate::format::message::{AttributeInfo, AttributeMessage, Shareable, Shared, flag, kind};
use crate::object::shared;

/// Attributes that stay messages unless the header says otherwise, and how few must be left of dense ones.
const PHASE_CHANGE: (u16, u16) = (8, 6);

/// Adds the attribute, in the place of the one of its name.
pub(super) fn set(out: &mut Output, node: &mut Node, attribute: &AttributeMessage) -> Result<()> {
    let body = out.encoded(attribute)?;
    remove(out, node, &attribute.name)?;
    node.changed = true;
    let message = fitting(kind::ATTRIBUTE, 0, body, node.largest_message())?;
    let Some(prefix) = node.v2 else {
        node.messages.push(message);
        return Ok(());
    };
    let mut info = match info(out, node)? {
        Some(info) => info,
        None => {
            // Before the first attribute, as in the library.
            let info = new_info(&prefix);
            put_info(out, node, &info)?;
            info
        }
    };
    if info.heap.is_some() {
        return Err(Error::unsupported("adding an attribute to an object that has many"));
    }
    let count = node.messages.iter().filter(|m| m.kind == kind::ATTRIBUTE).count();
    if count >= prefix.phase_change.unwrap_or(PHASE_CHANGE).0.into() {
        return Err(Error::unsupported(format!(
            "more than {count} attributes of an object of the newer form"
        )));
    }
    let creation_index = next_index(&mut info)?;
    node.messages.push(RawMessage { creation_index, ..message });
    put_info(out, node, &info)
}

fn new_info(prefix: &v2::Prefix) -> AttributeInfo {
    AttributeInfo {
        max_creation_index: prefix.order_tracked.then_some(0),
        order_btree: prefix.order_indexed.then_some(None),
        ..AttributeInfo::default()
    }
}

/// The next place in creation order, where that is tracked.
fn next_index(info: &mut AttributeInfo) -> Result<Option<u16>> {
    let Some(next) = &mut info.max_creation_index else { return Ok(None) };
    let index = *next;
    *next = index
        .checked_add(1)
        .ok_or_else(|| Error::unsupported("more than 65535 attributes in the order of their creation"))?;
    Ok(Some(index))
}

fn info(out: &Output, node: &Node) -> Result<Option<AttributeInfo>> {
    node.message(kind::ATTRIBUTE_INFO).map(|m| AttributeInfo::decode(&mut out.reader(&m.data))).transpose()
}

fn put_info(out: &Output, node: &mut Node, info: &AttributeInfo) -> Result<()> {
    node.put(out.message(kind::ATTRIBUTE_INFO, flag::DO_NOT_SHARE, info)?);
    Ok(())
}

/// The committed datatype that the attribute of this name uses.
pub(super) fn committed(out: &Output, node: &Node, name: &[u8]) -> Result<Option<Addr>> {
    let Some(message) = position(out, node, name)?.and_then(|i| node.messages.get(i)) else {
        return Ok(None);
    };
    committed_in(out, message)
}

/// The committed datatype that an attribute message uses.
pub(super) fn committed_in(out: &Output, message: &RawMessage) -> Result<Option<Addr>> {
    let body = shared::body(&out.medium, message)?;
    let attribute = AttributeMessage::decode(&mut body.reader(&out.medium), out.medium.limits.type_depth)?;
    Ok(match attribute.datatype {
        Shareable::There(Shared::Committed(address)) => Some(address),
        _ => None,
    })
}

/// Takes the attribute away.
pub(super) fn delete(out: &mut Output, node: &mut Node, name: &str) -> Result<()> {
    match remove(out, node, name.as_bytes())? {
        true => Ok(()),
        false => Err(Error::not_found(format!("there is no attribute {name:?}"))),
    }
}

/// Takes the attribute away if it is there.
fn remove(out: &mut Output, node: &mut Node, name: &[u8]) -> Result<bool> {
    if let Some(info) = info(out, node)?
        && info.heap.is_some()
    {
        return Err(Error::unsupported("deleting an attribute of an object that has many"));
    }
    let Some(position) = position(out, node, name)? else { return Ok(false) };
    node.messages.remove(position);
    node.changed = true;
    Ok(true)
}

fn position(out: &Output, node: &Node, name: &[u8]) -> Result<Option<usize>> {
    for (i, message) in node.messages.iter().enumerate().filter(|(_, m)| m.kind == kind::ATTRIBUTE) {
        let body = shared::body(&out.medium, message)?;
        if AttributeMessage::decode_name(&mut body.reader(&out.medium))? == name {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// Gives a new object with attribute messages what version 2 headers say about them.
pub(super) fn complete(out: &Output, node: &mut Node) -> Result<()> {
    let Some(prefix) = &mut node.v2 else { return Ok(()) };
    let Some(first) = node.messages.iter().position(|m| m.kind == kind::ATTRIBUTE) else { return Ok(()) };
    if node.messages.iter().any(|m| m.kind == kind::ATTRIBUTE_INFO) {
        return Ok(());
    }
    let mut info = new_info(prefix);
    let mut count = 0;
    for message in node.messages.iter_mut().filter(|m| m.kind == kind::ATTRIBUTE) {
        message.creation_index = next_index(&mut info)?;
        count += 1;
    }
    if count > PHASE_CHANGE.0 {
        prefix.phase_change = Some((count, PHASE_CHANGE.1));
    }
    node.messages.insert(first, out.message(kind::ATTRIBUTE_INFO, flag::DO_NOT_SHARE, &info)?);
    Ok(())
}
