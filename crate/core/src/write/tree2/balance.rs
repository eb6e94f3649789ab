//! After a change in a leaf: nodes that hold too many or too few records, from the leaf up.

use super::{Output, Step, Tree};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::tree::btree2::{Child, Geometry, Node};

/// How many records a node of one level should have.
#[derive(Clone, Copy)]
struct Bounds {
    /// At most.
    full: usize,
    /// At least, unless it is the root.
    few: usize,
}

/// Two nodes and the record between them, in order.
struct Pair {
    left: Node,
    between: Vec<u8>,
    right: Node,
}

impl Pair {
    /// One node of everything.
    fn join(mut self) -> Node {
        self.left.records.append(&mut self.between);
        self.left.records.append(&mut self.right.records);
        self.left.children.append(&mut self.right.children);
        self.left
    }

    /// The other way: `count` records go to the left.
    fn part(mut node: Node, count: usize, record_size: usize) -> Pair {
        let mut between = node.records.split_off((count * record_size).min(node.records.len()));
        let records = between.split_off(record_size.min(between.len()));
        let children = node.children.split_off((count + 1).min(node.children.len()));
        let right = Node { depth: node.depth, records, children };
        Pair { left: node, between, right }
    }
}

impl Tree {
    fn record_size(&self) -> usize {
        self.header.record_size.into()
    }

    fn bounds(&self, depth: u16) -> Result<Bounds> {
        let most = self.geometry.max_records(depth)?.min(u16::MAX.into());
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if most < 3 {
            return Err(Error::unsupported(format!("changing a v2 B-tree with {most} records to a node")));
        }
        let share = |percent: u8| most * usize::from(percent) / 100;
        let full = share(self.header.split).clamp(3, most);
        Ok(Bounds { full, few: share(self.header.merge).min((full - 1) / 2) })
    }

    /// Writes the nodes of a way, the last of which was changed.
    pub(super) fn settle(&mut self, out: &mut Output, mut steps: Vec<Step>) -> Result<()> {
        while let Some(step) = steps.pop() {
            let bounds = self.bounds(step.node.depth)?;
            let records = self.records(&step.node);
            match steps.last_mut() {
                None => return self.settle_root(out, step, bounds),
                Some(parent) if records > bounds.full => self.relieve(out, parent, step, bounds)?,
                Some(parent) if records < bounds.few => self.fill(out, parent, step, bounds)?,
                Some(parent) => {
                    let place = self.rewrite(out, step.place.address, &step.node)?;
                    set(parent, parent.index, place)?;
                }
            }
        }
        Ok(())
    }

    fn settle_root(&mut self, out: &mut Output, step: Step, bounds: Bounds) -> Result<()> {
        let address = step.place.address;
        let records = self.records(&step.node);
        let root = if records > bounds.full {
            Some(self.grow(out, address, step.node, records)?)
        } else if records == 0 {
            out.space.release(address, self.header.node_size.into())?;
            self.set_depth(out, self.header.depth.saturating_sub(1))?;
            step.node.children.first().copied()
        } else {
            Some(self.rewrite(out, address, &step.node)?)
        };
        self.header.root = root.map(|root| root.address);
        let records = root.map_or(0, |root| root.records);
        self.header.root_records = u16::try_from(records)
            .map_err(|_| Error::malformed(format!("a root node of {records} records")))?;
        self.write_header(out)
    }

    /// A level more: the two halves of the root below a new one.
    fn grow(&mut self, out: &mut Output, address: Addr, node: Node, records: usize) -> Result<Child> {
        let depth = self.header.depth.checked_add(1).ok_or_else(|| Error::limit("a v2 B-tree too deep"))?;
        self.set_depth(out, depth)?;
        let Pair { left, between, right } = Pair::part(node, records / 2, self.record_size());
        let children = vec![self.rewrite(out, address, &left)?, self.put(out, &right)?];
        self.put(out, &Node { depth, records: between, children })
    }

    fn set_depth(&mut self, out: &Output, depth: u16) -> Result<()> {
        self.header.depth = depth;
        self.geometry = Geometry::new(&self.header, out.medium.ctx, out.medium.limits.tree_depth)?;
        Ok(())
    }

