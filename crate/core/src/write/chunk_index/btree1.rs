//! The v1 B-tree: split and emptied as the library does it. The root never moves.

use super::btree1_node::{Key, Node, Nodes, remove_key, split_keys};
use super::{Found, IndexEdit, address, set_address};
use crate::bytes::Addr;
use crate::chunk::Grid;
use crate::error::{Context, Error, Result};
use crate::format::index::Entry;
use crate::format::message::Layout;
use crate::format::tree::btree1::ChunkKeys;
use crate::limits::Budget;
use crate::write::output::Output;

pub(super) struct BTree1 {
    layout: Layout,
    /// Extents of a chunk, and the element size.
    steps: Vec<u64>,
    nodes: Nodes,
}

/// A node on the way from the root to a leaf, and the child that the way leads through.
#[derive(Clone, Copy)]
struct Step {
    at: Addr,
    child: usize,
}

/// Where a chunk is, or would be.
struct Way {
    /// From the root to the leaf.
    steps: Vec<Step>,
    /// Whether the last step's child is the chunk; otherwise it belongs after it.
    found: bool,
    /// Whether it belongs before all others of its leaf, the last step's child being 0.
    before: bool,
}

impl BTree1 {
    pub(super) fn new(layout: Layout, grid: &Grid) -> Self {
        let steps: Vec<u64> = grid.chunk().iter().copied().chain([grid.element_size() as u64]).collect();
        let nodes = Nodes::new(steps.len());
        BTree1 { layout, steps, nodes }
    }

    /// Offset of the first element of the chunk at `coord`.
    fn offset(&self, coord: &[u64]) -> Result<Vec<u64>> {
        let offset =
            coord.iter().zip(&self.steps).map(|(c, s)| c.checked_mul(*s)).collect::<Option<Vec<_>>>();
        let mut offset = offset.ok_or_else(|| Error::malformed("a chunk beyond 2^64 elements"))?;
        offset.push(0);
        Ok(offset)
    }

    fn find(&mut self, out: &Output, offset: &[u64]) -> Result<Option<Way>> {
        let Some(mut at) = address(&self.layout) else { return Ok(None) };
        let mut steps = Vec::new();
        let mut above: Option<u8> = None;
        loop {
            let node = self.nodes.get(out, at)?;
            let level_fits = match above {
                None => u32::from(node.level) <= out.medium.limits.tree_depth,
                Some(above) => node.level.checked_add(1) == Some(above),
            };
            if !level_fits || (node.children.is_empty() && above.is_some()) {
                let what =
                    format!("v1 B-tree node of level {} with {} children", node.level, node.children.len());
                return Err(Error::malformed(what).at(out.medium.absolute(at)));
            }
            let (child, before) = match position(&node.keys, node.children.len(), offset).checked_sub(1) {
                Some(child) => (child, false),
                None => (0, true),
            };
            steps.push(Step { at, child });
            match (node.level, node.children.get(child)) {
                (1.., Some(next)) => (above, at) = (Some(node.level), *next),
                (1.., None) => {
                    return Err(
                        Error::malformed("an inner node without children").at(out.medium.absolute(at))
                    );
                }
                (0, there) => {
                    let found = there.is_some() && node.keys.offset(child) == offset;
                    return Ok(Some(Way { steps, found, before }));
                }
            }
        }
    }

