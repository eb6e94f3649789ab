//! The elements of datasets: writing selections of them, changing the extents, appending.

use crate::error::{Error, Result};
use crate::format::message::{Dataspace, Extent, Layout, flag, kind};
use crate::format::{Encode, length};
use crate::layout::DatasetParts;
use crate::object::header::ObjectKind;
use crate::object::shared;
use crate::select::{Axis, Hyperslab, Region, Selection};
use crate::value::{Column, store};
use crate::write::broadcast::Broadcast;
use crate::write::node::NodeId;
use crate::write::{Data, Editor, Elements, Made, Ready, StoredChunk, raw, shared_messages, swmr};

impl Editor {
    /// Writes `data` to the selected elements of the dataset at `path`. If `shape` is given, it is the shape of
    /// `data`, which is broadcast to what is selected by NumPy's rules: one value is written to every element.
    /// Otherwise there are as many values as selected elements.
    ///
    /// Errors: `NotFound`, `Argument` if the selection does not fit the dataset, or the values do not fit it or the
    /// datatype, or are elements of a virtual dataset that it has from nowhere; `Unsupported` for elements in other files,
    /// and for filters that cannot be applied.
    pub fn write(
        &mut self,
        path: &str,
        selection: &Selection,
        data: Data<'_>,
        shape: Option<&[u64]>,
    ) -> Result<()> {
        self.change_elements(path, |editor, id| {
            let parts = editor.readable(id)?;
            let selected = selection.resolve(parts.dataspace.dims())?;
            let region = Region::slab(selected.slab.clone(), parts.dataspace.dims())?;
            editor.write_to(id, &parts, &region, &selected.shape(), data, shape)
        })
    }

    /// The same for a selection of any shape, in whose order the values are.
    pub fn write_region(
        &mut self,
        path: &str,
        region: &Region,
        data: Data<'_>,
        shape: Option<&[u64]>,
    ) -> Result<()> {
        self.change_elements(path, |editor, id| {
            let parts = editor.readable(id)?;
            editor.write_to(id, &parts, region, &region.shape(), data, shape)
        })
    }

    /// The extents of the dataset at `path`, as it is staged.
    ///
    /// Errors: `NotFound`, `Argument` if it is no dataset.
    pub fn shape(&mut self, path: &str) -> Result<Vec<u64>> {
        let id = self.stage.find(&self.out, path)?;
        Ok(self.readable(id)?.dataspace.dims().to_vec())
    }

    /// Gives the dataset at `path` the extents `dims`. What is new reads as the fill value, what is outside of them is
    /// lost.
    ///
    /// Errors: `NotFound`; `Argument` if the dataset has no chunks, or another rank, or smaller maximum extents.
    pub fn resize(&mut self, path: &str, dims: &[u64]) -> Result<()> {
        self.change_elements(path, |editor, id| {
            let parts = editor.parts(id)?;
            editor.resize_to(id, &parts, dims)
        })
    }

