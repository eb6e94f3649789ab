//! A cursor over bytes that knows where in the file they came from.

use super::lookup3;
use super::width::{Addr, Ctx};
use crate::error::{Error, Result};
use byteorder::{ByteOrder, LittleEndian};

/// Reads little-endian metadata. Every failure names the absolute address.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    data: &'a [u8],
    pos: usize,
    origin: u64,
    ctx: Ctx,
}

impl<'a> Reader<'a> {
    /// A reader over `data`, whose first byte is at absolute address `origin`.
    pub fn new(data: &'a [u8], origin: u64, ctx: Ctx) -> Self {
        Reader { data, pos: 0, origin, ctx }
    }

    /// Widths of this file.
    pub fn ctx(&self) -> Ctx {
        self.ctx
    }

    /// Bytes consumed so far.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Absolute address of the next byte.
    pub fn address(&self) -> u64 {
        self.origin.saturating_add(self.pos as u64)
    }

    /// Bytes left.
    pub fn remaining(&self) -> usize {
        self.data.len().saturating_sub(self.pos)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// A malformed-file error at the next byte.
    pub fn fault(&self, what: impl Into<std::borrow::Cow<'static, str>>) -> Error {
        Error::malformed(what).at(self.address())
    }

    /// The next `n` bytes.
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8]> {
        let end = self.pos.checked_add(n).filter(|e| *e <= self.data.len());
        match end.and_then(|e| self.data.get(self.pos..e)) {
            Some(s) => {
                self.pos = self.pos.saturating_add(n);
                Ok(s)
            }
            None => Err(self.fault(format!("{n} bytes wanted where {} are left", self.remaining()))),
        }
    }

    /// The next `n` bytes as a reader of their own, keeping addresses right.
    pub fn sub(&mut self, n: usize) -> Result<Reader<'a>> {
        let origin = self.address();
        Ok(Reader { data: self.bytes(n)?, pos: 0, origin, ctx: self.ctx })
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let s = self.data.get(self.pos..).unwrap_or(&[]);
        self.pos = self.data.len();
        s
    }

    /// What has been consumed so far: what a checksum covers.
    pub fn consumed(&self) -> &'a [u8] {
        self.data.get(..self.pos).unwrap_or(&[])
    }

    /// Leaves out `n` bytes.
    pub fn skip(&mut self, n: usize) -> Result<()> {
        self.bytes(n).map(|_| ())
    }

    /// Skips to the next multiple of `n` bytes from the start of this reader; stops at the end.
    pub fn align(&mut self, n: usize) {
        self.pos = self.pos.next_multiple_of(n).min(self.data.len());
    }

    /// Expects these exact bytes (a signature).
    pub fn expect(&mut self, signature: &'static [u8], name: &'static str) -> Result<()> {
        let at = self.address();
        if self.bytes(signature.len())? == signature {
            Ok(())
        } else {
            Err(Error::malformed(format!("no {name} here")).at(at))
        }
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?.first().copied().unwrap_or(0))
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Result<u16> {
        self.bytes(2).map(LittleEndian::read_u16)
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32> {
        self.bytes(4).map(LittleEndian::read_u32)
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64> {
        self.bytes(8).map(LittleEndian::read_u64)
    }

    /// An unsigned number of `width` bytes, 0 to 8.
    pub fn uint(&mut self, width: usize) -> Result<u64> {
        match width {
            0 => Ok(0),
            1..=8 => self.bytes(width).map(|b| LittleEndian::read_uint(b, width)),
            _ => Err(self.fault(format!("a number of {width} bytes"))),
        }
    }

    /// An address; all ones is the undefined one.
    pub fn addr(&mut self) -> Result<Option<Addr>> {
        let at = self.address();
        let raw = self.bytes(self.ctx.o())?;
        if raw.iter().all(|b| *b == 0xff) {
            return Ok(None);
        }
        let (low, high) = raw.split_at(raw.len().min(8));
        if high.iter().any(|b| *b != 0) {
            return Err(Error::malformed("address beyond 64 bits").at(at));
        }
        Ok(Some(Addr(LittleEndian::read_uint(low, low.len()))))
    }

    /// An address that must be defined.
    pub fn defined_addr(&mut self, what: &'static str) -> Result<Addr> {
        let at = self.address();
        self.addr()?.ok_or_else(|| Error::malformed(format!("undefined address of the {what}")).at(at))
    }

    /// A length.
    pub fn len(&mut self) -> Result<u64> {
        self.uint(self.ctx.l())
    }

    /// A length in which all ones means "unlimited" (`None`).
    pub fn len_or_unlimited(&mut self) -> Result<Option<u64>> {
        let w = self.ctx.l();
        let n = self.uint(w)?;
        let all = if w >= 8 { u64::MAX } else { (1u64 << (w * 8).min(63)).saturating_sub(1) };
        Ok((n != all).then_some(n))
    }

    /// Bytes up to a NUL, which is consumed but not returned.
    pub fn c_str(&mut self) -> Result<&'a [u8]> {
        let rest = self.data.get(self.pos..).unwrap_or(&[]);
        match rest.iter().position(|b| *b == 0) {
            Some(n) => {
                let s = self.bytes(n)?;
                self.skip(1)?;
                Ok(s)
            }
            None => Err(self.fault("text without its terminating NUL")),
        }
    }

    /// Checks the stored lookup3 checksum of everything consumed so far.
    pub fn checksum(&mut self) -> Result<()> {
        let computed = lookup3(self.consumed(), 0);
        let at = self.address();
        let stored = self.u32()?;
        if stored == computed {
            Ok(())
        } else {
            Err(Error::malformed(format!("bad checksum: stored {stored:#010x}, computed {computed:#010x}"))
                .at(at))
        }
    }
}
