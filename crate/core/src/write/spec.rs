//! What a new dataset is to be, and the messages that say so.

use super::guess::guess_chunk;
use super::options::HeaderOptions;
use crate::error::{Error, Result};
use crate::filter::{self, Local};
use crate::format::datatype::{Class, Datatype, Member};
use crate::format::message::{
    AllocTime, Dataspace, Extent, FillStatus, FillTime, FillValue, Filter, FilterPipeline, Layout,
};
use crate::format::selection::Chosen;
use crate::layout::DatasetParts;
use crate::object::header::ExternalFile;
use crate::value::Column;

/// Ids of the filters that work on numbers.
const NBIT: u16 = 5;
const SCALEOFFSET: u16 = 6;

/// How a dataset is cut into chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chunks {
    /// Only if a filter or a maximum shape needs it, then as h5py would guess.
    #[default]
    AsNeeded,
    /// None: h5py's `chunks=False`.
    Never,
    /// As h5py would guess.
    Guess,
    /// These extents.
    Shape(Vec<u64>),
}

/// What unwritten elements are.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Fill {
    /// Zeros.
    #[default]
    Zeros,
    /// Whatever was there.
    Undefined,
    /// Bytes of the datatype. Not for datatypes that keep values in the global heap.
    Bytes(Vec<u8>),
    /// One native value.
    Value(Column),
}

/// Elements of another dataset that are elements of a virtual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualSource {
    /// Name of the other dataset's file; `.` is the same file. In `run_%b.h5` the number of a block takes the place
    /// of `%b` (`%5b`: with five digits), and `%%` is a percent sign.
    pub file: String,
    /// Path of the other dataset, with numbers in the same way.
    pub dataset: String,
    /// Which of its elements, in order.
    pub source: Chosen,
    /// Which elements of the virtual dataset they are.
    pub target: Chosen,
}

/// A dataset to be created.
#[derive(Clone, Debug)]
pub struct DatasetSpec {
    /// Type of the elements in the file.
    pub datatype: Datatype,
    /// Path of the committed datatype that `datatype` is.
    pub committed: Option<String>,
    /// Shape. Maximum extents given at all make the dataset chunked, as in h5py.
    pub dataspace: Dataspace,
    /// Whether the elements are in the object header itself, which has room for 64 KiB of them.
    pub compact: bool,
    /// Whether the elements are those of other datasets: the dataset is virtual. Needs the bound 1.10.
    pub sources: Option<Vec<VirtualSource>>,
    /// Files of bytes that hold the elements, one after another. They are not written here.
    pub external: Vec<ExternalFile>,
    /// Chunks.
    pub chunks: Chunks,
    /// Chunks that reach beyond the shape are stored without filters. Needs the bound 1.10.
    pub edge_unfiltered: bool,
    /// Deflate level, 0 to 9.
    pub gzip: Option<u8>,
    /// Byte shuffle before compression.
    pub shuffle: bool,
    /// Checksum of every chunk.
    pub fletcher32: bool,
    /// Exactly these filters with exactly this client data, instead of `gzip`, `shuffle`, `fletcher32` and `filters`.
    pub pipeline: Option<FilterPipeline>,
    /// Other filters, with what their user says as client data. Those that work on numbers (nbit, scaleoffset)
    /// come before the shuffle, the rest after it and before the checksum.
    pub filters: Vec<Filter>,
    /// What unwritten elements are.
    pub fill: Fill,
    /// When they are written where storage is allocated.
    pub fill_time: FillTime,
    /// When storage is allocated, if not as is usual: at once for compact elements, chunk by chunk for chunks, and
    /// with the first elements otherwise.
    pub alloc_time: Option<AllocTime>,
    /// The header.
    pub header: HeaderOptions,
}

impl DatasetSpec {
    /// A dataset without chunks, filters and fill value.
    pub fn new(datatype: Datatype, dataspace: Dataspace) -> Self {
        DatasetSpec {
            datatype,
            committed: None,
            dataspace,
            compact: false,
            sources: None,
            external: Vec::new(),
            chunks: Chunks::AsNeeded,
            edge_unfiltered: false,
            gzip: None,
            shuffle: false,
            fletcher32: false,
            pipeline: None,
            filters: Vec::new(),
            fill: Fill::Zeros,
            fill_time: FillTime::IfSet,
            alloc_time: None,
            header: HeaderOptions::default(),
        }
    }

