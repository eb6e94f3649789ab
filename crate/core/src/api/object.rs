//! What every object has: a header and attributes.

use super::{Dataset, File, Group};
use crate::bytes::Addr;
use crate::chunk::HeapCache;
use crate::error::{Error, Kind, Result};
use crate::format::datatype::Datatype;
use crate::object::attributes::{self, Attribute};
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::order;
use crate::storage::Medium;
use crate::value::{self, Column};

/// An object of a file.
#[derive(Clone)]
pub enum Object {
    /// Has links.
    Group(Group),
    /// Has elements.
    Dataset(Dataset),
    /// A committed datatype.
    Datatype(NamedDatatype),
}

impl Object {
    /// Opens the object whose header is at `address`.
    pub(super) fn open(file: &File, address: Addr) -> Result<Object> {
        let medium = file.medium()?;
        let (node, kind) = Node::open(file, &medium, address)?;
        match kind {
            ObjectKind::Group => Ok(Object::Group(Group(node))),
            ObjectKind::Dataset => Dataset::open(node, &medium).map(Object::Dataset),
            ObjectKind::Datatype => {
                let datatype = node.header.datatype(&medium);
                let datatype = node.blame(datatype)?;
                Ok(Object::Datatype(NamedDatatype { node, datatype }))
            }
        }
    }

    fn node(&self) -> &Node {
        match self {
            Object::Group(group) => &group.0,
            Object::Dataset(dataset) => dataset.node(),
            Object::Datatype(datatype) => &datatype.node,
        }
    }

    /// Where its header is.
    pub fn address(&self) -> Addr {
        self.node().header.address
    }

    /// Its attributes.
    pub fn attributes(&self) -> Attributes<'_> {
        Attributes(self.node())
    }
}

/// A file and an open header.
#[derive(Clone)]
pub(super) struct Node {
    pub file: File,
    pub header: ObjectHeader,
    /// Where the header is (absolute).
    pub place: u64,
}

impl Node {
    /// Opens a header and says what kind of object it makes.
    pub fn open(file: &File, medium: &Medium, address: Addr) -> Result<(Node, ObjectKind)> {
        let header = ObjectHeader::open(medium, address)?;
        let node = Node { place: medium.absolute(header.address), file: file.clone(), header };
        let kind = node.blame(node.header.kind())?;
        Ok((node, kind))
    }

    /// What is wrong with the file's bytes is at least known to concern this object: its header is the place of
    /// errors that know no closer one.
    pub fn blame<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|e| blame(e, self.place))
    }
}

/// See [`Node::blame`].
pub(super) fn blame(e: Error, place: u64) -> Error {
    if e.kind() == Kind::Malformed { e.at(place) } else { e }
}

/// A committed datatype.
#[derive(Clone)]
pub struct NamedDatatype {
    node: Node,
    datatype: Datatype,
}

impl NamedDatatype {
    /// The type.
    pub fn datatype(&self) -> &Datatype {
        &self.datatype
    }
}

/// An attribute, or its name and why it cannot be read.
pub type Listed = std::result::Result<Attribute, (Vec<u8>, Error)>;

/// The attributes of an object.
#[derive(Clone, Copy)]
pub struct Attributes<'a>(&'a Node);

impl Attributes<'_> {
    /// Each attribute, or its name and why it cannot be read; in creation order where that is tracked, else in
    /// byte order of the names.
    pub fn list(&self) -> Result<Vec<Listed>> {
        let Node { file, header, .. } = self.0;
        let medium = file.medium()?;
        let mut all = match attributes::list(&medium, header) {
            Ok(all) => all,
            Err(e) if e.is_pending() => return Err(e),
            // One of them is broken: the others are not.
            Err(_) => {
                let names = attributes::names(&medium, header)?;
                return names.into_iter().map(|name| self.find_named(name)).collect();
            }
        };
        if all.iter().all(|a| a.creation_order.is_some()) {
            order::sort_by_key(&mut all, |a| a.creation_order);
        }
        Ok(all.into_iter().map(Ok).collect())
    }

    fn find_named(&self, name: Vec<u8>) -> Result<Listed> {
        match self.find(&name) {
            Ok(Some(attribute)) => Ok(Ok(attribute)),
            Ok(None) => {
                let e = Error::malformed("the attribute is listed, but not there").at(self.0.place);
                Ok(Err((name, e)))
            }
            Err(e) if e.is_pending() => Err(e),
            Err(e) => Ok(Err((name, e))),
        }
    }

    /// The attribute of this name.
    pub fn find(&self, name: &[u8]) -> Result<Option<Attribute>> {
        self.0.blame(attributes::find(&*self.0.file.medium()?, &self.0.header, name))
    }

    /// An attribute's elements.
    pub fn decode(&self, attribute: &Attribute) -> Result<Column> {
        self.0.blame(decode(&self.0.file, &attribute.datatype, &attribute.data))
    }
}

/// Elements of `datatype` from the file's bytes.
pub(super) fn decode(file: &File, datatype: &Datatype, bytes: &[u8]) -> Result<Column> {
    let medium = file.medium()?;
    let heap = &mut *file.heap();
    value::decode(datatype, bytes, &mut HeapCache::new(&medium, heap))
}
