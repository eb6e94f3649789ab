//! v1 B-tree nodes (02-groups): type 0 finds symbol-table nodes by name, type 1 finds chunks by position.

use crate::bytes::{Addr, Ctx, Reader, Writer};
use crate::error::{Error, Result};

/// The keys of one node, in a form that suits their type: one more than there are children.
pub trait Keys: Sized {
    /// What the width of a key depends on, besides the file's widths.
    type Shape: Copy;
    /// Node type, as stored.
    const NODE_TYPE: u8;
    /// Bytes of one key.
    fn key_size(ctx: Ctx, shape: Self::Shape) -> usize;
    /// No keys yet, room for `n`.
    fn with_capacity(n: usize, shape: Self::Shape) -> Self;
    /// Appends the next key.
    fn read(&mut self, r: &mut Reader<'_>) -> Result<()>;
    /// Writes key `i`; nothing if there is none.
    fn write(&self, i: usize, w: &mut Writer);
    /// How many there are.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Type 0 keys: offsets of names in the group's local heap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupKeys {
    /// Offsets; child `i` holds the names greater than key `i` and up to key `i + 1`, included.
    pub names: Vec<u64>,
}

impl Keys for GroupKeys {
    type Shape = ();
    const NODE_TYPE: u8 = 0;

    fn key_size(ctx: Ctx, (): ()) -> usize {
        ctx.l()
    }

    fn with_capacity(n: usize, (): ()) -> Self {
        GroupKeys { names: Vec::with_capacity(n) }
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<()> {
        self.names.push(r.len()?);
        Ok(())
    }

    fn write(&self, i: usize, w: &mut Writer) {
        if let Some(name) = self.names.get(i) {
            w.length(*name);
        }
    }

    fn len(&self) -> usize {
        self.names.len()
    }
}

/// Type 1 keys: size, filter mask and position of chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChunkKeys {
    /// Offsets per key: dimensions of the dataset and one for the element size.
    pub ranks: usize,
    /// Stored bytes of each chunk.
    pub sizes: Vec<u32>,
    /// Filters skipped, bit `i` for filter `i`.
    pub masks: Vec<u32>,
    /// Element offsets of each chunk's first element, `ranks` per key.
    pub offsets: Vec<u64>,
}

impl ChunkKeys {
    /// Offsets of key `i`, the element-size one last; empty if there is no such key.
    pub fn offset(&self, i: usize) -> &[u64] {
        let from = i.saturating_mul(self.ranks);
        self.offsets.get(from..from.saturating_add(self.ranks)).unwrap_or(&[])
    }
}

impl Keys for ChunkKeys {
    /// Offsets per key: rank + 1.
    type Shape = usize;
    const NODE_TYPE: u8 = 1;

    fn key_size(_: Ctx, ranks: usize) -> usize {
        ranks.saturating_mul(8).saturating_add(8)
    }

