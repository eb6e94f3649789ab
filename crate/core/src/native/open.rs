//! Opening files on disk.

use super::file::Others;
use super::{File, FileSet};
use crate::api;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::limits::Limits;
use crate::storage::disk::{self, Beside, How, Place, Reach};
use crate::storage::{Medium, Storage};
use crate::write::{CreateOptions, clear_flags};
use std::path::Path;
use std::rc::Rc;

/// How a file on disk is opened, as with [`std::fs::OpenOptions`]: for reading unless something else is said.
///
/// | h5py | here |
/// |---|---|
/// | `"r"` | `OpenOptions::new()`, [`File::open`] |
/// | `"r+"` | `.write(true)`, [`File::edit`] |
/// | `"w"` | `.write(true).create(true).truncate(true)`, [`File::create`] |
/// | `"x"`, `"w-"` | `.write(true).create_new(true)` |
/// | `"a"` | `.write(true).create(true)` |
///
/// A file that is written has a journal beside it, `NAME-journal`, while it is open: it says who is writing, so that nobody else
/// does, and has what is needed to put the file back after a power cut or a crash. That happens by itself when the file is
/// opened next, here or by the package for JavaScript; other programs must not touch the file while there is a journal.
///
/// ```no_run
/// use hyperslab::{Libver, OpenOptions};
///
/// let file = OpenOptions::new().write(true).create(true).libver(Libver::V110).open("run.h5")?;
/// # hyperslab::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenOptions {
    write: bool,
    how: How,
    libver: Option<Libver>,
    new: CreateOptions,
    clear_flags: bool,
    reach: Reach,
    limits: Limits,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions::new()
    }
}

impl OpenOptions {
    /// For reading.
    pub fn new() -> OpenOptions {
        OpenOptions {
            write: false,
            how: How::default(),
            libver: None,
            new: CreateOptions::default(),
            clear_flags: false,
            reach: Reach::default(),
            limits: Limits::default(),
        }
    }

    /// Whether the file may be changed.
    pub fn write(mut self, yes: bool) -> Self {
        self.write = yes;
        self
    }

    /// Whether it is made if there is none.
    pub fn create(mut self, yes: bool) -> Self {
        self.how.create = yes;
        self
    }

    /// Whether it is made, and there must be none.
    pub fn create_new(mut self, yes: bool) -> Self {
        self.how.create_new = yes;
        self
    }

    /// Whether what is there is thrown away.
    pub fn truncate(mut self, yes: bool) -> Self {
        self.how.truncate = yes;
        self
    }

    /// Whether a journal is kept; default `true`. Without one a power cut leaves anything.
    pub fn journal(mut self, yes: bool) -> Self {
        self.how.without_journal = !yes;
        self
    }

    /// Whether it is respected that somebody else is writing the file; default `true`. `false` takes it from them: only if it is
    /// known that they are gone, as where a process of another machine crashed.
    pub fn locking(mut self, yes: bool) -> Self {
        self.how.by_force = !yes;
        self
    }

    /// The release of HDF5 in whose form new structures are written. Default: what the oldest release reads, in a new file,
    /// and the file's own form in one that is there.
    pub fn libver(mut self, low: Libver) -> Self {
        self.libver = Some(low);
        self
    }

    /// What a new file is to be like otherwise: its user block, how it handles space, whether the root group keeps an order of
    /// creation.
    pub fn create_options(mut self, options: CreateOptions) -> Self {
        self.new = options;
        self
    }

    /// Whether a mark that the file is open for writing, which a crashed program left, is taken away (as `h5clear -s` does).
    pub fn clear_flags(mut self, yes: bool) -> Self {
        self.clear_flags = yes;
        self
    }

    /// Which other files links, virtual datasets and external storage of this one may lead to. Default: those in its folder.
    pub fn reach(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// What the file may cost.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Opens the file at `path`.
    ///
    /// # Errors
    ///
    /// `NotFound`; `Malformed` if it is no HDF5 file; `Unsupported` if it cannot be changed; `Io` where the system refuses, if
    /// somebody else is writing the file, or if there is one where none may be; `Argument` for options that contradict each
    /// other.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<File> {
        self.open_at(path.as_ref()).map_err(|e| e.within_file(path.as_ref()))
    }

    /// Opens a file that one of HDF5's drivers spread over several, for reading. What it names is looked for beside the first.
    ///
    /// # Errors
    ///
    /// As [`File::open_set`], and `Argument` for options of files that are written.
    pub fn open_set(&self, set: &FileSet) -> Result<File> {
        let path = set.first()?;
        self.open_joined(set, &path).map_err(|e| e.within_file(&path))
    }

    fn open_joined(&self, set: &FileSet, path: &Path) -> Result<File> {
        if self.write {
            return Err(Error::unsupported(
                "changing a file that is spread over several: `repack` makes one of them",
            ));
        }
        self.check_reading()?;
        let file = api::File::open(set.open()?, self.limits.clone())?;
        Ok(self.finish(path, file, None, Some(set.absolute())))
    }

    fn check_reading(&self) -> Result<()> {
        let how = self.how;
        if how.create || how.create_new || how.truncate || self.clear_flags {
            return Err(Error::argument(
                "a file that is only read is not made or changed: say `write(true)`",
            ));
        }
        Ok(())
    }

    fn open_at(&self, path: &Path) -> Result<File> {
        let how = self.how;
        if !self.write {
            self.check_reading()?;
            let storage = disk::open_to_read(path)?;
            let file = api::File::open(storage, self.limits.clone())?;
            return Ok(self.finish(path, file, None, None));
        }
        if how.create || how.create_new || how.truncate {
            // Before anything is thrown away for a file that cannot be.
            api::File::create_with(&self.created())?;
        }
        let (storage, place) = Place::open(path, how)?;
        let made = self.edit(storage, &place);
        if made.is_err() && place.is_new() {
            // Nothing is there that anybody could miss.
            let _ = std::fs::remove_file(place.path());
        }
        Ok(self.finish(path, made?, Some(place), None))
    }

    /// What a new file is to be like.
    fn created(&self) -> CreateOptions {
        CreateOptions { low: self.libver.unwrap_or(self.new.low), ..self.new }
    }

    fn edit(&self, storage: Box<dyn Storage>, place: &Place) -> Result<api::File> {
        if place.is_new() {
            return api::File::create_in(storage, &self.created());
        }
        let mut medium = Medium::new(storage, self.limits.clone());
        if self.clear_flags {
            clear_flags(&mut medium)?;
        }
        api::File::edit_medium(&mut Some(medium), self.libver)
    }

    fn finish(&self, path: &Path, file: api::File, place: Option<Place>, set: Option<FileSet>) -> File {
        let home = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let beside = Rc::new(Beside::new(home.clone(), self.reach));
        file.set_neighbours(beside.clone());
        File::on_disk(
            file,
            place,
            Others { home: Some(home), set, beside: Some(beside), ..Others::default() },
        )
    }
}
