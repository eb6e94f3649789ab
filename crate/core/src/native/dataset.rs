//! Datasets.

use super::element::{FromColumn, ToColumn};
use super::handle::Handle;
use super::select::{Select, Selected};
use super::{Attributes, Columns, File};
use crate::api::{self, StoredChunk};
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::message::{Filter, Layout};
use crate::value::{self, Column};
use crate::write::{Data, Editor};
use std::cell::OnceCell;
use std::rc::Rc;

/// A dataset: elements of one type, in a shape.
///
/// Values are vectors in C order: the last axis varies fastest. What is read or written is a [selection](Select), or everything.
///
/// ```
/// # let file = hyperslab::File::in_memory()?;
/// # file.create_dataset("entry/data").shape([3, 4]).chunks([1, 4]).write(&(0..12).collect::<Vec<i32>>())?;
/// let data = file.dataset("entry/data")?;
/// assert_eq!(data.shape()?, [3, 4]);
/// assert_eq!(data.read::<i32>()?.len(), 12);
/// assert_eq!(data.read_slice::<f64>((1, 1..3))?, [5.0, 6.0]);
/// assert_eq!(data.read_slice::<i32>("::2, -1")?, [3, 11]);
///
/// data.write_slice((.., 0), &[-1, -2, -3])?;
/// data.fill_slice(2.., &7)?;
/// assert_eq!(data.read_slice::<i32>((.., 0))?, [-1, -2, 7]);
/// # hyperslab::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct Dataset(pub(super) Handle, Rc<OnceCell<Datatype>>);

impl Dataset {
    pub(super) fn over(handle: Handle) -> Dataset {
        Dataset(handle, Rc::default())
    }

    /// Its file.
    pub fn file(&self) -> &File {
        &self.0.file
    }

    /// The path by which it was found, from the root of its file; empty if a reference led to it.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The last name of its path.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Its attributes.
    pub fn attrs(&self) -> Attributes {
        Attributes(self.0.clone())
    }

    /// Looks at it as the engine knows it.
    fn look<T>(&self, look: impl FnOnce(&api::Dataset) -> Result<T>) -> Result<T> {
        self.0.check()?;
        self.file().decoded(self.0.address).and_then(|d| look(&d)).map_err(|e| self.0.blame(e))
    }

    /// Its extents; none for a single value, and for a dataset without any.
    pub fn shape(&self) -> Result<Vec<u64>> {
        self.look(|d| Ok(d.dataspace().dims().to_vec()))
    }

    /// How far each axis may grow; `None` has no end.
    pub fn max_shape(&self) -> Result<Vec<Option<u64>>> {
        self.look(|d| Ok(d.dataspace().max_dims()))
    }