    fn with_capacity(n: usize, ranks: usize) -> Self {
        ChunkKeys {
            ranks,
            sizes: Vec::with_capacity(n),
            masks: Vec::with_capacity(n),
            offsets: Vec::with_capacity(n.saturating_mul(ranks)),
        }
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<()> {
        self.sizes.push(r.u32()?);
        self.masks.push(r.u32()?);
        for _ in 0..self.ranks {
            self.offsets.push(r.u64()?);
        }
        Ok(())
    }

    fn write(&self, i: usize, w: &mut Writer) {
        if let (Some(size), Some(mask)) = (self.sizes.get(i), self.masks.get(i)) {
            w.u32(*size).u32(*mask);
            for offset in self.offset(i) {
                w.u64(*offset);
            }
        }
    }

    fn len(&self) -> usize {
        self.sizes.len()
    }
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<K> {
    /// 0: children are what the tree is about; above: nodes one level below.
    pub level: u8,
    /// Neighbour before this node on the same level.
    pub left: Option<Addr>,
    /// Neighbour after this node on the same level.
    pub right: Option<Addr>,
    /// One more than children.
    pub keys: K,
    /// In key order.
    pub children: Vec<Addr>,
}

const SIGNATURE: &[u8] = b"TREE";

/// Bytes before the first key.
pub fn prefix_size(ctx: Ctx) -> usize {
    ctx.o().saturating_mul(2).saturating_add(8)
}

impl<K: Keys> Node<K> {
    /// Bytes that a node with `n` children uses; with `n` = 2K, what is allocated for every node.
    pub fn size(ctx: Ctx, shape: K::Shape, n: usize) -> usize {
        let key = K::key_size(ctx, shape);
        prefix_size(ctx)
            .saturating_add(n.saturating_mul(ctx.o()))
            .saturating_add(n.saturating_add(1).saturating_mul(key))
    }

    /// Bytes that the node beginning here uses, from its first 8 bytes.
    pub fn used_size(mut prefix: Reader<'_>, shape: K::Shape) -> Result<usize> {
        let n = Self::start(&mut prefix)?.1;
        Ok(Self::size(prefix.ctx(), shape, n.into()))
    }

    fn start(r: &mut Reader<'_>) -> Result<(u8, u16)> {
        r.expect(SIGNATURE, "v1 B-tree node")?;
        let at = r.address();
        let kind = r.u8()?;
        if kind != K::NODE_TYPE {
            return Err(Error::malformed(format!("B-tree node of type {kind}, not {}", K::NODE_TYPE)).at(at));
        }
        Ok((r.u8()?, r.u16()?))
    }

    /// Decodes the used part.
    pub fn decode(r: &mut Reader<'_>, shape: K::Shape) -> Result<Self> {
        let (level, n) = Self::start(r)?;
        let (left, right) = (r.addr()?, r.addr()?);
        let n = usize::from(n);
        if Self::size(r.ctx(), shape, n) > r.remaining().saturating_add(prefix_size(r.ctx())) {
            return Err(r.fault(format!("{n} entries do not fit into this B-tree node")));
        }
        let mut keys = K::with_capacity(n.saturating_add(1), shape);
        let mut children = Vec::with_capacity(n);
        for _ in 0..n {
            keys.read(r)?;
            children.push(r.defined_addr("B-tree child")?);
        }
        keys.read(r)?;
        Ok(Node { level, left, right, keys, children })
    }

    /// Encodes with room for `capacity` (2K) children; the unused room is zero.
    pub fn encode(&self, w: &mut Writer, shape: K::Shape, capacity: usize) -> Result<()> {
        let n = u16::try_from(self.children.len()).ok().filter(|n| usize::from(*n) <= capacity);
        let Some(n) = n.filter(|n| self.keys.len() == usize::from(*n).saturating_add(1)) else {
            return Err(Error::argument(format!(
                "{} children and {} keys do not make a B-tree node for {capacity}",
                self.children.len(),
                self.keys.len()
            )));
        };
        let end = w.len().saturating_add(Self::size(w.ctx(), shape, capacity));
        w.bytes(SIGNATURE).u8(K::NODE_TYPE).u8(self.level).u16(n).addr(self.left).addr(self.right);
        for (i, child) in self.children.iter().enumerate() {
            self.keys.write(i, w);
            w.addr(Some(*child));
        }
        self.keys.write(self.children.len(), w);
        w.pad_to(end);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<K: Keys + PartialEq + std::fmt::Debug>(node: &Node<K>, shape: K::Shape, ctx: Ctx) {
        let mut w = Writer::new(ctx);
        node.encode(&mut w, shape, 4).unwrap();
        let bytes = w.into_bytes();
        assert_eq!(bytes.len(), Node::<K>::size(ctx, shape, 4));
        let used = Node::<K>::used_size(Reader::new(&bytes, 0, ctx), shape).unwrap();
        assert_eq!(used, Node::<K>::size(ctx, shape, node.children.len()));
        let mut r = Reader::new(&bytes[..used], 0, ctx);
        assert_eq!(&Node::<K>::decode(&mut r, shape).unwrap(), node);
        assert!(r.is_empty());
        for cut in [0, 5, 9, used - 1] {
            assert!(Node::<K>::decode(&mut Reader::new(&bytes[..cut], 0, ctx), shape).is_err());
        }
    }

    #[test]
    fn group_nodes() {
        let keys = GroupKeys { names: vec![0, 8, 40] };
        let node =
            Node { level: 1, left: None, right: Some(Addr(800)), keys, children: vec![Addr(96), Addr(5)] };
        round_trip(&node, (), Ctx::WIDE);
        round_trip(&node, (), Ctx { addr_width: 4, len_width: 2 });
    }

    #[test]
    fn chunk_nodes() {
        let keys = ChunkKeys {
            ranks: 3,
            sizes: vec![100, 90, 0],
            masks: vec![0, 1, 0],
            offsets: vec![0, 0, 0, 0, 10, 0, 10, 20, 4],
        };
        assert_eq!(keys.offset(1), [0, 10, 0]);
        let node = Node { level: 0, left: None, right: None, keys, children: vec![Addr(96), Addr(5)] };
        round_trip(&node, 3, Ctx::WIDE);
        assert_eq!(Node::<ChunkKeys>::size(Ctx::WIDE, 3, 64), 24 + 64 * 8 + 65 * 32);
    }

    #[test]
    fn the_other_type_is_refused() {
        let mut w = Writer::new(Ctx::WIDE);
        let keys = GroupKeys { names: vec![0] };
        Node { level: 0, left: None, right: None, keys, children: vec![] }.encode(&mut w, (), 2).unwrap();
        let e = Node::<ChunkKeys>::decode(&mut Reader::new(w.as_bytes(), 64, Ctx::WIDE), 2).unwrap_err();
        assert_eq!(e.address(), Some(68));
    }

    #[test]
    fn too_many_children_are_refused() {
        let keys = GroupKeys { names: vec![0, 1] };
        let node = Node { level: 0, left: None, right: None, keys, children: vec![Addr(1)] };
        assert!(node.encode(&mut Writer::new(Ctx::WIDE), (), 0).is_err());
        let node = Node { keys: GroupKeys { names: vec![0] }, ..node };
        assert!(node.encode(&mut Writer::new(Ctx::WIDE), (), 2).is_err());
    }
}
