//! Where a dataset's elements are, and reading a selection of them in batches.

mod apart;
mod boxes;
mod chunked;
mod contiguous;
mod external;
mod fill;
mod gather;
mod picked;
mod sources;
mod stored;
mod through;
mod vds;

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::datatype::Datatype;
use crate::format::message::{Dataspace, FillValue, FilterPipeline, Layout};
use crate::object::header::{ExternalFile, ObjectHeader};
use crate::select::scatter::{Lane, copy};
use crate::select::{Axis, Hyperslab, Region};
use crate::storage::Medium;
pub use apart::{Apart, merge};
pub(crate) use sources::mappings;
pub use sources::{extent, virtual_sources};
pub use stored::{chunk_at, each_chunk, storage_size};
pub use through::{Common, Own, Through};

use chunked::Chunked;
use contiguous::Contiguous;
use fill::Fill;
use picked::Picked;
use std::ops::Range;
use vds::Virtual;

/// What the messages of a dataset's header say about its elements.
#[derive(Clone, Debug)]
pub struct DatasetParts {
    /// How many elements, in which shape.
    pub dataspace: Dataspace,
    /// What one element is.
    pub datatype: Datatype,
    /// Where they are.
    pub layout: Layout,
    /// What chunks went through.
    pub filters: FilterPipeline,
    /// What elements are that were never written.
    pub fill: FillValue,
    /// Files that hold them instead of this one, one range after another.
    pub external: Vec<ExternalFile>,
}

impl DatasetParts {
    /// What `header` says. A virtual dataset has the extents that its sources give it now.
    pub fn open(medium: &Medium, header: &ObjectHeader) -> Result<DatasetParts> {
        let layout = header.stored_layout(medium)?;
        let extent = extent(medium, &layout, header.dataspace(medium)?.extent)?;
        Ok(DatasetParts {
            dataspace: Dataspace { extent },
            datatype: header.datatype(medium)?,
            layout,
            filters: header.filter_pipeline(medium)?,
            fill: header.fill_value(medium)?,
            external: header.external_files(medium)?.unwrap_or_default(),
        })
    }

    fn is_virtual(&self) -> bool {
        matches!(self.layout, Layout::Virtual { .. })
    }
}

/// Bytes that a batch aims at.
const BATCH: usize = 1 << 20;
/// Bytes of the storage that are announced together, for storages that have to fetch.
const AHEAD: u64 = 16 << 20;

/// A selection being read, batch by batch.
///
/// The batches put together are the selected elements in C order, as the file's bytes. When
/// [`next`](Read::next) fails with [`Kind::Pending`](crate::Kind::Pending), nothing is lost: fetch what it asks
/// for and call it again.
pub struct Read {
    unit: usize,
    total: u64,
    done: u64,
    /// Where it ends: not always with the last element.
    end: u64,
    source: Source,
}

enum Source {
    /// Nothing is stored.
    Fill(Fill),
    /// In the header.
    Compact {
        data: Vec<u8>,
        dims: Vec<u64>,
        axes: Vec<Axis>,
    },
    Contiguous(Contiguous),
    Chunked(Box<Chunked>),
    /// In other files, which are one here.
    External(Box<(Medium, Contiguous)>),
    Picked(Box<Picked>),
    Virtual(Box<Virtual>),
}

impl Read {
    /// Plans to read `selection`. Reads no elements.
    pub fn new(medium: &Medium, parts: &DatasetParts, selection: &Hyperslab) -> Result<Read> {
        Read::nested(medium, parts, selection, 0)
    }

    /// Plans to read `region`, whose elements come in its own order. Reads no elements.
    pub fn region(medium: &Medium, parts: &DatasetParts, region: &Region) -> Result<Read> {
        if let Some(slab) = region.as_slab() {
            return Read::new(medium, parts, slab);
        }
        if region.dims() != parts.dataspace.dims() {
            return Err(Error::argument(format!("a selection in extents {:?}", region.dims())));
        }
        let nothing = Hyperslab::all(&vec![0; parts.dataspace.dims().len()]);
        let mut read = Read::new(medium, parts, &nothing)?;
        read.total = region.elements();
        read.end = read.total;
        read.source = match &parts.layout {
            Layout::Virtual { .. } => virtually(medium, parts, region.clone(), read.unit, 0)?,
            _ => Source::Picked(Box::new(Picked::new(parts, region, 0))),
        };
        Ok(read)
    }