    fn insert(&mut self, out: &mut Output, way: &Way, key: &Key, chunk: Addr) -> Result<()> {
        self.raise(out, &way.steps, &key.offset)?;
        if way.before {
            self.lower(out, &way.steps, &key.offset)?;
        }
        // What is still to be put into a node: a child, and the key it begins with.
        let (mut key, mut child, mut before) = (key.clone(), chunk, way.before);
        for (depth, step) in way.steps.iter().enumerate().rev() {
            let node = self.nodes.change(out, step.at)?;
            let i = if before || node.children.is_empty() { 0 } else { step.child + 1 };
            before = false;
            if node.children.len() < Nodes::capacity(out) {
                key.insert(&mut node.keys, i);
                node.children.insert(i, child);
                return Ok(());
            }
            let left = split_at(node, step.child, Nodes::capacity(out));
            let right = self.split(out, step.at, left)?;
            let (target, i) = if step.child < left { (step.at, i) } else { (right, i - left) };
            let node = self.nodes.change(out, target)?;
            key.insert(&mut node.keys, i);
            node.children.insert(i, child);
            key = Key::of(&self.nodes.get(out, right)?.keys, 0);
            child = right;
            if depth == 0 {
                return self.grow(out, step.at, right);
            }
        }
        Err(Error::malformed("a v1 B-tree without nodes"))
    }

    /// Moves the children from the `left`th on to a new node behind the one at `at`.
    fn split(&mut self, out: &mut Output, at: Addr, left: usize) -> Result<Addr> {
        let node = self.nodes.change(out, at)?;
        let next = node.right;
        let right = Node {
            level: node.level,
            left: Some(at),
            right: next,
            keys: split_keys(&mut node.keys, left),
            children: node.children.split_off(left),
        };
        let right = self.nodes.add(out, right)?;
        self.nodes.change(out, at)?.right = Some(right);
        if let Some(next) = next {
            self.nodes.change(out, next)?.left = Some(right);
        }
        Ok(right)
    }

    /// The root, which was split, becomes the parent of what it was and of its new neighbour.
    fn grow(&mut self, out: &mut Output, root: Addr, right: Addr) -> Result<()> {
        let old = self.nodes.get(out, root)?.clone();
        let level =
            old.level.checked_add(1).ok_or_else(|| Error::limit("a B-tree of more than 255 levels"))?;
        let last = self.nodes.get(out, right)?.keys.clone();
        let mut keys = ChunkKeys { ranks: self.steps.len(), ..ChunkKeys::default() };
        let ends = [(&old.keys, 0), (&last, 0), (&last, last.sizes.len().saturating_sub(1))];
        for (i, (from, of)) in ends.into_iter().enumerate() {
            Key::of(from, of).insert(&mut keys, i);
        }
        let left = self.nodes.add(out, old)?;
        self.nodes.change(out, right)?.left = Some(left);
        let node = self.nodes.change(out, root)?;
        *node = Node { level, left: None, right: None, keys, children: vec![left, right] };
        Ok(())
    }

    /// Raises the last key of the nodes on the way whose last child it leads through, so that `offset` is below it.
    fn raise(&mut self, out: &Output, steps: &[Step], offset: &[u64]) -> Result<()> {
        let mut bound: Vec<u64> = offset.iter().zip(&self.steps).map(|(o, s)| o.saturating_add(*s)).collect();
        for (depth, step) in steps.iter().enumerate().rev() {
            let node = self.nodes.get(out, step.at)?;
            let last = node.children.len();
            if step.child + 1 < last || node.keys.offset(last) > offset {
                return Ok(());
            }
            // Between two nodes the upper bound of one is the first key of the other.
            if let Some(next) = self.sibling_key(out, &steps[..depth])? {
                bound = next;
            }
            Key::bound(bound.clone()).replace(&mut self.nodes.change(out, step.at)?.keys, last);
        }
        Ok(())
    }

    /// The key behind the child that the way leads through, in the nearest node above in which it is not the last.
    fn sibling_key(&mut self, out: &Output, above: &[Step]) -> Result<Option<Vec<u64>>> {
        for step in above.iter().rev() {
            let node = self.nodes.get(out, step.at)?;
            if step.child + 1 < node.children.len() {
                return Ok(Some(node.keys.offset(step.child + 1).to_vec()));
            }
        }
        Ok(None)
    }

