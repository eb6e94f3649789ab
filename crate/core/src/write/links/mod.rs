//! The links of a group: a symbol table while names are ASCII and links lead to this file, link messages otherwise,
//! and beyond a number of them a heap with indexes. Groups keep their form until it does not serve any more.

mod dense;
mod symbol_table;
mod symbol_table_insert;
mod symbol_table_remove;

use super::node::{LinkEdit, LinkEdits, Node, NodeId, StagedLink, Target};
use super::output::Output;
use super::stage::Stage;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::datatype::CharacterSet;
use crate::format::header::RawMessage;
use crate::format::heap::fractal::Filtering;
use crate::format::message::{
    FilterPipeline, GroupInfo, Link, LinkInfo, LinkTarget, SymbolTable, flag, kind,
};
use crate::object::header::ObjectHeader;
use crate::object::links;
use crate::order;
use dense::DenseLinks;

/// Links that stay messages, and how few must be left of dense ones, unless the group says otherwise.
const PHASE_CHANGE: (u16, u16) = (8, 6);
/// The symbol table of a group that is not in the file yet.
const UNKNOWN: SymbolTable = SymbolTable { btree: Addr(0), heap: Addr(0) };

/// Where the symbol table is, if the group has one.
fn symbol_table(out: &Output, node: &Node) -> Result<Option<SymbolTable>> {
    let message = node.message(kind::SYMBOL_TABLE);
    message.map(|m| SymbolTable::decode(&mut out.reader(&m.data))).transpose()
}

fn link_info(out: &Output, node: &Node) -> Result<Option<LinkInfo>> {
    node.message(kind::LINK_INFO).map(|m| LinkInfo::decode(&mut out.reader(&m.data))).transpose()
}

/// Whether a group keeps the order of its links, and then whether it indexes it.
pub(super) fn link_order(out: &Output, node: &Node) -> Result<Option<bool>> {
    let Some(info) = link_info(out, node)? else { return Ok(node.link_order) };
    Ok(info.max_creation_index.map(|_| info.order_btree.is_some()))
}

fn put_info(out: &Output, node: &mut Node, info: &LinkInfo) -> Result<()> {
    node.put(out.message(kind::LINK_INFO, 0, info)?);
    Ok(())
}

/// Whether a link can stand in a symbol table.
fn fits_table(link: &StagedLink) -> bool {
    link.charset == CharacterSet::Ascii
        && matches!(link.target, Target::Node(_) | Target::At(_) | Target::Soft(_))
}

