//! Walking and searching v2 B-trees: dense links and attributes, huge heap objects, chunks.

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::tree::btree2::{Child, Geometry, Header, Node};
use crate::limits::Budget;
use crate::storage::Medium;
use std::cmp::Ordering;

/// An open tree.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Its header.
    pub header: Header,
    geometry: Geometry,
}

/// Says whether anything between two records matters; `None` stands for the ends of the tree.
pub type Wanted<'a> = &'a mut dyn FnMut(Option<&[u8]>, Option<&[u8]>) -> Result<bool>;

impl Tree {
    /// Reads the header at `addr` and expects records of one of `types`.
    pub fn open(medium: &Medium, addr: Addr, types: &[u8]) -> Result<Tree> {
        Self::open_header(medium, addr, types).at(medium.absolute(addr)).within("v2 B-tree")
    }

    fn open_header(medium: &Medium, addr: Addr, types: &[u8]) -> Result<Tree> {
        let bytes = medium.read(addr, Header::size(medium.ctx) as u64)?;
        let header = Header::decode(&mut medium.reader(&bytes, addr))?;
        if !types.contains(&header.record_type) {
            let what = format!("v2 B-tree of record type {}, expected one of {types:?}", header.record_type);
            return Err(Error::malformed(what));
        }
        let geometry = Geometry::new(&header, medium.ctx, medium.limits.tree_depth)?;
        Ok(Tree { header, geometry })
    }

    /// The tree in two parts, for who changes them.
    pub(crate) fn into_parts(self) -> (Header, Geometry) {
        (self.header, self.geometry)
    }

    /// The other way.
    pub(crate) fn from_parts(header: Header, geometry: Geometry) -> Tree {
        Tree { header, geometry }
    }

    /// Calls `visit` for every record, in order.
    pub fn each(&self, medium: &Medium, visit: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.visit(medium, &mut |_, _| Ok(true), visit)
    }

    /// Calls `visit` for the records, in order, except below nodes that `wanted` leaves out. Records inside the
    /// nodes that are read are all handed over.
    pub fn visit(
        &self,
        medium: &Medium,
        wanted: Wanted<'_>,
        visit: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let Some(root) = self.root() else { return Ok(()) };
        // No two records share bytes, so all of them together are no larger than the file.
        let most = medium.storage_len() / u64::from(self.header.record_size.max(1));
        let budget = Budget::new(most, "records of a v2 B-tree that are larger than the file");
        let mut walk = Walk { tree: self, medium, budget, wanted, visit };
        walk.node(root, self.header.depth, None, None).within("v2 B-tree")
    }

    fn root(&self) -> Option<Child> {
        let records = u64::from(self.header.root_records);
        self.header.root.map(|address| Child { address, records, total: self.header.total_records })
    }

    fn read(&self, medium: &Medium, child: Child, depth: u16) -> Result<Node> {
        read(medium, &self.geometry, child, depth)
    }

    /// Addresses of all nodes.
    pub(crate) fn nodes(&self, medium: &Medium) -> Result<Vec<u64>> {
        // Nodes do not overlap, so all of them together are no larger than the file.
        let most = medium.storage_len() / u64::from(self.header.node_size.max(1));
        let mut budget = Budget::new(most, "nodes of a v2 B-tree that are larger than the file");
        let mut found: Vec<u64> = self.root().iter().map(|root| root.address.0).collect();
        let mut level: Vec<Child> = self.root().into_iter().collect();
        for depth in (1..=self.header.depth).rev() {
            let mut below = Vec::new();
            let used = |child: &Child| self.geometry.used_size(depth, child.records).unwrap_or(0);
            medium.want(level.iter().map(|child| (child.address, used(child))))?;
            for child in level {
                let node = self.read(medium, child, depth).within("v2 B-tree")?;
                budget.spend(node.children.len() as u64).at(medium.absolute(child.address))?;
                found.extend(node.children.iter().map(|child| child.address.0));
                below.extend(node.children);
            }
            level = below;
        }
        Ok(found)
    }

    /// The record for which `order` says `Equal`. `order` compares a record with what is looked for: `Less`
    /// where the record comes before it.
    pub fn find(
        &self,
        medium: &Medium,
        order: &mut dyn FnMut(&[u8]) -> Result<Ordering>,
    ) -> Result<Option<Vec<u8>>> {
        let Some(mut child) = self.root() else { return Ok(None) };
        let mut depth = self.header.depth;
        loop {
            let node = self.read(medium, child, depth).within("v2 B-tree")?;
            let (mut low, mut high) = (0, node.records(&self.geometry).len());
            while low < high {
                let middle = low + (high - low) / 2;
                let Some(record) = node.record(&self.geometry, middle) else { return Ok(None) };
                match order(record)? {
                    Ordering::Equal => return Ok(Some(record.to_vec())),
                    Ordering::Less => low = middle + 1,
                    Ordering::Greater => high = middle,
                }
            }
            match node.children.get(low) {
                Some(next) if depth > 0 => child = *next,
                _ => return Ok(None),
            }
            depth -= 1;
        }
    }
}

