//! Compact copies.

use super::File;
use crate::error::{Error, Result};
#[cfg(any(unix, windows))]
use crate::storage::disk::Replacement;
#[cfg(any(unix, windows))]
use crate::storage::{Journaled, Storage};
use crate::write::{Progress, Repack, RepackOptions};
#[cfg(any(unix, windows))]
use std::path::Path;

impl File {
    /// A compact copy of the file, in memory: without what was deleted, and stored as the options say.
    ///
    /// ```
    /// use hyperslab::{File, RepackOptions, Storing};
    ///
    /// # let file = File::in_memory()?;
    /// # file.create_dataset("d").write(&vec![7i64; 10_000])?;
    /// let small = file.repack(&RepackOptions::storing(Storing::gzip(9)))?;
    /// # assert!(small.len() < 10_000);
    /// # assert_eq!(File::from_bytes(small)?.dataset("d")?.read::<i64>()?, [7; 10_000]);
    /// # hyperslab::Result::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// `Unsupported` names the object that cannot be carried over; `Argument` for options that contradict each other; `Limit`
    /// if it does not fit into memory.
    pub fn repack(&self, options: &RepackOptions) -> Result<Vec<u8>> {
        let copy = self.repacked(Repack::new(options.clone())?, &mut |_| {})?;
        copy.finish()?.into_bytes()
    }

    /// A compact copy of the file at `path`, in little memory whatever its size. Whatever is there is replaced when the copy is
    /// complete. `progress` is told how far it is.
    ///
    /// # Errors
    ///
    /// As for [`repack`](File::repack), and `Io`; `Argument` for the place of the file itself, or of one of
    /// those that it is spread over.
    #[cfg(any(unix, windows))]
    pub fn repack_to(
        &self,
        path: impl AsRef<Path>,
        options: &RepackOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<()> {
        let path = path.as_ref();
        let is_own = self.path().is_some_and(|own| path.canonicalize().is_ok_and(|to| to == own));
        if is_own || self.set().is_some_and(|set| set.has(path)) {
            return Err(Error::argument("a file cannot be replaced by its own copy while it is open"));
        }
        let (file, replacement) = Replacement::begin(path)?;
        // It is no file before it is complete: no journal.
        let place: Box<dyn Storage> = Box::new(Journaled::open(Box::new(file), None, Journaled::BUDGET)?);
        let copy = self.repacked(Repack::into(place, options.clone())?, progress)?;
        drop(copy.finish()?);
        replacement.finish()
    }

    fn repacked(&self, mut repack: Repack, progress: &mut dyn FnMut(Progress)) -> Result<Repack> {
        let file = self.api()?;
        let root = file.info()?.root;
        let before = self.changes();
        loop {
            // Whoever is told of the progress may do something to the file.
            if self.changes() != before {
                return Err(Error::argument("the file was changed while it was copied"));
            }
            let at = repack.step(&*file.medium()?, root)?;
            progress(at);
            if at.finished {
                return Ok(repack);
            }
        }
    }
}
