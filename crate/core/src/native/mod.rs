//! What programs in Rust use: files, groups, datasets and attributes as handles, values as vectors. A thin layer over
//! [`api`](crate::api): paths instead of addresses, nothing that has to be fetched first, and errors instead of surprises when
//! an object that a handle was for is gone.

mod attributes;
mod builder;
mod compression;
mod dataset;
mod element;
mod file;
mod group;
mod handle;
mod object;
#[cfg(any(unix, windows))]
mod open;
mod record;
mod records;
mod repack;
mod select;
#[cfg(any(unix, windows))]
mod set;

pub use attributes::{Attribute, Attributes};
pub use builder::DatasetBuilder;
pub use compression::Compression;
pub use dataset::{Batches, Dataset};
pub use element::{FromColumn, ToColumn};
pub use file::File;
pub use group::{Group, Link, LinkTarget};
pub use object::{CommittedDatatype, Object};
#[cfg(any(unix, windows))]
pub use open::OpenOptions;
pub use records::Columns;
pub use select::{Along, Mask, Points, Select, Selected};
#[cfg(any(unix, windows))]
pub use set::FileSet;
