//! New datasets: their elements go to the file at once, their header with the next commit.

use super::cut::Grid;
use super::elements::Elements;
use super::node::Node;
use super::output::{Output, message};
use super::spec::DatasetSpec;
use super::tree1;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::filter;
use crate::format::header::RawMessage;
use crate::format::message::{
    AllocTime, ChunkIndex, Dataspace, Extent, FillStatus, FillTime, FillValue, FilterPipeline, Layout, flag,
    kind,
};
use crate::format::tree::btree1::ChunkKeys;

/// Elements of a contiguous dataset are made this many bytes at a time.
const BATCH: u64 = 1 << 20;

/// Writes the elements and returns the object that says where they are.
pub(super) fn create(
    out: &mut Output,
    spec: &DatasetSpec,
    elements: Option<&mut dyn Elements>,
) -> Result<Node> {
    spec.check()?;
    let chunk = spec.chunk_shape()?;
    let pipeline = spec.pipeline(chunk.as_deref().unwrap_or(&[]))?;
    let layout = match chunk {
        Some(chunk) => chunked(out, spec, &pipeline, chunk, elements)?,
        None => contiguous(out, spec, elements)?,
    };
    Ok(Node::new(messages(out, spec, &pipeline, &layout)?))
}

fn messages(
    out: &Output,
    spec: &DatasetSpec,
    pipeline: &FilterPipeline,
    layout: &Layout,
) -> Result<Vec<RawMessage>> {
    let fill = FillValue {
        alloc_time: if matches!(layout, Layout::Chunked { .. }) {
            AllocTime::Incremental
        } else {
            AllocTime::Late
        },
        // Heap ids of unwritten elements must read as "nothing", whoever writes the others.
        fill_time: if spec.datatype.uses_heap() { FillTime::OnAllocation } else { FillTime::IfSet },
        status: spec.fill.clone().map_or(FillStatus::Default, FillStatus::User),
    };
    let mut messages = vec![
        out.message(kind::DATASPACE, 0, &with_maximum(&spec.dataspace))?,
        out.message(kind::DATATYPE, flag::CONSTANT, &spec.datatype)?,
        out.message(kind::FILL_VALUE, flag::CONSTANT, &fill)?,
    ];
    if spec.fill.is_some() {
        let mut w = out.writer();
        fill.encode_old(&mut w)?;
        messages.push(message(kind::FILL_VALUE_OLD, flag::CONSTANT, w.into_bytes())?);
    }
    if !pipeline.filters.is_empty() {
        messages.push(out.message(kind::FILTER_PIPELINE, flag::CONSTANT, pipeline)?);
    }
    messages.push(out.message(kind::LAYOUT, 0, layout)?);
    Ok(messages)
}

/// The library stores maximum extents even where they equal the current ones.
pub(super) fn with_maximum(space: &Dataspace) -> Dataspace {
    match &space.extent {
        Extent::Simple { dims, max: None } => Dataspace {
            extent: Extent::Simple { dims: dims.clone(), max: Some(dims.iter().map(|d| Some(*d)).collect()) },
        },
        _ => space.clone(),
    }
}

fn contiguous(out: &mut Output, spec: &DatasetSpec, elements: Option<&mut dyn Elements>) -> Result<Layout> {
    let count = spec.dataspace.elements()?;
    let element_size = u64::from(spec.datatype.size);
    let size = count
        .checked_mul(element_size)
        .ok_or_else(|| Error::argument("a dataset of more than 2^64 bytes"))?;
    let Some(elements) = elements.filter(|_| size > 0) else {
        // Late allocation: nothing is stored before there are values.
        return Ok(Layout::Contiguous { address: None, size: Some(size) });
    };
    let address = out.space.allocate_raw(size)?;
    if let Some(all) = elements.ready() {
        if all.len() as u64 != size {
            return Err(Error::argument(format!("{} bytes of data for {size} of the dataset", all.len())));
        }
        out.medium.write(address, all)?;
        return Ok(Layout::Contiguous { address: Some(address), size: Some(size) });
    }
    let step = (BATCH / element_size).max(1);
    let mut batch = Vec::new();
    for first in (0..count).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        batch.clear();
        elements.append(first, step.min(count - first), &mut batch)?;
        out.medium.write(address.offset(first * element_size)?, &batch)?;
    }
    Ok(Layout::Contiguous { address: Some(address), size: Some(size) })
}

