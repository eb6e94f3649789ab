//! A file that is changed, behind the pages through which it is read.

use super::file::DiskFile;
use crate::error::Result;
use crate::storage::{Device, Fetch, Pages, Storage};
use std::cell::Cell;

/// Pages of a file that is changed: it is read in small pieces, close together.
const PAGE: usize = 8 << 10;
/// Bytes of them that are kept.
const CACHE: usize = 4 << 20;

struct Sized {
    file: DiskFile,
    size: Cell<u64>,
}

impl Fetch for Sized {
    fn len(&self) -> u64 {
        self.size.get()
    }

    fn fetch(&self, at: u64, buf: &mut [u8]) -> Result<bool> {
        self.file.fill(at, buf)?;
        Ok(true)
    }
}

/// A device that nobody else changes while it is open.
pub(super) struct Cached(Pages<Sized>);

impl Cached {
    pub(super) fn new(file: DiskFile) -> Result<Cached> {
        let size = Cell::new(file.measure()?);
        Ok(Cached(Pages::new(Sized { file, size }, PAGE, CACHE)))
    }

    fn file(&self) -> &DiskFile {
        &self.0.source().file
    }

    fn resize(&self, size: u64) {
        let before = self.0.source().size.replace(size);
        self.0.resized(before);
    }
}

impl Device for Cached {
    fn len(&self) -> u64 {
        Storage::len(&self.0)
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        let written = self.file().put(at, data);
        let end = at.saturating_add(data.len() as u64);
        if end > Device::len(self) {
            // After a failure it may have grown by a part.
            self.resize(if written.is_ok() { end } else { self.file().measure()? });
        }
        if written.is_ok() {
            self.0.wrote(at, data);
        } else {
            self.0.forget();
        }
        written
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.file().cut(len)?;
        self.resize(len);
        Ok(())
    }

    fn sync(&mut self) -> Result<()> {
        self.file().settle()
    }
}
