//! Files on disk: HDF5's SEC2 driver, with the journal and the locking of the package for Node. Either of them puts back
//! what a crash of the other one left half written.

mod beside;
mod cached;
mod file;
mod lock;
mod owner;
mod place;
mod replace;
mod set;

pub use beside::{Beside, Reach};
pub use file::DiskFile;
pub use place::{How, Place, open_to_read};
pub use replace::Replacement;
pub use set::{open_members, open_numbered, open_spread};
