//! Walking and searching v1 B-trees: groups and, for chunks, the oldest index.

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::tree::btree1::{Keys, Node, prefix_size};
use crate::limits::Budget;
use crate::storage::Medium;

/// Children a node has room for in files made with the defaults: what is read before its count is known.
const USUAL_CAPACITY: usize = 64;

/// Reads the node at `addr`.
pub fn read<K: Keys>(medium: &Medium, addr: Addr, shape: K::Shape) -> Result<Node<K>> {
    let usual = Node::<K>::size(medium.ctx, shape, USUAL_CAPACITY) as u64;
    let mut bytes = medium.read_up_to(addr, usual)?;
    let used = Node::<K>::used_size(medium.reader(&bytes, addr), shape)?;
    if used > bytes.len() {
        bytes = medium.read(addr, used as u64)?;
    }
    Node::decode(&mut medium.reader(&bytes, addr), shape)
}

/// Calls `visit` for every child of the lowest level, in key order, that `wanted` lets through. `wanted(keys, i)`
/// is asked on every level whether anything between key `i` and key `i + 1` matters.
pub fn visit<K: Keys>(
    medium: &Medium,
    root: Addr,
    shape: K::Shape,
    wanted: &mut dyn FnMut(&K, usize) -> bool,
    visit: &mut dyn FnMut(&K, usize, Addr) -> Result<()>,
) -> Result<()> {
    let mut walk = Walk { medium, shape, budget: tree_budget(medium), wanted, visit };
    walk.node(root, None).within("v1 B-tree")
}

/// No two nodes of a tree share bytes, so all of them together are no larger than the file.
fn tree_budget(medium: &Medium) -> Budget {
    Budget::new(medium.storage_len(), "nodes of a B-tree that are larger than the file")
}

struct Walk<'a, K: Keys> {
    medium: &'a Medium,
    shape: K::Shape,
    budget: Budget,
    wanted: &'a mut dyn FnMut(&K, usize) -> bool,
    visit: &'a mut dyn FnMut(&K, usize, Addr) -> Result<()>,
}

impl<K: Keys> Walk<'_, K> {
    fn node(&mut self, addr: Addr, level: Option<u8>) -> Result<()> {
        let at = self.medium.absolute(addr);
        let node = read::<K>(self.medium, addr, self.shape)?;
        check_level(self.medium, level, node.level).at(at)?;
        self.budget.spend(Node::<K>::size(self.medium.ctx, self.shape, node.children.len()) as u64).at(at)?;
        let wanted: Vec<(usize, Addr)> = node
            .children
            .iter()
            .copied()
            .enumerate()
            .filter(|(i, _)| (self.wanted)(&node.keys, *i))
            .collect();
        if node.level == 0 {
            return wanted.into_iter().try_for_each(|(i, child)| (self.visit)(&node.keys, i, child));
        }
        let usual = Node::<K>::size(self.medium.ctx, self.shape, USUAL_CAPACITY) as u64;
        self.medium.want(wanted.iter().map(|(_, child)| (*child, usual)))?;
        wanted.into_iter().try_for_each(|(_, child)| self.node(child, Some(node.level)))
    }
}

/// Levels go down by one, so no tree is deeper than its root's level says.
fn check_level(medium: &Medium, above: Option<u8>, level: u8) -> Result<()> {
    match above {
        None if u32::from(level) > medium.limits.tree_depth => {
            Err(Error::limit(format!("v1 B-tree of depth {level}")))
        }
        Some(above) if level.checked_add(1) != Some(above) => {
            Err(Error::malformed(format!("v1 B-tree node of level {level} below one of level {above}")))
        }
        _ => Ok(()),
    }
}

/// Goes down to one child of the lowest level: `choose` says which child of a node, if any, leads there.
/// Returns the lowest node and the position of the child in it.
pub fn find<K: Keys>(
    medium: &Medium,
    root: Addr,
    shape: K::Shape,
    choose: &mut dyn FnMut(&K) -> Result<Option<usize>>,
) -> Result<Option<(Node<K>, usize)>> {
    let mut addr = root;
    let mut above = None;
    loop {
        let at = medium.absolute(addr);
        let node = read::<K>(medium, addr, shape).within("v1 B-tree")?;
        check_level(medium, above, node.level).at(at).within("v1 B-tree")?;
        let Some(i) = choose(&node.keys)? else { return Ok(None) };
        let Some(child) = node.children.get(i) else { return Ok(None) };
        if node.level == 0 {
            return Ok(Some((node, i)));
        }
        above = Some(node.level);
        addr = *child;
    }
}