/// Gives the group all messages it will have, so that its header can be sized. Addresses in them come with
/// [`fill`].
pub(super) fn size(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<()> {
    let node = stage.node(id);
    let mut info = match link_info(out, node)? {
        Some(info) => info,
        None => {
            let old = node.message(kind::SYMBOL_TABLE).is_some()
                || out.low == Libver::Earliest && !node.new_style && node.link_order.is_none();
            if old && node.links.values().filter_map(LinkEdit::link).all(fits_table) {
                if node.message(kind::SYMBOL_TABLE).is_none() {
                    let message = out.message(kind::SYMBOL_TABLE, 0, &UNKNOWN)?;
                    stage.node_mut(id).put(message);
                }
                return Ok(());
            }
            to_messages(out, stage, id)?
        }
    };
    let node = stage.node(id);
    let edits = order_links(&mut info, node.links.clone());
    let mut stored = Vec::new();
    for (name, edit) in &edits {
        if let Some(link) = edit.link() {
            stored.push(out.encoded(&resolved(stage, name, link))?);
        }
    }
    let (most, least) = phase_change(out, node)?;
    let node = stage.node_mut(id);
    node.ordered = edits;
    let large = stored.iter().any(|s| s.len() > node.largest_message());
    if info.heap.is_some() {
        let mut dense = DenseLinks::open(out, &info)?;
        let removed = node.ordered.values().filter(|edit| edit.removes()).count() as u64;
        let count = dense.len().saturating_sub(removed).saturating_add(stored.len() as u64);
        // Without links there is no heap, whatever the least number of dense links is.
        if large || (count > 0 && count >= least.into()) {
            return put_info(out, node, &info);
        }
        let mut kept = Vec::new();
        for link in dense.list(out)? {
            if !node.ordered.get(&link.name).is_some_and(LinkEdit::removes) {
                kept.push(out.encoded(&link)?);
            }
        }
        if kept.iter().any(|s| s.len() > node.largest_message()) {
            return put_info(out, node, &info);
        }
        dense.release(out, &mut info)?;
        node.messages.extend(kept.into_iter().map(|data| RawMessage::new(kind::LINK, 0, data)));
    } else {
        remove_messages(out, node)?;
        let count = node.messages.iter().filter(|m| m.kind == kind::LINK).count() + stored.len();
        if large || count > most.into() {
            node.to_dense = true;
            return put_info(out, node, &info);
        }
    }
    let messages = stored.into_iter().map(|data| RawMessage::new(kind::LINK, 0, data));
    node.messages.extend(messages);
    put_info(out, node, &info)
}

/// Links that are in messages become dense; so do new ones.
fn make_dense(out: &mut Output, stage: &mut Stage, id: NodeId, mut info: LinkInfo) -> Result<()> {
    let node = stage.node(id);
    let mut links = added(stage, id);
    for message in node.messages.iter().filter(|m| m.kind == kind::LINK) {
        links.push(Link::decode(&mut out.reader(&message.data))?);
    }
    let filtering = match node.message(kind::FILTER_PIPELINE) {
        None => None,
        Some(message) => {
            let pipeline = FilterPipeline::decode(&mut out.reader(&message.data))?;
            Some(Filtering { root_size: 0, root_mask: 0, pipeline, encoded: message.data.clone() })
        }
    };
    DenseLinks::create(out, &mut info, &links, filtering)?.close(out)?;
    let node = stage.node_mut(id);
    node.messages.retain(|m| m.kind != kind::LINK);
    node.to_dense = false;
    put_info(out, node, &info)
}

/// New links, with the addresses of what they lead to.
fn added(stage: &Stage, id: NodeId) -> Vec<Link> {
    let edits = stage.node(id).ordered.iter();
    edits.filter_map(|(name, edit)| edit.link().map(|link| resolved(stage, name, link))).collect()
}

/// Most compact and least dense links.
fn phase_change(out: &Output, node: &Node) -> Result<(u16, u16)> {
    let stored = node.message(kind::GROUP_INFO).map(|m| GroupInfo::decode(&mut out.reader(&m.data)));
    Ok(stored.transpose()?.unwrap_or_default().phase_change.unwrap_or(PHASE_CHANGE))
}

/// Numbers new links in the order in which they were made, where the group remembers that.
fn order_links(info: &mut LinkInfo, mut edits: LinkEdits) -> LinkEdits {
    let Some(next) = &mut info.max_creation_index else { return edits };
    let mut links: Vec<&mut StagedLink> = edits
        .values_mut()
        .filter_map(|edit| match edit {
            LinkEdit::Add(link) | LinkEdit::Replace(link) => Some(link),
            LinkEdit::Remove => None,
        })
        .collect();
    order::sort_by_key(&mut links, |link| link.serial);
    for link in links {
        let order = *link.order.get_or_insert(*next);
        *next = (*next).max(order.saturating_add(1));
    }
    edits
}

/// Takes away the messages of links that go.
fn remove_messages(out: &Output, node: &mut Node) -> Result<()> {
    if !node.ordered.values().any(LinkEdit::removes) {
        return Ok(());
    }
    let mut names = Vec::new();
    for message in node.messages.iter().filter(|m| m.kind == kind::LINK) {
        names.push(Link::decode(&mut out.reader(&message.data))?.name);
    }
    let mut names = names.into_iter();
    let Node { messages, ordered, .. } = node;
    messages.retain(|m| {
        m.kind != kind::LINK || !names.next().and_then(|n| ordered.get(&n)).is_some_and(LinkEdit::removes)
    });
    Ok(())
}

/// Turns a group with a symbol table (or a new one) into one with link messages, as the library does when a
/// link comes that a symbol table cannot hold.
fn to_messages(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<LinkInfo> {
    let node = stage.node(id);
    let mut info = LinkInfo::default();
    if let Some(indexed) = node.link_order {
        info.max_creation_index = Some(0);
        info.order_btree = indexed.then_some(None);
    }
    let mut messages = vec![out.message(kind::LINK_INFO, 0, &info)?];
    if node.message(kind::GROUP_INFO).is_none() {
        messages.push(out.message(kind::GROUP_INFO, flag::CONSTANT, &GroupInfo::default())?);
    }
    if let (Some(table), Some(address)) = (symbol_table(out, node)?, node.address) {
        let header = ObjectHeader::open(&out.medium, address)?;
        for link in links::list(&out.medium, &header)? {
            messages.push(out.message(kind::LINK, 0, &link)?);
        }
        symbol_table::release(out, table)?;
    }
    let node = stage.node_mut(id);
    node.messages.retain(|m| m.kind != kind::SYMBOL_TABLE);
    messages.append(&mut node.messages);
    node.messages = messages;
    Ok(info)
}

/// Puts in what [`size`] left open: every object has its address now.
pub(super) fn fill(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<()> {
    let node = stage.node(id);
    let Some(table) = symbol_table(out, node)?.filter(|_| node.message(kind::LINK_INFO).is_none()) else {
        return fill_messages(out, stage, id);
    };
    let mut links = Vec::new();
    for (name, edit) in &node.links {
        links.extend(edit.link().map(|link| resolved(stage, name, link)));
    }
    if table == UNKNOWN {
        let table = symbol_table::build(out, &links)?;
        let message = out.message(kind::SYMBOL_TABLE, 0, &table)?;
        stage.node_mut(id).put(message);
        return Ok(());
    }
    let removed = node.links.iter().filter(|(_, edit)| edit.removes()).map(|(name, _)| name.as_slice());
    symbol_table_remove::remove(out, table, removed)?;
    symbol_table_insert::insert(out, table, &links)
}

/// Changes the dense links of a group.
fn fill_dense(out: &mut Output, stage: &mut Stage, id: NodeId, info: &LinkInfo) -> Result<()> {
    let mut dense = DenseLinks::open(out, info)?;
    let node = stage.node(id);
    for (name, _) in node.ordered.iter().filter(|(_, edit)| edit.removes()) {
        if dense.remove(out, name)?.is_none() {
            return Err(Error::malformed("a link that is not where its name belongs"));
        }
    }
    for link in added(stage, id) {
        dense.insert(out, &link)?;
    }
    dense.close(out)
}

/// Messages of new links, made by [`size`], get the addresses of what they lead to.
fn fill_messages(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<()> {
    let mut messages = Vec::new();
    let node = stage.node(id);
    let info = link_info(out, node)?.unwrap_or_default();
    if node.to_dense {
        return make_dense(out, stage, id, info);
    }
    if info.heap.is_some() {
        return fill_dense(out, stage, id, &info);
    }
    for (i, message) in node.messages.iter().enumerate().filter(|(_, m)| m.kind == kind::LINK) {
        let name = Link::decode(&mut out.reader(&message.data))?.name;
        if let Some(link) = node.ordered.get(&name).and_then(LinkEdit::link) {
            messages.push((i, out.message(kind::LINK, 0, &resolved(stage, &name, link))?));
        }
    }
    let node = stage.node_mut(id);
    for (i, message) in messages {
        node.messages[i] = message;
    }
    Ok(())
}

/// What a link says in the file. Objects without a place yet are at 0.
fn resolved(stage: &Stage, name: &[u8], link: &StagedLink) -> Link {
    let target = match &link.target {
        Target::Node(id) => LinkTarget::Hard(stage.node(*id).address.unwrap_or(Addr(0))),
        Target::At(address) => LinkTarget::Hard(*address),
        Target::Soft(path) => LinkTarget::Soft(path.clone()),
        Target::External { file, path } => LinkTarget::External { file: file.clone(), path: path.clone() },
        Target::UserDefined { class, data } => LinkTarget::UserDefined { class: *class, data: data.clone() },
    };
    Link { name: name.to_vec(), charset: link.charset, creation_order: link.order, target }
}

/// Gives back what the group keeps its links in, beyond its header.
pub(super) fn release(out: &mut Output, node: &Node) -> Result<()> {
    if let Some(mut info) = link_info(out, node)?.filter(|info| info.heap.is_some()) {
        return DenseLinks::open(out, &info)?.release(out, &mut info);
    }
    match symbol_table(out, node)? {
        Some(table) if table != UNKNOWN => symbol_table::release(out, table),
        _ => Ok(()),
    }
}
