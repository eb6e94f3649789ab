//! Data layout message 0x0008: where a dataset's elements are.

use crate::bytes::{Addr, Reader, Writer, bytes_for};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, fit};

/// Rank + 1 of a chunked dataset at most.
const MAX_CHUNK_DIMS: u8 = 33;

/// How chunks are found, with the parameters the layout message holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChunkIndex {
    /// Layout v3 and older.
    BTree1,
    /// One chunk; with filters its stored size and mask are here.
    Single {
        /// Stored size and filter mask, where the layout flags say so.
        filtered: Option<(u64, u32)>,
    },
    /// All chunks in a row.
    Implicit,
    /// Fixed array.
    FixedArray {
        /// log2 of the entries of a page.
        page_bits: u8,
    },
    /// Extensible array.
    ExtensibleArray {
        /// Bits of the largest index.
        max_bits: u8,
        /// Entries in the index block.
        index_elements: u8,
        /// Least data-block pointers of a super block.
        min_pointers: u8,
        /// Least entries of a data block.
        min_elements: u8,
        /// log2 of the entries of a page.
        page_bits: u8,
    },
    /// v2 B-tree.
    BTree2 {
        /// Bytes of a node.
        node_size: u32,
        /// Split percentage.
        split: u8,
        /// Merge percentage.
        merge: u8,
    },
}

/// A layout message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In the header itself.
    Compact {
        /// The elements.
        data: Vec<u8>,
    },
    /// One block.
    Contiguous {
        /// `None` = not allocated.
        address: Option<Addr>,
        /// Bytes of the block; `None` in layout versions 1 and 2, which do not store it.
        size: Option<u64>,
    },
    /// Chunks with an index.
    Chunked {
        /// Layout message version (1–5): widths of index entries depend on it.
        version: u8,
        /// Chunk extents in elements, without the element size.
        chunk: Vec<u64>,
        /// The last "dimension": bytes of one element.
        element_size: u64,
        /// Partial edge chunks are stored without filters.
        edge_unfiltered: bool,
        /// The index and its parameters.
        index: ChunkIndex,
        /// Address of the index (or of the one chunk); `None` = nothing allocated.
        address: Option<Addr>,
    },
    /// Pieces of other datasets.
    Virtual {
        /// Global heap collection of the mappings; `None` = no mappings.
        address: Option<Addr>,
        /// Object in that collection.
        index: u32,
    },
}

impl Layout {
    /// Decodes versions 1 to 5.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let version = r.u8()?;
        match version {
            1 | 2 => decode_old(r, version),
            3..=5 => decode_new(r, version),
            _ => Err(Error::unsupported(format!("data layout version {version}")).at(r.address())),
        }
        .within("data layout")
    }
}

fn decode_old(r: &mut Reader, version: u8) -> Result<Layout> {
    let at = r.address();
    let ndims = r.u8()?;
    let class = r.u8()?;
    r.skip(5)?;
    if ndims > MAX_CHUNK_DIMS {
        return Err(Error::malformed(format!("layout of {ndims} dimensions")).at(at));
    }
    let address = if class == 0 { None } else { r.addr()? };
    let dims = (0..ndims).map(|_| r.u32().map(u64::from)).collect::<Result<Vec<_>>>()?;
    match class {
        0 => {
            let size = r.u32()?;
            Ok(Layout::Compact { data: r.bytes(crate::format::length(size.into())?)?.to_vec() })
        }
        1 => Ok(Layout::Contiguous { address, size: None }),
        2 => chunked(version, dims, false, ChunkIndex::BTree1, address).at(at),
        _ => Err(Error::malformed(format!("layout class {class}")).at(at)),
    }
}

fn decode_new(r: &mut Reader, version: u8) -> Result<Layout> {
    let at = r.address();
    match r.u8()? {
        0 => {
            let size = r.u16()?;
            Ok(Layout::Compact { data: r.bytes(size.into())?.to_vec() })
        }
        1 => Ok(Layout::Contiguous { address: r.addr()?, size: Some(r.len()?) }),
        2 if version == 3 => {
            let ndims = r.u8()?;
            let address = r.addr()?;
            let dims = (0..ndims).map(|_| r.u32().map(u64::from)).collect::<Result<Vec<_>>>()?;
            chunked(version, dims, false, ChunkIndex::BTree1, address).at(at)
        }
        2 => decode_chunked(r, version).at(at),
        3 if version > 3 => Ok(Layout::Virtual { address: r.addr()?, index: r.u32()? }),
        class => Err(Error::malformed(format!("layout class {class} in version {version}")).at(at)),
    }
}

