//! Taking links out of a symbol table: nodes that become empty go, and bounds that were the removed names fall.

use super::symbol_table::{node_size, read_node, write_node};
use super::symbol_table_insert::{Step, descend, node_bytes, write};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::message::SymbolTable;
use crate::format::symbol_table::Cache;
use crate::format::tree::btree1::GroupKeys;
use crate::object::tree1;
use crate::write::heap::NameHeap;
use crate::write::output::Output;

/// Removes the links called `names`, which are there.
pub(super) fn remove<'a>(
    out: &mut Output,
    table: SymbolTable,
    names: impl Iterator<Item = &'a [u8]>,
) -> Result<()> {
    let mut names = names.peekable();
    if names.peek().is_none() {
        return Ok(());
    }
    let mut heap = NameHeap::open(out, table.heap)?;
    for name in names {
        remove_one(out, &mut heap, table.btree, name)?;
    }
    heap.finish(out)
}

fn remove_one(out: &mut Output, heap: &mut NameHeap, root: Addr, name: &[u8]) -> Result<()> {
    let missing = || Error::malformed("a link that is not where its name belongs");
    let (steps, _) = descend(out, heap, root, name)?;
    let lowest = steps.last().ok_or_else(missing)?;
    let leaf = lowest.node.children.get(lowest.child).copied();
    let leaf = leaf.ok_or_else(|| missing().at(out.medium.absolute(lowest.address)))?;
    let mut node = read_node(out, leaf)?;
    let mut position = None;
    for (i, entry) in node.entries.iter().enumerate() {
        if heap.text(out, entry.name_offset)? == name {
            position = Some(i);
            break;
        }
    }
    let position = position.ok_or_else(|| missing().at(out.medium.absolute(leaf)))?;
    let entry = node.entries.remove(position);
    if node.entries.is_empty() {
        out.space.release(leaf, node_size(out))?;
        drop_child(out, steps)?;
    } else {
        write_node(out, leaf, &node)?;
        if position == node.entries.len()
            && let Some(last) = node.entries.last()
        {
            lower_bound(out, steps, last.name_offset)?;
        }
    }
    if let Cache::Soft { value_offset } = entry.cache {
        heap.remove(out, value_offset.into())?;
    }
    heap.remove(out, entry.name_offset)
}

/// The greatest name below the last of `steps` is the one at `bound` now.
fn lower_bound(out: &mut Output, mut steps: Vec<Step>, bound: u64) -> Result<()> {
    while let Some(Step { address, mut node, child }) = steps.pop() {
        let last = child + 1 == node.children.len();
        if let Some(key) = node.keys.names.get_mut(child + 1) {
            *key = bound;
        }
        write(out, address, &node)?;
        if !last {
            // Below the next child, too, the bound is the first key of the leftmost nodes.
            return match node.children.get(child + 1) {
                Some(next) if node.level > 0 => lower_first(out, *next, bound),
                _ => Ok(()),
            };
        }
    }
    Ok(())
}

/// The names below `address` are greater than the one at `bound` now.
fn lower_first(out: &mut Output, mut address: Addr, bound: u64) -> Result<()> {
    loop {
        let mut node = tree1::read::<GroupKeys>(&out.medium, address, ())?;
        if let Some(key) = node.keys.names.first_mut() {
            *key = bound;
        }
        write(out, address, &node)?;
        match node.children.first() {
            Some(first) if node.level > 0 => address = *first,
            _ => return Ok(()),
        }
    }
}

/// Takes the child that the last of `steps` leads to out of its node; nodes without children go as well.
fn drop_child(out: &mut Output, mut steps: Vec<Step>) -> Result<()> {
    let Some(Step { address, mut node, child }) = steps.pop() else { return Ok(()) };
    let last = child + 1 == node.children.len();
    node.children.remove(child);
    // The next child takes over the names between.
    if child + 1 < node.keys.names.len() {
        node.keys.names.remove(child + 1);
    }
    if !node.children.is_empty() {
        write(out, address, &node)?;
        let bound = node.keys.names.get(child).copied().unwrap_or(0);
        if last {
            return lower_bound(out, steps, bound);
        }
        return match node.children.get(child) {
            Some(next) if node.level > 0 => lower_first(out, *next, bound),
            _ => Ok(()),
        };
    }
    if steps.is_empty() {
        // The root stays, without children.
        node.level = 0;
        return write(out, address, &node);
    }
    for (neighbour, left) in [(node.left, true), (node.right, false)] {
        let Some(neighbour) = neighbour else { continue };
        let mut other = tree1::read::<GroupKeys>(&out.medium, neighbour, ())?;
        if left {
            other.right = node.right;
        } else {
            other.left = node.left;
        }
        write(out, neighbour, &other)?;
    }
    out.space.release(address, node_bytes(out))?;
    drop_child(out, steps)
}
