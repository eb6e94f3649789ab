//! How wide addresses and lengths are in this file.

use crate::error::{Error, Result};

/// An address relative to the file's base address. The undefined address is `None` of `Option<Addr>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addr(pub u64);

impl Addr {
    /// This address moved by `n` bytes.
    pub fn offset(self, n: u64) -> Result<Addr> {
        self.0.checked_add(n).map(Addr).ok_or_else(|| Error::malformed("address beyond 64 bits").at(self.0))
    }
}

/// Widths from the superblock: every decoder and encoder needs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ctx {
    /// Bytes of an address ("size of offsets"): 2, 4, 8 or 16.
    pub addr_width: u8,
    /// Bytes of a length ("size of lengths"): 2, 4 or 8.
    pub len_width: u8,
}

impl Ctx {
    /// What new files use.
    pub const WIDE: Ctx = Ctx { addr_width: 8, len_width: 8 };

    /// Checks the widths that the superblock gives.
    pub fn new(addr_width: u8, len_width: u8) -> Result<Ctx> {
        if !matches!(addr_width, 2 | 4 | 8 | 16) {
            return Err(Error::unsupported(format!("addresses of {addr_width} bytes")));
        }
        if !matches!(len_width, 2 | 4 | 8) {
            return Err(Error::unsupported(format!("lengths of {len_width} bytes")));
        }
        Ok(Ctx { addr_width, len_width })
    }

    /// Bytes of an address.
    pub fn o(self) -> usize {
        self.addr_width.into()
    }

    /// Bytes of a length.
    pub fn l(self) -> usize {
        self.len_width.into()
    }
}

/// Bytes needed to hold `n`, at least 1 (`enc(n)` in the format reference).
pub fn bytes_for(n: u64) -> u8 {
    match n {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xff_ffff => 3,
        0x100_0000..=0xffff_ffff => 4,
        0x1_0000_0000..=0xff_ffff_ffff => 5,
        0x100_0000_0000..=0xffff_ffff_ffff => 6,
        0x1_0000_0000_0000..=0xff_ffff_ffff_ffff => 7,
        _ => 8,
    }
}
