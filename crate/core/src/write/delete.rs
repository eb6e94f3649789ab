//! Deleting objects: what nothing leads to any more gives its space back, and so does everything that was only to be
//! reached through it.

use super::node::{LinkEdit, NodeId, Target};
use super::output::Output;
use super::stage::Stage;
use super::{attributes, header, links, raw};
use crate::error::{Context, Error, Result};
use crate::format::message::{Shared, flag, kind};
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
        release(out, stage, id).within("deleting an object")?;
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
    // A committed datatype counts its users, attributes too.
    for message in &attributes::messages(out, stage.node(id))? {
        if let Some(address) = attributes::committed_in(out, message)? {
            found.push(stage.at(out, address)?);
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

/// Gives back everything that belongs to an object alone.
fn release(out: &mut Output, stage: &Stage, id: NodeId) -> Result<()> {
    let node = stage.node(id);
    if node.messages.iter().any(|m| m.flags & flag::SHAREABLE != 0) {
        return Err(Error::unsupported("deleting an object whose messages others may share"));
    }
    if node.group {
        links::release(out, node)?;
    }
    raw::release(out, node, id.0)?;
    attributes::release(out, node)?;
    header::release(out, node.blocks.iter().copied())
}