    /// Makes the dataset at `path` longer along `axis` by what `data` holds, and writes that there. The other extents
    /// of the data, whose shape is `shape`, are those of the dataset; one dimension less means one position.
    ///
    /// Errors: as those of [`resize`](Editor::resize) and [`write`](Editor::write).
    pub fn append(&mut self, path: &str, axis: usize, data: Data<'_>, shape: &[u64]) -> Result<()> {
        self.change_elements(path, |editor, id| {
            let parts = editor.parts(id)?;
            let old = parts.dataspace.dims();
            let Some(length) = old.get(axis).copied() else {
                return Err(Error::argument(format!("axis {axis} of a dataset of {} dimensions", old.len())));
            };
            let mut wanted = shape.to_vec();
            if wanted.len() + 1 == old.len() {
                wanted.insert(axis, 1);
            }
            let others = |dims: &[u64]| -> Vec<u64> {
                dims.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, d)| *d).collect()
            };
            if wanted.len() != old.len() || others(&wanted) != others(old) {
                let what = format!("values of shape {shape:?} behind a dataset of {old:?} along axis {axis}");
                return Err(Error::argument(what));
            }
            let grown = length.checked_add(wanted[axis]);
            let mut dims = old.to_vec();
            dims[axis] = grown.ok_or_else(|| Error::argument("more than 2^64 positions"))?;
            editor.resize_to(id, &parts, &dims)?;
            let parts = editor.parts(id)?;
            let axes = dims
                .iter()
                .enumerate()
                .map(|(i, d)| if i == axis { Axis::run(length, wanted[axis]) } else { Axis::run(0, *d) });
            let region = Region::slab(Hyperslab::new(axes.collect(), &dims)?, &dims)?;
            editor.write_to(id, &parts, &region, &wanted, data, None)
        })
    }

    /// Stores a chunk of the dataset at `path` as it is: `bytes` are what its filters would make of the elements, but for
    /// those that `mask` names (bit `i` for filter `i`). The chunk begins at the element `offset`.
    ///
    /// Errors: `NotFound`; `Argument` if there are no chunks or none begins there, or if the bytes can be none;
    /// `Unsupported` for elements whose values are in the global heap.
    pub fn write_chunk(&mut self, path: &str, offset: &[u64], bytes: &[u8], mask: u32) -> Result<()> {
        let chunk = StoredChunk { offset: offset.to_vec(), bytes: bytes.to_vec(), mask };
        self.write_chunks(path, None, &mut std::iter::once(chunk)).map(drop)
    }

    /// The same for several chunks, all of them or none. They may be made for certain extents of the dataset, and for those that
    /// it gets before: false, and nothing is changed, if it has others.
    pub fn write_chunks(
        &mut self,
        path: &str,
        extents: Option<(&[u64], &[u64])>,
        chunks: &mut dyn Iterator<Item = StoredChunk>,
    ) -> Result<bool> {
        let mut fits = true;
        self.change_elements(path, |editor, id| {
            if let Some((before, after)) = extents {
                let parts = editor.parts(id)?;
                fits = parts.dataspace.dims() == before;
                if !fits {
                    return Ok(());
                }
                if after != before {
                    editor.resize_to(id, &parts, after)?;
                }
            }
            let parts = editor.parts(id)?;
            let layout = raw::put_chunks(&mut editor.out, &parts, id.0, chunks)?;
            editor.put_layout(id, layout)
        })?;
        Ok(fits)
    }

    /// Does all of a change of elements or nothing of it.
    fn change_elements(
        &mut self,
        path: &str,
        change: impl FnOnce(&mut Editor, NodeId) -> Result<()>,
    ) -> Result<()> {
        self.attempt(path, |editor| {
            let id = editor.stage.find(&editor.out, path)?;
            if editor.out.space.is_shared() {
                swmr::check(editor.stage.node(id), &editor.parts(id)?)?;
            }
            if editor.out.chunks.is_filling() {
                editor.store_chunks()?;
            }
            change(editor, id)
        })
    }

    /// Stores the chunks that were held back.
    pub(in crate::write) fn store_chunks(&mut self) -> Result<()> {
        for dataset in self.out.chunks.datasets() {
            let id = NodeId(dataset);
            let parts = self.parts(id)?;
            let layout = raw::store(&mut self.out, &parts, dataset)?;
            self.put_layout(id, layout)?;
        }
        Ok(())
    }

    /// What the messages of a staged dataset say.
    fn parts(&self, id: NodeId) -> Result<DatasetParts> {
        raw::parts(&self.out, self.stage.node(id))
    }

    /// The same, of a virtual dataset too.
    fn readable(&self, id: NodeId) -> Result<DatasetParts> {
        let header = raw::header(self.stage.node(id));
        match header.kind() {
            Ok(ObjectKind::Dataset) => DatasetParts::open(&self.out.medium, &header),
            _ => self.parts(id),
        }
    }

    pub(super) fn put_layout(&mut self, id: NodeId, layout: Option<Layout>) -> Result<()> {
        let Some(layout) = layout else { return Ok(()) };
        let mut w = self.out.writer();
        layout.encode(&mut w, self.out.low)?;
        self.put_body(id, kind::LAYOUT, w.into_bytes())
    }

    /// Puts another body into the message of this type.
    fn put_body(&mut self, id: NodeId, kind: u16, data: Vec<u8>) -> Result<()> {
        let followed = self.out.space.is_shared();
        let node = self.stage.node_mut(id);
        if data.len() > node.largest_message() {
            let what = format!("{} bytes do not fit into an object header", data.len());
            return Err(Error::argument(what));
        }
        let message = node.messages.iter_mut().find(|m| m.kind == kind);
        let message = message.ok_or_else(|| Error::malformed("a dataset without a message that it needs"))?;
        if followed && message.data.len() != data.len() {
            return Err(swmr::refused("changing how long a message of an object header is"));
        }
        message.data = data;
        node.changed = true;
        Ok(())
    }

    fn resize_to(&mut self, id: NodeId, parts: &DatasetParts, dims: &[u64]) -> Result<()> {
        if parts.dataspace.dims() == dims && !dims.is_empty() {
            return Ok(());
        }
        if self.out.space.is_shared() {
            swmr::check_extents(parts, dims)?;
        }
        let layout = raw::resize(&mut self.out, parts, id.0, dims)?;
        self.put_layout(id, layout)?;
        let max = match &parts.dataspace.extent {
            Extent::Simple { max, .. } => max.clone(),
            _ => None,
        };
        let space = Dataspace { extent: Extent::Simple { dims: dims.to_vec(), max } };
        let node = self.stage.node_mut(id);
        let address = node.address;
        let Some(message) = node.messages.iter_mut().find(|m| m.kind == kind::DATASPACE) else {
            return Err(Error::malformed("a dataset without a dataspace"));
        };
        let body = shared::body(&self.out.medium, message)?.reader(&self.out.medium).rest().to_vec();
        shared_messages::lose(&mut self.out, address, message)?;
        message.flags &= !(flag::SHARED | flag::SHAREABLE);
        let mut w = self.out.writer();
        space.encode_as(&mut w, body.first().copied().unwrap_or(1))?;
        self.put_body(id, kind::DATASPACE, w.into_bytes())
    }

    /// Writes values to a region, whose elements have the shape `to`.
    fn write_to(
        &mut self,
        id: NodeId,
        parts: &DatasetParts,
        region: &Region,
        to: &[u64],
        data: Data<'_>,
        shape: Option<&[u64]>,
    ) -> Result<()> {
        if parts.dataspace.is_null() {
            return Err(Error::argument("a dataset with a null dataspace has no elements"));
        }
        let from = shape.unwrap_or(to);
        let given = from.iter().try_fold(1u64, |n, d| n.checked_mul(*d));
        let given = given.ok_or_else(|| Error::argument("more than 2^64 values"))?;
        let datatype = &parts.datatype;
        match data {
            Data::Late => Err(Error::argument("there are no values to write")),
            Data::Elements(elements) => self.put_elements(id, parts, region, to, elements, from),
            Data::Bytes(_) if datatype.uses_heap() => {
                Err(Error::argument("values of variable length cannot be given as bytes"))
            }
            Data::Bytes(bytes) => {
                if given.checked_mul(datatype.size.into()) != Some(bytes.len() as u64) {
                    let (len, size) = (bytes.len(), datatype.size);
                    let what = format!("{len} bytes of data for {given} elements of {size} bytes");
                    return Err(Error::argument(what));
                }
                self.put_elements(id, parts, region, to, &mut Ready::new(bytes, datatype.size), from)
            }
            Data::Column(column) => {
                if store::count(column) as u64 != given {
                    let count = store::count(column);
                    return Err(Error::argument(format!("{count} values for {given} elements")));
                }
                if datatype.uses_heap() {
                    return self.put_variable(id, parts, region, to, column, from);
                }
                let mut convert = Made(|first, count, out: &mut Vec<u8>| {
                    let range = length(first)?..length(first.saturating_add(count))?;
                    store::store(datatype, column, range, &mut store::no_heap, out)
                });
                self.put_elements(id, parts, region, to, &mut convert, from)
            }
        }
    }

    fn put_elements(
        &mut self,
        id: NodeId,
        parts: &DatasetParts,
        region: &Region,
        to: &[u64],
        elements: &mut dyn Elements,
        from: &[u64],
    ) -> Result<()> {
        let mut broadcast = Broadcast::new(elements, parts.datatype.size, from, to)?;
        self.put(id, parts, region, &mut broadcast)
    }

    /// Values of which each element needs its own in the global heap, repeated or not.
    fn put_variable(
        &mut self,
        id: NodeId,
        parts: &DatasetParts,
        region: &Region,
        to: &[u64],
        column: &Column,
        from: &[u64],
    ) -> Result<()> {
        let numbers: Vec<u8> = (0..store::count(column) as u64).flat_map(u64::to_le_bytes).collect();
        let mut which = Ready::new(&numbers, 8);
        let mut which = Broadcast::new(&mut which, 8, from, to)?;
        let mut wanted = Vec::new();
        which.append(0, region.elements(), &mut wanted)?;
        let mut bytes = Vec::new();
        let out = &mut self.out;
        for number in wanted.as_chunks::<8>().0 {
            let n = length(u64::from_le_bytes(*number))?;
            let mut heap = |object: &[u8]| out.put_in_heap(object);
            store::store(&parts.datatype, column, n..n + 1, &mut heap, &mut bytes)?;
        }
        out.trim_heap()?;
        self.put_elements(id, parts, region, to, &mut Ready::new(&bytes, parts.datatype.size), to)
    }
}
