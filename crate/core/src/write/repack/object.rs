//! What is copied of an object, and the messages that make it.

use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::format::datatype::{Class, Datatype};
use crate::format::header::{RawMessage, v2};
use crate::format::message::{
    AllocTime, AttributeMessage, ChunkIndex, Extent, FillStatus, FillTime, FillValue, Filter, FilterPipeline,
    Layout, ModificationTime, Shareable, Shared, flag, kind,
};
use crate::layout::DatasetParts;
use crate::object::attributes::Attribute;
use crate::places::Places;
use crate::write::guess::guess_chunk;
use crate::write::node::{Node, NodeId};
use crate::write::output::{Output, message};
use crate::write::spec::memory_size;
use crate::write::stage::Stage;

/// Bytes below which a dataset is not worth an index of chunks.
const SMALL: u64 = 2048;

/// An object of the source.
pub(super) struct Object {
    /// Its copy.
    pub id: NodeId,
    /// A path it has in the source, for errors.
    pub path: String,
    /// In the order in which they are to be stored.
    pub attributes: Vec<Attribute>,
    /// The copy's header is of version 2, because it tracks the order of attributes.
    pub v2: Option<v2::Prefix>,
    /// Body of the comment message.
    pub comment: Option<Vec<u8>>,
    pub body: Body,
}

pub(super) enum Body {
    Group { new_style: bool, link_order: Option<bool> },
    Datatype(Datatype),
    Dataset(Box<Set>),
}

/// A dataset of the source, and how its copy is stored.
pub(super) struct Set {
    pub parts: DatasetParts,
    /// The committed datatype it uses.
    pub committed: Option<Addr>,
    pub modified: Option<u32>,
    /// Chunk extents of the copy.
    pub chunk: Option<Vec<u64>>,
    pub pipeline: FilterPipeline,
    /// Chunks are carried over as they are stored.
    pub as_stored: bool,
}

impl Set {
    /// Decides how the copy is stored.
    pub fn new(
        parts: DatasetParts,
        committed: Option<Addr>,
        modified: Option<u32>,
        gzip: Option<u8>,
    ) -> Result<Set> {
        let chunk = match gzip {
            Some(gzip) => chunk_shape(&parts, gzip)?,
            None => kept_shape(&parts)?,
        };
        let pipeline = match gzip {
            _ if chunk.is_none() => FilterPipeline::default(),
            Some(gzip) => pipeline(&parts, gzip),
            None => parts.filters.clone(),
        };
        let as_stored = keeps_chunks(&parts.datatype, gzip);
        Ok(Set { parts, committed, modified, chunk, pipeline, as_stored })
    }

    /// Bytes of all elements.
    pub fn bytes(&self) -> Result<u64> {
        let bytes = self.parts.dataspace.elements()?.checked_mul(self.parts.datatype.size.into());
        bytes.ok_or_else(|| Error::malformed("a dataset of more than 2^64 bytes"))
    }

    /// Whether the source holds any elements.
    pub fn is_stored(&self) -> Result<bool> {
        let stored = match &self.parts.layout {
            Layout::Compact { data } => !data.is_empty(),
            Layout::Contiguous { address, .. } | Layout::Chunked { address, .. } => address.is_some(),
            Layout::Virtual { .. } => false,
        };
        Ok(stored && self.bytes()? > 0)
    }

    /// The copy's layout, its elements at `address`.
    pub fn layout(&self, address: Option<Addr>) -> Result<Layout> {
        let Some(chunk) = self.chunk.clone() else {
            return Ok(Layout::Contiguous { address, size: Some(self.bytes()?) });
        };
        let element_size = self.parts.datatype.size.into();
        let index = ChunkIndex::BTree1;
        Ok(Layout::Chunked { version: 3, chunk, element_size, edge_unfiltered: false, index, address })
    }

    /// The copy's fill value; `status` may hold translated heap ids.
    pub fn fill(&self, status: FillStatus) -> FillValue {
        let alloc_time = if self.chunk.is_some() { AllocTime::Incremental } else { AllocTime::Late };
        FillValue { alloc_time, fill_time: self.parts.fill.fill_time, status }
    }
}

