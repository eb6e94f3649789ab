//! v1 B-trees of any size from their sorted entries, bottom up.

use super::space::Space;
use crate::bytes::{Addr, Writer};
use crate::error::{Error, Result};
use crate::format::tree::btree1::{GroupKeys, Keys, Node};
use crate::storage::Medium;

/// Keys from which some can be taken.
pub(super) trait Pick: Keys {
    /// The keys at `indexes`, in that order.
    fn pick(&self, indexes: &[usize]) -> Self;
}

impl Pick for GroupKeys {
    fn pick(&self, indexes: &[usize]) -> Self {
        GroupKeys { names: indexes.iter().filter_map(|i| self.names.get(*i).copied()).collect() }
    }
}

/// Writes a tree over `children`, which have one key more than there are of them, in nodes of `capacity`
/// children, and returns its root.
pub(super) fn build<K: Pick>(
    medium: &mut Medium,
    space: &mut Space,
    shape: K::Shape,
    capacity: usize,
    mut keys: K,
    mut children: Vec<Addr>,
) -> Result<Addr> {
    let size = Node::<K>::size(medium.ctx, shape, capacity) as u64;
    for level in 0u8..=u8::MAX {
        let count = children.len().div_ceil(capacity).max(1);
        let nodes = (0..count).map(|_| space.allocate(size)).collect::<Result<Vec<_>>>()?;
        let mut borders = Vec::with_capacity(count + 1);
        for (i, address) in nodes.iter().enumerate() {
            let first = i * capacity;
            let last = (first + capacity).min(children.len());
            borders.push(first);
            let node = Node {
                level,
                left: i.checked_sub(1).and_then(|l| nodes.get(l).copied()),
                right: nodes.get(i + 1).copied(),
                keys: keys.pick(&(first..=last).collect::<Vec<_>>()),
                children: children[first..last].to_vec(),
            };
            let mut w = Writer::new(medium.ctx);
            node.encode(&mut w, shape, capacity)?;
            medium.write(*address, w.as_bytes())?;
        }
        if let [root] = nodes[..] {
            return Ok(root);
        }
        borders.push(children.len());
        keys = keys.pick(&borders);
        children = nodes;
    }
    Err(Error::limit("a B-tree of more than 255 levels"))
}
