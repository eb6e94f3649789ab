//! Where the bytes are: HDF5's "drivers".
//!
//! A [`Storage`] knows absolute offsets only. [`Medium`] puts the file's base address, widths and budgets on
//! top, and is what every layer above reads through.

mod decoded;
mod device;
mod direct;
mod dirty;
#[cfg(any(unix, windows))]
pub mod disk;
mod joined;
mod journal;
mod journaled;
mod medium;
mod memory;
mod neighbours;
mod newer;
mod overlay;
mod pages;
mod spool;
mod spread;
mod swmr;
mod undo;

pub use decoded::{BUDGET as DECODED_BUDGET, Decoded};
pub use device::Device;
pub use direct::Direct;
pub use joined::Joined;
pub use journaled::Journaled;
pub use medium::Medium;
pub use memory::Memory;
pub use neighbours::{Elsewhere, Neighbours};
pub use newer::Newer;
pub use overlay::Overlay;
pub use pages::{Fetch, Pages};
pub use spool::Spool;
pub use spread::{Part, Spread};
pub use swmr::{Swmr, Turn};
pub use undo::Mark;

use crate::error::Result;

/// Files that a storage is made of, one behind the other, with the bytes of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files<'a> {
    /// A file like any other.
    One,
    /// Members of a family, in their order.
    Family(&'a [u64]),
    /// The files of a set of the multi or split driver, in the order of [`multi`](crate::format::multi), empty where
    /// there is none.
    Multi(&'a [u64]),
}

/// A file's bytes, by absolute offset.
pub trait Storage {
    /// Bytes there are.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buf` from `at`. The range lies within `len`. Bytes that have to be fetched first are an
    /// [`Error::missing`](crate::error::Error::missing).
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()>;

    #[doc(hidden)]
    /// Says that all of `ranges` will be read next, so that they can be fetched together.
    fn want(&self, ranges: &[std::ops::Range<u64>]) -> Result<()> {
        let _ = ranges;
        Ok(())
    }

    /// All bytes, in one piece and without copying, where they are in memory.
    fn as_bytes(&self) -> Option<&[u8]> {
        None
    }

    #[doc(hidden)]
    /// All bytes; a storage in memory gives its own away.
    fn into_bytes(self: Box<Self>) -> Result<Vec<u8>> {
        let mut bytes = vec![0; crate::limits::Limits::check(self.len(), u64::MAX, "a file")?];
        self.read_at(0, &mut bytes)?;
        Ok(bytes)
    }

    #[doc(hidden)]
    /// Which files this is.
    fn files(&self) -> Files<'_> {
        Files::One
    }

    #[doc(hidden)]
    /// What is newer than in the file below, in order, if this is [changes](Overlay) in memory: everything else is
    /// better taken from there.
    fn changes(&self) -> Option<Vec<std::ops::Range<u64>>> {
        None
    }

    /// Asks again how many bytes there are, and forgets what was read of them: others have changed them.
    fn refresh(&mut self) {}

    #[doc(hidden)]
    /// Gives away the device below, where there is one on which others see what is written, and nothing waits for a flush. The
    /// storage is of no use then.
    fn take_device(&mut self) -> Option<Box<dyn Device>> {
        None
    }

    #[doc(hidden)]
    /// The writing side, where there is one.
    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        None
    }
}

/// A file's bytes that can be changed.
pub trait StorageMut {
    /// Overwrites `data.len()` bytes at `at`; the storage grows (with zeros) as needed.
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()>;
    /// The same, in its turn where others read the file meanwhile.
    fn write_in_turn(&mut self, turn: Turn, at: u64, data: &[u8]) -> Result<()> {
        let _ = turn;
        self.write_at(at, data)
    }
    /// The same for what nobody reads or overwrites before the file is complete: a storage need not keep it at hand.
    fn write_last(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.write_in_turn(Turn::First, at, data)
    }
    /// Says that what was written in `range` is as it will be in the complete file, and will not be read before.
    fn pass_on(&mut self, range: std::ops::Range<u64>) -> Result<()> {
        let _ = range;
        Ok(())
    }
    /// Writes what was there before a change that failed: that must not fail, too, for want of room.
    fn put_back(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.write_at(at, data)
    }
    /// Cuts or grows (with zeros) to `len` bytes.
    fn set_len(&mut self, len: u64) -> Result<()>;
    /// Makes everything written durable.
    fn flush(&mut self) -> Result<()>;
}
