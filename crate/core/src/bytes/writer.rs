//! The other direction: metadata into bytes.

use super::lookup3;
use super::width::{Addr, Ctx};

/// Appends little-endian metadata to a buffer.
#[derive(Clone, Debug)]
pub struct Writer {
    out: Vec<u8>,
    ctx: Ctx,
}

impl Writer {
    /// An empty writer.
    pub fn new(ctx: Ctx) -> Self {
        Writer { out: Vec::new(), ctx }
    }

    /// Widths of this file.
    pub fn ctx(&self) -> Ctx {
        self.ctx
    }

    /// Bytes written so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Raw bytes.
    pub fn bytes(&mut self, b: &[u8]) -> &mut Self {
        self.out.extend_from_slice(b);
        self
    }

    /// `n` zero bytes.
    pub fn zeros(&mut self, n: usize) -> &mut Self {
        self.out.resize(self.out.len().saturating_add(n), 0);
        self
    }

    /// Zero bytes up to a multiple of `n` from the start of this writer.
    pub fn align(&mut self, n: usize) -> &mut Self {
        self.out.resize(self.out.len().next_multiple_of(n), 0);
        self
    }

    /// Zero bytes up to a total length of `n`.
    pub fn pad_to(&mut self, n: usize) -> &mut Self {
        if self.out.len() < n {
            self.out.resize(n, 0);
        }
        self
    }

    /// One byte.
    pub fn u8(&mut self, v: u8) -> &mut Self {
        self.out.push(v);
        self
    }

    /// Two bytes.
    pub fn u16(&mut self, v: u16) -> &mut Self {
        self.bytes(&v.to_le_bytes())
    }

    /// Four bytes.
    pub fn u32(&mut self, v: u32) -> &mut Self {
        self.bytes(&v.to_le_bytes())
    }

    /// Eight bytes.
    pub fn u64(&mut self, v: u64) -> &mut Self {
        self.bytes(&v.to_le_bytes())
    }

    /// The low `width` bytes of `v` (zero extended beyond 8). The caller has checked that it fits.
    pub fn uint(&mut self, v: u64, width: usize) -> &mut Self {
        let b = v.to_le_bytes();
        self.bytes(b.get(..width.min(8)).unwrap_or(&b));
        self.zeros(width.saturating_sub(8))
    }

    /// An address, or all ones.
    pub fn addr(&mut self, a: Option<Addr>) -> &mut Self {
        let w = self.ctx.o();
        match a {
            Some(a) => self.uint(a.0, w),
            None => {
                self.out.resize(self.out.len().saturating_add(w), 0xff);
                self
            }
        }
    }

    /// A length.
    pub fn length(&mut self, n: u64) -> &mut Self {
        let w = self.ctx.l();
        self.uint(n, w)
    }

    /// A length, or all ones for "unlimited".
    pub fn length_or_unlimited(&mut self, n: Option<u64>) -> &mut Self {
        let w = self.ctx.l();
        self.uint(n.unwrap_or(u64::MAX), w)
    }

    /// The lookup3 checksum of everything written so far.
    pub fn checksum(&mut self) -> &mut Self {
        let ck = lookup3(&self.out, 0);
        self.u32(ck)
    }
}
