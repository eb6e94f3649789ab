//! What a copy is to be like.

use crate::error::{Error, Result};
use crate::format::message::Filter;
use crate::write::options::CreateOptions;

/// How a copy is made.
#[derive(Clone, Debug, Default)]
pub struct RepackOptions {
    /// The new file. Its root group is the source's, whatever is said here.
    pub file: CreateOptions,
    /// The user block is the source's, whatever `file` says.
    pub own_userblock: bool,
    /// How datasets are stored, wherever that is possible: others stay as they are.
    pub storing: Storing,
    /// How the dataset at a path is stored, or the datasets below a group at that path; what is nearest counts.
    pub named: Vec<Named>,
    /// Copies only this object and what is below it. A group becomes the root of the new file; a dataset keeps
    /// its name in it.
    pub subtree: Option<String>,
    /// Links, by their paths from the source's root, that the copy does not have. An object that another link leads
    /// to stays; references to one that is gone lead nowhere.
    pub drop: Vec<String>,
}

impl RepackOptions {
    /// All datasets stored in this way.
    pub fn storing(storing: Storing) -> RepackOptions {
        RepackOptions { storing, ..RepackOptions::default() }
    }

    /// Errors: `Argument` for what makes no sense whatever the source is.
    pub(super) fn check(&self) -> Result<()> {
        self.file.superblock()?;
        self.storing.check()?;
        for named in &self.named {
            named.storing.check().map_err(|e| e.on(named.path.as_str()))?;
        }
        Ok(())
    }
}

/// How datasets at or below a path are stored.
#[derive(Clone, Debug)]
pub struct Named {
    /// From the source's root.
    pub path: String,
    /// How.
    pub storing: Storing,
    /// Of the dataset at this very path.
    pub must: Must,
}

/// What is an error if a dataset cannot be stored so. Otherwise it is stored as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Must {
    /// Its filters.
    pub filters: bool,
    /// Where its elements are.
    pub placing: bool,
}

impl Must {
    /// Both.
    pub const ALL: Must = Must { filters: true, placing: true };

    pub(super) fn any(self) -> bool {
        self.filters || self.placing
    }
}

/// How datasets are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storing {
    /// What chunks go through.
    pub filters: Filtering,
    /// Where elements are.
    pub placing: Placing,
    /// Elements that are in other datasets or files are copied: the dataset becomes an ordinary one.
    pub merge: bool,
}

impl Default for Storing {
    fn default() -> Self {
        Storing::gzip(4)
    }
}

impl Storing {
    /// Numbers are shuffled and everything is deflated, at this level from 1 to 9; 0 stores without filters.
    pub fn gzip(level: u8) -> Storing {
        let filters =
            Filtering::Made { gzip: Some(level), filters: Vec::new(), shuffle: None, fletcher32: None };
        Storing { filters, placing: Placing::AsNeeded, merge: false }
    }

    /// Every dataset as it is.
    pub fn keep() -> Storing {
        Storing { filters: Filtering::Keep, placing: Placing::AsNeeded, merge: false }
    }

    fn check(&self) -> Result<()> {
        if let Filtering::Made { gzip: Some(level @ 10..), .. } = &self.filters {
            return Err(Error::argument(format!("gzip level {level}: levels are 0 to 9")));
        }
        match &self.placing {
            Placing::Shape(chunk) if chunk.is_empty() || chunk.contains(&0) => {
                Err(Error::argument(format!("chunks of extents {chunk:?}")))
            }
            _ => Ok(()),
        }
    }
}

/// What chunks go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filtering {
    /// What they have gone through. Where chunks keep their shapes, too, they are carried over as they are stored, also
    /// those of filters that nobody here knows.
    Keep,
    /// These filters, in the order of [`DatasetSpec`](crate::write::DatasetSpec).
    Made {
        /// Deflate level; 0 is no compression.
        gzip: Option<u8>,
        /// Other filters, with what their user says as client data.
        filters: Vec<Filter>,
        /// Byte shuffle before compression. `None`: for numbers that are compressed by what knows nothing of them.
        shuffle: Option<bool>,
        /// Checksum of every chunk. `None`: where there was one.
        fletcher32: Option<bool>,
    },
}

/// Where elements are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placing {
    /// In chunks if they are in chunks, or if filters need them, and then as h5py would guess. Datasets of less than
    /// 2 KiB are in one piece, unless they are named.
    AsNeeded,
    /// As they are: what is not in chunks has no filters.
    Keep,
    /// In the header.
    Compact,
    /// In one block.
    Contiguous,
    /// In chunks as h5py would guess.
    Guess,
    /// In chunks of these extents, which are cut where a dataset that is not named is smaller.
    Shape(Vec<u64>),
}
