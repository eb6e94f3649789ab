//! A file that is written as a whole: it is the old one or the new one, whatever happens.

use super::file::DiskFile;
use super::lock::{suffixed, sync_folder};
use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static COPIES: AtomicU32 = AtomicU32::new(0);

/// A new file on its way to a place. Nothing is there, or what was there before, until [`finish`](Replacement::finish); one
/// that is dropped before leaves nothing.
#[derive(Debug)]
pub struct Replacement {
    place: PathBuf,
    /// Until it is in its place.
    temporary: Option<PathBuf>,
}

impl Replacement {
    /// Begins a new file in the place of the one at `path`, if there is one. What is given is written to.
    pub fn begin(path: &Path) -> Result<(DiskFile, Replacement)> {
        // Through symbolic links: they stay.
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let n = COPIES.fetch_add(1, Ordering::Relaxed);
        let temporary = suffixed(&place, &format!(".{}.{n}.tmp", std::process::id()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&temporary);
        let file = file.map_err(|e| cannot_write(&place, e))?;
        let replacement = Replacement { place, temporary: Some(temporary) };
        if let Ok(old) = fs::metadata(&replacement.place) {
            file.set_permissions(old.permissions()).map_err(|e| cannot_write(&replacement.place, e))?;
        }
        Ok((DiskFile::new(file), replacement))
    }

    /// Puts the new file, which nobody has open any more, into its place.
    pub fn finish(mut self) -> Result<()> {
        if let Some(temporary) = &self.temporary {
            let synced = File::options().read(true).write(true).open(temporary).and_then(|f| f.sync_data());
            synced
                .and_then(|()| fs::rename(temporary, &self.place))
                .map_err(|e| cannot_write(&self.place, e))?;
        }
        self.temporary = None;
        sync_folder(&self.place);
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            let _ = fs::remove_file(temporary);
        }
    }
}

fn cannot_write(path: &Path, cause: std::io::Error) -> Error {
    Error::from_io(format!("cannot write {}", path.display()), cause)
}
