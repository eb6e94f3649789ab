//! Adding links to a symbol table that is in the file: what changes are the names, one node, and what that
//! pushes aside.

use super::symbol_table::{entry, put_node, read_node, texts, write_node};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::message::{Link, LinkTarget, SymbolTable};
use crate::format::symbol_table::{SymbolEntry, SymbolNode};
use crate::format::tree::btree1::{GroupKeys, Node};
use crate::object::tree1;
use crate::write::heap::NameHeap;
use crate::write::output::Output;

/// Adds `links`, whose names are not there yet.
pub(super) fn insert(out: &mut Output, table: SymbolTable, links: &[Link]) -> Result<()> {
    if links.is_empty() {
        return Ok(());
    }
    let mut heap = NameHeap::open(out, table.heap)?;
    let mut live = |out: &Output| texts(out, table.btree);
    for link in links {
        let name_offset = heap.push(out, &link.name, &mut live)?;
        let value = match &link.target {
            LinkTarget::Soft(path) => heap.push(out, path, &mut live)?,
            _ => 0,
        };
        add(out, &heap, table.btree, entry(name_offset, value, &link.target)?)?;
    }
    heap.finish(out)
}

/// A step on the way down: a node, and which of its children comes next.
pub(super) struct Step {
    pub address: Addr,
    pub node: Node<GroupKeys>,
    pub child: usize,
}

fn add(out: &mut Output, heap: &NameHeap, root: Addr, new: SymbolEntry) -> Result<()> {
    let name = heap.text(out, new.name_offset)?;
    let (mut steps, last) = descend(out, heap, root, name)?;
    let Some(leaf) = steps.last().and_then(|s| s.node.children.get(s.child).copied()) else {
        // A table without links: its root has no children.
        let mut step = steps.pop().ok_or_else(|| Error::malformed("a B-tree without a root"))?;
        step.node.keys.names = vec![0, new.name_offset];
        step.node.children = vec![put_node(out, &SymbolNode { entries: vec![new] })?];
        return write(out, step.address, &step.node);
    };
    let mut node = read_node(out, leaf)?;
    let mut position = node.entries.len();
    for (i, other) in node.entries.iter().enumerate() {
        if heap.text(out, other.name_offset)? > name {
            position = i;
            break;
        }
    }
    if last {
        // Behind the last name: the bound rises on the whole right edge.
        for step in &mut steps {
            if let Some(bound) = step.node.keys.names.last_mut() {
                *bound = new.name_offset;
            }
        }
    }
    node.entries.insert(position, new);
    let most = 2 * usize::from(out.k.group_leaf);
    let mut pushed = None;
    if node.entries.len() > most {
        let right = node.entries.split_off(cut(node.entries.len(), most, last));
        let key = node.entries.last().map_or(0, |e| e.name_offset);
        pushed = Some((key, put_node(out, &SymbolNode { entries: right })?));
    }
    write_node(out, leaf, &node)?;
    if last || pushed.is_some() { climb(out, steps, pushed, last) } else { Ok(()) }
}

/// Where a node of `len` entries is cut: in the middle, or, where names arrive in order, so that the left
/// part stays full.
fn cut(len: usize, most: usize, last: bool) -> usize {
    if last { most } else { len - len / 2 }
}

/// The way to the node that holds `name` or should, and whether the name comes behind all others.
pub(super) fn descend(out: &Output, heap: &NameHeap, root: Addr, name: &[u8]) -> Result<(Vec<Step>, bool)> {
    let mut steps: Vec<Step> = Vec::new();
    let mut address = root;
    let mut last = true;
    loop {
        let node = tree1::read::<GroupKeys>(&out.medium, address, ())?;
        let sinks = steps.last().is_none_or(|above| above.node.level.checked_sub(1) == Some(node.level));
        if !sinks {
            return Err(
                Error::malformed("B-tree levels do not go down by one").at(out.medium.absolute(address))
            );
        }
        let mut child = node.children.len().saturating_sub(1);
        let mut behind = true;
        for (i, bound) in node.keys.names.iter().skip(1).enumerate() {
            if name <= heap.text(out, *bound)? {
                (child, behind) = (i, false);
                break;
            }
        }
        last &= behind;
        let next = node.children.get(child).copied();
        let level = node.level;
        steps.push(Step { address, node, child });
        match next {
            Some(next) if level > 0 => address = next,
            _ => return Ok((steps, last)),
        }
    }
}

/// Carries a new child (key before it, address) up, splitting nodes that are full. The root stays where it is.
fn climb(out: &mut Output, steps: Vec<Step>, mut pushed: Option<(u64, Addr)>, last: bool) -> Result<()> {
    let most = 2 * usize::from(out.k.group_internal);
    for (depth, mut step) in steps.into_iter().enumerate().rev() {
        if let Some((key, address)) = pushed.take() {
            step.node.keys.names.insert(step.child + 1, key);
            step.node.children.insert(step.child + 1, address);
        }
        if step.node.children.len() <= most {
            write(out, step.address, &step.node)?;
            if !last {
                return Ok(());
            }
            continue;
        }
        let at = cut(step.node.children.len(), most, last);
        let children = step.node.children.split_off(at);
        let names = step.node.keys.names.get(at..).unwrap_or(&[]).to_vec();
        step.node.keys.names.truncate(at + 1);
        let key = names.first().copied().unwrap_or(0);
        let mut right = Node { keys: GroupKeys { names }, children, ..step.node.clone() };
        let size = node_bytes(out);
        let right_address = out.space.allocate(size)?;
        let mut left_address = step.address;
        if depth == 0 {
            left_address = out.space.allocate(size)?;
            let first = step.node.keys.names.first().copied().unwrap_or(0);
            let end = right.keys.names.last().copied().unwrap_or(0);
            let root = Node {
                level: step.node.level + 1,
                left: None,
                right: None,
                keys: GroupKeys { names: vec![first, key, end] },
                children: vec![left_address, right_address],
            };
            write(out, step.address, &root)?;
        } else {
            if let Some(neighbour) = right.right {
                let mut node = tree1::read::<GroupKeys>(&out.medium, neighbour, ())?;
                node.left = Some(right_address);
                write(out, neighbour, &node)?;
            }
            pushed = Some((key, right_address));
        }
        right.left = Some(left_address);
        step.node.right = Some(right_address);
        write(out, left_address, &step.node)?;
        write(out, right_address, &right)?;
    }
    Ok(())
}

pub(super) fn node_bytes(out: &Output) -> u64 {
    Node::<GroupKeys>::size(out.medium.ctx, (), 2 * usize::from(out.k.group_internal)) as u64
}

pub(super) fn write(out: &mut Output, address: Addr, node: &Node<GroupKeys>) -> Result<()> {
    let mut w = out.writer();
    node.encode(&mut w, (), 2 * usize::from(out.k.group_internal))?;
    out.medium.write(address, w.as_bytes())
}
