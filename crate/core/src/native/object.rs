//! An object of any kind.

use super::handle::Handle;
use super::{Attributes, Dataset, Group};
use crate::api;
use crate::error::Result;
use crate::format::datatype::Datatype;

/// What a path or a reference leads to.
#[derive(Clone)]
#[non_exhaustive]
pub enum Object {
    /// Has links.
    Group(Group),
    /// Has elements.
    Dataset(Dataset),
    /// Is a datatype that others share.
    Datatype(CommittedDatatype),
}

impl Object {
    pub(super) fn at(handle: Handle) -> Result<Object> {
        Ok(match handle.object()? {
            api::Object::Group(_) => Object::Group(Group::over(handle)),
            api::Object::Dataset(_) => Object::Dataset(Dataset::over(handle)),
            api::Object::Datatype(_) => Object::Datatype(CommittedDatatype(handle)),
        })
    }

    fn handle(&self) -> &Handle {
        match self {
            Object::Group(group) => &group.0,
            Object::Dataset(dataset) => &dataset.0,
            Object::Datatype(datatype) => &datatype.0,
        }
    }

    /// The path by which it was found, from the root of its file; empty if a reference led to it.
    pub fn path(&self) -> &str {
        self.handle().path()
    }

    /// The last name of its path.
    pub fn name(&self) -> &str {
        self.handle().name()
    }

    /// Its attributes.
    pub fn attrs(&self) -> Attributes {
        Attributes(self.handle().clone())
    }

    /// The dataset, if this is one.
    pub fn as_dataset(&self) -> Option<&Dataset> {
        if let Object::Dataset(dataset) = self { Some(dataset) } else { None }
    }

    /// The group, if this is one.
    pub fn as_group(&self) -> Option<&Group> {
        if let Object::Group(group) = self { Some(group) } else { None }
    }
}

/// A datatype with a name, which datasets and attributes share.
#[derive(Clone)]
pub struct CommittedDatatype(pub(super) Handle);

impl CommittedDatatype {
    /// The path by which it was found.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The type.
    pub fn datatype(&self) -> Result<Datatype> {
        match self.0.object()? {
            api::Object::Datatype(datatype) => Ok(datatype.datatype().clone()),
            _ => Err(crate::Error::argument("this object is no datatype").on(self.path())),
        }
    }

    /// Its attributes.
    pub fn attrs(&self) -> Attributes {
        Attributes(self.0.clone())
    }
}
