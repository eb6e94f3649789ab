//! Groups.

use super::handle::{Handle, joined};
use super::{Attributes, CommittedDatatype, Dataset, DatasetBuilder, File, Object};
use crate::api;
use crate::error::{Error, Kind, Result};
use crate::format::datatype::Datatype;
use crate::format::message;
use crate::format::reference::Reference;
use crate::write::{CopyOptions, GroupOptions, HeaderOptions};

/// A group: names, and what they lead to.
///
/// Paths are HDF5's: names with slashes between them, from this group or, with a slash in front, from the root. Soft links on
/// the way are followed, and external links where the file may look for others ([`OpenOptions::reach`](super::OpenOptions::reach)).
#[derive(Clone)]
pub struct Group(pub(super) Handle);

/// A link of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its name. Bytes that are not UTF-8 are shown as `�`.
    pub name: String,
    /// Where it leads.
    pub target: LinkTarget,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkTarget {
    /// To an object.
    Hard,
    /// To whatever is at this path.
    Soft(String),
    /// To whatever is at a path in another file.
    External {
        /// The other file's name, as written.
        file: String,
        /// The path in it.
        path: String,
    },
    /// Only the program that made it knows.
    UserDefined {
        /// Its class, 65 to 255.
        class: u8,
    },
}

impl From<message::Link> for Link {
    fn from(link: message::Link) -> Link {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Link {
            name: text(&link.name),
            target: match &link.target {
                message::LinkTarget::Hard(_) => LinkTarget::Hard,
                message::LinkTarget::Soft(path) => LinkTarget::Soft(text(path)),
                message::LinkTarget::External { file, path } => {
                    LinkTarget::External { file: text(file), path: text(path) }
                }
                message::LinkTarget::UserDefined { class, .. } => LinkTarget::UserDefined { class: *class },
            },
        }
    }
}

impl Group {
    pub(super) fn over(handle: Handle) -> Group {
        Group(handle)
    }

    /// Its file.
    pub fn file(&self) -> &File {
        &self.0.file
    }

    /// The path by which it was found, from the root of its file; empty if a reference led to it.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The last name of its path; empty for the root.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// Its attributes.
    pub fn attrs(&self) -> Attributes {
        Attributes(self.0.clone())
    }

    fn open(&self) -> Result<api::Group> {
        self.0.check()?;
        api::Group::at(&self.file().api()?, self.0.address).map_err(|e| self.0.blame(e))
    }

