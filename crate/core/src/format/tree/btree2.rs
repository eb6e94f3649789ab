//! v2 B-trees (08-heaps-trees): header, internal nodes and leaves. What a record means depends on the tree's
//! type and is decoded by whoever asked for it.

use crate::bytes::{Addr, Ctx, Reader, Writer, bytes_for};
use crate::error::{Error, Result};

/// Signature, version, type and checksum of a node.
const OVERHEAD: u64 = 10;

/// A tree's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the records are: 1 to 11.
    pub record_type: u8,
    /// Bytes of every node.
    pub node_size: u32,
    /// Bytes of one record.
    pub record_size: u16,
    /// Levels above the leaves; 0 = the root is a leaf.
    pub depth: u16,
    /// Percentage at which a node counts as full.
    pub split: u8,
    /// Percentage below which nodes are merged.
    pub merge: u8,
    /// Root node; `None` in an empty tree.
    pub root: Option<Addr>,
    /// Records in the root node.
    pub root_records: u16,
    /// Records in the whole tree.
    pub total_records: u64,
}

impl Header {
    /// Bytes of a header.
    pub fn size(ctx: Ctx) -> usize {
        ctx.o().saturating_add(ctx.l()).saturating_add(22)
    }

    /// Decodes and verifies the checksum.
    pub fn decode(r: &mut Reader<'_>) -> Result<Header> {
        r.expect(b"BTHD", "v2 B-tree header")?;
        version_zero(r, "v2 B-tree header")?;
        let header = Header {
            record_type: r.u8()?,
            node_size: r.u32()?,
            record_size: r.u16()?,
            depth: r.u16()?,
            split: r.u8()?,
            merge: r.u8()?,
            root: r.addr()?,
            root_records: r.u16()?,
            total_records: r.len()?,
        };
        r.checksum()?;
        if header.record_size == 0 || u64::from(header.node_size) < OVERHEAD {
            return Err(r.fault("v2 B-tree with records or nodes of no size"));
        }
        Ok(header)
    }

    /// Encodes.
    pub fn encode(&self, w: &mut Writer) {
        w.bytes(b"BTHD").u8(0).u8(self.record_type).u32(self.node_size).u16(self.record_size);
        w.u16(self.depth).u8(self.split).u8(self.merge).addr(self.root);
        w.u16(self.root_records).length(self.total_records).checksum();
    }
}

fn version_zero(r: &mut Reader<'_>, what: &str) -> Result<()> {
    let at = r.address();
    match r.u8()? {
        0 => Ok(()),
        v => Err(Error::unsupported(format!("version {v} of a {what}")).at(at)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    /// Most records one node of this level can have.
    max_records: u64,
    /// Most records a node of this level and everything below can have.
    cumulative: u64,
    /// Bytes that hold `cumulative` in pointers to this level; 0 for leaves.
    total_width: u8,
}

/// Widths of the pointers in internal nodes: they follow from how much nodes could hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    record_type: u8,
    record_size: usize,
    addr_width: usize,
    records_width: u8,
    levels: Vec<Level>,
}

impl Geometry {
    /// Computes the widths for `header`, whose depth may be at most `max_depth`.
    pub fn new(header: &Header, ctx: Ctx, max_depth: u32) -> Result<Geometry> {
        if u32::from(header.depth) > max_depth {
            return Err(Error::limit(format!("v2 B-tree of depth {}", header.depth)));
        }
        let room = u64::from(header.node_size).saturating_sub(OVERHEAD);
        let record = u64::from(header.record_size).max(1);
        let leaf = room.checked_div(record).unwrap_or(0);
        let records_width = bytes_for(leaf);
        let mut levels = vec![Level { max_records: leaf, cumulative: leaf, total_width: 0 }];
        let mut below = Level { max_records: leaf, cumulative: leaf, total_width: 0 };
        for _ in 0..header.depth {
            let pointer = u64::from(ctx.addr_width)
                .saturating_add(records_width.into())
                .saturating_add(below.total_width.into());
            let max_records =
                room.saturating_sub(pointer).checked_div(record.saturating_add(pointer)).unwrap_or(0);
            let cumulative =
                max_records.saturating_add(1).saturating_mul(below.cumulative).saturating_add(max_records);
            below = Level { max_records, cumulative, total_width: bytes_for(cumulative) };
            levels.push(below);
        }
        Ok(Geometry {
            record_type: header.record_type,
            record_size: header.record_size.into(),
            addr_width: ctx.o(),
            records_width,
            levels,
        })
    }

    fn level(&self, depth: u16) -> Result<Level> {
        let level = self.levels.get(usize::from(depth)).copied();
        level.ok_or_else(|| Error::malformed(format!("v2 B-tree node at depth {depth}")))
    }

    /// Bytes of a pointer in a node at `depth` (1 or more).
    fn pointer_size(&self, depth: u16) -> Result<usize> {
        let below = self.level(depth.saturating_sub(1))?;
        Ok(self.addr_width.saturating_add(self.records_width.into()).saturating_add(below.total_width.into()))
    }

    /// Most records a node at `depth` can hold.
    pub fn max_records(&self, depth: u16) -> Result<u64> {
        Ok(self.level(depth)?.max_records)
    }

    /// Most records that a node at `depth` and everything below it can hold.
    pub fn most_below(&self, depth: u16) -> Result<u64> {
        Ok(self.level(depth)?.cumulative)
    }

    /// Bytes used by a node at `depth` with `records` records, checksum included.
    pub fn used_size(&self, depth: u16, records: u64) -> Result<u64> {
        if records > self.level(depth)?.max_records {
            return Err(Error::malformed(format!("{records} records do not fit into a v2 B-tree node")));
        }
        let body = records.saturating_mul(self.record_size as u64);
        let pointers = match depth {
            0 => 0,
            _ => records.saturating_add(1).saturating_mul(self.pointer_size(depth)? as u64),
        };
        Ok(OVERHEAD.saturating_add(body).saturating_add(pointers))
    }
}

/// Where a child is and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// Address of the node.
    pub address: Addr,
    /// Records in that node.
    pub records: u64,
    /// Records in that node and below; equal to `records` for a leaf.
    pub total: u64,
}

