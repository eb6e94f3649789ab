//! What a new dataset is to be, and the messages that say so.

use super::guess::guess_chunk;
use crate::error::{Error, Result};
use crate::filter::{self, Local};
use crate::format::datatype::{Class, Datatype};
use crate::format::message::{Dataspace, Extent, Filter, FilterPipeline};

/// Ids of the filters that work on numbers.
const NBIT: u16 = 5;
const SCALEOFFSET: u16 = 6;

/// How a dataset is cut into chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Chunks {
    /// Only if a filter or a maximum shape needs it, then as h5py would guess.
    #[default]
    AsNeeded,
    /// As h5py would guess.
    Guess,
    /// These extents.
    Shape(Vec<u64>),
}

/// A dataset to be created.
#[derive(Clone, Debug)]
pub struct DatasetSpec {
    /// Type of the elements in the file.
    pub datatype: Datatype,
    /// Shape. Maximum extents given at all make the dataset chunked, as in h5py.
    pub dataspace: Dataspace,
    /// Chunks.
    pub chunks: Chunks,
    /// Deflate level, 0 to 9.
    pub gzip: Option<u8>,
    /// Byte shuffle before compression.
    pub shuffle: bool,
    /// Checksum of every chunk.
    pub fletcher32: bool,
    /// Other filters, with what their user says as client data. Those that work on numbers (nbit, scaleoffset)
    /// come before the shuffle, the rest after it and before the checksum.
    pub filters: Vec<Filter>,
    /// What unwritten elements are, in bytes of `datatype`; `None` = zeros.
    pub fill: Option<Vec<u8>>,
}

impl DatasetSpec {
    /// A dataset without chunks, filters and fill value.
    pub fn new(datatype: Datatype, dataspace: Dataspace) -> Self {
        DatasetSpec {
            datatype,
            dataspace,
            chunks: Chunks::AsNeeded,
            gzip: None,
            shuffle: false,
            fletcher32: false,
            filters: Vec::new(),
            fill: None,
        }
    }

    /// The filters, in h5py's order: shuffle, compression, checksum. `chunk`: extents of the chunks.
    pub(super) fn pipeline(&self, chunk: &[u64]) -> Result<FilterPipeline> {
        let local = Local { datatype: &self.datatype, chunk, fill: self.fill.as_deref() };
        let mut filters = self.filters.clone();
        filters.iter_mut().try_for_each(|f| filter::set_local(f, &local))?;
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
            // Not optional: what cannot be checked must not be stored.
            filters.push(made(3, false, b"fletcher32", Vec::new()));
        }
        Ok(FilterPipeline { filters })
    }

    /// The chunk shape, `None` for a dataset in one piece.
    pub(super) fn chunk_shape(&self) -> Result<Option<Vec<u64>>> {
        let filtered = self.gzip.is_some() || self.shuffle || self.fletcher32 || !self.filters.is_empty();
        let (dims, max) = match &self.dataspace.extent {
            Extent::Simple { dims, max } => (dims, max),
            _ if filtered || self.chunks != Chunks::AsNeeded => {
                return Err(Error::argument(
                    "scalar and empty datasets have no chunks, filters or maximum shape",
                ));
            }
            _ => return Ok(None),
        };
        let chunk = match &self.chunks {
            Chunks::AsNeeded if !filtered && max.is_none() => return Ok(None),
            Chunks::AsNeeded | Chunks::Guess => guess_chunk(dims, memory_size(&self.datatype)),
            Chunks::Shape(chunk) => chunk.clone(),
        };
        self.check_chunk(dims, &chunk)?;
        Ok(Some(chunk))
    }

    fn check_chunk(&self, dims: &[u64], chunk: &[u64]) -> Result<()> {
        if chunk.len() != dims.len() || chunk.contains(&0) {
            return Err(Error::argument(format!("chunks {chunk:?} do not fit shape {dims:?}")));
        }
        let too_long = |((d, m), c): ((&u64, Option<u64>), &u64)| *d > 0 && m.is_some_and(|m| *c > m);
        if dims.iter().zip(self.dataspace.max_dims()).zip(chunk).any(too_long) {
            return Err(Error::argument(format!("chunks {chunk:?} are larger than the maximum shape")));
        }
        let bytes = chunk.iter().try_fold(u64::from(self.datatype.size), |n, c| n.checked_mul(*c));
        match bytes.and_then(|n| u32::try_from(n).ok()) {
            Some(_) => Ok(()),
            None => Err(Error::argument(format!("chunks {chunk:?} have 4 GiB or more"))),
        }
    }

    /// Checks what the other parts do not.
    pub(super) fn check(&self) -> Result<()> {
        if let Extent::Simple { dims, max: Some(max) } = &self.dataspace.extent
            && (max.len() != dims.len() || dims.iter().zip(max).any(|(d, m)| m.is_some_and(|m| m < *d)))
        {
            return Err(Error::argument(format!("shape {dims:?} is larger than its maximum {max:?}")));
        }
        match &self.fill {
            Some(_) if self.datatype.uses_heap() => Err(Error::unsupported("fill values of variable length")),
            Some(fill) if fill.len() as u64 != u64::from(self.datatype.size) => Err(Error::argument(
                format!("a fill value of {} bytes for elements of {}", fill.len(), self.datatype.size),
            )),
            _ => Ok(()),
        }
    }
}

fn made(id: u16, optional: bool, name: &[u8], values: Vec<u32>) -> Filter {
    Filter { id, optional, name: name.to_vec(), values }
}

/// Bytes of one element in h5py's memory, which its guess goes by: text and sequences of any length are
/// pointers there.
pub(super) fn memory_size(datatype: &Datatype) -> u64 {
    match &datatype.class {
        Class::VlenString { .. } | Class::VlenSequence { .. } => 8,
        _ => datatype.size.into(),
    }
}