fn decode_chunked(r: &mut Reader, version: u8) -> Result<Layout> {
    let (flags, ndims, width) = (r.u8()?, r.u8()?, r.u8()?);
    if flags & !3 != 0 {
        return Err(r.fault(format!("chunk layout flags {flags:#04x}")));
    }
    if !(1..=8).contains(&width) {
        return Err(r.fault(format!("chunk dimensions of {width} bytes")));
    }
    let dims = (0..ndims).map(|_| r.uint(width.into())).collect::<Result<Vec<_>>>()?;
    let index = match r.u8()? {
        1 if flags & 2 != 0 => ChunkIndex::Single { filtered: Some((r.len()?, r.u32()?)) },
        1 => ChunkIndex::Single { filtered: None },
        2 => ChunkIndex::Implicit,
        3 => ChunkIndex::FixedArray { page_bits: r.u8()? },
        4 => ChunkIndex::ExtensibleArray {
            max_bits: r.u8()?,
            index_elements: r.u8()?,
            min_pointers: r.u8()?,
            min_elements: r.u8()?,
            page_bits: r.u8()?,
        },
        5 => ChunkIndex::BTree2 { node_size: r.u32()?, split: r.u8()?, merge: r.u8()? },
        kind => return Err(r.fault(format!("chunk index type {kind}"))),
    };
    let address = r.addr()?;
    chunked(version, dims, flags & 1 != 0, index, address)
}

fn chunked(
    version: u8,
    mut dims: Vec<u64>,
    edge_unfiltered: bool,
    index: ChunkIndex,
    address: Option<Addr>,
) -> Result<Layout> {
    if !(2..=usize::from(MAX_CHUNK_DIMS)).contains(&dims.len()) || dims.contains(&0) {
        return Err(Error::malformed(format!("chunk dimensions {dims:?}")));
    }
    let element_size = dims.pop().unwrap_or(1);
    Ok(Layout::Chunked { version, chunk: dims, element_size, edge_unfiltered, index, address })
}

impl Encode for Layout {
    /// Layouts of versions 1 and 2 are written as version 3, which says the same.
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        match self {
            Layout::Compact { data } => {
                w.u8(3).u8(0).u16(fit(data.len(), "compact data")?).bytes(data);
            }
            Layout::Contiguous { address, size } => {
                let size = size.ok_or_else(|| Error::argument("a contiguous layout of unknown size"))?;
                w.u8(3).u8(1).addr(*address).length(size);
            }
            Layout::Chunked { chunk, element_size, index: ChunkIndex::BTree1, address, .. } => {
                w.u8(3).u8(2).u8(chunk_rank(chunk)?).addr(*address);
                for d in chunk.iter().chain([element_size]) {
                    w.u32(fit(*d, "a chunk dimension")?);
                }
            }
            Layout::Chunked { version, chunk, element_size, edge_unfiltered, index, address } => {
                let filtered = matches!(index, ChunkIndex::Single { filtered: Some(_) });
                let dims = || chunk.iter().chain([element_size]);
                let width = dims().map(|d| bytes_for(*d)).max().unwrap_or(1);
                w.u8((*version).clamp(4, 5)).u8(2);
                w.u8(u8::from(*edge_unfiltered) | u8::from(filtered) << 1).u8(chunk_rank(chunk)?).u8(width);
                for d in dims() {
                    w.uint(*d, width.into());
                }
                encode_index(index, w);
                w.addr(*address);
            }
            Layout::Virtual { address, index } => {
                w.u8(4).u8(3).addr(*address).u32(*index);
            }
        }
        Ok(())
    }
}

/// The stored number of dimensions: the element size counts as one.
fn chunk_rank(chunk: &[u64]) -> Result<u8> {
    let n: u8 = fit(chunk.len().saturating_add(1), "the chunk rank")?;
    if chunk.is_empty() || n > MAX_CHUNK_DIMS || chunk.contains(&0) {
        return Err(Error::argument(format!("chunk dimensions {chunk:?}")));
    }
    Ok(n)
}

