//! New datasets.

use super::element::ToColumn;
use super::{Columns, Compression, Dataset, Group};
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::message::{Dataspace, Extent, Filter};
use crate::value::{Column, store};
use crate::write::{Chunks, Data, DatasetSpec, Fill};

/// A dataset to be made, see [`Group::create_dataset`]. What is not said is as in h5py: in one piece and uncompressed, or in
/// chunks as they are usually chosen where something needs them.
#[must_use = "nothing is made before `write` or `create`"]
pub struct DatasetBuilder {
    group: Result<Group>,
    path: String,
    shape: Option<Vec<u64>>,
    spec: DatasetSpec,
    max: Option<Vec<Option<u64>>>,
    datatype: Option<Datatype>,
    /// What was wrong before.
    wrong: Option<Error>,
}

impl DatasetBuilder {
    pub(super) fn new(group: Result<Group>, path: &str) -> DatasetBuilder {
        let spec = DatasetSpec::new(Datatype::integer(1, false), Dataspace::simple(Vec::new()));
        let path = path.to_owned();
        DatasetBuilder { group, path, shape: None, spec, max: None, datatype: None, wrong: None }
    }

    /// Its extents; none at all is a single value. Default: as many as there are values.
    pub fn shape(mut self, shape: impl AsRef<[u64]>) -> Self {
        self.shape = Some(shape.as_ref().to_vec());
        self
    }

    /// How far each axis may grow, `None` without end. It is stored in chunks then.
    pub fn max_shape(mut self, max: impl AsRef<[Option<u64>]>) -> Self {
        self.max = Some(max.as_ref().to_vec());
        self
    }

    /// The type of its elements in the file. Default: that of the values.
    pub fn datatype(mut self, datatype: Datatype) -> Self {
        self.datatype = Some(datatype);
        self
    }

    /// The same in NumPy's spelling: `"<f4"`, `"uint16"`, `"S10"`, `"string"`, see [`datatype::parse`](crate::datatype::parse).
    pub fn dtype(mut self, text: &str) -> Self {
        match text.parse() {
            Ok(datatype) => self.datatype = Some(datatype),
            Err(e) => self.wrong = Some(e),
        }
        self
    }

    /// A committed datatype as the type of its elements.
    pub fn committed(mut self, datatype: &super::CommittedDatatype) -> Self {
        match datatype.datatype().and_then(|known| Ok((known, datatype.0.place()?.to_owned()))) {
            Ok((known, path)) => (self.datatype, self.spec.committed) = (Some(known), Some(path)),
            Err(e) => self.wrong = Some(e),
        }
        self
    }

    /// Stored in chunks of these extents.
    pub fn chunks(mut self, chunk: impl AsRef<[u64]>) -> Self {
        self.spec.chunks = Chunks::Shape(chunk.as_ref().to_vec());
        self
    }

    /// Stored in chunks whose extents are chosen as h5py would.
    pub fn auto_chunks(mut self) -> Self {
        self.spec.chunks = Chunks::Guess;
        self
    }

    /// Stored in the object's header: for some small values.
    pub fn compact(mut self) -> Self {
        self.spec.compact = true;
        self
    }

    /// Chunks are deflated, at this level from 0 to 9.
    pub fn gzip(self, level: u8) -> Self {
        self.compression(Compression::Gzip(level))
    }

    /// Chunks are compressed so.
    pub fn compression(mut self, compression: Compression) -> Self {
        match compression.filter() {
            Ok(filter) => self.spec.filters.push(filter),
            Err(level) => self.spec.gzip = Some(level),
        }
        self
    }

    /// Chunks go through one more filter, with these parameters as its plugin for libhdf5 takes them.
    pub fn filter(mut self, id: u16, values: &[u32]) -> Self {
        self.spec.filters.push(Filter { id, optional: true, name: Vec::new(), values: values.to_vec() });
        self
    }

    /// The bytes of equal weight come together before they are compressed.
    pub fn shuffle(mut self) -> Self {
        self.spec.shuffle = true;
        self
    }

