//! The CORE driver: the whole file in memory.

use super::{Storage, StorageMut};
use crate::error::{Error, Result};

/// A file in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    bytes: Vec<u8>,
}

impl Memory {
    /// A file with these bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Memory { bytes }
    }

    /// The bytes as they are now.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes room for a file of `len` bytes.
    fn reserve(&mut self, len: usize) -> Result<()> {
        let more = len.saturating_sub(self.bytes.len());
        // With room to spare if there is that much.
        let reserved = self.bytes.try_reserve(more).or_else(|_| self.bytes.try_reserve_exact(more));
        reserved.map_err(|_| too_large(len as u64))
    }
}

fn too_large(len: u64) -> Error {
    Error::limit("the file does not fit into memory").at(len)
}

fn position(at: u64) -> Result<usize> {
    usize::try_from(at).map_err(|_| too_large(at))
}

impl Storage for Memory {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let from = position(at)?;
        let stored = from.checked_add(buf.len()).and_then(|end| self.bytes.get(from..end));
        match stored {
            Some(bytes) => {
                buf.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(Error::io("read past the end of the file").at(at)),
        }
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        Some(&self.bytes)
    }

    fn into_bytes(self: Box<Self>) -> Result<Vec<u8>> {
        Ok(self.bytes)
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }
}

impl StorageMut for Memory {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        let from = position(at)?;
        self.reserve(from.checked_add(data.len()).ok_or_else(|| too_large(at))?)?;
        if self.bytes.len() < from {
            self.bytes.resize(from, 0);
        }
        // What is there is overwritten, the rest appended: large data is not zeroed first.
        let (over, beyond) = data.split_at(data.len().min(self.bytes.len() - from));
        self.bytes[from..from + over.len()].copy_from_slice(over);
        self.bytes.extend_from_slice(beyond);
        Ok(())
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        let len = position(len)?;
        self.reserve(len)?;
        self.bytes.resize(len, 0);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
