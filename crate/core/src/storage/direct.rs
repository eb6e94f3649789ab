//! A file that is written at once, each write in its turn: what others who read it meanwhile rely on.

use super::device::{self, Device};
use super::{Storage, StorageMut};
use crate::error::Result;

/// A storage over a device with nothing in between. A power cut leaves what was written so far, or any part of it.
pub struct Direct(Box<dyn Device>);

impl Direct {
    /// The file in `device`.
    pub fn new(device: Box<dyn Device>) -> Direct {
        Direct(device)
    }
}

impl Storage for Direct {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        device::check(self.0.as_ref(), at, buf.len() as u64)?;
        self.0.read_at(at, buf)
    }

    fn take_device(&mut self) -> Option<Box<dyn Device>> {
        (!self.0.is_held()).then(|| std::mem::replace(&mut self.0, Box::new(device::Gone)))
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }
}

impl StorageMut for Direct {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.0.write_at(at, data)
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.0.set_len(len)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.sync()
    }
}
