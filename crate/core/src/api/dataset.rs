//! Datasets.

use super::object::{self, Node};
use super::{File, Object, Reading};
use crate::bytes::{Addr, Ctx, Reader};
use crate::error::{Context, Error, Result};
use crate::format::datatype::Datatype;
use crate::format::index::Entry;
use crate::format::message::{Dataspace, Extent, FillStatus, FillValue, FilterPipeline, Layout};
use crate::format::selection;
use crate::layout::{self, DatasetParts};
use crate::limits::Limits;
use crate::object::header::{ExternalFile, ObjectHeader};
use crate::order;
use crate::select::{Region, Selection, bounded};
use crate::storage::Medium;
use crate::value::Column;
use std::cell::OnceCell;
use std::rc::Rc;

/// Where a chunk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoredChunk {
    /// Position of its first byte in the file, user block included.
    pub position: u64,
    /// Bytes.
    pub size: u64,
    /// Filters it did not go through, bit `i` for filter `i`.
    pub mask: u32,
}

impl StoredChunk {
    fn new(medium: &Medium, entry: Entry) -> Option<StoredChunk> {
        let position = medium.absolute(entry.address?);
        Some(StoredChunk { position, size: entry.size, mask: entry.mask })
    }
}

/// A dataset.
#[derive(Clone)]
pub struct Dataset(Rc<Inner>);

struct Inner {
    node: Node,
    dataspace: Dataspace,
    datatype: Datatype,
    committed: Option<Addr>,
    parts: OnceCell<DatasetParts>,
}

impl Dataset {
    pub(super) fn open(node: Node, medium: &Medium) -> Result<Dataset> {
        let mut dataspace = node.blame(node.header.dataspace(medium))?;
        if matches!(&dataspace.extent, Extent::Simple { max: Some(_), .. }) {
            // The extents of a virtual dataset may follow its sources. A layout that is broken is reported when it
            // is asked for.
            if let Ok(layout @ Layout::Virtual { .. }) = node.header.stored_layout(medium) {
                dataspace.extent = node.blame(layout::extent(medium, &layout, dataspace.extent))?;
            }
        }
        let datatype = node.blame(node.header.datatype(medium))?;
        let committed = node.blame(node.header.committed_datatype(medium))?;
        Ok(Dataset(Rc::new(Inner { node, dataspace, datatype, committed, parts: OnceCell::new() })))
    }

    pub(super) fn node(&self) -> &Node {
        &self.0.node
    }

    /// Its file.
    pub fn file(&self) -> &File {
        &self.0.node.file
    }

    /// The dataset as it is now, see [`File::refresh`].
    pub fn refresh(&self) -> Result<Dataset> {
        self.file().forget();
        match self.file().object(self.node().header.address)? {
            Object::Dataset(dataset) => Ok(dataset),
            _ => Err(Error::argument("this is no dataset any more")),
        }
    }

    /// Shape and maximum shape.
    pub fn dataspace(&self) -> &Dataspace {
        &self.0.dataspace
    }

    /// Type of the elements in the file.
    pub fn datatype(&self) -> &Datatype {
        &self.0.datatype
    }

    /// The committed datatype it uses.
    pub fn committed(&self) -> Option<Addr> {
        self.0.committed
    }

    /// Where the elements are, also if that is in other files.
    pub fn layout(&self) -> Result<Layout> {
        self.look(|header, medium| header.stored_layout(medium))
    }

    /// What chunks go through.
    pub fn filters(&self) -> Result<FilterPipeline> {
        self.look(|header, medium| header.filter_pipeline(medium))
    }

    /// What unwritten elements read as.
    pub fn fill(&self) -> Result<FillValue> {
        self.look(|header, medium| header.fill_value(medium))
    }

    fn look<T>(&self, at: impl FnOnce(&ObjectHeader, &Medium) -> Result<T>) -> Result<T> {
        let node = &self.0.node;
        node.blame(at(&node.header, &*node.file.medium()?))
    }

