//! An open file: positioned reads and writes, nothing else.

use crate::error::{Error, Kind, Result};
use crate::storage::{Device, Fetch, Files, Pages, Storage};
use std::cell::Cell;
use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(unix)]
fn read_some(file: &File, at: u64, buf: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, at)
}

#[cfg(unix)]
fn write_some(file: &File, at: u64, data: &[u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, data, at)
}

#[cfg(windows)]
fn read_some(file: &File, at: u64, buf: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, at)
}

#[cfg(windows)]
fn write_some(file: &File, at: u64, data: &[u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, data, at)
}

/// A file on disk, from `base` on.
#[derive(Debug)]
pub struct DiskFile {
    file: File,
    base: u64,
}

impl DiskFile {
    /// All of a file.
    pub fn new(file: File) -> DiskFile {
        DiskFile { file, base: 0 }
    }

    /// What is behind the first `base` bytes.
    pub(super) fn from(file: File, base: u64) -> DiskFile {
        DiskFile { file, base }
    }

    /// Bytes there are now.
    pub(super) fn measure(&self) -> Result<u64> {
        let size = self.file.metadata().map_err(|e| Error::from_io("the file cannot be measured", e))?.len();
        Ok(size.saturating_sub(self.base))
    }

    fn position(&self, at: u64) -> Result<u64> {
        at.checked_add(self.base).ok_or_else(|| Error::limit("the file would exceed 2^64 bytes").at(at))
    }

    /// Fills `buf` from `at`.
    pub(super) fn fill(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let mut done = 0;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match read_some(&self.file, self.position(at.saturating_add(done as u64))?, rest) {
                Ok(0) => return Err(Error::io("the file is shorter than it was").at(at)),
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io("the file cannot be read", e).at(at)),
            }
        }
        Ok(())
    }

    /// Writes `data` at `at`.
    pub(super) fn put(&self, at: u64, data: &[u8]) -> Result<()> {
        let mut done = 0;
        while let Some(rest) = data.get(done..).filter(|rest| !rest.is_empty()) {
            match write_some(&self.file, self.position(at.saturating_add(done as u64))?, rest) {
                Ok(0) => return Err(Error::io("the file takes no more bytes").at(at)),
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::from_io("the file cannot be written", e).at(at)),
            }
        }
        Ok(())
    }

    pub(super) fn cut(&self, len: u64) -> Result<()> {
        let len = self.position(len)?;
        self.file.set_len(len).map_err(|e| Error::from_io("the file cannot be given another size", e))
    }

    pub(super) fn settle(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| Error::from_io("the file cannot be brought to the disk", e))
    }
}

impl Device for DiskFile {
    fn len(&self) -> u64 {
        // Who cannot be measured has nothing to read.
        self.measure().unwrap_or(0)
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.fill(at, buf)
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.put(at, data)
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.cut(len)
    }

    fn sync(&mut self) -> Result<()> {
        self.settle()
    }
}

/// Pages of a file that is read.
const PAGE: usize = 64 << 10;
/// Bytes of them that are kept.
const CACHE: usize = 8 << 20;

/// A file below a page cache. Its size is asked for once, and when it is refreshed: others may make it grow meanwhile.
struct Measured {
    file: DiskFile,
    size: Cell<u64>,
}

impl Fetch for Measured {
    fn len(&self) -> u64 {
        self.size.get()
    }

    fn fetch(&self, at: u64, buf: &mut [u8]) -> Result<bool> {
        self.file.fill(at, buf)?;
        Ok(true)
    }
}

/// A file that is read, page by page.
pub(super) struct Reading(Pages<Measured>);

impl Reading {
    /// Opens the file at `path`.
    ///
    /// Errors: `NotFound`; `Io` for folders, and where the system refuses.
    pub(super) fn open(path: &Path) -> Result<Reading> {
        let file = File::open(path).map_err(|e| cannot_open(path, "", e))?;
        if file.metadata().is_ok_and(|m| m.is_dir()) {
            return Err(Error::io(format!("cannot open {}: it is a folder", path.display())));
        }
        let file = DiskFile::new(file);
        let size = Cell::new(file.measure()?);
        Ok(Reading(Pages::new(Measured { file, size }, PAGE, CACHE)))
    }
}

impl Storage for Reading {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn files(&self) -> Files<'_> {
        Files::One
    }

    fn refresh(&mut self) {
        let source = self.0.source();
        // A file that cannot be measured stays what it was: reading it says why.
        source.size.set(source.file.measure().unwrap_or(source.size.get()));
        self.0.forget();
    }
}

/// Why a file could not be opened; `how` is " for writing" or nothing.
pub(super) fn cannot_open(path: &Path, how: &str, cause: io::Error) -> Error {
    let kind = if cause.kind() == io::ErrorKind::NotFound { Kind::NotFound } else { Kind::Io };
    Error::from_io(format!("cannot open {}{how}", path.display()), cause).of_kind(kind)
}