    /// The object at `path`; `None` if there is none, also where a link leads nowhere.
    ///
    /// # Errors
    ///
    /// `Unsupported` for user-defined links, `Limit` for links in a circle, `Malformed` for broken files.
    pub fn get(&self, path: &str) -> Result<Option<Object>> {
        match self.object(path) {
            Err(e) if e.kind() == Kind::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// The object at `path`.
    ///
    /// # Errors
    ///
    /// `NotFound` names what is missing; others as for [`get`](Group::get).
    pub fn object(&self, path: &str) -> Result<Object> {
        self.0.check()?;
        Object::at(self.file().locate(self.0.address, self.path(), path)?)
    }

    /// The group at `path`.
    ///
    /// # Errors
    ///
    /// As for [`object`](Group::object), and `Argument` if there is something else.
    pub fn group(&self, path: &str) -> Result<Group> {
        match self.object(path)? {
            Object::Group(group) => Ok(group),
            _ => Err(Error::argument("this object is no group").on(joined(self.path(), path))),
        }
    }

    /// The dataset at `path`.
    ///
    /// # Errors
    ///
    /// As for [`object`](Group::object), and `Argument` if there is something else.
    pub fn dataset(&self, path: &str) -> Result<Dataset> {
        match self.object(path)? {
            Object::Dataset(dataset) => Ok(dataset),
            _ => Err(Error::argument("this object is no dataset").on(joined(self.path(), path))),
        }
    }

    /// Whether `path` leads to an object.
    pub fn contains(&self, path: &str) -> Result<bool> {
        Ok(self.get(path)?.is_some())
    }

    /// The names in it, in creation order where the group keeps that, else sorted.
    pub fn names(&self) -> Result<Vec<String>> {
        Ok(self.links()?.into_iter().map(|link| link.name).collect())
    }

    /// The links in it, in the same order.
    pub fn links(&self) -> Result<Vec<Link>> {
        let links = self.open()?.links().map_err(|e| self.0.blame(e))?;
        Ok(links.into_iter().map(Link::from).collect())
    }

    /// The link at `path`, which is not followed; `None` if there is none.
    pub fn link(&self, path: &str) -> Result<Option<Link>> {
        Ok(self.open()?.link(path)?.map(Link::from))
    }

    /// The objects in it, in the order of [`names`](Group::names). Links that lead nowhere, or where nobody here can follow, are
    /// left out.
    pub fn members(&self) -> Result<Vec<Object>> {
        let mut all = Vec::new();
        for name in self.names()? {
            match self.get(&name) {
                Err(e) if matches!(e.kind(), Kind::Unsupported | Kind::Limit) => {}
                found => all.extend(found?),
            }
        }
        Ok(all)
    }

    /// Where `path` is from the root.
    fn absolute(&self, path: &str) -> Result<String> {
        Ok(joined(self.0.place()?, path))
    }

    /// Makes a group at `path`, and the groups on the way.
    ///
    /// # Errors
    ///
    /// `Argument` if the name is taken; `ReadOnly`.
    pub fn create_group(&self, path: &str) -> Result<Group> {
        self.create_group_with(path, &GroupOptions::default())
    }

    /// The same with options: an order of creation, and how links are stored.
    ///
    /// # Errors
    ///
    /// As for [`create_group`](Group::create_group), and `Argument` for options that contradict each other.
    pub fn create_group_with(&self, path: &str, options: &GroupOptions) -> Result<Group> {
        let whole = self.absolute(path)?;
        self.file().change(|editor| editor.create_group_with(&whole, options))?;
        self.group(path)
    }

    /// The group at `path`, which is made if there is none.
    ///
    /// # Errors
    ///
    /// `Argument` if there is something else; `ReadOnly`.
    pub fn require_group(&self, path: &str) -> Result<Group> {
        if self.contains(path)? { self.group(path) } else { self.create_group(path) }
    }

    /// Begins a new dataset at `path`. Nothing happens before [`write`](DatasetBuilder::write) or
    /// [`create`](DatasetBuilder::create).
    ///
    /// ```
    /// # let file = hyperslab::File::in_memory()?;
    /// let group = file.root()?;
    /// let dataset = group.create_dataset("run/counts").shape([2, 3]).gzip(6).write(&[1, 2, 3, 4, 5, 6])?;
    /// assert_eq!(dataset.shape()?, [2, 3]);
    /// # hyperslab::Result::Ok(())
    /// ```
    pub fn create_dataset(&self, path: &str) -> DatasetBuilder {
        DatasetBuilder::new(Ok(self.clone()), path)
    }

    /// Makes a datatype that datasets can share ([`DatasetBuilder::committed`]).
    ///
    /// # Errors
    ///
    /// `Argument` if the name is taken; `ReadOnly`.
    pub fn create_datatype(&self, path: &str, datatype: &Datatype) -> Result<CommittedDatatype> {
        let whole = self.absolute(path)?;
        self.file().change(|editor| editor.create_datatype(&whole, datatype, &HeaderOptions::default()))?;
        match self.object(path)? {
            Object::Datatype(made) => Ok(made),
            _ => Err(Error::argument("this object is no datatype").on(whole)),
        }
    }

    /// Gives the object at `target` one more name, `path`: a hard link.
    ///
    /// # Errors
    ///
    /// `Argument` if the name is taken, `NotFound` if there is no such object; `ReadOnly`.
    pub fn link_to(&self, path: &str, target: &str) -> Result<()> {
        let (path, target) = (self.absolute(path)?, self.absolute(target)?);
        self.file().relink(|editor| editor.link_hard(&path, &target))
    }

    /// Makes a soft link: to whatever is at `target`, as seen from the link's group, when it is followed.
    ///
    /// # Errors
    ///
    /// `Argument` if the name is taken; `ReadOnly`.
    pub fn create_soft_link(&self, path: &str, target: &str) -> Result<()> {
        let path = self.absolute(path)?;
        self.file().relink(|editor| editor.link_soft(&path, target))
    }

    /// Makes an external link: to whatever is at `target` in the file called `file`.
    ///
    /// # Errors
    ///
    /// `Argument` if the name is taken; `ReadOnly`.
    pub fn create_external_link(&self, path: &str, file: &str, target: &str) -> Result<()> {
        let path = self.absolute(path)?;
        self.file().relink(|editor| editor.link_external(&path, file, target))
    }

    /// Takes the link at `path` away. An object that nothing leads to any more is deleted, and what was only to be reached
    /// through it; its bytes are used again.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such link; `ReadOnly`.
    pub fn delete(&self, path: &str) -> Result<()> {
        let path = self.absolute(path)?;
        self.file().relink(|editor| editor.unlink(&path))
    }

    /// Gives the link at `from` the place and name `to`; groups on the way are made. The object stays where it is in the file.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such link, `Argument` if the new name is taken or lies below what is moved; `ReadOnly`.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.absolute(from)?, self.absolute(to)?);
        self.file().relink(|editor| editor.move_link(&from, &to))
    }

    /// Copies the object at `from`, with everything below it, to `to`.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is nothing, `Argument` if the name is taken; `ReadOnly`.
    pub fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.copy_with(from, to, &CopyOptions::default())
    }

    /// The same with options: what is followed, and what is left out.
    ///
    /// # Errors
    ///
    /// As for [`copy`](Group::copy), and `Unsupported` for what cannot be carried over.
    pub fn copy_with(&self, from: &str, to: &str, options: &CopyOptions) -> Result<()> {
        let (from, to) = (self.absolute(from)?, self.absolute(to)?);
        self.file().relink(|editor| editor.copy(&from, &to, options))
    }

    /// Copies an object of any open file to `to`, with everything below it.
    ///
    /// # Errors
    ///
    /// As for [`copy_with`](Group::copy_with).
    pub fn copy_from(&self, source: &Object, to: &str, options: &CopyOptions) -> Result<()> {
        let from = match source {
            Object::Group(group) => &group.0,
            Object::Dataset(dataset) => &dataset.0,
            Object::Datatype(datatype) => &datatype.0,
        };
        if std::rc::Rc::ptr_eq(&from.file.0, &self.file().0) {
            return self.copy_with(&joined("/", from.place()?), to, options);
        }
        let path = from.place()?;
        let (to, other) = (self.absolute(to)?, from.file.api()?);
        let root = other.info()?.root;
        let medium = other.medium()?;
        self.file().relink(|editor| editor.copy_from(&medium, root, path, &to, options))
    }

    /// A reference to the object at `path`, to be written as a value.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such object; `ReadOnly`.
    pub fn reference(&self, path: &str) -> Result<Reference> {
        let path = self.absolute(path)?;
        self.file().change(|editor| editor.reference(&path))
    }
}