/// Chunk extents of the copy; `None`: it is stored in one piece.
fn chunk_shape(parts: &DatasetParts, gzip: u8) -> Result<Option<Vec<u64>>> {
    let Extent::Simple { dims, .. } = &parts.dataspace.extent else { return Ok(None) };
    let fixed = parts.dataspace.max_dims().iter().zip(dims).all(|(max, dim)| *max == Some(*dim));
    let bytes = parts.dataspace.elements()?.saturating_mul(parts.datatype.size.into());
    // Without a fill value, chunks that are not there must stay away: what they read as is nobody's promise.
    let filled = parts.fill.fill_time != FillTime::Never && parts.fill.status != FillStatus::Undefined;
    if fixed && bytes < SMALL && (filled || !matches!(parts.layout, Layout::Chunked { .. })) {
        return Ok(None);
    }
    let guess = || guess_chunk(dims, memory_size(&parts.datatype));
    Ok(match &parts.layout {
        Layout::Chunked { chunk, .. } => {
            let size = chunk.iter().fold(u64::from(parts.datatype.size), |n, c| n.saturating_mul(*c));
            Some(if u32::try_from(size).is_ok() { chunk.clone() } else { guess() })
        }
        _ if fixed && gzip == 0 => None,
        _ => Some(guess()),
    })
}

/// Whether chunks are carried over as they are stored. What elements point at is elsewhere in the copy: those are not.
pub(super) fn keeps_chunks(datatype: &Datatype, gzip: Option<u8>) -> bool {
    gzip.is_none() && !datatype.uses_heap() && !datatype.holds_references()
}

/// Chunk extents of a copy that is stored as its source is.
fn kept_shape(parts: &DatasetParts) -> Result<Option<Vec<u64>>> {
    let Layout::Chunked { chunk, .. } = &parts.layout else { return Ok(None) };
    let size = chunk.iter().fold(u64::from(parts.datatype.size), |n, c| n.saturating_mul(*c));
    if u32::try_from(size).is_err() {
        return Err(Error::unsupported(format!("keeping chunks of {size} bytes")));
    }
    Ok(Some(chunk.clone()))
}

/// Shuffle for numbers, deflate, and a checksum where there was one.
fn pipeline(parts: &DatasetParts, gzip: u8) -> FilterPipeline {
    let mut filters = Vec::new();
    let size = parts.datatype.size;
    if gzip > 0 {
        if size > 1 && is_numeric(&parts.datatype) {
            filters.push(Filter { id: 2, optional: true, name: b"shuffle".to_vec(), values: vec![size] });
        }
        let name = b"deflate".to_vec();
        filters.push(Filter { id: 1, optional: true, name, values: vec![gzip.into()] });
    }
    if parts.filters.filters.iter().any(|f| f.id == 3) {
        filters.push(Filter { id: 3, optional: false, name: b"fletcher32".to_vec(), values: Vec::new() });
    }
    FilterPipeline { filters }
}

fn is_numeric(datatype: &Datatype) -> bool {
    matches!(
        datatype.class,
        Class::Integer { .. }
            | Class::Float { .. }
            | Class::Bitfield { .. }
            | Class::Time { .. }
            | Class::Enum { .. }
            | Class::Complex { .. }
    )
}

/// Where a committed datatype's copy is: `None` if it is not among what is copied.
pub(super) type Committed<'a> = &'a dyn Fn(Addr) -> Option<Addr>;

impl Object {
    /// Gives the copy all its messages, as large as they will be. Addresses come later.
    pub fn stage(&self, out: &Output, stage: &mut Stage, map: &Places) -> Result<()> {
        let place = |from: Addr| map.contains(from.0).then_some(Addr(0));
        // What no header can hold is not the caller's fault here.
        let messages = self.messages(out, &place).map_err(unsupported).on(&self.path)?;
        let users = |committed: Option<Addr>| committed.and_then(|c| map.get(c.0)).map(NodeId);
        let mut used: Vec<NodeId> = self.attributes.iter().filter_map(|a| users(a.committed)).collect();
        let node = stage.node_mut(self.id);
        let Node { links, references, .. } = std::mem::take(node);
        *node = Node { links, references, v2: self.v2, changed: true, messages, ..Node::default() };
        match &self.body {
            Body::Group { new_style, link_order } => {
                node.group = true;
                node.new_style = *new_style;
                node.link_order = *link_order;
            }
            Body::Dataset(set) => used.extend(users(set.committed)),
            Body::Datatype(_) => {}
        }
        // Each user counts as a link.
        used.into_iter().for_each(|id| stage.node_mut(id).references += 1);
        Ok(())
    }

