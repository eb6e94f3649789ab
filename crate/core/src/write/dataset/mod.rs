//! New datasets: their elements go to the file at once, their header with the next commit.

mod chunked;
mod elsewhere;
mod index;

pub(in crate::write) use chunked::ChunkWriter;
pub(in crate::write) use elsewhere::remapped;

use super::elements::Elements;
use super::fill::Filler;
use super::node::Node;
use super::output::{Output, message};
use super::raw;
use super::spec::{DatasetSpec, LayoutClass};
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::header::RawMessage;
use crate::format::message::{
    AllocTime, Dataspace, Extent, FillStatus, FillTime, FillValue, FilterPipeline, Layout, flag, kind,
};

/// Elements of a contiguous dataset are made this many bytes at a time.
const BATCH: u64 = 1 << 20;

/// Writes the elements and returns the object that says where they are.
pub(super) fn create(
    out: &mut Output,
    spec: &DatasetSpec,
    elements: Option<&mut dyn Elements>,
) -> Result<Node> {
    spec.check()?;
    out.check_datatype(&spec.datatype)?;
    let class = spec.class()?;
    let (status, filler) = Filler::of(out, spec)?;
    let fill = spec.fill_value(&class, status)?;
    let extents = if let LayoutClass::Chunked(chunk) = &class { chunk.as_slice() } else { &[] };
    let pipeline = spec.pipeline(extents, &fill.status)?;
    let new = New { spec, fill, filler, pipeline };
    let elements = elements.filter(|_| spec.dataspace.elements().is_ok_and(|n| n > 0));
    let mut external = None;
    if matches!(class, LayoutClass::Virtual | LayoutClass::External) && elements.is_some() {
        return Err(Error::unsupported("writing elements that are in other places"));
    }
    let layout = match class {
        LayoutClass::Compact => new.compact(out, elements)?,
        LayoutClass::Contiguous => new.contiguous(out, elements)?,
        LayoutClass::Chunked(chunk) => new.chunked(out, chunk, elements)?,
        LayoutClass::Virtual => {
            elsewhere::mapped(out, &spec.dataspace, spec.sources.as_deref().unwrap_or(&[]))?
        }
        LayoutClass::External => {
            let files = elsewhere::listed(out, &spec.dataspace, spec.datatype.size, &spec.external)?;
            external = Some(out.message(kind::EXTERNAL_FILES, flag::CONSTANT, &files)?);
            Layout::Contiguous { address: None, size: Some(new.size()?) }
        }
    };
    out.trim_heap()?;
    let mut node = Node::new(new.messages(out, &layout, external)?, out.low);
    spec.header.apply(out, &mut node, true)?;
    Ok(node)
}

/// The layout of a dataset like this in chunks of these extents, none of which is stored yet.
pub(super) fn empty_chunks(
    out: &Output,
    spec: &DatasetSpec,
    pipeline: &FilterPipeline,
    chunk: Vec<u64>,
) -> Result<Layout> {
    let fill = FillValue {
        alloc_time: AllocTime::Incremental,
        fill_time: spec.fill_time,
        status: FillStatus::Default,
    };
    New { spec, fill, filler: Filler::Same(Vec::new()), pipeline: pipeline.clone() }.empty(out, chunk)
}

/// Bytes of compact elements at most.
pub(super) fn most_compact(out: &Output) -> u64 {
    out.largest_message().saturating_sub(COMPACT_HEAD) as u64
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

/// A dataset on its way into the file.
struct New<'a> {
    spec: &'a DatasetSpec,
    fill: FillValue,
    filler: Filler,
    pipeline: FilterPipeline,
}