    /// [`new`](Self::new), for a dataset that `depth` others are made of.
    fn nested(medium: &Medium, parts: &DatasetParts, selection: &Hyperslab, depth: u32) -> Result<Read> {
        let unit =
            usize::try_from(parts.datatype.size).map_err(|_| Error::limit("elements beyond memory"))?;
        if unit == 0 {
            return Err(Error::malformed("elements of no size"));
        }
        if unit as u64 > medium.limits.chunk {
            return Err(Error::limit(format!("elements of {unit} bytes")));
        }
        let total = if parts.dataspace.is_null() { 0 } else { selection.elements()? };
        selection.check(parts.dataspace.dims())?;
        let source = Source::new(medium, parts, selection, unit, depth)?;
        Ok(Read { unit, total, done: 0, end: total, source })
    }

    /// Elements selected.
    pub fn elements(&self) -> u64 {
        self.total
    }

    /// Elements handed out so far.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Bytes of one element in the file.
    pub fn element_size(&self) -> usize {
        self.unit
    }

    /// Elements at which parts of `bytes` or somewhat more begin that can be read apart, and the end of the last one: `most`
    /// parts at most. None where nothing has to be decoded.
    pub fn cuts(&self, bytes: u64, most: usize) -> Vec<u64> {
        match &self.source {
            Source::Chunked(chunked) if chunked.filtered() => chunked.cuts(bytes, most),
            _ => Vec::new(),
        }
    }

    /// Goes on with the part from element `from` to `to`, two of the [`cuts`](Self::cuts).
    pub fn only(&mut self, from: u64, to: u64) {
        if let Source::Chunked(chunked) = &mut self.source {
            self.end = to.min(self.total);
            self.done = from.min(self.end);
            chunked.only(self.done, self.end);
        }
    }

    /// Where the whole selection is in the storage (absolute), if it is stored as one piece without filters:
    /// then it can be taken from there without any batch. Nothing says that the storage has that many bytes.
    pub fn in_one_piece(&self, medium: &Medium) -> Option<Range<u64>> {
        match &self.source {
            Source::Contiguous(c) if self.done == 0 => c.in_one_piece(medium),
            _ => None,
        }
    }

    /// Sources of a virtual dataset that were needed so far and are not there: their elements are its fill value. Each
    /// is a file and a dataset.
    pub fn missing(&self) -> &[(String, String)] {
        match &self.source {
            Source::Virtual(pieces) => pieces.missing(),
            _ => &[],
        }
    }

    /// Makes `out` the next batch and says how many elements it holds; `None` at the end. `out` should be the
    /// same buffer every time: what it held is overwritten, not cleared first.
    pub fn next(&mut self, medium: &Medium, out: &mut Vec<u8>) -> Result<Option<u64>> {
        self.next_apart(medium, out, None)
    }

    /// [`next`](Self::next), where elements of a virtual dataset may be values in other files: those are put `apart`,
    /// and `out` holds the fill value in their places.
    pub fn next_apart(
        &mut self,
        medium: &Medium,
        out: &mut Vec<u8>,
        apart: Option<&mut Vec<Apart>>,
    ) -> Result<Option<u64>> {
        let left = self.end.saturating_sub(self.done);
        if left == 0 {
            out.clear();
            return Ok(None);
        }
        let most = ((BATCH / self.unit) as u64).clamp(1, left);
        let n = match &mut self.source {
            Source::Fill(fill) => {
                stretch(out, in_memory(most)? * self.unit);
                fill.write(out);
                most
            }
            Source::Compact { data, dims, axes } => {
                compact(data, dims, axes, self.unit, out)?;
                left
            }
            Source::Contiguous(contiguous) => contiguous.next(medium, out)?,
            Source::Chunked(chunked) => chunked.next(medium, out)?,
            Source::External(external) => external.1.next(&external.0, out)?,
            Source::Picked(picked) => picked.next(medium, self.unit, out)?,
            Source::Virtual(pieces) => pieces.next(medium, self.unit, out, apart)?,
        };
        self.done += n;
        Ok(Some(n))
    }
}