    #[doc(hidden)]
    /// A dataset like the one with these `parts`: of the same type and shape, kept in the same way. A fill value that
    /// is in the global heap is left out, and so are the sources of a virtual dataset.
    pub fn like(parts: &DatasetParts) -> DatasetSpec {
        let fill = match &parts.fill.status {
            FillStatus::Undefined => Fill::Undefined,
            FillStatus::User(value) if !parts.datatype.uses_heap() => Fill::Bytes(value.clone()),
            _ => Fill::Zeros,
        };
        let mut spec = DatasetSpec {
            compact: matches!(parts.layout, Layout::Compact { .. }),
            chunks: Chunks::Never,
            fill,
            fill_time: parts.fill.fill_time,
            alloc_time: Some(parts.fill.alloc_time),
            external: parts.external.clone(),
            ..DatasetSpec::new(parts.datatype.clone(), parts.dataspace.clone())
        };
        if let Layout::Chunked { chunk, edge_unfiltered, .. } = &parts.layout {
            spec.chunks = Chunks::Shape(chunk.clone());
            spec.edge_unfiltered = *edge_unfiltered;
            spec.pipeline = Some(parts.filters.clone());
        }
        spec
    }

    /// The filters, in h5py's order: shuffle, compression, checksum. `chunk`: extents of the chunks; `fill`: the fill
    /// value as an element of the file.
    pub(super) fn pipeline(&self, chunk: &[u64], fill: &FillStatus) -> Result<FilterPipeline> {
        if let Some(pipeline) = &self.pipeline {
            return Ok(pipeline.clone());
        }
        let value = if let FillStatus::User(value) = fill { Some(value.as_slice()) } else { None };
        let local = Local { datatype: &self.datatype, chunk, fill: value };
        let mut filters = self.filters.clone();
        filters.iter_mut().try_for_each(|f| filter::set_local(f, &local))?;
        if *fill == FillStatus::Undefined {
            // "There is a fill value" and the value.
            let scaleoffset = filters.iter_mut().filter(|f| f.id == SCALEOFFSET);
            scaleoffset.for_each(|f| f.values.iter_mut().skip(7).for_each(|v| *v = 0));
        }
        let first = filters.iter().position(|f| !matches!(f.id, NBIT | SCALEOFFSET)).unwrap_or(filters.len());
        let others = filters.split_off(first);
        if self.shuffle {
            filters.push(made(2, true, b"shuffle", vec![self.datatype.size]));
        }
        if let Some(level) = self.gzip {
            if level > 9 {
                return Err(Error::argument(format!("gzip level {level}: levels are 0 to 9")));
            }
            filters.push(made(1, true, b"deflate", vec![level.into()]));
        }
        filters.extend(others);
        if self.fletcher32 {
            if filters.iter().any(|f| f.id == SCALEOFFSET) {
                return Err(Error::argument("a checksum after scaleoffset, which loses digits"));
            }
            // Not optional: what cannot be checked must not be stored.
            filters.push(made(3, false, b"fletcher32", Vec::new()));
        }
        Ok(FilterPipeline { filters })
    }

    fn is_filtered(&self) -> bool {
        let listed = self.pipeline.as_ref().is_some_and(|p| !p.filters.is_empty());
        listed || self.gzip.is_some() || self.shuffle || self.fletcher32 || !self.filters.is_empty()
    }

    /// How the elements are kept.
    pub(super) fn class(&self) -> Result<LayoutClass> {
        let filtered = self.is_filtered();
        let in_chunks =
            filtered || self.edge_unfiltered || matches!(self.chunks, Chunks::Guess | Chunks::Shape(_));
        let (dims, max) = match &self.dataspace.extent {
            Extent::Simple { dims, max } => (dims, max),
            _ if in_chunks || self.sources.is_some() || !self.external.is_empty() => {
                return Err(Error::argument(
                    "scalar and empty datasets have no chunks, filters, maximum shape or sources",
                ));
            }
            _ if self.compact => return Ok(LayoutClass::Compact),
            _ => return Ok(LayoutClass::Contiguous),
        };
        let grows = max.as_ref().is_some_and(|max| dims.iter().zip(max).any(|(d, m)| *m != Some(*d)));
        let one = [
            (self.compact, LayoutClass::Compact),
            (self.sources.is_some(), LayoutClass::Virtual),
            (!self.external.is_empty(), LayoutClass::External),
        ];
        let mut wanted = one.into_iter().filter(|(wanted, _)| *wanted);
        if let Some((_, class)) = wanted.next() {
            if in_chunks || wanted.next().is_some() || class == LayoutClass::Compact && grows {
                return Err(Error::argument(
                    "a dataset that is stored in two ways, or cannot grow where it is",
                ));
            }
            return Ok(class);
        }
        let chunk = match &self.chunks {
            Chunks::Never if filtered || grows || self.edge_unfiltered => {
                return Err(Error::argument("filters and a larger maximum shape need chunks"));
            }
            Chunks::Never => return Ok(LayoutClass::Contiguous),
            Chunks::AsNeeded if !in_chunks && max.is_none() => return Ok(LayoutClass::Contiguous),
            Chunks::AsNeeded | Chunks::Guess => guess_chunk(dims, memory_size(&self.datatype)),
            Chunks::Shape(chunk) => chunk.clone(),
        };
        self.check_chunk(dims, &chunk)?;
        Ok(LayoutClass::Chunked(chunk))
    }