    /// The fill value as one element, if one is set.
    pub fn fill_value(&self) -> Result<Option<Column>> {
        match self.fill()?.status {
            FillStatus::User(bytes) => {
                self.0.node.blame(object::decode(self.file(), self.datatype(), &bytes)).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Everything that reading needs, decoded once.
    fn parts(&self) -> Result<&DatasetParts> {
        if let Some(parts) = self.0.parts.get() {
            return Ok(parts);
        }
        let parts = self.look(|header, medium| DatasetParts::open(medium, header))?;
        Ok(self.0.parts.get_or_init(|| parts))
    }

    /// Starts to read a selection.
    pub fn read(&self, selection: &Selection) -> Result<Reading> {
        let selected = selection.resolve(self.dataspace().dims())?;
        let parts = self.parts()?;
        let read = self.look(|_, medium| layout::Read::new(medium, parts, &selected.slab))?;
        Ok(Reading::new(self.node(), self.datatype(), selected.shape(), read))
    }

    /// Starts to read a selection of any shape, whose elements come in its own order.
    pub fn read_region(&self, region: &Region) -> Result<Reading> {
        let parts = self.parts()?;
        let read = self.look(|_, medium| layout::Read::region(medium, parts, region))?;
        Ok(Reading::new(self.node(), self.datatype(), region.shape(), read))
    }

    /// Starts to read what a region reference leads to: `bytes` are its selection as it is stored, see
    /// [`Target::Region`](crate::format::reference::Target::Region).
    pub fn read_stored(&self, bytes: &[u8]) -> Result<Reading> {
        let dims = self.dataspace().dims();
        let stored = selection::Selection::decode(&mut Reader::new(bytes, 0, Ctx::WIDE));
        // Where the bytes were in the file is not known any more.
        let stored = stored.map_err(|e| Error::new(e.kind(), e.what().to_owned()).within("region reference"));
        let chosen = bounded(&self.0.node.blame(stored)?.chosen, dims);
        self.read_region(&Region::stored(&chosen, dims)?)
    }

    /// The datasets that a virtual dataset is made of, as written in it: names of file and dataset of each mapping.
    pub fn sources(&self) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        self.look(|header, medium| layout::virtual_sources(medium, &header.stored_layout(medium)?))
    }

    /// The files that hold the elements instead of this one.
    pub fn external_files(&self) -> Result<Vec<ExternalFile>> {
        self.look(|header, medium| header.external_files(medium).map(Option::unwrap_or_default))
    }

    /// All stored chunks, in C order: where each one begins, counted in elements, and where it is.
    ///
    /// Errors: `Argument` if the dataset has no chunks.
    pub fn chunks(&self) -> Result<Vec<(Vec<u64>, StoredChunk)>> {
        let parts = self.parts()?;
        let Layout::Chunked { chunk, .. } = &parts.layout else {
            return Err(Error::argument("a dataset without chunks"));
        };
        let mut found = Vec::new();
        self.look(|_, medium| {
            found.clear();
            layout::each_chunk(medium, parts, &mut |coord, entry| {
                let offset: Vec<u64> = coord.iter().zip(chunk).map(|(c, n)| c.saturating_mul(*n)).collect();
                found.extend(StoredChunk::new(medium, entry).map(|chunk| (offset, chunk)));
                Ok(())
            })
        })
        .within("chunk index")?;
        let order = order::indices(found.len(), &mut |a, b| found[a].0.cmp(&found[b].0));
        Ok(order.into_iter().map(|i| std::mem::take(&mut found[i])).collect())
    }

    /// The chunk that begins at the element `offset`; none if it is not stored.
    ///
    /// Errors: `Argument` if the dataset has no chunks, or none that begins there.
    pub fn chunk(&self, offset: &[u64]) -> Result<Option<StoredChunk>> {
        let parts = self.parts()?;
        self.look(|_, medium| Ok(StoredChunk::new(medium, layout::chunk_at(medium, parts, offset)?)))
    }

    /// The bytes of that chunk as they are stored, and which of its filters it did not go through.
    ///
    /// Errors: as those of [`chunk`](Dataset::chunk).
    pub fn raw_chunk(&self, offset: &[u64]) -> Result<Option<(Vec<u8>, u32)>> {
        let parts = self.parts()?;
        self.look(|_, medium| {
            let entry = layout::chunk_at(medium, parts, offset)?;
            let Some(address) = entry.address else { return Ok(None) };
            medium.check(address, entry.size)?;
            let mut bytes = vec![0; Limits::check(entry.size, medium.limits.chunk, "a chunk")?];
            medium.read_into(address, &mut bytes)?;
            Ok(Some((bytes, entry.mask)))
        })
        .within("chunk")
    }

    /// Position in the file, user block included, of the first byte of elements that lie there in one piece, without chunks; none
    /// if nothing is stored, or it is elsewhere.
    pub fn position(&self) -> Result<Option<u64>> {
        let parts = self.parts()?;
        let Layout::Contiguous { address: Some(address), .. } = &parts.layout else { return Ok(None) };
        if !parts.external.is_empty() {
            return Ok(None);
        }
        self.look(|_, medium| Ok(Some(medium.absolute(*address))))
    }

    /// Bytes that the elements occupy in the file, after filters.
    pub fn storage_size(&self) -> Result<u64> {
        let parts = self.parts()?;
        self.look(|_, medium| layout::storage_size(medium, parts)).within("storage size")
    }
}
