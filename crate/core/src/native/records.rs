//! Compounds as columns, one for each member.

use super::element::{FromColumn, ToColumn, mismatch, values};
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::value::{Column, store};
use crate::write::dtype;

/// Records, member by member: what a dataset of compounds is read as, and written from.
///
/// ```
/// use hyperslab::{Columns, File};
///
/// let file = File::in_memory()?;
/// let table = Columns::new().with("time", &[0.5, 1.0])?.with("name", &["a", "b"])?;
/// let dataset = file.create_dataset("table").write_columns(&table)?;
///
/// let table = dataset.read_columns(..)?;
/// assert_eq!(table.names().collect::<Vec<_>>(), ["time", "name"]);
/// assert_eq!(table.get::<f64>("time")?, [0.5, 1.0]);
/// # hyperslab::Result::Ok(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    members: Vec<(Vec<u8>, Column)>,
    /// Types of those that were added here.
    datatypes: Vec<(Vec<u8>, Datatype)>,
}

impl Columns {
    /// No members yet.
    pub fn new() -> Columns {
        Columns::default()
    }

    /// One more member, of the type that these values have in a file.
    ///
    /// # Errors
    ///
    /// `Argument` for a name that is there, or another number of values than the other members have.
    pub fn with<T: ToColumn>(self, name: &str, values: &[T]) -> Result<Columns> {
        self.with_column(name, T::datatype(), T::column(values)?)
    }

    /// One more member, of any type.
    ///
    /// # Errors
    ///
    /// As for [`with`](Columns::with).
    pub fn with_column(mut self, name: &str, datatype: Datatype, column: Column) -> Result<Columns> {
        if self.column(name).is_some() {
            return Err(Error::argument(format!("two members {name:?}")));
        }
        let n = store::count(&column);
        if !self.members.is_empty() && n != self.len() {
            return Err(Error::argument(format!("{n} values of {name:?} in records of {}", self.len())));
        }
        self.members.push((name.into(), column));
        self.datatypes.push((name.into(), datatype));
        Ok(self)
    }

    /// The columns of a compound.
    ///
    /// # Errors
    ///
    /// `Argument` if it is none.
    pub fn from_column(column: Column) -> Result<Columns> {
        match column {
            Column::Compound(members) => Ok(Columns { members, datatypes: Vec::new() }),
            other => Err(mismatch(&other, "columns")),
        }
    }

    /// The names of the members, in the order of the file. Bytes that are not UTF-8 are shown as `�`.
    pub fn names(&self) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
        self.members.iter().map(|(name, _)| String::from_utf8_lossy(name))
    }

    /// Records there are.
    pub fn len(&self) -> usize {
        self.members.first().map_or(0, |(_, column)| store::count(column))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A member as it is.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.members.iter().find(|(n, _)| n == name.as_bytes()).map(|(_, column)| column)
    }

    /// The values of a member.
    ///
    /// # Errors
    ///
    /// `NotFound`, and `Argument` if they are of another type.
    pub fn get<T: FromColumn>(&self, name: &str) -> Result<Vec<T>> {
        let column = self.column(name).ok_or_else(|| Error::not_found(format!("no member {name:?}")))?;
        values(column).map_err(|e| e.within(format!("member {name:?}")))
    }

    /// The members of a member that is a compound itself.
    ///
    /// # Errors
    ///
    /// As for [`get`](Columns::get).
    pub fn columns(&self, name: &str) -> Result<Columns> {
        let column = self.column(name).ok_or_else(|| Error::not_found(format!("no member {name:?}")))?;
        Columns::from_column(column.clone())
    }

    /// As one column.
    pub fn into_column(self) -> Column {
        Column::Compound(self.members)
    }

    /// The members as one column, and the type they have in a file, if it is known of all of them.
    pub(super) fn parts(&self) -> Result<(Option<Datatype>, Column)> {
        let known = self.datatypes.len() == self.members.len() && !self.members.is_empty();
        let datatype = if known { Some(dtype::packed(self.datatypes.iter().cloned())?) } else { None };
        Ok((datatype, Column::Compound(self.members.clone())))
    }
}
