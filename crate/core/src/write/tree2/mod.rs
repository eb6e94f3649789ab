//! Editing v2 B-trees where they are: dense links and attributes, huge heap objects, chunks.
//!
//! The header stays at its address. A record goes into a leaf, or comes out of one; from there up, nodes that hold
//! too many or too few records share with a neighbour, split or merge. Nodes are kept as full as the reference library
//! expects them: it looks for counts that are exactly at its limits, and nodes beyond those would mislead it.

mod balance;
mod build;
#[cfg(test)]
mod tests;

use super::changes;
use super::output::Output;
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::tree::btree2::{Child, Geometry, Header, Node};
use crate::object::tree2;
use crate::storage::Turn;
use std::cmp::Ordering;

/// Bytes of a node in trees of links, attributes, huge objects and shared messages.
pub(super) const NODE: u32 = 512;
/// Percentages that the reference library uses for all its trees.
const SPLIT: u8 = 100;
const MERGE: u8 = 40;
/// Nodes beyond this size are believed only in files that are larger.
const LARGE_NODE: u64 = 1 << 20;

/// Compares a record of the tree with what is looked for: `Less` where the record comes before it.
pub(super) type Order<'a> = &'a mut dyn FnMut(&Output, &[u8]) -> Result<Ordering>;

/// A tree open for changes. After an error it is of no use any more.
pub(super) struct Tree {
    address: Addr,
    header: Header,
    geometry: Geometry,
}

/// A node on the way down, and which of its records or children the way goes through.
struct Step {
    place: Child,
    node: Node,
    index: usize,
}

impl Tree {
    /// An empty tree in a new place.
    pub fn create(out: &mut Output, record_type: u8, record_size: u16, node_size: u32) -> Result<Tree> {
        let header = Header {
            record_type,
            node_size,
            record_size,
            depth: 0,
            split: SPLIT,
            merge: MERGE,
            root: None,
            root_records: 0,
            total_records: 0,
        };
        let geometry = Geometry::new(&header, out.medium.ctx, out.medium.limits.tree_depth)?;
        let address = out.space.allocate(Header::size(out.medium.ctx) as u64)?;
        let tree = Tree { address, header, geometry };
        tree.write_header(out)?;
        Ok(tree)
    }

    /// Reads the header at `address` and expects records of `record_size` bytes and of one of `types`.
    pub fn open(out: &Output, address: Addr, types: &[u8], record_size: u16) -> Result<Tree> {
        let tree = tree2::Tree::open(&out.medium, address, types)?;
        let at = out.medium.absolute(address);
        let (header, geometry) = tree.into_parts();
        if header.record_size != record_size {
            let what = format!("v2 B-tree with records of {} bytes, not {record_size}", header.record_size);
            return Err(Error::malformed(what).at(at));
        }
        if u64::from(header.node_size) > out.medium.storage_len().max(LARGE_NODE) {
            return Err(Error::malformed("v2 B-tree nodes that are larger than the file").at(at));
        }
        Ok(Tree { address, header, geometry })
    }

    /// Where the header is.
    pub fn address(&self) -> Addr {
        self.address
    }

    /// Records in the tree.
    pub fn len(&self) -> u64 {
        self.header.total_records
    }

    /// Adds `record`; an error if `order` finds one that is equal.
    pub fn insert(&mut self, out: &mut Output, record: &[u8], order: Order<'_>) -> Result<()> {
        self.try_insert(out, record, order).at(out.medium.absolute(self.address)).within("v2 B-tree")
    }

    fn try_insert(&mut self, out: &mut Output, record: &[u8], order: Order<'_>) -> Result<()> {
        if record.len() != usize::from(self.header.record_size) {
            return Err(Error::argument("a record of another size than the tree's"));
        }
        let (mut steps, found) = self.descend(out, order)?;
        if found {
            return Err(Error::argument("the tree has such a record"));
        }
        let Some(leaf) = steps.last_mut() else {
            let root = Node { depth: 0, records: record.to_vec(), children: Vec::new() };
            let place = self.put(out, &root)?;
            self.header.root = Some(place.address);
            (self.header.root_records, self.header.total_records) = (1, 1);
            return self.write_header(out);
        };
        let at = leaf.index * record.len();
        leaf.node.records.splice(at..at, record.iter().copied());
        self.count(1)?;
        self.settle(out, steps)
    }

    /// Takes out the record for which `order` says `Equal`.
    pub fn remove(&mut self, out: &mut Output, order: Order<'_>) -> Result<Option<Vec<u8>>> {
        self.try_remove(out, order).at(out.medium.absolute(self.address)).within("v2 B-tree")
    }

    fn try_remove(&mut self, out: &mut Output, order: Order<'_>) -> Result<Option<Vec<u8>>> {
        let (mut steps, found) = self.descend(out, order)?;
        let holder = steps.len().saturating_sub(1);
        let Some(step) = steps.last().filter(|_| found) else { return Ok(None) };
        let mut index = step.index;
        let removed = step.node.record(&self.geometry, index).unwrap_or(&[]).to_vec();
        // Above the leaves, the greatest record of the child before takes the place.
        while let Some((depth, child)) = steps.last().and_then(|s| Some((s.node.depth, s.child()?))) {
            let node = self.read(out, child, depth - 1)?;
            index = if depth > 1 { node.children.len() - 1 } else { self.records(&node).saturating_sub(1) };
            steps.push(Step { place: child, node, index });
        }
        let (size, at) = (removed.len(), index * removed.len());
        let leaf = steps.last_mut().filter(|leaf| leaf.node.records.len() >= at + size);
        let leaf = leaf.ok_or_else(|| Error::malformed("a leaf without records"))?;
        let last: Vec<u8> = leaf.node.records.splice(at..at + size, []).collect();
        if let Some(step) = steps.get_mut(holder).filter(|step| step.node.depth > 0) {
            let at = step.index * size;
            step.node.records.splice(at..at + size, last);
        }
        self.count(-1)?;
        self.settle(out, steps)?;
        Ok(Some(removed))
    }

