//! Deleting objects: what nothing leads to any more gives its space back, and so does everything that was only to be
//! reached through it.

use super::node::{LinkEdit, NodeId, Target};
use super::output::Output;
use super::stage::Stage;
use super::{attributes, header, links, raw, shared_messages};
use crate::bytes::Addr;
use crate::error::{Context, Result};
use crate::format::message::{AttributeMessage, Shared, flag, kind};
use crate::object::header::ObjectHeader;
use crate::object::links as stored;

/// Deletes all staged objects without references, and what that leaves without references.
pub(super) fn unreferenced(out: &mut Output, stage: &mut Stage) -> Result<()> {
    let gone = |stage: &Stage, id: NodeId| stage.node(id).changed && stage.node(id).references == 0;
    let mut queue: Vec<NodeId> = stage.ids().filter(|id| gone(stage, *id)).collect();
    while let Some(id) = queue.pop() {
        if !gone(stage, id) {
            continue; // it was in the queue twice
        }
        for child in children(out, stage, id)? {
            let node = stage.node_mut(child);
            node.references = node.references.saturating_sub(1);
            node.changed = true;
            queue.push(child);
        }
        for address in release(out, stage, id).within("deleting an object")? {
            let child = stage.at(out, address)?;
            let node = stage.node_mut(child);
            node.references = node.references.saturating_sub(1);
            node.changed = true;
            queue.push(child);
        }
        let node = stage.node_mut(id);
        node.changed = false;
        node.blocks.clear();
    }
    Ok(())
}

/// Objects that lose a reference with this one, as often as they lose one.
fn children(out: &Output, stage: &mut Stage, id: NodeId) -> Result<Vec<NodeId>> {
    let mut found = Vec::new();
    let node = stage.node(id);
    if node.group {
        let edits = node.links.clone();
        if let Some(address) = node.address {
            let header = ObjectHeader::open(&out.medium, address)?;
            for link in stored::list(&out.medium, &header)? {
                if edits.get(&link.name).is_some_and(LinkEdit::removes) {
                    continue;
                }
                if let Target::Node(child) = stage.target(out, link.target)? {
                    found.push(child);
                }
            }
        }
        for link in edits.values().filter_map(LinkEdit::link) {
            if let Target::Node(child) = link.target {
                found.push(child);
            }
        }
    }
    let committed = stage.node(id).message(kind::DATATYPE).filter(|m| m.flags & flag::SHARED != 0);
    if let Some(message) = committed
        && let Shared::Committed(address) = Shared::decode(&mut out.reader(&message.data))?
    {
        found.push(stage.at(out, address)?);
    }
    Ok(found)
}

/// Gives back everything that belongs to an object alone. Returns the committed datatypes that its attributes used, which
/// count them.
fn release(out: &mut Output, stage: &Stage, id: NodeId) -> Result<Vec<Addr>> {
    let node = stage.node(id);
    let attributes = attributes::messages(out, node)?;
    if node.group {
        links::release(out, node)?;
    }
    raw::release(out, node, id.0)?;
    attributes::release(out, node)?;
    header::release(out, node.blocks.iter().copied())?;
    let mut used = Vec::new();
    for message in &attributes {
        // What other objects have is still used.
        let Some(body) = shared_messages::lose(out, node.address, message)? else { continue };
        let depth = out.medium.limits.type_depth;
        let attribute = AttributeMessage::decode(&mut out.reader(&body), depth)?;
        used.extend(attributes::committed(&attribute));
        shared_messages::lose_parts(out, &attribute)?;
    }
    let others = node.messages.iter().filter(|m| m.kind != kind::ATTRIBUTE);
    for message in others.filter(|m| m.flags & (flag::SHARED | flag::SHAREABLE) != 0) {
        shared_messages::lose(out, node.address, message)?;
    }
    Ok(used)
}
