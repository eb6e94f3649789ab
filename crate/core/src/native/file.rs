//! An open file.

use super::handle::Handle;
use super::{Attributes, Dataset, DatasetBuilder, Group, Object};
use crate::api;
use crate::bytes::Addr;
use crate::error::{Error, Kind, Result};
use crate::format::reference::Reference;
use crate::limits::Limits;
#[cfg(any(unix, windows))]
use crate::storage::disk::{Beside, Place};
use crate::storage::{Memory, Storage};
use crate::write::{CreateOptions, Editor};
use std::cell::{Cell, RefCell};
#[cfg(any(unix, windows))]
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Datasets whose headers stay decoded.
const KEPT: usize = 64;
/// Files within files are followed this deep.
const DEPTH: u32 = 16;

/// An open file: what is in it is reached through [`root`](File::root), or by path from here.
///
/// A `File` is a handle: clones are the same file, and so is what the objects in it belong to. It stays open until the last of
/// them is gone or [`close`](File::close) is called, and belongs to one thread: others open the file again.
///
/// **Changes** are staged in memory and reach the disk with [`flush`](File::flush) or [`close`](File::close), all of them or, if
/// the power fails meanwhile, none. A file that is dropped is flushed, too, but nobody hears of errors: call `close`. Without a
/// `flush`, [`discard`](File::discard) leaves the file as it was.
#[derive(Clone)]
pub struct File(pub(super) Rc<Inner>);

pub(super) struct Inner {
    /// Before the file itself: they keep it open.
    datasets: RefCell<Vec<(u64, api::Dataset)>>,
    open: RefCell<Option<Open>>,
    /// Changes that may have given paths another meaning.
    moves: Cell<u64>,
    /// How many of them are known to `gone`.
    seen: Cell<u64>,
    /// Objects that were deleted: where, and by which of those changes at the latest.
    gone: RefCell<Vec<(u64, u64)>>,
    /// Changes of any kind.
    changes: Cell<u64>,
    /// Datasets whose elements were changed: where, and by which of those changes at the latest.
    touched: RefCell<Vec<(u64, u64)>>,
    pub(super) others: Others,
}

/// Files that links lead to.
#[derive(Default)]
pub(super) struct Others {
    #[cfg(any(unix, windows))]
    pub(super) home: Option<PathBuf>,
    /// The files of which it is one, if it is spread over several.
    #[cfg(any(unix, windows))]
    pub(super) set: Option<super::FileSet>,
    #[cfg(any(unix, windows))]
    pub(super) beside: Option<Rc<Beside>>,
    #[cfg(any(unix, windows))]
    pub(super) known: RefCell<Vec<(PathBuf, File)>>,
}

struct Open {
    file: api::File,
    writable: bool,
    /// Whose lock goes after the file is closed.
    #[cfg(any(unix, windows))]
    place: Option<Place>,
}

impl File {
    pub(super) fn over(file: api::File, writable: bool) -> File {
        File::made(
            Open {
                file,
                writable,
                #[cfg(any(unix, windows))]
                place: None,
            },
            Others::default(),
        )
    }

    #[cfg(any(unix, windows))]
    pub(super) fn on_disk(file: api::File, place: Option<Place>, others: Others) -> File {
        File::made(Open { file, writable: place.is_some(), place }, others)
    }

    fn made(open: Open, others: Others) -> File {
        File(Rc::new(Inner {
            datasets: RefCell::default(),
            open: RefCell::new(Some(open)),
            moves: Cell::new(0),
            seen: Cell::new(0),
            gone: RefCell::default(),
            changes: Cell::new(0),
            touched: RefCell::default(),
            others,
        }))
    }

    /// Opens the file at `path` for reading. Nothing is read but what is asked for.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Malformed` if it is no HDF5 file; `Io` where the system refuses, or if another program of this crate is
    /// writing it.
    #[cfg(any(unix, windows))]
    pub fn open(path: impl AsRef<Path>) -> Result<File> {
        super::OpenOptions::new().open(path)
    }

    /// Opens a file that HDF5's family, split or multi driver spread over several, for reading.
    ///
    /// [`refresh`](File::refresh) finds members of a family that have come since. [`repack`](File::repack) makes one file of it, and so
    /// does [`to_bytes`](File::to_bytes) of a family.
    ///
    /// # Errors
    ///
    /// `NotFound` if one of the files is missing; `Argument` for members that cannot be of one file, or a name without a place
    /// for their number; `Malformed` if it is no HDF5 file; `Io` where the system refuses.
    #[cfg(any(unix, windows))]
    pub fn open_set(set: &super::FileSet) -> Result<File> {
        super::OpenOptions::new().open_set(set)
    }