    /// Lowers the first key of the nodes above the leaf as far as `offset` comes before it.
    fn lower(&mut self, out: &Output, steps: &[Step], offset: &[u64]) -> Result<()> {
        for step in steps.iter().rev().skip(1) {
            let node = self.nodes.get(out, step.at)?;
            if node.keys.offset(step.child) <= offset {
                return Ok(());
            }
            let mut key = Key::of(&node.keys, step.child);
            key.offset = offset.to_vec();
            key.replace(&mut self.nodes.change(out, step.at)?.keys, step.child);
        }
        Ok(())
    }

    /// Takes the child that the way leads through out of the node at depth `depth`, and the node as well if nothing is
    /// left in it.
    fn take(&mut self, out: &mut Output, steps: &[Step]) -> Result<()> {
        let Some((step, above)) = steps.split_last() else { return Ok(()) };
        let node = self.nodes.change(out, step.at)?;
        node.children.remove(step.child);
        remove_key(&mut node.keys, step.child);
        if node.children.is_empty() {
            if above.is_empty() {
                node.level = 0;
                return Ok(());
            }
            let (left, right) = (node.left, node.right);
            let last = Key::of(&node.keys, 0);
            self.nodes.release(out, step.at)?;
            if let Some(left) = left {
                let node = self.nodes.change(out, left)?;
                node.right = right;
                let n = node.children.len();
                last.replace(&mut node.keys, n);
            }
            if let Some(right) = right {
                self.nodes.change(out, right)?.left = left;
            }
            return self.take(out, above);
        }
        if step.child == 0 {
            let (first, left) = (Key::of(&node.keys, 0), node.left);
            self.first_changed(out, above, &first, left)?;
        }
        Ok(())
    }

    /// The first key of a node is another: that is what its neighbour ends with, and what the nodes above know.
    fn first_changed(&mut self, out: &Output, above: &[Step], first: &Key, left: Option<Addr>) -> Result<()> {
        if let Some(left) = left {
            let node = self.nodes.change(out, left)?;
            let n = node.children.len();
            first.replace(&mut node.keys, n);
        }
        let Some((step, above)) = above.split_last() else { return Ok(()) };
        let node = self.nodes.change(out, step.at)?;
        first.replace(&mut node.keys, step.child);
        if step.child > 0 {
            return Ok(());
        }
        let left = node.left;
        self.first_changed(out, above, first, left)
    }

    /// Calls `each` with the address of every node and with the node.
    fn each_node(&mut self, out: &Output, each: &mut dyn FnMut(Addr, &Node) -> Result<()>) -> Result<()> {
        let Some(root) = address(&self.layout) else { return Ok(()) };
        let mut budget =
            Budget::new(out.medium.storage_len(), "nodes of a B-tree that are larger than the file");
        let mut rest = vec![(root, None)];
        while let Some((at, level)) = rest.pop() {
            // Not through the nodes that are held: all of a large tree would be.
            let node = self.nodes.peek(out, at)?;
            if level.is_some_and(|level: u8| level != node.level) {
                return Err(Error::malformed("v1 B-tree node of another level").at(out.medium.absolute(at)));
            }
            budget.spend(Node::size(out.medium.ctx, self.steps.len(), node.children.len()) as u64)?;
            if let Some(below) = node.level.checked_sub(1) {
                rest.extend(node.children.iter().map(|child| (*child, Some(below))));
            }
            each(at, &node)?;
        }
        Ok(())
    }
}

/// Where to split a full node as the library does it: the children that stay. `child` is the one before the new one.
fn split_at(node: &Node, child: usize, capacity: usize) -> usize {
    let tenths = match (node.left, node.right) {
        (_, None) => 9,
        (None, Some(_)) => 1,
        _ => 5,
    };
    let left = capacity * tenths / 10;
    // The new child stays with the one that it came from.
    if child < left && left == capacity {
        left - 1
    } else if child >= left && left == 0 {
        1
    } else {
        left
    }
}