    fn messages(&self, out: &Output, committed: Committed<'_>) -> Result<Vec<RawMessage>> {
        let mut messages = match &self.body {
            Body::Group { .. } => Vec::new(),
            Body::Datatype(datatype) => {
                vec![out.message(kind::DATATYPE, flag::CONSTANT | flag::DO_NOT_SHARE, datatype)?]
            }
            Body::Dataset(set) => set.messages(out, committed)?,
        };
        if let Some(comment) = &self.comment {
            messages.push(message(kind::COMMENT, 0, comment.clone())?);
        }
        for attribute in &self.attributes {
            messages.push(stored(out, attribute, attribute.data.clone(), committed)?);
        }
        Ok(messages)
    }
}

/// What cannot be said in the copy.
pub(super) fn unsupported(e: Error) -> Error {
    if e.kind() == Kind::Argument { Error::unsupported(format!("copying what is too large: {e}")) } else { e }
}

/// The message of an attribute.
pub(super) fn stored(
    out: &Output,
    attribute: &Attribute,
    data: Vec<u8>,
    committed: Committed<'_>,
) -> Result<RawMessage> {
    let datatype = match attribute.committed.and_then(committed) {
        Some(address) => Shareable::There(Shared::Committed(address)),
        None => Shareable::Here(attribute.datatype.clone()),
    };
    let body = AttributeMessage {
        name: attribute.name.clone(),
        charset: attribute.charset,
        datatype,
        dataspace: Shareable::Here(attribute.dataspace.clone()),
        data,
    };
    out.message(kind::ATTRIBUTE, 0, &body)
        .map_err(|e| e.within(format!("attribute {:?}", String::from_utf8_lossy(&attribute.name))))
}

impl Set {
    fn messages(&self, out: &Output, committed: Committed<'_>) -> Result<Vec<RawMessage>> {
        let mut messages =
            vec![out.message(kind::DATASPACE, 0, &self.parts.dataspace)?, self.datatype(out, committed)?];
        messages.extend(self.fill_messages(out, self.parts.fill.status.clone())?);
        if !self.pipeline.filters.is_empty() {
            messages.push(out.message(kind::FILTER_PIPELINE, flag::CONSTANT, &self.pipeline)?);
        }
        messages.push(out.message(kind::LAYOUT, 0, &self.layout(None)?)?);
        if let Some(time) = self.modified {
            messages.push(out.message(kind::MODIFICATION_TIME, 0, &ModificationTime(time))?);
        }
        Ok(messages)
    }

    /// The datatype, or where it is.
    pub fn datatype(&self, out: &Output, committed: Committed<'_>) -> Result<RawMessage> {
        match self.committed.and_then(committed) {
            Some(address) => {
                out.message(kind::DATATYPE, flag::CONSTANT | flag::SHARED, &Shared::Committed(address))
            }
            None => out.message(kind::DATATYPE, flag::CONSTANT, &self.parts.datatype),
        }
    }

    /// Both forms of the fill value.
    pub fn fill_messages(&self, out: &Output, status: FillStatus) -> Result<Vec<RawMessage>> {
        let fill = self.fill(status);
        let mut messages = vec![out.message(kind::FILL_VALUE, flag::CONSTANT, &fill)?];
        if matches!(fill.status, FillStatus::User(_)) {
            let mut w = out.writer();
            fill.encode_old(&mut w)?;
            messages.push(message(kind::FILL_VALUE_OLD, flag::CONSTANT, w.into_bytes())?);
        }
        Ok(messages)
    }
}
