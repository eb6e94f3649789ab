//! Bit strings, the most significant bit first.

use crate::error::{Error, Result};

/// Takes bits from bytes.
pub(super) struct BitReader<'a> {
    rest: std::slice::Iter<'a, u8>,
    /// Bits that are left of the bytes taken, in its low end.
    held: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        BitReader { rest: bytes.iter(), held: 0, count: 0 }
    }

    fn fill(&mut self, n: u32) -> Result<()> {
        while self.count < n {
            let byte = self.rest.next().ok_or_else(|| Error::malformed("the bits end too early"))?;
            self.held = self.held << 8 | u64::from(*byte);
            self.count += 8;
        }
        Ok(())
    }

    /// The next `n` bits, 32 at most, as a number.
    pub fn bits(&mut self, n: u32) -> Result<u32> {
        self.fill(n)?;
        self.count -= n;
        let value = self.held >> self.count & ((1 << n) - 1);
        Ok(u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// Zeros before the next one, which is taken too.
    pub fn unary(&mut self) -> Result<u32> {
        let mut zeros = 0u32;
        loop {
            self.fill(1)?;
            let seen = self.held & ((1 << self.count) - 1);
            if seen != 0 {
                let found = seen.leading_zeros() - (64 - self.count);
                self.count -= found + 1;
                return Ok(zeros.saturating_add(found));
            }
            zeros = zeros.saturating_add(self.count);
            self.count = 0;
        }
    }
}

/// Puts bits into bytes.
#[derive(Default)]
pub(super) struct BitWriter {
    out: Vec<u8>,
    held: u64,
    count: u32,
}

impl BitWriter {
    /// Bits follow these bytes.
    pub fn after(out: Vec<u8>) -> Self {
        BitWriter { out, ..BitWriter::default() }
    }

    /// Bytes that are complete.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Appends the low `n` bits of `value`, 32 at most.
    #[allow(clippy::cast_possible_truncation)] // one byte at a time
    pub fn bits(&mut self, value: u32, n: u32) {
        self.held = self.held << n | (u64::from(value) & ((1 << n) - 1));
        self.count += n;
        while self.count >= 8 {
            self.count -= 8;
            self.out.push((self.held >> self.count) as u8);
        }
    }

    /// Appends `n` zeros and a one.
    pub fn unary(&mut self, n: u32) {
        for _ in 0..n / 32 {
            self.bits(0, 32);
        }
        self.bits(0, n % 32);
        self.bits(1, 1);
    }

    /// The bytes, the last one filled with zeros.
    pub fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bits(0, 8 - self.count);
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_back() {
        let mut w = BitWriter::default();
        for n in 0..200u32 {
            w.bits(n.wrapping_mul(0x9e37_79b1), n % 33);
            w.unary(n);
        }
        let bytes = w.finish();
        let mut r = BitReader::new(&bytes);
        for n in 0..200u32 {
            let kept = u64::from(n.wrapping_mul(0x9e37_79b1)) & ((1u64 << (n % 33)) - 1);
            assert_eq!(u64::from(r.bits(n % 33).unwrap()), kept, "{n}");
            assert_eq!(r.unary().unwrap(), n);
        }
        assert!(r.bits(32).is_err() && r.unary().is_err());
    }

    #[test]
    fn the_first_bit_is_the_highest() {
        let mut w = BitWriter::after(vec![7]);
        w.bits(1, 1);
        w.unary(2);
        assert_eq!(w.finish(), [7, 0b1001_0000]);
    }
}
