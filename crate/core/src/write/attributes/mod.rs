//! The attributes of an object: messages of its header, or, in version 2 headers that have many or large ones, objects
//! of a heap with indexes.

mod dense;

use super::node::Node;
use super::output::{Output, fitting};
use super::shared_messages;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::header::{RawMessage, v2};
use crate::format::message::{AttributeInfo, AttributeMessage, Shareable, Shared, flag, kind};
use crate::object::shared;
use dense::{DenseAttributes, Stored};

/// Attributes that stay messages unless the header says otherwise, and how few must be left of dense ones.
const PHASE_CHANGE: (u16, u16) = (8, 6);

/// Adds the attribute; there is none of its name. `order`: its place in creation order, if not the next one.
pub(super) fn set(
    out: &mut Output,
    node: &mut Node,
    attribute: &AttributeMessage,
    order: Option<u16>,
) -> Result<()> {
    let body = out.encoded(attribute)?;
    node.changed = true;
    let Some(prefix) = node.v2 else {
        node.messages.push(fitting(kind::ATTRIBUTE, 0, body, node.largest_message())?);
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
    let order = match order {
        Some(order) => Some(order),
        None => next_index(&mut info)?,
    };
    let stored = Stored { flags: 0, order, body };
    let count = node.messages.iter().filter(|m| m.kind == kind::ATTRIBUTE).count();
    let many = count >= prefix.phase_change.unwrap_or(PHASE_CHANGE).0.into();
    if info.heap.is_some() || many || stored.body.len() > node.largest_message() {
        let mut dense = match info.heap {
            Some(_) => DenseAttributes::open(out, &info)?,
            None => make_dense(out, node, &mut info)?,
        };
        dense.insert(out, &stored)?;
        dense.close(out)?;
    } else {
        node.messages.push(compact(stored));
    }
    put_info(out, node, &info)
}

/// An attribute as a message.
fn compact(stored: Stored) -> RawMessage {
    let Stored { body, flags, order } = stored;
    RawMessage { creation_index: order, ..RawMessage::new(kind::ATTRIBUTE, flags, body) }
}

/// Attributes that are messages become dense.
fn make_dense(out: &mut Output, node: &mut Node, info: &mut AttributeInfo) -> Result<DenseAttributes> {
    let mut all = Vec::new();
    for message in node.messages.iter().filter(|m| m.kind == kind::ATTRIBUTE) {
        if message.flags & flag::SHAREABLE != 0 {
            // It is not where it was.
            shared_messages::lose(out, node.address, message)?;
        }
        let (body, order) = (message.data.clone(), message.creation_index);
        let flags = message.flags & !flag::SHAREABLE;
        all.push(Stored { body, flags, order });
    }
    let dense = DenseAttributes::create(out, info, &all)?;
    node.messages.retain(|m| m.kind != kind::ATTRIBUTE);
    Ok(dense)
}

/// Few dense attributes become messages again, if all fit.
fn make_compact(
    out: &mut Output,
    node: &mut Node,
    info: &mut AttributeInfo,
    mut dense: DenseAttributes,
) -> Result<()> {
    let least = node.v2.and_then(|p| p.phase_change).unwrap_or(PHASE_CHANGE).1;
    if dense.len() >= least.into() {
        return dense.close(out);
    }
    let all = dense.list(out)?;
    if all.iter().any(|a| a.body.len() > node.largest_message()) {
        return dense.close(out);
    }
    dense.release(out, info)?;
    node.messages.extend(all.into_iter().map(compact));
    Ok(())
}

/// All attributes, wherever they are kept.
pub(super) fn messages(out: &Output, node: &Node) -> Result<Vec<RawMessage>> {
    if let Some(info) = info(out, node)?.filter(|info| info.heap.is_some()) {
        let all = DenseAttributes::open(out, &info)?.list(out)?;
        return Ok(all.into_iter().map(compact).collect());
    }
    Ok(node.messages.iter().filter(|m| m.kind == kind::ATTRIBUTE).cloned().collect())
}

/// Gives back what attributes take beyond the header.
pub(super) fn release(out: &mut Output, node: &Node) -> Result<()> {
    match info(out, node)?.filter(|info| info.heap.is_some()) {
        Some(mut info) => DenseAttributes::open(out, &info)?.release(out, &mut info),
        None => Ok(()),
    }
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

/// The committed datatype that an attribute uses.
pub(super) fn committed(attribute: &AttributeMessage) -> Option<Addr> {
    match attribute.datatype {
        Shareable::There(Shared::Committed(address)) => Some(address),
        _ => None,
    }
}

/// Takes the attribute away if it is there, and returns its message. What the message shares stays where it is.
pub(super) fn remove(out: &mut Output, node: &mut Node, name: &[u8]) -> Result<Option<RawMessage>> {
    if let Some(mut info) = info(out, node)?.filter(|info| info.heap.is_some()) {
        let mut dense = DenseAttributes::open(out, &info)?;
        let Some(removed) = dense.remove(out, name)? else { return Ok(None) };
        make_compact(out, node, &mut info, dense)?;
        put_info(out, node, &info)?;
        node.changed = true;
        return Ok(Some(compact(removed)));
    }
    let Some(position) = position(out, node, name)? else { return Ok(None) };
    node.changed = true;
    Ok(Some(node.messages.remove(position)))
}

fn position(out: &Output, node: &Node, name: &[u8]) -> Result<Option<usize>> {
    for (i, message) in node.messages.iter().enumerate().filter(|(_, m)| m.kind == kind::ATTRIBUTE) {
        if name_of(out, message)? == name {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

fn name_of(out: &Output, message: &RawMessage) -> Result<Vec<u8>> {
    let body = shared::body(&out.medium, message)?;
    AttributeMessage::decode_name(&mut body.reader(&out.medium))
}

/// Makes of the attributes of a new object, messages of any number and size, what its header can hold: where that is of
/// version 2, many or large ones go to a heap. Without `store` they only leave, so that the header can be sized.
pub(super) fn settle(out: &mut Output, node: &mut Node, store: bool) -> Result<()> {
    let largest = node.largest_message();
    let attributes = node.messages.iter().filter(|m| m.kind == kind::ATTRIBUTE);
    let (count, large) =
        attributes.fold((0, false), |(n, large), m| (n + 1usize, large || m.data.len() > largest));
    let Some(prefix) = node.v2.filter(|_| count > 0) else { return Ok(()) };
    let mut info = new_info(&prefix);
    for message in node.messages.iter_mut().filter(|m| m.kind == kind::ATTRIBUTE) {
        message.creation_index = next_index(&mut info)?;
    }
    let first = node.messages.iter().position(|m| m.kind == kind::ATTRIBUTE).unwrap_or(0);
    if large || count > prefix.phase_change.unwrap_or(PHASE_CHANGE).0.into() {
        if store {
            make_dense(out, node, &mut info)?.close(out)?;
        }
        node.messages.retain(|m| m.kind != kind::ATTRIBUTE);
    }
    node.messages.insert(first, out.message(kind::ATTRIBUTE_INFO, flag::DO_NOT_SHARE, &info)?);
    Ok(())
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
