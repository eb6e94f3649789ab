//! How a new file handles its space.

use crate::error::{Error, Result};
use crate::format::message::FileSpace;

/// How space is found and what becomes of what is given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileSpaceStrategy {
    /// What is given back is used again.
    #[default]
    FsmAggr,
    /// The file is divided into pages, of metadata or of raw data.
    Page,
    /// What is given back is lost, unless it is at the file's end.
    Aggr,
    /// As `Aggr`, and the library allocates each piece by itself.
    None,
}

/// How a new file handles its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSpaceOptions {
    /// How space is found.
    pub strategy: FileSpaceStrategy,
    /// Whether free space is written down in the file when it is closed, and used after it has been opened again. For
    /// `FsmAggr` and `Page`.
    pub persist: bool,
    /// Fewer free bytes in one place are not written down.
    pub threshold: u64,
    /// Bytes of a page, 512 to 1 GiB.
    pub page_size: u64,
}

impl Default for FileSpaceOptions {
    fn default() -> Self {
        FileSpaceOptions {
            strategy: FileSpaceStrategy::default(),
            persist: false,
            threshold: 1,
            page_size: 4096,
        }
    }
}

impl FileSpaceOptions {
    #[doc(hidden)]
    /// What the file says about it, `None` if it need not.
    ///
    /// Errors: `Argument` for pages of a size that the library refuses.
    pub fn message(&self) -> Result<Option<FileSpace>> {
        if !PAGE_SIZES.contains(&self.page_size) {
            let what = format!("pages of {} bytes: they have 512 to 1073741824", self.page_size);
            return Err(Error::argument(what));
        }
        let managed = matches!(self.strategy, FileSpaceStrategy::FsmAggr | FileSpaceStrategy::Page);
        let persist = self.persist && managed;
        let options =
            FileSpaceOptions { persist, threshold: if managed { self.threshold } else { 1 }, ..*self };
        let message = FileSpace {
            strategy: match self.strategy {
                FileSpaceStrategy::FsmAggr => 0,
                FileSpaceStrategy::Page => 1,
                FileSpaceStrategy::Aggr => 2,
                FileSpaceStrategy::None => 3,
            },
            threshold: options.threshold,
            page_size: self.page_size,
            page_end_threshold: 0,
            eoa: None,
            managers: persist.then(|| vec![None; SLOTS]),
        };
        Ok((options != FileSpaceOptions::default()).then_some(message))
    }
}

/// Bytes that a page may have.
pub(super) const PAGE_SIZES: std::ops::RangeInclusive<u64> = 512..=1 << 30;

/// Managers that a message has room for.
pub(super) const SLOTS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_not_said() {
        let default = FileSpaceOptions::default();
        assert_eq!(default.message().unwrap(), None);
        let paged = FileSpaceOptions { strategy: FileSpaceStrategy::Page, persist: true, ..default };
        let message = paged.message().unwrap().unwrap();
        assert_eq!((message.strategy, message.managers), (1, Some(vec![None; 12])));
        let none =
            FileSpaceOptions { strategy: FileSpaceStrategy::None, persist: true, threshold: 9, ..default };
        let message = none.message().unwrap().unwrap();
        assert_eq!((message.strategy, message.threshold, message.managers), (3, 1, None));
        for page_size in [0, 511, (1 << 30) + 1] {
            assert!(FileSpaceOptions { page_size, ..default }.message().is_err());
        }
    }
}