    /// Puts `record` in the place of the one for which `order` says `Equal`; says whether there is one.
    pub fn update(&self, out: &mut Output, record: &[u8], order: Order<'_>) -> Result<bool> {
        self.try_update(out, record, order).at(out.medium.absolute(self.address)).within("v2 B-tree")
    }

    fn try_update(&self, out: &mut Output, record: &[u8], order: Order<'_>) -> Result<bool> {
        if record.len() != usize::from(self.header.record_size) {
            return Err(Error::argument("a record of another size than the tree's"));
        }
        let (mut steps, found) = self.descend(out, order)?;
        let Some(mut step) = steps.pop().filter(|_| found) else { return Ok(false) };
        let at = step.index * record.len();
        step.node.records.splice(at..at + record.len(), record.iter().copied());
        self.write(out, step.place.address, &step.node)?;
        Ok(true)
    }

    /// The record for which `order` says `Equal`.
    pub fn find(&self, out: &Output, order: Order<'_>) -> Result<Option<Vec<u8>>> {
        let (steps, found) = self.descend(out, order).within("v2 B-tree")?;
        let step = steps.last().filter(|_| found);
        Ok(step.and_then(|s| s.node.record(&self.geometry, s.index)).map(<[u8]>::to_vec))
    }

    /// Calls `visit` for every record, in order.
    pub fn each(&self, out: &Output, visit: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.reading().each(&out.medium, visit)
    }

    /// Gives back the place of the nodes and of the header.
    pub fn release(self, out: &mut Output) -> Result<()> {
        for node in self.reading().nodes(&out.medium)? {
            out.space.release(Addr(node), self.header.node_size.into())?;
        }
        out.space.release(self.address, Header::size(out.medium.ctx) as u64)
    }

    fn reading(&self) -> tree2::Tree {
        tree2::Tree::from_parts(self.header.clone(), self.geometry.clone())
    }

    /// The way to the record for which `order` says `Equal`, or to the place in a leaf where it would be.
    fn descend(&self, out: &Output, order: Order<'_>) -> Result<(Vec<Step>, bool)> {
        let mut steps = Vec::new();
        let mut next = self.root();
        let mut depth = self.header.depth;
        while let Some(place) = next {
            let node = self.read(out, place, depth)?;
            let (mut low, mut high, mut found) = (0, self.records(&node), false);
            while low < high && !found {
                let middle = low + (high - low) / 2;
                match order(out, node.record(&self.geometry, middle).unwrap_or(&[]))? {
                    Ordering::Less => low = middle + 1,
                    Ordering::Greater => high = middle,
                    Ordering::Equal => (low, found) = (middle, true),
                }
            }
            let step = Step { place, node, index: low };
            next = step.child().filter(|_| !found);
            steps.push(step);
            if found {
                return Ok((steps, true));
            }
            depth = depth.saturating_sub(1);
        }
        Ok((steps, false))
    }

    fn root(&self) -> Option<Child> {
        let records = self.header.root_records.into();
        self.header.root.map(|address| Child { address, records, total: self.header.total_records })
    }

    fn records(&self, node: &Node) -> usize {
        node.records(&self.geometry).len()
    }

    fn count(&mut self, change: i64) -> Result<()> {
        let total = self.header.total_records.checked_add_signed(change);
        self.header.total_records = total.ok_or_else(|| Error::malformed("a wrong count of records"))?;
        Ok(())
    }

    fn read(&self, out: &Output, place: Child, depth: u16) -> Result<Node> {
        tree2::read(&out.medium, &self.geometry, place, depth)
    }

    /// Writes `node` in place of what it was before: a record more changes little of the nodes above its leaf.
    fn write(&self, out: &mut Output, address: Addr, node: &Node) -> Result<()> {
        let mut w = out.writer();
        node.encode(&mut w, &self.geometry, self.header.node_size)?;
        let old = out.medium.read_up_to(address, w.len() as u64)?;
        changes::write(out, address, &old, w.as_bytes())
    }

    /// Writes `node`, which has more records than before, or fewer, or other children: to `address`, where it was, or to a
    /// new place if readers may know of it there. They come with the number of records that the node had, by which alone
    /// they find its checksum.
    fn rewrite(&self, out: &mut Output, address: Addr, node: &Node) -> Result<Child> {
        if out.space.is_known(address) {
            return self.put(out, node);
        }
        self.write(out, address, node)?;
        Ok(self.place(address, node))
    }

    /// What a pointer to `node` at `address` says.
    fn place(&self, address: Addr, node: &Node) -> Child {
        let records = self.records(node) as u64;
        let below = node.children.iter().fold(0u64, |sum, child| sum.saturating_add(child.total));
        Child { address, records, total: records.saturating_add(below) }
    }

    /// Writes `node` to a place of its own.
    fn put(&self, out: &mut Output, node: &Node) -> Result<Child> {
        let address = out.space.allocate(self.header.node_size.into())?;
        let mut w = out.writer();
        node.encode(&mut w, &self.geometry, self.header.node_size)?;
        out.medium.write(address, w.as_bytes())?;
        Ok(self.place(address, node))
    }

    fn write_header(&self, out: &mut Output) -> Result<()> {
        let mut w = out.writer();
        self.header.encode(&mut w);
        out.medium.write_in_turn(Turn::Root, self.address, w.as_bytes())
    }
}

impl Step {
    /// Where the way goes on.
    fn child(&self) -> Option<Child> {
        self.node.children.get(self.index).copied()
    }
}