    /// Elements there are.
    ///
    /// # Errors
    ///
    /// `Limit` for more than 2^64.
    pub fn len(&self) -> Result<u64> {
        self.look(|d| d.dataspace().elements())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// The type of its elements in the file.
    pub fn datatype(&self) -> Result<Datatype> {
        self.look(|d| Ok(d.datatype().clone()))
    }

    /// Extents of its chunks, if it has any.
    pub fn chunk_shape(&self) -> Result<Option<Vec<u64>>> {
        self.look(|d| match d.layout()? {
            Layout::Chunked { chunk, .. } => Ok(Some(chunk)),
            _ => Ok(None),
        })
    }

    /// What its chunks go through, first applied first.
    pub fn filters(&self) -> Result<Vec<Filter>> {
        self.look(|d| Ok(d.filters()?.filters))
    }

    /// What elements are that were never written, if that was said.
    pub fn fill_value<T: FromColumn>(&self) -> Result<Option<T>> {
        let value = self.look(api::Dataset::fill_value)?;
        value.map_or(Ok(None), |column| Ok(super::element::values(&column)?.pop()))
    }

    /// Bytes that its elements occupy in the file.
    pub fn storage_size(&self) -> Result<u64> {
        self.look(api::Dataset::storage_size)
    }

    /// Its stored chunks: where each begins, counted in elements, and where it is in the file.
    ///
    /// # Errors
    ///
    /// `Argument` if it has no chunks.
    pub fn chunks(&self) -> Result<Vec<(Vec<u64>, StoredChunk)>> {
        self.look(api::Dataset::chunks)
    }

    /// The bytes of the chunk that begins at the element `offset`, as they are stored, and which of its filters they did not
    /// go through (bit `i` for filter `i`); `None` if it is not stored.
    ///
    /// # Errors
    ///
    /// `Argument` if it has no chunks, or none begins there.
    pub fn read_raw_chunk(&self, offset: &[u64]) -> Result<Option<(Vec<u8>, u32)>> {
        self.look(|d| d.raw_chunk(offset))
    }

    /// Stores a chunk as it is: what its filters would make of the elements, but for those that `mask` names.
    ///
    /// # Errors
    ///
    /// `Argument` if it has no chunks, or none begins there, or if the bytes can be none; `Unsupported` for elements of variable
    /// length; `ReadOnly`.
    pub fn write_raw_chunk(&self, offset: &[u64], bytes: &[u8], mask: u32) -> Result<()> {
        self.change(|editor, path| editor.write_chunk(path, offset, bytes, mask))
    }

    /// All elements.
    ///
    /// # Errors
    ///
    /// `Argument` if they cannot be read as `T`; `Unsupported` for filters that are not there; `Malformed` for broken files;
    /// `Limit` if they do not fit into memory.
    pub fn read<T: FromColumn>(&self) -> Result<Vec<T>> {
        self.read_slice(..)
    }

    /// The selected elements.
    ///
    /// # Errors
    ///
    /// As for [`read`](Dataset::read), and `Argument` for selections that do not fit.
    pub fn read_slice<T: FromColumn>(&self, selection: impl Select) -> Result<Vec<T>> {
        let mut batches = self.batches(selection)?;
        let mut all = Vec::new();
        let n = usize::try_from(batches.reading.elements()).ok();
        let room = n.map(|n| all.try_reserve_exact(n).is_ok());
        if room != Some(true) {
            let what = format!("{} elements do not fit into memory", batches.reading.elements());
            return Err(self.0.blame(Error::limit(what)));
        }
        while batches.extend(&mut all)? {}
        Ok(all)
    }

    /// The only element, of a dataset that has one.
    ///
    /// # Errors
    ///
    /// As for [`read`](Dataset::read), and `Argument` if there are none, or more.
    pub fn read_scalar<T: FromColumn>(&self) -> Result<T> {
        let n = self.len()?;
        let one = if n == 1 { self.read()?.pop() } else { None };
        one.ok_or_else(|| self.0.blame(Error::argument(format!("{n} elements where one is expected"))))
    }

    /// The selected elements, some at a time: about a chunk, or a megabyte. However large a dataset is, little of it is in
    /// memory.
    ///
    /// ```
    /// # let file = hyperslab::File::in_memory()?;
    /// # let data = file.create_dataset("d").write(&[1.0, 2.5])?;
    /// let mut sum = 0.0;
    /// for batch in data.batches::<f64>(..)? {
    ///     sum += batch?.iter().sum::<f64>();
    /// }
    /// # assert_eq!(sum, 3.5);
    /// # hyperslab::Result::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`read_slice`](Dataset::read_slice).
    pub fn batches<T: FromColumn>(&self, selection: impl Select) -> Result<Batches<T>> {
        let reading = self.start(&selection)?;
        let (handle, begun) = (self.0.clone(), self.file().changes());
        Ok(Batches { handle, begun, reading, element: std::marker::PhantomData })
    }

    fn start(&self, selection: &dyn Select) -> Result<api::Reading> {
        self.look(|d| match selection.select(d.dataspace().dims())? {
            Selected::Slab(selection) => d.read(&selection),
            Selected::Region(region) => d.read_region(&region),
        })
    }

    /// Shape of what a selection selects.
    ///
    /// # Errors
    ///
    /// `Argument` if it does not fit.
    pub fn slice_shape(&self, selection: impl Select) -> Result<Vec<u64>> {
        self.look(|d| selection.select(d.dataspace().dims())?.shape(d.dataspace().dims()))
    }

    /// The selected elements as a column, of whatever type they are.
    ///
    /// # Errors
    ///
    /// As for [`read_slice`](Dataset::read_slice), but for the type.
    pub fn read_column(&self, selection: impl Select) -> Result<Column> {
        let mut reading = self.start(&selection)?;
        let read = || {
            let mut all = reading.template()?;
            while let Some((_, column)) = reading.next()? {
                all.append(&column, 0..value::store::count(&column))?;
            }
            Ok(all)
        };
        let mut read = read;
        read().map_err(|e| self.0.blame(e))
    }

    /// The selected records of a dataset of compounds, member by member.
    ///
    /// # Errors
    ///
    /// As for [`read_slice`](Dataset::read_slice).
    pub fn read_columns(&self, selection: impl Select) -> Result<Columns> {
        Columns::from_column(self.read_column(selection)?).map_err(|e| self.0.blame(e))
    }

    /// Writes all elements.
    ///
    /// # Errors
    ///
    /// `Argument` if there are more or fewer values than elements, or if they cannot be converted to the dataset's type;
    /// `Unsupported` for filters that are not there; `ReadOnly`.
    pub fn write<T: ToColumn>(&self, values: &[T]) -> Result<()> {
        self.write_slice(.., values)
    }

    /// Writes the selected elements, in C order.
    ///
    /// # Errors
    ///
    /// As for [`write`](Dataset::write), and `Argument` for selections that do not fit.
    pub fn write_slice<T: ToColumn>(&self, selection: impl Select, values: &[T]) -> Result<()> {
        self.write_column(selection, &T::column(values)?)
    }

    /// Writes one value to all selected elements.
    ///
    /// # Errors
    ///
    /// As for [`write_slice`](Dataset::write_slice).
    pub fn fill_slice<T: ToColumn>(&self, selection: impl Select, value: &T) -> Result<()> {
        self.put(&selection, &T::column(std::slice::from_ref(value))?, Some(&[]))
    }

    /// Writes a column, of whatever type, to the selected elements.
    ///
    /// # Errors
    ///
    /// As for [`write_slice`](Dataset::write_slice).
    pub fn write_column(&self, selection: impl Select, column: &Column) -> Result<()> {
        self.put(&selection, column, None)
    }

    /// Writes records to the selected elements.
    ///
    /// # Errors
    ///
    /// As for [`write_slice`](Dataset::write_slice).
    pub fn write_columns(&self, selection: impl Select, columns: &Columns) -> Result<()> {
        self.write_column(selection, &columns.parts()?.1)
    }

    fn put(&self, selection: &dyn Select, column: &Column, shape: Option<&[u64]>) -> Result<()> {
        let data = data(column, self.stored()?);
        let dims = self.0.change(|editor, path| editor.shape(path))?;
        let selected = selection.select(&dims).map_err(|e| self.0.blame(e))?;
        self.change(|editor, path| match &selected {
            Selected::Slab(selection) => editor.write(path, selection, data, shape),
            Selected::Region(region) => editor.write_region(path, region, data, shape),
        })
    }

    /// Changes its elements.
    fn change(&self, change: impl FnOnce(&mut Editor, &str) -> Result<()>) -> Result<()> {
        let changed = self.0.change(change);
        self.file().touch(self.0.address);
        changed
    }

    /// Its datatype, which stays what it is: what waits to be written need not be written to know it.
    fn stored(&self) -> Result<&Datatype> {
        if let Some(known) = self.1.get() {
            return Ok(known);
        }
        let datatype = self.datatype()?;
        Ok(self.1.get_or_init(|| datatype))
    }

    /// Gives it other extents. What is new reads as the fill value, what is outside is lost.
    ///
    /// # Errors
    ///
    /// `Argument` if it has no chunks, or smaller maximum extents; `ReadOnly`.
    pub fn resize(&self, shape: impl AsRef<[u64]>) -> Result<()> {
        self.change(|editor, path| editor.resize(path, shape.as_ref()))
    }

    /// Makes it longer along its first axis by these values: whole rows, one or several.
    ///
    /// # Errors
    ///
    /// `Argument` if it cannot grow, or if the values are no whole rows; otherwise as for [`write`](Dataset::write).
    pub fn append<T: ToColumn>(&self, values: &[T]) -> Result<()> {
        let (column, n) = (T::column(values)?, values.len() as u64);
        let data = data(&column, self.stored()?);
        self.change(|editor, path| {
            let shape = rows(editor, path, n)?;
            editor.append(path, 0, data, &shape)
        })
    }

    /// Makes it a dimension scale, called `name`.
    ///
    /// # Errors
    ///
    /// `Argument` if it has scales itself; `ReadOnly`.
    pub fn make_scale(&self, name: &str) -> Result<()> {
        self.0.change(|editor, path| editor.make_scale(path, name))
    }

    /// Makes another dataset a scale of one of its axes.
    ///
    /// # Errors
    ///
    /// `Argument` if there is no such axis; `ReadOnly`.
    pub fn attach_scale(&self, axis: usize, scale: &Dataset) -> Result<()> {
        let scale = scale.0.place()?;
        self.0.change(|editor, path| editor.attach_scale(path, axis, scale))
    }

    /// Says what one of its axes is called.
    ///
    /// # Errors
    ///
    /// `Argument` if there is no such axis; `ReadOnly`.
    pub fn label_axis(&self, axis: usize, label: &str) -> Result<()> {
        self.0.change(|editor, path| editor.set_axis_label(path, axis, label))
    }
}

/// A column as the engine takes it: as bytes where those are the file's.
pub(super) fn data<'a>(column: &'a Column, datatype: &Datatype) -> Data<'a> {
    match column {
        Column::Numbers { kind, bytes } if value::native(datatype) == Some(*kind) => Data::Bytes(bytes),
        column => Data::Column(column),
    }
}