impl New<'_> {
    fn messages(
        &self,
        out: &Output,
        layout: &Layout,
        external: Option<RawMessage>,
    ) -> Result<Vec<RawMessage>> {
        let mut messages = vec![
            out.message(kind::DATASPACE, 0, &with_maximum(&self.spec.dataspace))?,
            out.message(kind::DATATYPE, flag::CONSTANT, &self.spec.datatype)?,
            out.message(kind::FILL_VALUE, flag::CONSTANT, &self.fill)?,
        ];
        if out.low == Libver::Earliest && matches!(self.fill.status, FillStatus::User(_)) {
            let mut w = out.writer();
            self.fill.encode_old(&mut w)?;
            messages.push(message(kind::FILL_VALUE_OLD, flag::CONSTANT, w.into_bytes())?);
        }
        let filtered = !self.pipeline.filters.is_empty();
        if filtered {
            messages.push(out.message(kind::FILTER_PIPELINE, flag::CONSTANT, &self.pipeline)?);
        }
        messages.extend(external);
        // Where everything has its place for ever.
        let constant = self.is_early()
            && !matches!(layout, Layout::Compact { .. })
            && !filtered
            && self.spec.dataspace.elements()? > 0;
        messages.push(out.message(kind::LAYOUT, if constant { flag::CONSTANT } else { 0 }, layout)?);
        Ok(messages)
    }

    fn is_early(&self) -> bool {
        self.fill.alloc_time == AllocTime::Early
    }

    /// Whether storage is filled before there are values. The library leaves it as it is, too, where nobody set a fill
    /// value; but what was deleted should not come to light again.
    fn must_fill(&self) -> bool {
        self.fill.fill_time != FillTime::Never
    }

    /// Bytes of all elements.
    fn size(&self) -> Result<u64> {
        let size = self.spec.dataspace.elements()?.checked_mul(self.spec.datatype.size.into());
        size.ok_or_else(|| Error::argument("a dataset of more than 2^64 bytes"))
    }

    fn compact(&self, out: &mut Output, elements: Option<&mut dyn Elements>) -> Result<Layout> {
        let size = self.size()?;
        let fits = usize::try_from(size).ok().filter(|n| *n <= out.largest_message() - COMPACT_HEAD);
        let Some(size) = fits else {
            return Err(Error::argument(format!("{size} bytes do not fit into an object header")));
        };
        let count = self.spec.dataspace.elements()?;
        let mut data = Vec::with_capacity(size);
        match elements {
            Some(elements) => elements.append(0, count, &mut data)?,
            None if self.must_fill() => self.filler.append(out, count, &mut data)?,
            None => data.resize(size, 0),
        }
        check_made(data.len() as u64, size as u64)?;
        Ok(Layout::Compact { data })
    }

    fn contiguous(&self, out: &mut Output, elements: Option<&mut dyn Elements>) -> Result<Layout> {
        let size = self.size()?;
        if size == 0 || elements.is_none() && !self.is_early() {
            // Late allocation: nothing is stored before there are values.
            return Ok(Layout::Contiguous { address: None, size: Some(size) });
        }
        let address = out.space.allocate_raw(size)?;
        let layout = Layout::Contiguous { address: Some(address), size: Some(size) };
        if let Some(all) = elements.as_ref().and_then(|e| e.ready()) {
            check_made(all.len() as u64, size)?;
            out.medium.write(address, all)?;
            return Ok(layout);
        }
        let (count, unit) = (self.spec.dataspace.elements()?, u64::from(self.spec.datatype.size));
        let Some(elements) = elements else {
            if self.must_fill() {
                raw::fill_block(out, address, count, unit, &self.filler)?;
            }
            return Ok(layout);
        };
        let step = (BATCH / unit).max(1);
        let mut batch = Vec::new();
        for first in (0..count).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            batch.clear();
            let n = step.min(count - first);
            elements.append(first, n, &mut batch)?;
            out.medium.write(address.offset(first * unit)?, &batch)?;
        }
        Ok(layout)
    }
}

/// Bytes of the layout message before compact elements.
const COMPACT_HEAD: usize = 4;

fn check_made(made: u64, wanted: u64) -> Result<()> {
    if made != wanted {
        return Err(Error::argument(format!("{made} bytes of data for {wanted} of the dataset")));
    }
    Ok(())
}
