//! An open file.

use super::{Group, Object};
use crate::bytes::Addr;
use crate::chunk::heap::HeapState;
use crate::error::{Error, Kind, Result};
use crate::format::Libver;
use crate::format::superblock::Superblock;
use crate::limits::Limits;
use crate::object::{path, superblock};
use crate::storage::{Elsewhere, Medium, Neighbours, Storage};
use crate::write::{CreateOptions, Editor};
use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

enum Store {
    Reading { medium: Box<Medium>, superblock: Superblock },
    Editing(Box<dyn Editing>),
}

/// What is asked of an [`Editor`], behind an object: a program that never makes one does without all that writes.
trait Editing {
    fn editor(&mut self) -> &mut Editor;
    fn superblock(&self) -> &Superblock;
    fn medium(&self) -> &Medium;
    fn is_changed(&self) -> bool;
    fn commit(&mut self) -> Result<()>;
    fn set_neighbours(&mut self, neighbours: Neighbours);
}

impl Editing for Editor {
    fn editor(&mut self) -> &mut Editor {
        self
    }

    fn superblock(&self) -> &Superblock {
        self.superblock()
    }

    fn medium(&self) -> &Medium {
        self.medium()
    }

    fn is_changed(&self) -> bool {
        self.is_changed()
    }

    fn commit(&mut self) -> Result<()> {
        self.commit()
    }

    fn set_neighbours(&mut self, neighbours: Neighbours) {
        self.set_neighbours(neighbours);
    }
}

struct Shared {
    store: RefCell<Store>,
    heap: RefCell<HeapState>,
}

/// A file that is open for reading, or being made or changed.
#[derive(Clone)]
pub struct File(Rc<Shared>);

/// Facts about a file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    /// Bytes of the storage.
    pub size: u64,
    /// Bytes before the superblock.
    pub userblock: u64,
    /// Version of the superblock.
    pub superblock: u8,
    /// Header of the root group.
    pub root: Addr,
    /// Whether somebody writes the file while others read it (SWMR).
    pub swmr: bool,
}

/// Access to the edits of a file, until it is dropped.
pub type Edit<'a> = RefMut<'a, Editor>;

impl File {
    fn new(store: Store) -> File {
        File(Rc::new(Shared { store: RefCell::new(store), heap: RefCell::default() }))
    }

    /// Opens the file in `storage` for reading. For a storage that may have to fetch bytes first, make a
    /// [`Medium`] and use [`from_medium`](File::from_medium).
    pub fn open(storage: Box<dyn Storage>, limits: Limits) -> Result<File> {
        Self::from_medium(&mut Some(Medium::new(storage, limits)))
    }

    /// Opens the file in `medium`, which is taken if that succeeds, and otherwise left for another try.
    pub fn from_medium(medium: &mut Option<Medium>) -> Result<File> {
        let closed = || Error::new(Kind::Closed, "there is no medium any more");
        let superblock = superblock::read(medium.as_mut().ok_or_else(closed)?)?;
        let medium = Box::new(medium.take().ok_or_else(closed)?);
        Ok(File::new(Store::Reading { medium, superblock }))
    }

    /// Lets this file find others by the names that are written in it.
    pub fn set_neighbours(&self, elsewhere: Rc<dyn Elsewhere>) {
        let neighbours = Neighbours::new(elsewhere);
        match &mut *self.0.store.borrow_mut() {
            Store::Reading { medium, .. } => medium.neighbours = neighbours,
            Store::Editing(editor) => editor.set_neighbours(neighbours),
        }
    }

    /// A new file in memory.
    pub fn create() -> Result<File> {
        File::create_with(&CreateOptions::default())
    }

    /// A new file in memory that is like this.
    pub fn create_with(options: &CreateOptions) -> Result<File> {
        Ok(File::new(Store::Editing(Box::new(Editor::create_with(options)?))))
    }

    /// A new file in `storage`, in which there is nothing yet.
    pub fn create_in(storage: Box<dyn Storage>, options: &CreateOptions) -> Result<File> {
        Ok(File::new(Store::Editing(Box::new(Editor::create_in(storage, options)?))))
    }

    /// Opens the file in `medium` to change it, as [`from_medium`](File::from_medium) opens it for reading. `low`: in
    /// which form new structures are written; by default in that of the file.
    pub fn edit_medium(medium: &mut Option<Medium>, low: Option<Libver>) -> Result<File> {
        let closed = || Error::new(Kind::Closed, "there is no medium any more");
        let superblock = superblock::read(medium.as_mut().ok_or_else(closed)?)?;
        let editor = Editor::take(medium, superblock, low)?;
        Ok(File::new(Store::Editing(Box::new(editor))))
    }