/// The shape of `n` values as rows of a dataset.
fn rows(editor: &mut Editor, path: &str, n: u64) -> Result<Vec<u64>> {
    let mut dims = editor.shape(path)?;
    let row = dims.iter().skip(1).try_fold(1u64, |n, d| n.checked_mul(*d)).unwrap_or(u64::MAX);
    let Some(first) = dims.first_mut() else {
        return Err(Error::argument("a dataset without axes cannot grow"));
    };
    if row == 0 || !n.is_multiple_of(row) {
        return Err(Error::argument(format!("{n} values behind rows of {row}")));
    }
    *first = n / row;
    Ok(dims)
}

/// A dataset's elements, some at a time. After an error there are no more, and it is one if the elements are changed
/// meanwhile; those of other datasets may be.
pub struct Batches<T> {
    handle: Handle,
    /// The last change before.
    begun: u64,
    reading: api::Reading,
    element: std::marker::PhantomData<T>,
}

impl<T: FromColumn> Batches<T> {
    /// Shape of everything that is selected.
    pub fn shape(&self) -> &[u64] {
        self.reading.shape()
    }

    /// Appends the next elements; whether there were any.
    fn extend(&mut self, all: &mut Vec<T>) -> Result<bool> {
        self.handle.check()?;
        if self.handle.file.is_touched(self.handle.address, self.begun) {
            return Err(self.handle.blame(Error::argument("the elements were changed while they were read")));
        }
        let Some((_, column)) = self.reading.next().map_err(|e| self.handle.blame(e))? else {
            return Ok(false);
        };
        T::extend(&column, all).map_err(|e| self.handle.blame(e))?;
        self.reading.reuse(column);
        Ok(true)
    }
}

impl<T: FromColumn> Iterator for Batches<T> {
    type Item = Result<Vec<T>>;

    fn next(&mut self) -> Option<Result<Vec<T>>> {
        let mut batch = Vec::new();
        match self.extend(&mut batch) {
            Ok(false) => None,
            Ok(true) => Some(Ok(batch)),
            Err(e) => Some(Err(e)),
        }
    }
}
