//! What holds a file that can be changed: a file on disk, the handle of a browser's private file, bytes in memory.

use crate::error::{Error, Kind, Result};

/// Positioned reads and writes on one file, nothing else. Whatever is written may reach the disk in any order, and in
/// part, until [`sync`](Device::sync) has returned.
pub trait Device {
    /// Bytes there are.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buf` from `at`. The range lies within `len`.
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()>;

    /// Overwrites what is at `at`; the file grows as needed, with zeros.
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()>;

    /// Cuts or grows (with zeros) to `len` bytes.
    fn set_len(&mut self, len: u64) -> Result<()>;

    /// Returns when everything written is where a power cut does not reach it.
    fn sync(&mut self) -> Result<()>;

    /// Whether what was written is still here when [`sync`](Device::sync) fails, as it is in memory. Disks may have lost it.
    fn is_held(&self) -> bool {
        false
    }
}

/// Stands where there was a device that was given away.
pub(super) struct Gone;

impl Device for Gone {
    fn len(&self) -> u64 {
        0
    }

    fn read_at(&self, _: u64, _: &mut [u8]) -> Result<()> {
        Err(gone())
    }

    fn write_at(&mut self, _: u64, _: &[u8]) -> Result<()> {
        Err(gone())
    }

    fn set_len(&mut self, _: u64) -> Result<()> {
        Err(gone())
    }

    fn sync(&mut self) -> Result<()> {
        Err(gone())
    }
}

fn gone() -> Error {
    Error::new(Kind::Closed, "the file is written in another way now")
}

/// The `len` bytes at `at` of a device, or an error if it has fewer.
pub(super) fn read(device: &dyn Device, at: u64, len: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    check(device, at, len as u64)?;
    device.read_at(at, &mut bytes)?;
    Ok(bytes)
}

/// Checks that `len` bytes at `at` exist.
pub(super) fn check(device: &dyn Device, at: u64, len: u64) -> Result<()> {
    match at.checked_add(len) {
        Some(end) if end <= device.len() => Ok(()),
        _ => Err(Error::io("read past the end of the file").at(at)),
    }
}