/// How many of the first `n` keys are at or before `offset`.
fn position(keys: &ChunkKeys, n: usize, offset: &[u64]) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if keys.offset(middle) <= offset { low = middle + 1 } else { high = middle }
    }
    low
}

impl IndexEdit for BTree1 {
    fn get(&mut self, out: &mut Output, coord: &[u64]) -> Result<Entry> {
        self.nodes.trim(out)?;
        let offset = self.offset(coord)?;
        let Some(Way { steps, found: true, .. }) = self.find(out, &offset).within("v1 B-tree")? else {
            return Ok(Entry::NONE);
        };
        let Some(step) = steps.last() else { return Ok(Entry::NONE) };
        let node = self.nodes.get(out, step.at)?;
        let key = Key::of(&node.keys, step.child);
        Ok(Entry { address: node.children.get(step.child).copied(), size: key.size.into(), mask: key.mask })
    }

    fn set(&mut self, out: &mut Output, coord: &[u64], entry: Entry) -> Result<()> {
        let Some(chunk) = entry.address else { return self.remove(out, coord) };
        self.nodes.trim(out)?;
        let key = Key::new(self.offset(coord)?, &entry)?;
        let Some(way) = self.find(out, &key.offset).within("v1 B-tree")? else {
            let mut keys = ChunkKeys { ranks: self.steps.len(), ..ChunkKeys::default() };
            key.insert(&mut keys, 0);
            let bound = key.offset.iter().zip(&self.steps).map(|(o, s)| o.saturating_add(*s)).collect();
            Key::bound(bound).insert(&mut keys, 1);
            let root = Node { level: 0, left: None, right: None, keys, children: vec![chunk] };
            let root = self.nodes.add(out, root)?;
            set_address(&mut self.layout, Some(root));
            return Ok(());
        };
        if let (true, Some(step)) = (way.found, way.steps.last()) {
            let node = self.nodes.change(out, step.at)?;
            key.replace(&mut node.keys, step.child);
            if let Some(there) = node.children.get_mut(step.child) {
                *there = chunk;
            }
            return Ok(());
        }
        self.insert(out, &way, &key, chunk).within("v1 B-tree")
    }

    fn remove(&mut self, out: &mut Output, coord: &[u64]) -> Result<()> {
        self.nodes.trim(out)?;
        let offset = self.offset(coord)?;
        match self.find(out, &offset).within("v1 B-tree")? {
            Some(Way { steps, found: true, .. }) => self.take(out, &steps).within("v1 B-tree"),
            _ => Ok(()),
        }
    }

    fn walk(&mut self, out: &mut Output, found: Found<'_>) -> Result<()> {
        let steps = self.steps.clone();
        let mut coord = Vec::with_capacity(steps.len());
        self.each_node(out, &mut |at, node| {
            if node.level > 0 {
                return Ok(());
            }
            for (i, child) in node.children.iter().enumerate() {
                coord.clear();
                let offset = node.keys.offset(i);
                for (o, s) in offset.iter().zip(&steps).take(steps.len().saturating_sub(1)) {
                    if o % s != 0 {
                        let what = format!("chunk at {o} where chunks have {s} elements");
                        return Err(Error::malformed(what).at(out.medium.absolute(at)));
                    }
                    coord.push(o / s);
                }
                let key = Key::of(&node.keys, i);
                found(&coord, Entry { address: Some(*child), size: key.size.into(), mask: key.mask })?;
            }
            Ok(())
        })
        .within("v1 B-tree")
    }

    fn release(&mut self, out: &mut Output) -> Result<()> {
        let mut all = Vec::new();
        self.each_node(out, &mut |at, _| {
            all.push(at);
            Ok(())
        })
        .and_then(|()| all.iter().try_for_each(|at| self.nodes.release(out, *at)))
        .within("v1 B-tree")
    }

    fn flush(&mut self, out: &mut Output) -> Result<()> {
        self.nodes.flush(out)
    }

    fn layout(&self) -> &Layout {
        &self.layout
    }
}