/// The node at `child`, `depth` levels above the leaves.
pub(crate) fn read(medium: &Medium, geometry: &Geometry, child: Child, depth: u16) -> Result<Node> {
    let size = geometry.used_size(depth, child.records).at(medium.absolute(child.address))?;
    let bytes = medium.read(child.address, size)?;
    Node::decode(&mut medium.reader(&bytes, child.address), geometry, depth, child.records)
}

struct Walk<'a> {
    tree: &'a Tree,
    medium: &'a Medium,
    budget: Budget,
    wanted: Wanted<'a>,
    visit: &'a mut dyn FnMut(&[u8]) -> Result<()>,
}

impl Walk<'_> {
    fn node(&mut self, child: Child, depth: u16, from: Option<&[u8]>, to: Option<&[u8]>) -> Result<()> {
        let at = self.medium.absolute(child.address);
        self.budget.spend(child.records).at(at)?;
        let node = self.tree.read(self.medium, child, depth)?;
        let geometry = &self.tree.geometry;
        if depth == 0 {
            return node.records(geometry).try_for_each(|record| (self.visit)(record));
        }
        let mut inside = Vec::with_capacity(node.children.len());
        for i in 0..node.children.len() {
            let before = if i == 0 { from } else { node.record(geometry, i - 1) };
            let after = node.record(geometry, i).or(to);
            inside.push((self.wanted)(before, after)?);
        }
        let wanted = node.children.iter().zip(&inside).filter(|(_, inside)| **inside);
        let sizes = wanted.map(|(c, _)| (c.address, geometry.used_size(depth - 1, c.records).unwrap_or(0)));
        self.medium.want(sizes)?;
        for (i, next) in node.children.iter().enumerate() {
            if inside.get(i) == Some(&true) {
                let before = if i == 0 { from } else { node.record(geometry, i - 1) };
                let after = node.record(geometry, i).or(to);
                self.node(*next, depth - 1, before, after)?;
            }
            if let Some(record) = node.record(geometry, i) {
                (self.visit)(record)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{Ctx, Writer};
    use crate::limits::Limits;
    use crate::storage::Memory;

    const NODE: u32 = 64;

    /// Records are u32 numbers; header at 0, internal root at 64, leaves from 128 on.
    fn tree(leaves: &[&[u32]], separators: &[u32], first_leaf: u64) -> Medium {
        let flat = |v: &[u32]| v.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
        let total: usize = leaves.iter().map(|l| l.len()).sum();
        let header = Header {
            record_type: 1,
            node_size: NODE,
            record_size: 4,
            depth: 1,
            split: 100,
            merge: 40,
            root: Some(Addr(64)),
            root_records: separators.len() as u16,
            total_records: (total + separators.len()) as u64,
        };
        let geometry = Geometry::new(&header, Ctx::WIDE, 8).unwrap();
        let mut w = Writer::new(Ctx::WIDE);
        header.encode(&mut w);
        w.pad_to(64);
        let children = leaves.iter().enumerate().map(|(i, l)| Child {
            address: Addr(first_leaf + i as u64 * u64::from(NODE)),
            records: l.len() as u64,
            total: l.len() as u64,
        });
        let root = Node { depth: 1, records: flat(separators), children: children.collect() };
        root.encode(&mut w, &geometry, NODE).unwrap();
        for leaf in leaves {
            let leaf = Node { depth: 0, records: flat(leaf), children: vec![] };
            leaf.encode(&mut w, &geometry, NODE).unwrap();
        }
        Medium::new(Box::new(Memory::new(w.into_bytes())), Limits::default())
    }

    fn number(record: &[u8]) -> u32 {
        u32::from_be_bytes(record.try_into().unwrap())
    }

    #[test]
    fn walks_and_finds() {
        let medium = tree(&[&[1, 2, 3], &[5, 6], &[8, 9]], &[4, 7], 128);
        let tree = Tree::open(&medium, Addr(0), &[1]).unwrap();
        let mut seen = Vec::new();
        tree.each(&medium, &mut |r| {
            seen.push(number(r));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (1..10).collect::<Vec<_>>());
        for n in 0..11 {
            let found = tree.find(&medium, &mut |r| Ok(number(r).cmp(&n))).unwrap();
            assert_eq!(found.map(|r| number(&r)), (1..10).contains(&n).then_some(n));
        }
        let mut seen = Vec::new();
        let mut wanted = |a: Option<&[u8]>, b: Option<&[u8]>| {
            Ok(a.map_or(0, number) < 6 && b.map_or(u32::MAX, number) > 6)
        };
        tree.visit(&medium, &mut wanted, &mut |r| {
            seen.push(number(r));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [4, 5, 6, 7]);
        assert!(Tree::open(&medium, Addr(0), &[2, 3]).is_err());
    }

    #[test]
    fn a_child_that_is_its_parent_ends_in_an_error() {
        let medium = tree(&[&[1], &[2]], &[4], 64);
        let tree = Tree::open(&medium, Addr(0), &[1]).unwrap();
        assert!(tree.each(&medium, &mut |_| Ok(())).is_err());
        assert!(tree.find(&medium, &mut |_| Ok(Ordering::Greater)).is_err());
    }
}
