//! Adding links to a symbol table that is in the file: what changes are the names, one node, and what that
//! pushes aside.

use super::symbol_table::{entry, node_size, put_node, write_node};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::heap::local::{self, LocalHeap, NO_FREE_BLOCK};
use crate::format::length;
use crate::format::message::{Link, LinkTarget, SymbolTable};
use crate::format::symbol_table::{SymbolEntry, SymbolNode};
use crate::format::tree::btree1::{GroupKeys, Node};
use crate::object::tree1;
use crate::write::output::Output;

/// Adds `links`, whose names are not there yet.
pub(super) fn insert(out: &mut Output, table: SymbolTable, links: &[Link]) -> Result<()> {
    let mut heap = Heap::open(out, table.heap)?;
    for link in links {
        let name_offset = heap.push(out, &link.name)?;
        let value = match &link.target {
            LinkTarget::Soft(path) => heap.push(out, path)?,
            _ => 0,
        };
        add(out, &heap, table.btree, entry(name_offset, value, &link.target)?)?;
    }
    Ok(())
}

/// A step on the way down: a node, and which of its children comes next.
struct Step {
    address: Addr,
    node: Node<GroupKeys>,
    child: usize,
}

fn add(out: &mut Output, heap: &Heap, root: Addr, new: SymbolEntry) -> Result<()> {
    let name = heap.text(out, new.name_offset)?;
    let (mut steps, last) = descend(out, heap, root, name)?;
    let Some(leaf) = steps.last().and_then(|s| s.node.children.get(s.child).copied()) else {
        // A table without links: its root has no children.
        let mut step = steps.pop().ok_or_else(|| Error::malformed("a B-tree without a root"))?;
        step.node.keys.names = vec![0, new.name_offset];
        step.node.children = vec![put_node(out, &SymbolNode { entries: vec![new] })?];
        return write(out, step.address, &step.node);
    };
    let bytes = out.medium.read(leaf, node_size(out))?;
    let mut node = SymbolNode::decode(&mut out.medium.reader(&bytes, leaf))?;
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
fn descend(out: &Output, heap: &Heap, root: Addr, name: &[u8]) -> Result<(Vec<Step>, bool)> {
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

fn node_bytes(out: &Output) -> u64 {
    Node::<GroupKeys>::size(out.medium.ctx, (), 2 * usize::from(out.k.group_internal)) as u64
}

fn write(out: &mut Output, address: Addr, node: &Node<GroupKeys>) -> Result<()> {
    let mut w = out.writer();
    node.encode(&mut w, (), 2 * usize::from(out.k.group_internal))?;
    out.medium.write(address, w.as_bytes())
}

/// The names of the group.
struct Heap {
    address: Addr,
    header: LocalHeap,
    segment: Vec<u8>,
}

impl Heap {
    fn open(out: &Output, address: Addr) -> Result<Heap> {
        let bytes = out.medium.read(address, LocalHeap::stored_size(out.medium.ctx) as u64)?;
        let header = LocalHeap::decode(&mut out.medium.reader(&bytes, address))?;
        let segment = out.medium.read(header.data, header.data_size)?;
        Ok(Heap { address, header, segment })
    }

    fn text(&self, out: &Output, offset: u64) -> Result<&[u8]> {
        local::text(&self.segment, offset, out.medium.absolute(self.header.data), out.medium.ctx)
    }

    /// Adds a text and returns its offset.
    fn push(&mut self, out: &mut Output, text: &[u8]) -> Result<u64> {
        let need = (text.len() as u64 + 1).next_multiple_of(8);
        // Only the first free block is looked at; the library never leaves more than one in files it only
        // adds to, and a new one is made when it is too small.
        let (next, size) = self.free_block(out)?;
        if size < need {
            self.grow(out, need)?;
            return self.push(out, text);
        }
        let offset = self.header.free_list;
        let at = length(offset)?;
        let mut w = out.writer();
        w.bytes(text).pad_to(length(need)?);
        let smallest = 2 * out.medium.ctx.l() as u64;
        if size - need >= smallest.next_multiple_of(8) {
            self.header.free_list = offset + need;
            w.length(next).length(size - need);
        } else {
            self.header.free_list = next;
        }
        let bytes = w.into_bytes();
        let data = self.header.data.offset(offset)?;
        out.medium.write(data, &bytes)?;
        self.segment.splice(at..at + bytes.len(), bytes);
        let header = out.encoded(&self.header)?;
        out.medium.write(self.address, &header)?;
        Ok(offset)
    }

    /// The next free block behind the first one, and the first one's size; size 0 if there is none.
    fn free_block(&self, out: &Output) -> Result<(u64, u64)> {
        let head = self.header.free_list;
        if head == NO_FREE_BLOCK {
            return Ok((NO_FREE_BLOCK, 0));
        }
        let at = out.medium.absolute(self.header.data).saturating_add(head);
        let bad = || Error::malformed("free block outside the local heap").at(at).within("local heap");
        let bytes = usize::try_from(head).ok().and_then(|n| self.segment.get(n..)).ok_or_else(bad)?;
        let mut r = crate::bytes::Reader::new(bytes, at, out.medium.ctx);
        let (next, size) = (r.len()?, r.len()?);
        if !head.is_multiple_of(8) || size > bytes.len() as u64 {
            return Err(bad());
        }
        Ok((next, size))
    }

    /// Moves the segment to where it has at least twice its size; the gain is the first free block.
    fn grow(&mut self, out: &mut Output, need: u64) -> Result<()> {
        let old = self.header;
        let gain = old.data_size.max(need).next_multiple_of(8);
        let mut w = out.writer();
        w.length(old.free_list).length(gain).pad_to(length(gain)?);
        self.segment.extend_from_slice(w.as_bytes());
        self.header.free_list = old.data_size;
        self.header.data_size = old.data_size + gain;
        if out.space.extend(old.data, old.data_size, gain) {
            return out.medium.write(old.data.offset(old.data_size)?, w.as_bytes());
        }
        self.header.data = out.put(&self.segment)?;
        out.space.release(old.data, old.data_size)?;
        Ok(())
    }
}
