//! Data layout message 0x0008: where a dataset's elements are.

use crate::bytes::Addr;

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
