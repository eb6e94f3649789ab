//! A string of bits, the lowest bit of each byte first.

use crate::error::{Error, Result};

/// Reads; bits after the end are zeros until [`Reader::finish`] says that there were none.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    pub fn bit(&mut self) -> bool {
        let byte = self.bytes.get(self.at / 8).copied().unwrap_or(0);
        let bit = byte >> (self.at % 8) & 1;
        self.at += 1;
        bit == 1
    }

    /// Up to 57 bits.
    pub fn bits(&mut self, n: u32) -> u64 {
        let start = self.at / 8;
        let mut word = [0; 8];
        let there = self.bytes.get(start..).unwrap_or(&[]);
        let there = &there[..there.len().min(8)];
        word[..there.len()].copy_from_slice(there);
        let word = u64::from_le_bytes(word) >> (self.at % 8);
        self.at += n as usize;
        word & !(u64::MAX << n)
    }

    pub fn skip(&mut self, n: u32) {
        self.at = self.at.saturating_add(n as usize);
    }

    /// Whether more was read than there is.
    pub fn is_over(&self) -> bool {
        self.at > self.bytes.len() * 8
    }

    pub fn finish(&self) -> Result<()> {
        if self.is_over() {
            return Err(Error::malformed("zfp: the stream is cut off"));
        }
        Ok(())
    }
}

/// Writes.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    /// Bits of a byte that is not full yet.
    rest: u64,
    held: u32,
}

impl Writer {
    pub fn bit(&mut self, bit: bool) {
        self.bits(bit.into(), 1);
    }

    /// Up to 56 bits.
    pub fn bits(&mut self, value: u64, n: u32) {
        self.rest |= value << self.held;
        self.held += n;
        while self.held >= 8 {
            self.bytes.push(self.rest.to_le_bytes()[0]);
            self.rest >>= 8;
            self.held -= 8;
        }
    }

    pub fn pad(&mut self, mut n: u32) {
        while n > 0 {
            let step = n.min(56);
            self.bits(0, step);
            n -= step;
        }
    }

    /// All bytes, the last one filled with zeros.
    pub fn finish(mut self) -> Vec<u8> {
        if self.held > 0 {
            self.pad(8 - self.held);
        }
        self.bytes
    }
}