/// A number of things that are about to be in memory.
fn in_memory(n: u64) -> Result<usize> {
    usize::try_from(n).map_err(|_| Error::limit(format!("{n} bytes do not fit into memory")))
}

/// Gives `out` a length; what it holds then is to be overwritten.
fn stretch(out: &mut Vec<u8>, len: usize) {
    if out.capacity() < len {
        // At once, where growing would set byte after byte.
        *out = vec![0; len];
    } else {
        out.resize(len, 0);
    }
}

impl Source {
    fn new(
        medium: &Medium,
        parts: &DatasetParts,
        selection: &Hyperslab,
        unit: usize,
        depth: u32,
    ) -> Result<Source> {
        let (dims, axes) = (parts.dataspace.dims(), selection.axes());
        let fill = || Fill::new(&parts.fill, unit);
        // What is not stored, and what needs no storage.
        let needed = match &parts.layout {
            // Sparse: chunks are counted axis by axis, and all of them need not be countable.
            Layout::Chunked { .. } if parts.external.is_empty() => u64::from(!dims.contains(&0)),
            _ => parts
                .dataspace
                .elements()?
                .checked_mul(unit as u64)
                .ok_or_else(|| Error::limit("a dataset of more than 2^64 bytes"))?,
        };
        if needed == 0 {
            return Ok(Source::Fill(fill()?));
        }
        if !parts.external.is_empty() {
            let joined = external::open(medium, &parts.external)?;
            if joined.storage_len() < needed {
                let what = format!("external files of fewer than {needed} bytes");
                return Err(Error::malformed(what)).within("external file list");
            }
            let contiguous = Contiguous::new(Addr(0), dims, axes, unit);
            return Ok(Source::External(Box::new((joined, contiguous))));
        }
        match &parts.layout {
            Layout::Compact { data } if (data.len() as u64) < needed => {
                let what = format!("compact data of {} bytes where {needed} belong", data.len());
                Err(Error::malformed(what)).within("data layout")
            }
            Layout::Compact { data } => {
                Ok(Source::Compact { data: data.clone(), dims: dims.to_vec(), axes: axes.to_vec() })
            }
            Layout::Contiguous { address: None, .. } => Ok(Source::Fill(fill()?)),
            Layout::Contiguous { address: Some(address), size } => {
                if size.is_some_and(|size| size < needed) {
                    let what = format!("contiguous data of fewer than {needed} bytes");
                    return Err(Error::malformed(what).at(medium.absolute(*address))).within("data layout");
                }
                Ok(Source::Contiguous(Contiguous::new(*address, dims, axes, unit)))
            }
            Layout::Chunked { address: None, .. } => Ok(Source::Fill(fill()?)),
            Layout::Chunked { .. } => {
                Ok(Source::Chunked(Box::new(Chunked::new(medium, parts, selection, fill()?)?)))
            }
            Layout::Virtual { .. } => {
                virtually(medium, parts, Region::slab(selection.clone(), dims)?, unit, depth)
            }
        }
    }
}

fn virtually(
    medium: &Medium,
    parts: &DatasetParts,
    request: Region,
    unit: usize,
    depth: u32,
) -> Result<Source> {
    let pieces = sources::pieces(medium, &parts.layout, parts.dataspace.dims());
    let pieces = pieces.within("virtual dataset mappings")?;
    let fill = Fill::new(&parts.fill, unit)?;
    Ok(Source::Virtual(Box::new(Virtual::new(parts, pieces, request, fill, depth)?)))
}

/// The selected elements of a dataset that is in memory, all at once: compact data has at most 64 KiB, or 4 GiB in
/// old files, and is there already.
fn compact(data: &[u8], dims: &[u64], axes: &[Axis], unit: usize, out: &mut Vec<u8>) -> Result<()> {
    let lanes: Option<Vec<Lane>> = axes
        .iter()
        .zip(dims)
        .map(|(axis, dim)| Lane::new(*axis, 0..axis.len(), (0, *dim), (0, axis.len())))
        .collect();
    let lanes = lanes.ok_or_else(|| Error::argument("the selection leaves the dataset"))?;
    let n = axes.iter().try_fold(unit as u64, |n, a| n.checked_mul(a.len()));
    stretch(out, in_memory(n.unwrap_or(u64::MAX))?);
    copy(data, out, unit, &lanes);
    Ok(())
}