    /// Facts about the file.
    pub fn info(&self) -> Result<Info> {
        let medium = self.medium()?;
        let (size, userblock) = (medium.storage_len(), medium.base);
        drop(medium);
        let store = self.0.store.borrow();
        let superblock = match &*store {
            Store::Reading { superblock, .. } => superblock,
            Store::Editing(editor) => editor.superblock(),
        };
        let (version, root, swmr) = (superblock.version, superblock.root, superblock.is_swmr());
        Ok(Info { size, userblock, superblock: version, root, swmr })
    }

    /// The root group.
    pub fn root(&self) -> Result<Group> {
        match self.object(self.info()?.root)? {
            Object::Group(group) => Ok(group),
            _ => Err(Error::malformed("the root is no group")),
        }
    }

    /// The object whose header is at `address`.
    pub fn object(&self, address: Addr) -> Result<Object> {
        Object::open(self, address)
    }

    /// Header of the object that `path` leads to, from the group at `start` or, if it begins with a slash, from
    /// the root.
    ///
    /// Errors: `NotFound` names the missing component; `Unsupported` at a link that leads out of the file.
    pub fn resolve(&self, start: Addr, path: &str) -> Result<Addr> {
        let root = self.info()?.root;
        Ok(path::resolve(&*self.medium()?, root, start, path)?.address)
    }

    /// Forgets everything that was read, and asks how many bytes there are: others have changed them. Nothing to do in a file
    /// that is being changed here.
    pub fn forget(&self) {
        if let Store::Reading { medium, .. } = &mut *self.0.store.borrow_mut() {
            medium.refresh();
        }
        self.changes();
    }

    /// Reads the superblock again, after [`forget`](File::forget). If that fails the file stays as it was.
    pub fn reread(&self) -> Result<()> {
        if let Store::Reading { medium, superblock } = &mut *self.0.store.borrow_mut() {
            *superblock = superblock::again(medium)?;
        }
        Ok(())
    }

    /// Goes over to what the file is now, as others have changed it. Objects that are open stay what they were: open them
    /// again. While somebody writes the file for concurrent readers (see [`Info::swmr`]) a structure may be read when it is
    /// written by half; that is a `Malformed` error, and gone when the same is done again after [`forget`](File::forget).
    pub fn refresh(&self) -> Result<()> {
        self.forget();
        self.reread()
    }

    /// The bytes below: of a file that is being made, with everything staged so far written.
    pub fn medium(&self) -> Result<Ref<'_, Medium>> {
        self.commit()?;
        Ok(Ref::map(self.0.store.borrow(), |store| match store {
            Store::Reading { medium, .. } => &**medium,
            Store::Editing(editor) => editor.medium(),
        }))
    }

    /// Bytes of chunks that were decoded a moment ago, kept to be read again.
    pub fn decoded(&self) -> usize {
        match &*self.0.store.borrow() {
            Store::Reading { medium, .. } => medium.decoded().bytes(),
            Store::Editing(editor) => editor.medium().decoded().bytes(),
        }
    }

    /// Writes everything staged so far. Nothing to do in a file that is open for reading.
    pub fn commit(&self) -> Result<()> {
        let waiting = match &*self.0.store.borrow() {
            Store::Reading { .. } => false,
            Store::Editing(editor) => editor.is_changed(),
        };
        if !waiting {
            return Ok(());
        }
        self.changes();
        match &mut *self.0.store.borrow_mut() {
            Store::Reading { .. } => Ok(()),
            Store::Editing(editor) => editor.commit(),
        }
    }

    /// The edits of this file.
    ///
    /// Errors: `ReadOnly` if it is open for reading.
    pub fn edit(&self) -> Result<Edit<'_>> {
        self.changes();
        RefMut::filter_map(self.0.store.borrow_mut(), |store| match store {
            Store::Reading { .. } => None,
            Store::Editing(editor) => Some(editor.editor()),
        })
        .map_err(|_| Error::new(Kind::ReadOnly, "this file is open for reading only"))
    }

    /// Heap collections grow while a file is made.
    fn changes(&self) {
        *self.0.heap.borrow_mut() = HeapState::default();
    }

    /// Heap objects seen before.
    pub(super) fn heap(&self) -> RefMut<'_, HeapState> {
        self.0.heap.borrow_mut()
    }
}