    /// Makes a new file at `path`, whatever was there, to be written and read.
    ///
    /// # Errors
    ///
    /// `Io` where the system refuses, or if somebody is writing the file.
    #[cfg(any(unix, windows))]
    pub fn create(path: impl AsRef<Path>) -> Result<File> {
        super::OpenOptions::new().write(true).create(true).truncate(true).open(path)
    }

    /// Opens the file at `path` to be changed where it is.
    ///
    /// # Errors
    ///
    /// As [`open`](File::open), and `Unsupported` for files that others are writing for concurrent readers.
    #[cfg(any(unix, windows))]
    pub fn edit(path: impl AsRef<Path>) -> Result<File> {
        super::OpenOptions::new().write(true).open(path)
    }

    /// A new file in memory, as HDF5's oldest release would read it where that is possible: h5py's default.
    /// [`to_bytes`](File::to_bytes) is the file.
    pub fn in_memory() -> Result<File> {
        File::in_memory_with(&CreateOptions::default())
    }

    /// A new file in memory that is like this.
    ///
    /// # Errors
    ///
    /// `Argument` for options that contradict each other.
    pub fn in_memory_with(options: &CreateOptions) -> Result<File> {
        Ok(File::over(api::File::create_with(options)?, true))
    }

    /// Opens a file whose bytes these are, for reading.
    ///
    /// # Errors
    ///
    /// `Malformed` if it is no HDF5 file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<File> {
        File::from_storage(Box::new(Memory::new(bytes)))
    }

    /// Opens a copy in memory of a file whose bytes these are, to be changed there: [`to_bytes`](File::to_bytes) is the
    /// new file.
    ///
    /// # Errors
    ///
    /// As [`edit`](File::edit).
    pub fn edit_bytes(bytes: Vec<u8>) -> Result<File> {
        let medium = crate::storage::Medium::new(Box::new(Memory::new(bytes)), Limits::default());
        Ok(File::over(api::File::edit_medium(&mut Some(medium), None)?, true))
    }

    /// Opens a file that is wherever `storage` gets it from, for reading. Only positioned reads are asked of it.
    ///
    /// # Errors
    ///
    /// `Malformed` if it is no HDF5 file, and the storage's own.
    pub fn from_storage(storage: Box<dyn Storage>) -> Result<File> {
        Ok(File::over(api::File::open(storage, Limits::default())?, false))
    }

    /// The root group.
    pub fn root(&self) -> Result<Group> {
        let address = self.api()?.info()?.root;
        Ok(Group::over(Handle::new(self, address, "/")))
    }

    /// The object at `path`; `None` if there is none. See [`Group::get`].
    pub fn get(&self, path: &str) -> Result<Option<Object>> {
        self.root()?.get(path)
    }

    /// The group at `path`. See [`Group::group`].
    pub fn group(&self, path: &str) -> Result<Group> {
        self.root()?.group(path)
    }

    /// The dataset at `path`. See [`Group::dataset`].
    pub fn dataset(&self, path: &str) -> Result<Dataset> {
        self.root()?.dataset(path)
    }

    /// The root group's attributes.
    pub fn attrs(&self) -> Result<Attributes> {
        Ok(self.root()?.attrs())
    }

    /// Makes a group. See [`Group::create_group`].
    pub fn create_group(&self, path: &str) -> Result<Group> {
        self.root()?.create_group(path)
    }

    /// Begins a new dataset. See [`Group::create_dataset`].
    pub fn create_dataset(&self, path: &str) -> DatasetBuilder {
        DatasetBuilder::new(self.root(), path)
    }

    /// Takes the link at `path` away. See [`Group::delete`].
    pub fn delete(&self, path: &str) -> Result<()> {
        self.root()?.delete(path)
    }

    /// Gives the link at `from` the place and name `to`. See [`Group::rename`].
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.root()?.rename(from, to)
    }

    /// Copies the object at `from` to `to`. See [`Group::copy`].
    pub fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.root()?.copy(from, to)
    }

    /// The object that a reference leads to; `None` for a null reference. References into other files are followed where the
    /// file may look for others.
    ///
    /// # Errors
    ///
    /// `Malformed` or `NotFound` if it leads nowhere.
    pub fn dereference(&self, reference: &Reference) -> Result<Option<Object>> {
        let Some(address) = reference.address else { return Ok(None) };
        let file = match &reference.file {
            None => self.clone(),
            Some(name) => {
                let name = String::from_utf8_lossy(name);
                let other = self.neighbour(&name)?;
                other.ok_or_else(|| Error::not_found(format!("a reference into the file {name:?}")))?
            }
        };
        Object::at(Handle::new(&file, address, "")).map(Some)
    }

    /// Where the file really is, if it is on disk.
    #[cfg(any(unix, windows))]
    pub fn path(&self) -> Option<&Path> {
        self.0.others.home.as_deref()
    }

    /// The files of which it is one.
    #[cfg(any(unix, windows))]
    pub(super) fn set(&self) -> Option<&super::FileSet> {
        self.0.others.set.as_ref()
    }

    /// Whether it can be changed.
    pub fn is_writable(&self) -> bool {
        self.0.open.borrow().as_ref().is_some_and(|open| open.writable)
    }

    /// Bytes of the file as it is now.
    pub fn size(&self) -> Result<u64> {
        Ok(self.api()?.info()?.size)
    }

    /// Bytes before the file proper, for other programs.
    pub fn userblock(&self) -> Result<u64> {
        Ok(self.api()?.info()?.userblock)
    }

    /// Makes everything that was changed durable. Nothing to do in a file that is open for reading.
    ///
    /// # Errors
    ///
    /// `Io` if the disk refuses: then the file is what it was, and a journal beside it puts it back when it is opened next.
    pub fn flush(&self) -> Result<()> {
        if self.is_writable() { self.change(Editor::flush) } else { self.api().map(drop) }
    }

    /// The file as bytes, with everything that was changed.
    ///
    /// # Errors
    ///
    /// `Limit` if it does not fit into memory; `Unsupported` for a set of the split or multi driver.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        if self.is_writable() {
            return self.change(Editor::to_bytes);
        }
        let file = self.api()?;
        let medium = file.medium()?;
        if medium.spread.is_spread() {
            return Err(Error::unsupported(
                "a file that is spread over several has no bytes of its own: `repack` makes one of them",
            ));
        }
        let mut bytes = vec![0; Limits::check(medium.storage_len(), u64::MAX, "a file")?];
        medium.storage().read_at(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Goes over to what the file is now, as others have changed it. Objects that are open follow. Nothing to do in a file that
    /// is changed here.
    ///
    /// # Errors
    ///
    /// `Malformed` while somebody writes the file for concurrent readers (SWMR) and a structure is there by half: try again.
    pub fn refresh(&self) -> Result<()> {
        self.0.datasets.borrow_mut().clear();
        self.api()?.refresh()
    }

    /// From now on others may read the file while it is written: libhdf5 and h5py opened with `swmr=True`, and
    /// [`open`](File::open). They see what is there after each [`flush`](File::flush). Until it is closed only elements change,
    /// and extents grow; everything else is refused.
    ///
    /// # Errors
    ///
    /// `Unsupported` for files in an older form than that of HDF5 1.10, see [`OpenOptions::libver`](super::OpenOptions::libver).
    #[cfg(any(unix, windows))]
    pub fn start_swmr(&self) -> Result<()> {
        self.change(Editor::start_swmr)?;
        match &mut *self.0.open.borrow_mut() {
            Some(Open { place: Some(place), .. }) => place.let_read(),
            _ => Ok(()),
        }
    }

    /// Flushes and closes. Other handles of the file, and what is in it, answer with `Closed` from then on.
    ///
    /// # Errors
    ///
    /// As [`flush`](File::flush); the file is closed all the same.
    pub fn close(self) -> Result<()> {
        let flushed = self.end();
        self.leave();
        flushed
    }

    /// Closes the file as it was at the last [`flush`](File::flush), or when it was opened.
    ///
    /// # Errors
    ///
    /// `Io` if the disk refuses: a journal beside the file puts it back when it is opened next.
    pub fn discard(self) -> Result<()> {
        self.0.datasets.borrow_mut().clear();
        let Some(open) = self.0.open.borrow_mut().take() else { return Ok(()) };
        drop(open.file);
        #[cfg(any(unix, windows))]
        if let Some(place) = open.place {
            return place.put_back();
        }
        Ok(())
    }

    /// Flushes what is there to be flushed.
    fn end(&self) -> Result<()> {
        if self.is_writable() { self.change(Editor::end_swmr) } else { Ok(()) }
    }

    /// Closes without a word.
    fn leave(&self) {
        self.0.datasets.borrow_mut().clear();
        drop(self.0.open.borrow_mut().take());
    }

    /// The engine's file.
    pub(super) fn api(&self) -> Result<api::File> {
        let open = self.0.open.borrow();
        let open = open.as_ref().ok_or_else(|| Error::new(Kind::Closed, "the file was closed"))?;
        Ok(open.file.clone())
    }

    /// Changes something.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Editor) -> Result<T>) -> Result<T> {
        let file = self.api()?;
        self.0.datasets.borrow_mut().clear();
        self.0.changes.set(self.0.changes.get() + 1);
        let mut editor = file.edit()?;
        change(&mut editor)
    }

    /// How often something was changed.
    pub(super) fn changes(&self) -> u64 {
        self.0.changes.get()
    }

    /// Notes that the elements of the dataset at `address` have been changed.
    pub(super) fn touch(&self, address: Addr) {
        let (now, touched) = (self.changes(), &mut *self.0.touched.borrow_mut());
        match touched.iter_mut().find(|(at, _)| *at == address.0) {
            Some((_, when)) => *when = now,
            None => touched.push((address.0, now)),
        }
    }

    /// Whether they have been changed since change number `since`.
    pub(super) fn is_touched(&self, address: Addr, since: u64) -> bool {
        self.0.touched.borrow().iter().any(|(at, when)| *at == address.0 && *when > since)
    }

    /// Changes what paths lead to.
    pub(super) fn relink<T>(&self, change: impl FnOnce(&mut Editor) -> Result<T>) -> Result<T> {
        self.0.moves.set(self.0.moves.get() + 1);
        self.change(change)
    }

    /// How often paths may have changed their meaning.
    pub(super) fn moves(&self) -> u64 {
        self.0.moves.get()
    }

    /// Whether the object that was at `address` before change number `since` has been deleted.
    pub(super) fn is_gone(&self, address: Addr, since: u64) -> Result<bool> {
        let now = self.moves();
        if self.0.seen.get() != now {
            let file = self.api()?;
            file.commit()?;
            let deleted = file.edit()?.take_deleted();
            self.0.gone.borrow_mut().extend(deleted.into_iter().map(|at| (at.0, now)));
            self.0.seen.set(now);
        }
        Ok(self.0.gone.borrow().iter().any(|(at, when)| *at == address.0 && *when > since))
    }

    /// The dataset whose header is at `address`, decoded.
    pub(super) fn decoded(&self, address: Addr) -> Result<api::Dataset> {
        let file = self.api()?;
        // What waits to be written belongs to it.
        file.commit()?;
        if let Some((_, known)) = self.0.datasets.borrow().iter().find(|(at, _)| *at == address.0) {
            return Ok(known.clone());
        }
        let api::Object::Dataset(dataset) = file.object(address)? else {
            return Err(Error::argument("this object is no dataset"));
        };
        let mut kept = self.0.datasets.borrow_mut();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.push((address.0, dataset.clone()));
        Ok(dataset)
    }

    /// Where `path` leads from the group at `start`, whose path is `from`.
    pub(super) fn locate(&self, start: Addr, from: &str, path: &str) -> Result<Handle> {
        self.locate_within(start, from, path, 0)
    }

    fn locate_within(&self, start: Addr, from: &str, path: &str, depth: u32) -> Result<Handle> {
        let e = match self.api()?.resolve(start, path) {
            Ok(address) => return Ok(Handle::new(self, address, &super::handle::joined(from, path))),
            Err(e) => e,
        };
        let Some((name, rest)) = e.beyond() else { return Err(e) };
        if depth >= DEPTH {
            return Err(Error::limit("external links lead from file to file without end").on(path));
        }
        let Some(other) = self.neighbour(name)? else {
            let what = format!("the file {name:?}, to which a link leads, is not there or may not be opened");
            return Err(Error::not_found(what).on(path));
        };
        let root = other.api()?.info()?.root;
        other.locate_within(root, "/", rest, depth + 1)
    }

    /// The file that is called `name` in this one.
    fn neighbour(&self, name: &str) -> Result<Option<File>> {
        self.0.others.find(self, name)
    }
}

impl Others {
    /// The file that is called `name` in the one whose others these are.
    #[cfg(any(unix, windows))]
    fn find(&self, own: &File, name: &str) -> Result<Option<File>> {
        let (Some(home), Some(beside)) = (&self.home, &self.beside) else { return Ok(None) };
        let Some(path) = beside.path(home, name) else { return Ok(None) };
        if path == *home {
            return Ok(Some(own.clone()));
        }
        if let Some((_, known)) = self.known.borrow().iter().find(|(at, _)| *at == path) {
            return Ok(Some(known.clone()));
        }
        let file = super::OpenOptions::new().reach(beside.reach()).open(&path)?;
        self.known.borrow_mut().push((path, file.clone()));
        Ok(Some(file))
    }

    #[cfg(not(any(unix, windows)))]
    fn find(&self, _: &File, _: &str) -> Result<Option<File>> {
        Ok(None)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.datasets.get_mut().clear();
        if std::thread::panicking() {
            return;
        }
        if let Some(Open { file, writable: true, .. }) = self.open.get_mut()
            && let Ok(mut editor) = file.edit()
        {
            // Who wants to know closes it.
            let _ = editor.end_swmr();
        }
    }
}