    /// Every chunk has a checksum.
    pub fn fletcher32(mut self) -> Self {
        self.spec.fletcher32 = true;
        self
    }

    /// What elements are that were never written; zeros if nobody says.
    pub fn fill_value<T: ToColumn>(mut self, value: T) -> Self {
        match T::column(&[value]) {
            Ok(column) => {
                self.spec.fill = Fill::Value(column);
                self.datatype.get_or_insert_with(T::datatype);
            }
            Err(e) => self.wrong = Some(e),
        }
        self
    }

    /// What else can be said, in the engine's words. Shape and type are set by this builder.
    pub fn with(mut self, say: impl FnOnce(&mut DatasetSpec)) -> Self {
        say(&mut self.spec);
        self
    }

    /// Makes it, and the groups on the way. There are no values: all read as the fill value.
    ///
    /// # Errors
    ///
    /// `Argument` if the name is taken, or if what was said contradicts itself; `ReadOnly`.
    pub fn create(mut self) -> Result<Dataset> {
        let shape = self.shape.take().unwrap_or_default();
        let none = || Error::argument("a dataset without values needs a datatype");
        let datatype = match self.datatype.take() {
            Some(datatype) => datatype,
            None => return Err(self.blame(none())),
        };
        self.finish(datatype, shape, None)
    }

    /// Makes it, and the groups on the way, and writes its values, in C order.
    ///
    /// # Errors
    ///
    /// As for [`create`](DatasetBuilder::create), and `Argument` if the values do not fit the shape, or cannot be converted to the
    /// type.
    pub fn write<T: ToColumn>(self, values: &[T]) -> Result<Dataset> {
        let column = T::column(values)?;
        self.write_column(T::datatype(), &column)
    }

    /// Makes a dataset of a single value, without any axes.
    ///
    /// # Errors
    ///
    /// As for [`write`](DatasetBuilder::write).
    pub fn write_scalar<T: ToColumn>(mut self, value: &T) -> Result<Dataset> {
        self.shape.get_or_insert_default();
        self.write(std::slice::from_ref(value))
    }

    /// Makes a dataset of records.
    ///
    /// # Errors
    ///
    /// As for [`write`](DatasetBuilder::write); `Argument` if no type was said and the columns were read from a file.
    pub fn write_columns(mut self, columns: &Columns) -> Result<Dataset> {
        let (known, column) = columns.parts()?;
        match self.datatype.take().or(known) {
            Some(datatype) => self.write_column(datatype, &column),
            None => Err(self.blame(Error::argument("records need a datatype"))),
        }
    }

    /// Makes it with the values of a column, which have the type `datatype` in the file unless another was said.
    ///
    /// # Errors
    ///
    /// As for [`write`](DatasetBuilder::write).
    pub fn write_column(mut self, datatype: Datatype, column: &Column) -> Result<Dataset> {
        let datatype = self.datatype.take().unwrap_or(datatype);
        let shape = self.shape.take().unwrap_or_else(|| vec![store::count(column) as u64]);
        self.finish(datatype, shape, Some(column))
    }

    fn blame(&self, e: Error) -> Error {
        match &self.group {
            Ok(group) => e.on(super::handle::joined(group.path(), &self.path)),
            Err(_) => e,
        }
    }

    fn finish(self, datatype: Datatype, shape: Vec<u64>, values: Option<&Column>) -> Result<Dataset> {
        if let Some(e) = &self.wrong {
            return Err(self.blame(e.clone()));
        }
        let group = self.group?;
        let mut spec = self.spec;
        spec.dataspace = match self.max {
            Some(max) => Dataspace { extent: Extent::Simple { dims: shape, max: Some(max) } },
            None => Dataspace::simple(shape),
        };
        spec.datatype = datatype;
        let data = values.map_or(Data::Late, |column| super::dataset::data(column, &spec.datatype));
        let path = super::handle::joined(group.0.place()?, &self.path);
        group.file().change(|editor| editor.create_dataset(&path, &spec, data))?;
        group.dataset(&self.path)
    }
}