fn encode_index(index: &ChunkIndex, w: &mut Writer) {
    match index {
        // Has no place in these versions: the caller writes version 3 for it.
        ChunkIndex::BTree1 => w.u8(0),
        ChunkIndex::Single { filtered: None } => w.u8(1),
        ChunkIndex::Single { filtered: Some((size, mask)) } => w.u8(1).length(*size).u32(*mask),
        ChunkIndex::Implicit => w.u8(2),
        ChunkIndex::FixedArray { page_bits } => w.u8(3).u8(*page_bits),
        ChunkIndex::ExtensibleArray { max_bits, index_elements, min_pointers, min_elements, page_bits } => {
            w.u8(4).bytes(&[*max_bits, *index_elements, *min_pointers, *min_elements, *page_bits])
        }
        ChunkIndex::BTree2 { node_size, split, merge } => w.u8(5).u32(*node_size).u8(*split).u8(*merge),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, round_trip};

    fn check(layout: &Layout) {
        for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 2 }] {
            round_trip(layout, Layout::decode, ctx, Libver::Earliest);
        }
    }

    #[test]
    fn compact_contiguous_virtual() {
        check(&Layout::Compact { data: vec![1, 2, 3] });
        check(&Layout::Compact { data: vec![] });
        check(&Layout::Contiguous { address: Some(Addr(0x800)), size: Some(40) });
        check(&Layout::Contiguous { address: None, size: Some(0) });
        check(&Layout::Virtual { address: Some(Addr(0x800)), index: 3 });
    }

    #[test]
    fn every_chunk_index() {
        let all = [
            (3, ChunkIndex::BTree1),
            (4, ChunkIndex::Single { filtered: None }),
            (5, ChunkIndex::Single { filtered: Some((77, 2)) }),
            (4, ChunkIndex::Implicit),
            (4, ChunkIndex::FixedArray { page_bits: 10 }),
            (
                5,
                ChunkIndex::ExtensibleArray {
                    max_bits: 32,
                    index_elements: 4,
                    min_pointers: 4,
                    min_elements: 16,
                    page_bits: 10,
                },
            ),
            (4, ChunkIndex::BTree2 { node_size: 2048, split: 100, merge: 40 }),
        ];
        for (version, index) in all {
            for (chunk, address) in [(vec![10, 300], None), (vec![70_000], Some(Addr(16)))] {
                let edge_unfiltered = version > 3;
                check(&Layout::Chunked {
                    version,
                    chunk,
                    element_size: 8,
                    edge_unfiltered,
                    index: index.clone(),
                    address,
                });
            }
        }
    }

    #[test]
    fn old_versions() {
        let mut v1 = vec![1, 3, 2, 0, 0, 0, 0, 0];
        v1.extend([0xff; 8]);
        v1.extend([10, 0, 0, 0, 20, 0, 0, 0, 4, 0, 0, 0]);
        let layout = decoded(&v1, Layout::decode).unwrap();
        let (chunk, index) = (vec![10, 20], ChunkIndex::BTree1);
        let expected = Layout::Chunked {
            version: 1,
            chunk,
            element_size: 4,
            edge_unfiltered: false,
            index,
            address: None,
        };
        assert_eq!(layout, expected);
        let compact = [2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 7, 8];
        assert_eq!(decoded(&compact, Layout::decode).unwrap(), Layout::Compact { data: vec![7, 8] });
        let contiguous = [1, 1, 1, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0];
        let expected = Layout::Contiguous { address: Some(Addr(0x800)), size: None };
        assert_eq!(decoded(&contiguous, Layout::decode).unwrap(), expected);
    }

    #[test]
    fn lies_are_caught() {
        assert!(decoded(&[6, 0, 0, 0], Layout::decode).is_err());
        assert!(decoded(&[3, 0, 255, 255, 1], Layout::decode).is_err());
        assert!(decoded(&[3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Layout::decode).is_err());
        // One dimension only, and a dimension of 0.
        assert!(decoded(&[4, 2, 0, 1, 1, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0], Layout::decode).is_err());
        assert!(decoded(&[4, 2, 0, 2, 1, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0], Layout::decode).is_err());
        assert!(decoded(&[4, 2, 4, 2, 1, 1, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0], Layout::decode).is_err());
    }
}
