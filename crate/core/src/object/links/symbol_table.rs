//! Links of old-style groups: a v1 B-tree of symbol table nodes, names in a local heap.

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::datatype::CharacterSet;
use crate::format::heap::local::LocalHeap;
use crate::format::message::{Link, LinkTarget, SymbolTable};
use crate::format::symbol_table::{Cache, SymbolEntry, SymbolNode};
use crate::format::tree::btree1::GroupKeys;
use crate::limits::Budget;
use crate::object::local_heap::Names;
use crate::object::tree1;
use crate::storage::Medium;
use std::cmp::Ordering;

/// Entries of a node in files made with the defaults: what is read before their number is known.
const USUAL_LEAF_K: u16 = 4;

fn usual_node(medium: &Medium) -> u64 {
    SymbolNode::stored_size(medium.ctx, USUAL_LEAF_K) as u64
}

/// Announces what every walk needs first, and reads the names.
fn open(medium: &Medium, table: &SymbolTable) -> Result<Names> {
    let tree = tree1::usual_node_size::<GroupKeys>(medium, ());
    medium.want([(table.btree, tree), (table.heap, LocalHeap::stored_size(medium.ctx) as u64)])?;
    Names::open(medium, table.heap)
}

fn node(medium: &Medium, addr: Addr) -> Result<SymbolNode> {
    let mut bytes = medium.read_up_to(addr, usual_node(medium))?;
    let count = SymbolNode::decode_prefix(&mut medium.reader(&bytes, addr))?;
    let used = usize::from(count).saturating_mul(SymbolEntry::stored_size(medium.ctx));
    let used = used.saturating_add(SymbolNode::PREFIX);
    if used > bytes.len() {
        bytes = medium.read(addr, used as u64).within("symbol table node")?;
    }
    SymbolNode::decode(&mut medium.reader(&bytes, addr))
}

fn link(names: &Names, entry: &SymbolEntry, at: u64) -> Result<Link> {
    let name = names.text(entry.name_offset)?.to_vec();
    if name.is_empty() {
        return Err(Error::malformed("link without a name").at(at));
    }
    let target = match (entry.cache, entry.header) {
        (Cache::Soft { value_offset }, _) => LinkTarget::Soft(names.text(value_offset.into())?.to_vec()),
        (_, Some(header)) => LinkTarget::Hard(header),
        (_, None) => return Err(Error::malformed("link to an undefined address").at(at)),
    };
    Ok(Link { name, charset: CharacterSet::Ascii, creation_order: None, target })
}

pub(super) fn list(medium: &Medium, table: &SymbolTable) -> Result<Vec<Link>> {
    let names = open(medium, table)?;
    let mut nodes = Vec::new();
    tree1::visit::<GroupKeys>(medium, table.btree, (), &mut |_, _| true, &mut |_, _, child| {
        nodes.push(child);
        Ok(())
    })?;
    medium.want(nodes.iter().map(|addr| (*addr, usual_node(medium))))?;
    // No two nodes share bytes, and no two links share names.
    let mut bytes = Budget::new(medium.storage_len(), "symbol table nodes that are larger than the file");
    let most = (names.len() as u64).saturating_mul(2);
    let mut texts = Budget::new(most, "names that are larger than their heap");
    let mut links = Vec::new();
    for addr in nodes {
        let at = medium.absolute(addr);
        for entry in &node(medium, addr)?.entries {
            let link = link(&names, entry, at).within("symbol table node")?;
            let value = if let LinkTarget::Soft(path) = &link.target { path.len() } else { 0 };
            texts.spend(link.name.len().saturating_add(value) as u64).at(at)?;
            bytes.spend(SymbolEntry::stored_size(medium.ctx) as u64).at(at)?;
            links.push(link);
        }
        bytes.spend(SymbolNode::PREFIX as u64).at(at)?;
    }
    Ok(links)
}

pub(super) fn find(medium: &Medium, table: &SymbolTable, name: &[u8]) -> Result<Option<Link>> {
    let names = open(medium, table)?;
    // Child `i` holds the names greater than key `i` and up to key `i + 1`.
    let mut choose = |keys: &GroupKeys| {
        let uppers = keys.names.get(1..).unwrap_or(&[]);
        first(uppers, |offset| Ok(names.text(*offset)? >= name))
    };
    let Some((lowest, child)) = tree1::find(medium, table.btree, (), &mut choose)? else { return Ok(None) };
    let Some(addr) = lowest.children.get(child) else { return Ok(None) };
    let entries = node(medium, *addr)?.entries;
    let position = first(&entries, |e| Ok(names.text(e.name_offset)?.cmp(name) != Ordering::Less))?;
    let Some(entry) = position.and_then(|i| entries.get(i)) else { return Ok(None) };
    if names.text(entry.name_offset)? != name {
        return Ok(None);
    }
    link(&names, entry, medium.absolute(*addr)).within("symbol table node").map(Some)
}

/// Position of the first item that `reached` is true for: it is false for some, then true for the rest.
fn first<T>(items: &[T], mut reached: impl FnMut(&T) -> Result<bool>) -> Result<Option<usize>> {
    let (mut low, mut high) = (0, items.len());
    while low < high {
        let middle = low + (high - low) / 2;
        match items.get(middle).map(&mut reached).transpose()? {
            Some(false) => low = middle + 1,
            _ => high = middle,
        }
    }
    Ok((low < items.len()).then_some(low))
}