/// A node of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Levels above the leaves.
    pub depth: u16,
    /// Records back to back.
    pub records: Vec<u8>,
    /// One more than records in internal nodes, none in leaves.
    pub children: Vec<Child>,
}

impl Node {
    /// Decodes a node of `records` records at `depth` and verifies its checksum.
    pub fn decode(r: &mut Reader<'_>, geometry: &Geometry, depth: u16, records: u64) -> Result<Node> {
        let need = geometry.used_size(depth, records).map_err(|e| e.at(r.address()))?;
        if need > r.remaining() as u64 {
            return Err(r.fault("v2 B-tree node is cut off"));
        }
        let name = if depth == 0 { "v2 B-tree leaf" } else { "v2 B-tree internal node" };
        r.expect(if depth == 0 { b"BTLF" } else { b"BTIN" }, name)?;
        version_zero(r, name)?;
        let at = r.address();
        let kind = r.u8()?;
        if kind != geometry.record_type {
            let what = format!("node of record type {kind} in a tree of type {}", geometry.record_type);
            return Err(Error::malformed(what).at(at));
        }
        let n = usize::try_from(records).map_err(|_| r.fault("too many records"))?;
        let body = r.bytes(n.saturating_mul(geometry.record_size))?.to_vec();
        let mut children = Vec::new();
        if depth > 0 {
            let width = geometry.level(depth.saturating_sub(1))?.total_width;
            children.reserve_exact(n.saturating_add(1));
            for _ in 0..=n {
                let address = r.defined_addr("v2 B-tree child")?;
                let records = r.uint(geometry.records_width.into())?;
                let total = if width == 0 { records } else { r.uint(width.into())? };
                children.push(Child { address, records, total });
            }
        }
        r.checksum()?;
        Ok(Node { depth, records: body, children })
    }

    /// Encodes, zero padded to the tree's node size.
    pub fn encode(&self, w: &mut Writer, geometry: &Geometry, node_size: u32) -> Result<()> {
        let n = self.records.len().checked_div(geometry.record_size).unwrap_or(0);
        geometry.used_size(self.depth, n as u64)?;
        let pointers = if self.depth == 0 { 0 } else { n.saturating_add(1) };
        if self.children.len() != pointers {
            let what = format!("{} children beside {n} records in a v2 B-tree node", self.children.len());
            return Err(Error::argument(what));
        }
        // The checksum covers this node only, whatever the writer holds already.
        let mut node = Writer::new(w.ctx());
        node.bytes(if self.depth == 0 { b"BTLF" } else { b"BTIN" }).u8(0).u8(geometry.record_type);
        node.bytes(&self.records);
        for child in &self.children {
            let width = geometry.level(self.depth.saturating_sub(1))?.total_width;
            node.addr(Some(child.address)).uint(child.records, geometry.records_width.into());
            node.uint(child.total, width.into());
        }
        node.checksum();
        node.pad_to(usize::try_from(node_size).unwrap_or(usize::MAX));
        w.bytes(node.as_bytes());
        Ok(())
    }