    fn check_chunk(&self, dims: &[u64], chunk: &[u64]) -> Result<()> {
        if chunk.len() != dims.len() || chunk.contains(&0) {
            return Err(Error::argument(format!("chunks {chunk:?} do not fit shape {dims:?}")));
        }
        let too_long = |((d, m), c): ((&u64, Option<u64>), &u64)| *d > 0 && m.is_some_and(|m| *c > m);
        if dims.iter().zip(self.dataspace.max_dims()).zip(chunk).any(too_long) {
            return Err(Error::argument(format!("chunks {chunk:?} are larger than the maximum shape")));
        }
        Ok(())
    }

    /// Checks what the other parts do not.
    pub(super) fn check(&self) -> Result<()> {
        if let Extent::Simple { dims, max: Some(max) } = &self.dataspace.extent
            && (max.len() != dims.len() || dims.iter().zip(max).any(|(d, m)| m.is_some_and(|m| m < *d)))
        {
            return Err(Error::argument(format!("shape {dims:?} is larger than its maximum {max:?}")));
        }
        if self.fill == Fill::Undefined && self.fill_time == FillTime::OnAllocation {
            return Err(Error::argument("an undefined fill value cannot be written on allocation"));
        }
        if self.fill_time == FillTime::Never && holds_sequences(&self.datatype) {
            return Err(Error::argument("elements of variable length need their fill value"));
        }
        match &self.fill {
            Fill::Bytes(_) if self.datatype.uses_heap() => {
                Err(Error::argument("a fill value of variable length cannot be given as bytes"))
            }
            Fill::Bytes(fill) if fill.len() as u64 != u64::from(self.datatype.size) => Err(Error::argument(
                format!("a fill value of {} bytes for elements of {}", fill.len(), self.datatype.size),
            )),
            _ => Ok(()),
        }
    }

    /// The fill value message. `status`: the fill value as an element of the file.
    pub(super) fn fill_value(&self, class: &LayoutClass, status: FillStatus) -> Result<FillValue> {
        let usual = match class {
            LayoutClass::Compact => AllocTime::Early,
            LayoutClass::Contiguous | LayoutClass::External => AllocTime::Late,
            LayoutClass::Chunked(_) | LayoutClass::Virtual => AllocTime::Incremental,
        };
        let alloc_time = self.alloc_time.unwrap_or(usual);
        if *class == LayoutClass::Compact && alloc_time != AllocTime::Early {
            return Err(Error::argument("compact elements are allocated at once"));
        }
        // Heap ids of unwritten elements must read as "nothing", whoever writes the others.
        let must = status == FillStatus::Default && holds_sequences(&self.datatype);
        let fill_time = if must { FillTime::OnAllocation } else { self.fill_time };
        Ok(FillValue { alloc_time, fill_time, status })
    }
}

/// How the elements of a dataset are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LayoutClass {
    /// In the header.
    Compact,
    /// In one block.
    Contiguous,
    /// In chunks of these extents.
    Chunked(Vec<u64>),
    /// In other datasets.
    Virtual,
    /// In files of bytes.
    External,
}

/// Whether there is text or a sequence of any length in each element.
fn holds_sequences(datatype: &Datatype) -> bool {
    match &datatype.class {
        Class::VlenSequence { .. } | Class::VlenString { .. } => true,
        Class::Compound { members } => members.iter().any(|m| holds_sequences(&m.datatype)),
        Class::Array { base, .. } => holds_sequences(base),
        _ => false,
    }
}

fn made(id: u16, optional: bool, name: &[u8], values: Vec<u32>) -> Filter {
    Filter { id, optional, name: name.to_vec(), values }
}

/// Bytes of one element in h5py's memory, which its guess goes by: text, sequences of any length and references are
/// pointers there.
pub(super) fn memory_size(datatype: &Datatype) -> u64 {
    let size = u64::from(datatype.size);
    match &datatype.class {
        Class::VlenString { .. } | Class::VlenSequence { .. } | Class::Reference(_) => 8,
        Class::Compound { members } => {
            let saved = |m: &Member| u64::from(m.datatype.size).saturating_sub(memory_size(&m.datatype));
            size.saturating_sub(members.iter().map(saved).sum())
        }
        Class::Array { base, .. } => size / u64::from(base.size).max(1) * memory_size(base),
        _ => size,
    }
}