/// Bytes that hold the first node in most files: what to announce before opening a tree.
pub fn usual_node_size<K: Keys>(medium: &Medium, shape: K::Shape) -> u64 {
    Node::<K>::size(medium.ctx, shape, USUAL_CAPACITY).max(prefix_size(medium.ctx)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{Ctx, Writer};
    use crate::format::tree::btree1::ChunkKeys;
    use crate::limits::Limits;
    use crate::storage::Memory;

    fn node(level: u8, starts: &[u64], children: &[u64]) -> Vec<u8> {
        let mut keys = ChunkKeys { ranks: 2, ..ChunkKeys::default() };
        for s in starts {
            keys.sizes.push(8);
            keys.masks.push(0);
            keys.offsets.extend([*s, 0]);
        }
        let children = children.iter().map(|c| Addr(*c)).collect();
        let mut w = Writer::new(Ctx::WIDE);
        Node { level, left: None, right: None, keys, children }.encode(&mut w, 2, 4).unwrap();
        w.into_bytes()
    }

    fn medium(bytes: Vec<u8>) -> Medium {
        Medium::new(Box::new(Memory::new(bytes)), Limits::default())
    }

    /// Root at 0 over two leaves, chunk positions 0, 10, … 60 at addresses 1000, 1010, … 1060.
    fn tree() -> Medium {
        let size = Node::<ChunkKeys>::size(Ctx::WIDE, 2, 4) as u64;
        let mut file = node(1, &[0, 40, 70], &[size, 2 * size]);
        file.extend(node(0, &[0, 10, 20, 30, 40], &[1000, 1010, 1020, 1030]));
        file.extend(node(0, &[40, 50, 60, 70], &[1040, 1050, 1060]));
        medium(file)
    }

    fn between(keys: &ChunkKeys, i: usize, from: u64, to: u64) -> bool {
        keys.offset(i)[0] < to && keys.offset(i + 1)[0] > from
    }

    #[test]
    fn visits_what_is_wanted() {
        let medium = tree();
        let mut seen = Vec::new();
        visit::<ChunkKeys>(&medium, Addr(0), 2, &mut |k, i| between(k, i, 25, 55), &mut |k, i, child| {
            assert_eq!(k.offset(i)[0] + 1000, child.0);
            seen.push(child.0);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [1020, 1030, 1040, 1050]);
    }

    #[test]
    fn finds_one() {
        let medium = tree();
        let mut choose = |k: &ChunkKeys| Ok((0..k.len() - 1).find(|i| between(k, *i, 50, 51)));
        let (node, i) = find(&medium, Addr(0), 2, &mut choose).unwrap().unwrap();
        assert_eq!(node.children[i], Addr(1050));
        assert!(find::<ChunkKeys>(&medium, Addr(0), 2, &mut |_| Ok(None)).unwrap().is_none());
    }

    #[test]
    fn loops_end_in_errors() {
        let size = Node::<ChunkKeys>::size(Ctx::WIDE, 2, 4) as u64;
        let own = medium(node(1, &[0, 40], &[0]));
        assert!(visit::<ChunkKeys>(&own, Addr(0), 2, &mut |_, _| true, &mut |_, _, _| Ok(())).is_err());
        assert!(find::<ChunkKeys>(&own, Addr(0), 2, &mut |_| Ok(Some(0))).is_err());
        let mut shared = node(1, &[0, 10, 20, 30, 40], &[size, size, size, size]);
        shared.extend(node(0, &[0, 40], &[1]));
        let shared = medium(shared);
        assert!(visit::<ChunkKeys>(&shared, Addr(0), 2, &mut |_, _| true, &mut |_, _, _| Ok(())).is_err());
    }
}