    /// A node with a record too many: a neighbour takes some, or it becomes two.
    fn relieve(&mut self, out: &mut Output, parent: &mut Step, step: Step, bounds: Bounds) -> Result<()> {
        // A neighbour that is almost full would be no help for long.
        let room = (bounds.full - bounds.full / 8).max(1) as u64;
        let emptier =
            neighbours(parent).filter(|(_, child)| child.records < room).min_by_key(|(_, c)| c.records);
        if let Some((index, child)) = emptier {
            let (at, pair) = self.pair(out, parent, step, index, child)?;
            return self.share(out, parent, at, pair.join());
        }
        let middle = self.records(&step.node) / 2;
        let Pair { left, between, right } = Pair::part(step.node, middle, self.record_size());
        let left = self.rewrite(out, step.place.address, &left)?;
        set(parent, parent.index, left)?;
        let new = self.put(out, &right)?;
        let at = parent.index * self.record_size();
        parent.node.records.splice(at..at, between);
        parent.node.children.insert(parent.index + 1, new);
        Ok(())
    }

    /// A node with too few records: a neighbour gives some, or the two become one.
    fn fill(&mut self, out: &mut Output, parent: &mut Step, step: Step, bounds: Bounds) -> Result<()> {
        let Some((index, child)) = neighbours(parent).max_by_key(|(_, child)| child.records) else {
            let place = self.rewrite(out, step.place.address, &step.node)?;
            return set(parent, parent.index, place);
        };
        let (at, pair) = self.pair(out, parent, step, index, child)?;
        let whole = pair.join();
        if child.records > bounds.few as u64 || self.records(&whole) > bounds.full {
            return self.share(out, parent, at, whole);
        }
        let [left, right] = places(parent, at)?;
        let place = self.rewrite(out, left.address, &whole)?;
        out.space.release(right.address, self.header.node_size.into())?;
        set(parent, at, place)?;
        let (from, size) = (at * self.record_size(), self.record_size());
        parent.node.records.splice(from..from + size, []);
        parent.node.children.remove(at + 1);
        Ok(())
    }

    /// The node of `step` and its neighbour `index`, which is `child`, in order; and the index of the left one.
    fn pair(
        &self,
        out: &Output,
        parent: &Step,
        step: Step,
        index: usize,
        child: Child,
    ) -> Result<(usize, Pair)> {
        let at = parent.index.min(index);
        let other = self.read(out, child, step.node.depth)?;
        let between = parent.node.record(&self.geometry, at).unwrap_or(&[]).to_vec();
        let (left, right) = if index > parent.index { (step.node, other) } else { (other, step.node) };
        Ok((at, Pair { left, between, right }))
    }

    /// Children `at` and `at + 1` become the halves of `whole`.
    fn share(&self, out: &mut Output, parent: &mut Step, at: usize, whole: Node) -> Result<()> {
        let half = self.records(&whole) / 2;
        let Pair { left, between, right } = Pair::part(whole, half, self.record_size());
        for (i, (node, place)) in [left, right].iter().zip(places(parent, at)?).enumerate() {
            let place = self.rewrite(out, place.address, node)?;
            set(parent, at + i, place)?;
        }
        let from = at * self.record_size();
        parent.node.records.splice(from..from + between.len(), between);
        Ok(())
    }
}

/// The children before and behind the one that the way goes through.
fn neighbours(parent: &Step) -> impl Iterator<Item = (usize, Child)> {
    let at = |index: usize| Some((index, *parent.node.children.get(index)?));
    [parent.index.checked_sub(1), parent.index.checked_add(1)].into_iter().flatten().filter_map(at)
}

fn places(parent: &Step, at: usize) -> Result<[Child; 2]> {
    match parent.node.children.get(at..) {
        Some([left, right, ..]) => Ok([*left, *right]),
        _ => Err(Error::malformed("a v2 B-tree node without a child")),
    }
}

fn set(parent: &mut Step, index: usize, place: Child) -> Result<()> {
    let child = parent.node.children.get_mut(index);
    *child.ok_or_else(|| Error::malformed("a v2 B-tree node without a child"))? = place;
    Ok(())
}
