//! Groups: a symbol table while names are ASCII and links lead to this file, link messages otherwise.

mod symbol_table;
mod symbol_table_insert;

use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::datatype::CharacterSet;
use crate::format::message::{GroupInfo, Link, LinkInfo, LinkTarget, SymbolTable, flag, kind};
use crate::object::header::ObjectHeader;
use crate::object::links;
use crate::write::node::{Node, NodeId, StagedLink, Target};
use crate::write::output::Output;
use crate::write::stage::Stage;

/// Links that stay messages unless the group says otherwise.
const MAX_COMPACT: u16 = 8;
const MIN_DENSE: u16 = 6;
/// The symbol table of a group that is not in the file yet.
const UNKNOWN: SymbolTable = SymbolTable { btree: Addr(0), heap: Addr(0) };

/// Where the symbol table is, if the group has one.
fn symbol_table(out: &Output, node: &Node) -> Result<Option<SymbolTable>> {
    let message = node.message(kind::SYMBOL_TABLE);
    message.map(|m| SymbolTable::decode(&mut out.reader(&m.data))).transpose()
}

/// Whether a link can stand in a symbol table.
fn fits_table((_, link): (&Vec<u8>, &StagedLink)) -> bool {
    link.charset == CharacterSet::Ascii && !matches!(link.target, Target::External { .. })
}

/// Gives the group all messages it will have, so that its header can be sized. Addresses in them come with
/// [`fill`].
pub(super) fn size(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<()> {
    let node = stage.node(id);
    let by_messages = node.message(kind::LINK_INFO).is_some();
    let is_old = node.message(kind::SYMBOL_TABLE).is_some()
        || out.low == Libver::Earliest && !node.new_style && node.link_order.is_none();
    if !by_messages && is_old && node.links.iter().all(fits_table) {
        if node.message(kind::SYMBOL_TABLE).is_none() {
            let message = out.message(kind::SYMBOL_TABLE, 0, &UNKNOWN)?;
            stage.node_mut(id).put(message);
        }
        return Ok(());
    }
    if !by_messages {
        to_messages(out, stage, id)?;
    }
    let node = stage.node(id);
    let dense =
        node.message(kind::LINK_INFO).map(|m| LinkInfo::decode(&mut out.reader(&m.data))).transpose()?;
    let info = dense.unwrap_or_default();
    if info.heap.is_some() || (node.address.is_some() && info.max_creation_index.is_some()) {
        return Err(Error::unsupported("adding to a group with dense or ordered links"));
    }
    let mut messages = Vec::with_capacity(node.links.len());
    for (name, link) in &node.links {
        messages.push(out.message(kind::LINK, 0, &resolved(stage, name.clone(), link.clone()))?);
    }
    let node = stage.node_mut(id);
    node.messages.extend(messages);
    let count = node.messages.iter().filter(|m| m.kind == kind::LINK).count();
    let info = group_info(out, node, count)?;
    let message = out.message(kind::GROUP_INFO, flag::CONSTANT, &info)?;
    node.put(message);
    Ok(())
}

/// More links than the usual eight stay messages if the group's own settings say that it may hold so many.
fn group_info(out: &Output, node: &Node, count: usize) -> Result<GroupInfo> {
    let stored = node.message(kind::GROUP_INFO).map(|m| GroupInfo::decode(&mut out.reader(&m.data)));
    let mut info = stored.transpose()?.unwrap_or_default();
    let most = info.phase_change.map_or(MAX_COMPACT, |(most, _)| most);
    if count > most.into() {
        let count = u16::try_from(count).map_err(|_| {
            Error::unsupported(format!(
                "{count} links in a group with names other than ASCII or external links"
            ))
        })?;
        info.phase_change = Some((count, MIN_DENSE));
    }
    Ok(info)
}

/// Turns a group with a symbol table (or a new one) into one with link messages, as the library does when a
/// link comes that a symbol table cannot hold.
fn to_messages(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<()> {
    let node = stage.node(id);
    let mut info = LinkInfo::default();
    if let Some(indexed) = node.link_order {
        let last = node.links.values().filter_map(|link| link.order).max();
        info.max_creation_index = Some(last.map_or(0, |n| n.saturating_add(1)));
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
    Ok(())
}

/// Puts in what [`size`] left open: every object has its address now.
pub(super) fn fill(out: &mut Output, stage: &mut Stage, id: NodeId) -> Result<()> {
    let links = std::mem::take(&mut stage.node_mut(id).links);
    let links: Vec<Link> = links.into_iter().map(|(name, link)| resolved(stage, name, link)).collect();
    match symbol_table(out, stage.node(id))? {
        None => fill_messages(out, stage.node_mut(id), &links),
        Some(UNKNOWN) => {
            let table = symbol_table::build(out, &links)?;
            let message = out.message(kind::SYMBOL_TABLE, 0, &table)?;
            stage.node_mut(id).put(message);
            Ok(())
        }
        Some(_) if links.is_empty() => Ok(()),
        Some(table) => symbol_table_insert::insert(out, table, &links),
    }
}

/// Link messages of new links, made by [`size`], get the addresses of what they lead to.
fn fill_messages(out: &Output, node: &mut Node, links: &[Link]) -> Result<()> {
    let new = node.messages.iter_mut().filter(|m| m.kind == kind::LINK).rev();
    for (message, link) in new.zip(links.iter().rev()) {
        *message = out.message(kind::LINK, 0, link)?;
    }
    Ok(())
}

/// What a link says in the file. Objects without a place yet are at 0.
fn resolved(stage: &Stage, name: Vec<u8>, link: StagedLink) -> Link {
    let target = match link.target {
        Target::Node(id) => LinkTarget::Hard(stage.node(id).address.unwrap_or(Addr(0))),
        Target::Soft(path) => LinkTarget::Soft(path),
        Target::External { file, path } => LinkTarget::External { file, path },
    };
    Link { name, charset: link.charset, creation_order: link.order, target }
}