    /// The records, one slice each.
    pub fn records<'a>(&'a self, geometry: &Geometry) -> impl ExactSizeIterator<Item = &'a [u8]> {
        self.records.chunks_exact(geometry.record_size.max(1))
    }

    /// Record `i`.
    pub fn record(&self, geometry: &Geometry, i: usize) -> Option<&[u8]> {
        let from = i.saturating_mul(geometry.record_size);
        self.records.get(from..from.saturating_add(geometry.record_size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(depth: u16) -> Header {
        Header {
            record_type: 5,
            node_size: 512,
            record_size: 11,
            depth,
            split: 100,
            merge: 40,
            root: Some(Addr(4000)),
            root_records: 2,
            total_records: 70,
        }
    }

    #[test]
    fn headers() {
        for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
            let mut w = Writer::new(ctx);
            header(1).encode(&mut w);
            let mut bytes = w.into_bytes();
            assert_eq!(bytes.len(), Header::size(ctx));
            assert_eq!(Header::decode(&mut Reader::new(&bytes, 0, ctx)).unwrap(), header(1));
            bytes[7] ^= 1;
            assert!(Header::decode(&mut Reader::new(&bytes, 0, ctx)).is_err());
        }
    }

    #[test]
    fn widths_follow_capacities() {
        // node 512, record 11: 45 records in a leaf; pointers of 9 bytes above leaves, then 11.
        let g = Geometry::new(&header(2), Ctx::WIDE, 64).unwrap();
        assert_eq!(g.max_records(0).unwrap(), 45);
        assert_eq!(g.pointer_size(1).unwrap(), 9);
        assert_eq!(g.max_records(1).unwrap(), (512 - 10 - 9) / (11 + 9));
        assert_eq!(g.pointer_size(2).unwrap(), 11);
        assert!(Geometry::new(&header(65), Ctx::WIDE, 64).is_err());
    }

    #[test]
    fn nodes() {
        let g = Geometry::new(&header(2), Ctx::WIDE, 64).unwrap();
        let leaf = Node { depth: 0, records: (0..22).collect(), children: vec![] };
        let child = |a, records, total| Child { address: Addr(a), records, total };
        let low = Node {
            depth: 1,
            records: (0..11).collect(),
            children: vec![child(512, 45, 45), child(1024, 20, 20)],
        };
        let high = Node {
            depth: 2,
            records: (0..11).collect(),
            children: vec![child(512, 5, 245), child(1024, 20, 301)],
        };
        for (node, n) in [(leaf, 2), (low, 1), (high, 1)] {
            let mut w = Writer::new(Ctx::WIDE);
            w.u8(7);
            node.encode(&mut w, &g, 512).unwrap();
            let bytes = w.into_bytes()[1..].to_vec();
            assert_eq!(bytes.len(), 512);
            let used = g.used_size(node.depth, n).unwrap() as usize;
            let mut r = Reader::new(&bytes[..used], 0, Ctx::WIDE);
            assert_eq!(Node::decode(&mut r, &g, node.depth, n).unwrap(), node);
            assert_eq!(node.records(&g).len(), n as usize);
            let mut bad = bytes.clone();
            bad[8] ^= 4;
            assert!(Node::decode(&mut Reader::new(&bad, 0, Ctx::WIDE), &g, node.depth, n).is_err());
            assert!(Node::decode(&mut Reader::new(&bytes, 0, Ctx::WIDE), &g, node.depth, 5000).is_err());
        }
    }

    #[test]
    fn counts_must_match() {
        let g = Geometry::new(&header(1), Ctx::WIDE, 64).unwrap();
        let node = Node { depth: 1, records: vec![0; 11], children: vec![] };
        assert!(node.encode(&mut Writer::new(Ctx::WIDE), &g, 512).is_err());
    }
}
