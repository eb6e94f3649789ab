//! Attributes.

use super::element::{FromColumn, ToColumn, values};
use super::handle::Handle;
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::message::Dataspace;
use crate::value::Column;

/// The attributes of an object: small values with names.
///
/// ```
/// # let file = hyperslab::File::in_memory()?;
/// let attrs = file.attrs()?;
/// attrs.set("title", "Run 7")?;
/// attrs.set_all("range", &[0.5, 2.5])?;
/// assert_eq!(attrs.get::<String>("title")?, "Run 7");
/// assert_eq!(attrs.get_all::<f64>("range")?, [0.5, 2.5]);
/// assert_eq!(attrs.names()?, ["range", "title"]);
/// # hyperslab::Result::Ok(())
/// ```
#[derive(Clone)]
pub struct Attributes(pub(super) Handle);

/// An attribute as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Its name. Bytes that are not UTF-8 are shown as `�`.
    pub name: String,
    /// The type of its elements in the file.
    pub datatype: Datatype,
    /// Its extents; none for a single value, and for an attribute without any.
    pub shape: Vec<u64>,
    /// Its elements.
    pub column: Column,
}

impl Attributes {
    /// The names, in creation order where the object keeps that, else sorted.
    pub fn names(&self) -> Result<Vec<String>> {
        let object = self.0.object()?;
        let all = object.attributes().list().map_err(|e| self.0.blame(e))?;
        let name = |listed: crate::api::Listed| match listed {
            Ok(attribute) => attribute.name,
            Err((name, _)) => name,
        };
        Ok(all.into_iter().map(|a| String::from_utf8_lossy(&name(a)).into_owned()).collect())
    }

    /// Whether there is one of this name.
    pub fn contains(&self, name: &str) -> Result<bool> {
        Ok(self.0.object()?.attributes().find(name.as_bytes())?.is_some())
    }

    /// The attribute of this name as it is; `None` if there is none.
    ///
    /// # Errors
    ///
    /// `Malformed` if it is broken.
    pub fn attribute(&self, name: &str) -> Result<Option<Attribute>> {
        let object = self.0.object()?;
        let attributes = object.attributes();
        let read = || {
            let Some(found) = attributes.find(name.as_bytes())? else { return Ok(None) };
            let column = attributes.decode(&found)?;
            let shape = found.dataspace.dims().to_vec();
            Ok(Some(Attribute { name: name.to_owned(), datatype: found.datatype, shape, column }))
        };
        read().map_err(|e| self.0.blame(e))
    }

    /// The value of an attribute that has one.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Argument` if it has none, or several, or cannot be read as `T`.
    pub fn get<T: FromColumn>(&self, name: &str) -> Result<T> {
        let mut all = self.get_all(name)?;
        let n = all.len();
        let one = if n == 1 { all.pop() } else { None };
        one.ok_or_else(|| {
            self.0.blame(Error::argument(format!("the attribute {name:?} has {n} values, not one")))
        })
    }

    /// All values of an attribute, in C order.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Argument` if it cannot be read as `T`.
    pub fn get_all<T: FromColumn>(&self, name: &str) -> Result<Vec<T>> {
        let none = || self.0.blame(Error::not_found(format!("no attribute {name:?}")));
        let found = self.attribute(name)?.ok_or_else(none)?;
        values(&found.column).map_err(|e| self.0.blame(e.within(format!("attribute {name:?}"))))
    }

    /// Sets an attribute of one value, in place of one of the same name.
    ///
    /// # Errors
    ///
    /// `Argument` if it is too large for an object header (about 64 KB) in a file of an old form; `ReadOnly`.
    pub fn set<T: ToColumn>(&self, name: &str, value: T) -> Result<()> {
        self.set_column(name, &T::datatype(), &[], &T::column(&[value])?)
    }

    /// Sets an attribute of several values, in one dimension.
    ///
    /// # Errors
    ///
    /// As for [`set`](Attributes::set).
    pub fn set_all<T: ToColumn>(&self, name: &str, values: &[T]) -> Result<()> {
        self.set_column(name, &T::datatype(), &[values.len() as u64], &T::column(values)?)
    }

    /// Sets an attribute of any type and shape.
    ///
    /// # Errors
    ///
    /// As for [`set`](Attributes::set), and `Argument` if the values do not fit the shape, or cannot be converted to the type.
    pub fn set_column(&self, name: &str, datatype: &Datatype, shape: &[u64], column: &Column) -> Result<()> {
        let dataspace = Dataspace::simple(shape.to_vec());
        self.0.change(|editor, path| editor.set_attribute(path, name, datatype, &dataspace, column))
    }

    /// Deletes an attribute.
    ///
    /// # Errors
    ///
    /// `NotFound`; `ReadOnly`.
    pub fn delete(&self, name: &str) -> Result<()> {
        self.0.change(|editor, path| editor.delete_attribute(path, name))
    }
}
