//! A whole tree at once, from records in order.

use super::{Child, Geometry, Node, Output, Tree};
use crate::error::{Error, Result};

impl Tree {
    /// A tree of `records`, which are in order, back to back. All its nodes are about equally full.
    pub fn build(
        out: &mut Output,
        record_type: u8,
        record_size: u16,
        node_size: u32,
        records: &[u8],
    ) -> Result<Tree> {
        let mut tree = Tree::create(out, record_type, record_size, node_size)?;
        let count = (records.len() / usize::from(record_size)) as u64;
        if count == 0 {
            return Ok(tree);
        }
        while tree.geometry.most_below(tree.header.depth)? < count {
            tree.header.depth += 1;
            tree.geometry = Geometry::new(&tree.header, out.medium.ctx, out.medium.limits.tree_depth)?;
        }
        let root = tree.subtree(out, tree.header.depth, records)?;
        tree.header.root = Some(root.address);
        tree.header.root_records = u16::try_from(root.records)
            .map_err(|_| Error::argument("v2 B-tree nodes for too many records"))?;
        tree.header.total_records = count;
        tree.write_header(out)?;
        Ok(tree)
    }

    /// A node at `depth` over all of `records`, with as few children as can hold them.
    fn subtree(&self, out: &mut Output, depth: u16, records: &[u8]) -> Result<Child> {
        let size = usize::from(self.header.record_size);
        let Some(below) = depth.checked_sub(1) else {
            return self.put(out, &Node { depth, records: records.to_vec(), children: Vec::new() });
        };
        let count = records.len() / size;
        let most = usize::try_from(self.geometry.most_below(below)?).unwrap_or(usize::MAX);
        let parts = (count + 1).div_ceil(most.saturating_add(1)).max(2);
        let mut node = Node { depth, records: Vec::new(), children: Vec::new() };
        let mut rest = records;
        for i in 0..parts {
            // What is left, less the records between the parts that are left, in equal shares.
            let (left, left_parts) = (rest.len() / size, parts - i);
            let share = (left + 1).div_ceil(left_parts) - 1;
            let (part, behind) = rest.split_at((share * size).min(rest.len()));
            node.children.push(self.subtree(out, below, part)?);
            let (between, behind) = behind.split_at(size.min(behind.len()));
            node.records.extend_from_slice(between);
            rest = behind;
        }
        self.put(out, &node)
    }
}
