//! Symbol tables: building one for a new group, adding links to one that is there.

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::heap::local::{LocalHeap, Segment};
use crate::format::message::{Link, LinkTarget, SymbolTable};
use crate::format::symbol_table::{Cache, SymbolEntry, SymbolNode};
use crate::format::tree::btree1::{GroupKeys, Node};
use crate::limits::Budget;
use crate::object::tree1;
use crate::write::heap::create_names;
use crate::write::output::Output;

/// The library's first data segment: four names of eight letters and a free block.
const FIRST_SEGMENT: u64 = 88;

/// Writes a table with these links, which are in name order.
pub(super) fn build(out: &mut Output, links: &[Link]) -> Result<SymbolTable> {
    let mut segment = Segment::default();
    let mut entries = Vec::with_capacity(links.len());
    for link in links {
        let name_offset = segment.push(&link.name)?;
        let value = match &link.target {
            LinkTarget::Soft(path) => segment.push(path)?,
            _ => 0,
        };
        entries.push(entry(name_offset, value, &link.target)?);
    }
    let heap = create_names(out, segment, FIRST_SEGMENT)?;

    let mut keys = GroupKeys { names: vec![0] };
    let mut children = Vec::new();
    for node in entries.chunks(2 * usize::from(out.k.group_leaf)) {
        keys.names.extend(node.last().map(|e| e.name_offset));
        children.push(put_node(out, &SymbolNode { entries: node.to_vec() })?);
    }
    let capacity = 2 * usize::from(out.k.group_internal);
    let btree = crate::write::tree1::build(&mut out.medium, &mut out.space, (), capacity, keys, children)?;
    Ok(SymbolTable { btree, heap })
}

/// The entry of a link whose name (and value, if it is a soft link) are in the heap already.
pub(super) fn entry(name_offset: u64, value: u64, target: &LinkTarget) -> Result<SymbolEntry> {
    let (header, cache) = match target {
        LinkTarget::Hard(address) => (Some(*address), Cache::None),
        LinkTarget::Soft(_) => {
            let value_offset =
                u32::try_from(value).map_err(|_| Error::limit("4 GiB of names in one group"))?;
            (None, Cache::Soft { value_offset })
        }
        _ => return Err(Error::argument("a symbol table holds hard and soft links only")),
    };
    Ok(SymbolEntry { name_offset, header, cache })
}

/// Reads a symbol table node.
pub(super) fn read_node(out: &Output, address: Addr) -> Result<SymbolNode> {
    let bytes = out.medium.read(address, node_size(out))?;
    SymbolNode::decode(&mut out.medium.reader(&bytes, address))
}

/// Offsets of all texts of a table: names, values of soft links, and the names that bound its nodes.
pub(super) fn texts(out: &Output, btree: Addr) -> Result<Vec<u64>> {
    let mut texts = Vec::new();
    for (node, _) in nodes(out, btree)? {
        texts.extend(node.keys.names);
        for leaf in node.children.iter().filter(|_| node.level == 0) {
            for entry in read_node(out, *leaf)?.entries {
                texts.push(entry.name_offset);
                if let Cache::Soft { value_offset } = entry.cache {
                    texts.push(value_offset.into());
                }
            }
        }
    }
    Ok(texts)
}

/// All nodes of the tree at `root`, with their addresses.
fn nodes(out: &Output, root: Addr) -> Result<Vec<(Node<GroupKeys>, Addr)>> {
    let size = Node::<GroupKeys>::size(out.medium.ctx, (), 2 * usize::from(out.k.group_internal)) as u64;
    let (mut found, mut left) = (Vec::new(), vec![root]);
    // Trees of this file are read as they are; one that meets itself would never end.
    let mut budget = Budget::new(out.medium.storage_len(), "nodes of a B-tree that are larger than the file");
    while let Some(address) = left.pop() {
        budget.spend(size).at(out.medium.absolute(address))?;
        let node = tree1::read::<GroupKeys>(&out.medium, address, ())?;
        if node.level > 0 {
            left.extend_from_slice(&node.children);
        }
        found.push((node, address));
    }
    Ok(found)
}

/// Writes a symbol table node to its place.
pub(super) fn write_node(out: &mut Output, address: Addr, node: &SymbolNode) -> Result<()> {
    let mut w = out.writer();
    node.encode(&mut w, out.k.group_leaf)?;
    out.medium.write(address, w.as_bytes())
}

/// Writes a symbol table node to a new place.
pub(super) fn put_node(out: &mut Output, node: &SymbolNode) -> Result<Addr> {
    let address = out.space.allocate(node_size(out))?;
    write_node(out, address, node)?;
    Ok(address)
}

/// Bytes of a symbol table node.
pub(super) fn node_size(out: &Output) -> u64 {
    SymbolNode::stored_size(out.medium.ctx, out.k.group_leaf) as u64
}

/// Gives back all space of a table.
pub(super) fn release(out: &mut Output, table: SymbolTable) -> Result<()> {
    let heap = out.medium.read(table.heap, LocalHeap::stored_size(out.medium.ctx) as u64)?;
    let heap = LocalHeap::decode(&mut out.medium.reader(&heap, table.heap))?;
    let header = LocalHeap::stored_size(out.medium.ctx) as u64;
    let mut blocks = vec![(table.heap, header), (heap.data, heap.data_size)];
    let size = Node::<GroupKeys>::size(out.medium.ctx, (), 2 * usize::from(out.k.group_internal)) as u64;
    for (node, address) in nodes(out, table.btree)? {
        blocks.push((address, size));
        if node.level == 0 {
            blocks.extend(node.children.iter().map(|leaf| (*leaf, node_size(out))));
        }
    }
    blocks.into_iter().try_for_each(|(address, len)| out.space.release(address, len))
}