fn chunked(
    out: &mut Output,
    spec: &DatasetSpec,
    pipeline: &FilterPipeline,
    chunk: Vec<u64>,
    elements: Option<&mut dyn Elements>,
) -> Result<Layout> {
    let element_size = u64::from(spec.datatype.size);
    let mut address = None;
    if let Some(elements) = elements.filter(|_| spec.dataspace.elements().is_ok_and(|n| n > 0)) {
        let grid = Grid::new(spec.dataspace.dims(), &chunk)?;
        let zeros = vec![0; crate::format::length(element_size)?];
        let fill = spec.fill.as_deref().unwrap_or(&zeros);
        let mut writer = ChunkWriter::new(&chunk, element_size);
        let mut bytes = Vec::new();
        for index in 0..grid.len() {
            let origin = grid.origin(index);
            bytes.clear();
            grid.cut(&origin, elements, fill, &mut bytes)?;
            writer.write(out, pipeline, &origin, &bytes)?;
        }
        address = writer.finish(out)?;
    }
    let index = ChunkIndex::BTree1;
    Ok(Layout::Chunked { version: 3, chunk, element_size, edge_unfiltered: false, index, address })
}

/// Filters and stores chunks, then writes the index over them.
pub(super) struct ChunkWriter {
    keys: ChunkKeys,
    children: Vec<Addr>,
    end: Vec<u64>,
    scratch: filter::Scratch,
}

impl ChunkWriter {
    /// Chunks of these extents.
    pub fn new(chunk: &[u64], element_size: u64) -> ChunkWriter {
        let end: Vec<u64> = chunk.iter().chain([&element_size]).copied().collect();
        ChunkWriter {
            keys: ChunkKeys { ranks: end.len(), ..ChunkKeys::default() },
            children: Vec::new(),
            end,
            scratch: filter::Scratch::default(),
        }
    }

    /// Stores one chunk whose first element is at `origin`. Chunks come in C order.
    pub fn write(
        &mut self,
        out: &mut Output,
        pipeline: &FilterPipeline,
        origin: &[u64],
        bytes: &[u8],
    ) -> Result<()> {
        let (stored, mask);
        let data = if pipeline.filters.is_empty() {
            mask = 0;
            bytes
        } else {
            (stored, mask) = filter::encode(pipeline, bytes, &mut self.scratch)?;
            stored.as_slice()
        };
        let address = out.space.allocate_unaligned(data.len() as u64)?;
        let size =
            u32::try_from(data.len()).map_err(|_| Error::argument("a stored chunk of 4 GiB or more"))?;
        out.medium.write(address, data)?;
        self.keys.sizes.push(size);
        self.keys.masks.push(mask);
        self.keys.offsets.extend(origin.iter().chain([&0]));
        self.children.push(address);
        Ok(())
    }

    /// Writes the v1 B-tree; nothing if there are no chunks.
    pub fn finish(&mut self, out: &mut Output) -> Result<Option<Addr>> {
        if self.children.is_empty() {
            return Ok(None);
        }
        // The last key is a bound only: one chunk further in every dimension.
        let last = self.keys.offset(self.children.len().saturating_sub(1));
        let bound: Vec<u64> = last.iter().zip(&self.end).map(|(o, c)| o + c).collect();
        self.keys.offsets.extend(bound);
        self.keys.sizes.push(0);
        self.keys.masks.push(0);
        let (ranks, capacity) = (self.keys.ranks, 2 * usize::from(out.k.chunk));
        let (keys, children) = (std::mem::take(&mut self.keys), std::mem::take(&mut self.children));
        tree1::build(&mut out.medium, &mut out.space, ranks, capacity, keys, children).map(Some)
    }
}
