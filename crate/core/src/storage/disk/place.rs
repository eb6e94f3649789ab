//! A file that is written in place, with its journal beside it.

use super::cached::Cached;
use super::file::{DiskFile, Reading, cannot_open};
use super::lock::{Holder, Lock, busy, look, suffixed};
use crate::error::{Error, Result};
use crate::storage::{Device, Direct, Journaled, Storage};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// How a file is opened to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct How {
    /// It is made if there is none.
    pub create: bool,
    /// It is made, and there must be none.
    pub create_new: bool,
    /// What is there is thrown away.
    pub truncate: bool,
    /// Without a journal a power cut leaves anything.
    pub without_journal: bool,
    /// Whoever else writes the file loses it.
    pub by_force: bool,
    /// Others read the file meanwhile: each write is done at once, and there is no journal.
    pub ordered: bool,
}

/// A file that nobody else writes.
pub struct Place {
    /// Where it really is.
    path: PathBuf,
    lock: Option<Lock>,
    key: Option<String>,
    /// Whether there is nothing in it.
    is_new: bool,
}

/// Files that are written here: names may differ.
static WRITING: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn writing<T>(look: impl FnOnce(&mut Vec<String>) -> T) -> T {
    look(&mut WRITING.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// What is the same for all names of a file.
#[cfg(unix)]
fn identity(_: &Path, file: &File) -> std::io::Result<String> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().map(|m| format!("{}:{}", m.dev(), m.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path, _: &File) -> std::io::Result<String> {
    Ok(path.to_string_lossy().into_owned())
}

/// Opens the file itself; whether it was made for that.
fn open_as(path: &Path, how: How) -> Result<(File, bool)> {
    let mut options = File::options();
    options.read(true).write(true);
    if how.create || how.create_new {
        match options.clone().create_new(true).open(path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && !how.create_new => {}
            made => return Ok((made.map_err(|e| cannot_open(path, " for writing", e))?, true)),
        }
    }
    Ok((options.open(path).map_err(|e| cannot_open(path, " for writing", e))?, false))
}

/// Where the journal of the file at `path` is.
fn journal_of(path: &Path) -> PathBuf {
    suffixed(path, "-journal")
}

fn real(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|e| cannot_open(path, "", e))
}

impl Place {
    /// Opens the file at `path` to be written. Nobody else opens it for that before it is closed. If it was left half
    /// written it is put back.
    ///
    /// Errors: `NotFound`; `Io` where the system refuses, or if somebody writes the file.
    pub fn open(path: &Path, how: How) -> Result<(Box<dyn Storage>, Place)> {
        let (file, made) = open_as(path, how)?;
        let opened = Place::begin(path, file, made, how);
        if opened.is_err() && made {
            let _ = fs::remove_file(path);
        }
        opened
    }

    fn begin(name: &Path, file: File, made: bool, how: How) -> Result<(Box<dyn Storage>, Place)> {
        let path = real(name)?;
        let key = identity(&path, &file).map_err(|e| cannot_open(name, " for writing", e))?;
        let mut place = Place { path, lock: None, key: None, is_new: made };
        let free = writing(|all| {
            let free = !all.contains(&key);
            all.push(key.clone());
            free
        });
        place.key = Some(key);
        if !free && !how.by_force {
            return Err(Error::io(format!(
                "{} is open for writing already: by this process",
                name.display()
            )));
        }
        let (journal, at) = (!how.without_journal && !how.ordered, journal_of(&place.path));
        if journal || !how.by_force || look(&at).is_some_and(|(_, hot)| hot) {
            place.lock = Some(Lock::take(&at, name, how.ordered, how.by_force)?);
        }
        let mut data: Box<dyn Device> = Box::new(Cached::new(place.prepare(file, how)?)?);
        let saved = match &place.lock {
            Some(lock) if journal || lock.is_hot()? => Some(Box::new(lock.journal()?) as Box<dyn Device>),
            _ => None,
        };
        if !journal && saved.is_some() {
            // It is put back once; what comes now needs none.
            Journaled::open(data, saved, Journaled::BUDGET).map_err(|e| half_written(name, &e))?;
            let file = File::options().read(true).write(true).open(&place.path);
            let file = file.map_err(|e| cannot_open(name, " for writing", e))?;
            data = Box::new(Cached::new(DiskFile::new(file))?);
            return Ok((place.storage(data, None, how)?, place));
        }
        Ok((place.storage(data, saved, how).map_err(|e| half_written(name, &e))?, place))
    }

    fn storage(
        &self,
        data: Box<dyn Device>,
        journal: Option<Box<dyn Device>>,
        how: How,
    ) -> Result<Box<dyn Storage>> {
        if how.ordered {
            return Ok(Box::new(Direct::new(data)));
        }
        Ok(Box::new(Journaled::open(data, journal, Journaled::BUDGET)?))
    }

    /// Empties what is to be new, together with a journal that belonged to something else.
    fn prepare(&mut self, file: File, how: How) -> Result<DiskFile> {
        let file = DiskFile::new(file);
        if self.is_new || how.truncate {
            // The journal first: it must never be about a file that is not there any more.
            self.lock.iter().try_for_each(Lock::empty)?;
            file.cut(0)?;
            self.is_new = true;
        }
        self.is_new |= how.create && file.measure()? == 0;
        Ok(file)
    }

    /// Whether there is nothing in the file yet.
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// Where the file really is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Says that others may read the file meanwhile.
    pub fn let_read(&mut self) -> Result<()> {
        self.lock.as_mut().map_or(Ok(()), Lock::let_read)
    }

    /// Puts the file back to what it was at its last flush, if it is half written. Nothing else has it open any more.
    pub fn put_back(&self) -> Result<()> {
        match &self.lock {
            Some(lock) if lock.is_hot()? => {
                let file = File::options().read(true).write(true).open(&self.path);
                let file = DiskFile::new(file.map_err(|e| cannot_open(&self.path, " for writing", e))?);
                Journaled::open(Box::new(file), Some(Box::new(lock.journal()?)), Journaled::BUDGET).map(drop)
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Place {
    /// Lets go of the file. A journal that is still needed stays.
    fn drop(&mut self) {
        if let Some(lock) = self.lock.take() {
            lock.release();
        }
        if let Some(key) = self.key.take() {
            writing(|all| {
                if let Some(at) = all.iter().position(|k| *k == key) {
                    all.swap_remove(at);
                }
            });
        }
    }
}

fn half_written(name: &Path, e: &Error) -> Error {
    let what = format!("{} was left half written, and cannot be put back: {e}", name.display());
    Error::new(e.kind(), what)
}

/// Opens the file at `path` to be read. If its writer left it half written it is put back first; if its writer is at work it
/// cannot be read, but for this process between two flushes, and where the writer lets others read.
///
/// Errors: `NotFound`; `Io` where the system refuses.
pub fn open_to_read(path: &Path) -> Result<Box<dyn Storage>> {
    before_reading(path)?;
    Ok(Box::new(Reading::open(path)?))
}

fn before_reading(name: &Path) -> Result<()> {
    // Opening it says more.
    let Ok(path) = real(name) else { return Ok(()) };
    let journal = journal_of(&path);
    let Some((holder, hot)) = look(&journal) else { return Ok(()) };
    if let Holder::Somebody(owner) = &holder {
        if owner.readers || (!hot && owner.is_self()) {
            return Ok(());
        }
        if owner.is_alive() {
            return Err(busy(name, owner, &journal));
        }
    }
    if !hot {
        return Ok(());
    }
    let put_back = Place::open(&path, How::default());
    put_back.map(drop).map_err(|e| {
        let (name, journal) = (name.display(), journal.display());
        let what =
            format!("{name} was left half written: it has to be put back by its journal, {journal}: {e}");
        Error::new(e.kind(), what)
    })
}
