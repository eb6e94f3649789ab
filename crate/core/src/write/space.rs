//! Where new structures go: a free list in memory and the end of the file.

use crate::bytes::Addr;
use crate::error::{Error, Result};
use std::collections::BTreeMap;

/// Metadata and plain raw data start on multiples of this, so that typed arrays can be laid over them.
const ALIGNMENT: u64 = 8;

/// Free stretches by address, and the end of what is allocated. Addresses are relative to the base.
#[derive(Clone, Debug)]
pub struct Space {
    free: BTreeMap<u64, u64>,
    end: u64,
}

impl Space {
    /// Everything below `end` is in use.
    pub fn new(end: u64) -> Self {
        Space { free: BTreeMap::new(), end }
    }

    /// End of the allocated space: the file's end of address.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Bytes below the end that hold nothing.
    #[cfg(test)]
    pub fn unused(&self) -> u64 {
        self.free.values().sum()
    }

    /// `len` bytes of metadata whose address is a multiple of eight.
    pub fn allocate(&mut self, len: u64) -> Result<Addr> {
        self.place(len, ALIGNMENT)
    }

    /// `len` bytes of raw data whose address is a multiple of eight.
    pub fn allocate_raw(&mut self, len: u64) -> Result<Addr> {
        self.place(len, ALIGNMENT)
    }

    /// `len` bytes of raw data anywhere: chunks have odd sizes and are only ever copied out.
    pub fn allocate_unaligned(&mut self, len: u64) -> Result<Addr> {
        self.place(len, 1)
    }

    fn place(&mut self, len: u64, alignment: u64) -> Result<Addr> {
        let found = self.free.iter().find_map(|(start, size)| {
            let at = start.next_multiple_of(alignment);
            (at.checked_add(len)? <= start.checked_add(*size)?).then_some((*start, *size, at))
        });
        if let Some((start, size, at)) = found {
            self.free.remove(&start);
            self.insert(start, at - start);
            self.insert(at + len, start + size - at - len);
            return Ok(Addr(at));
        }
        let at = self.end.next_multiple_of(alignment);
        let end = at.checked_add(len).ok_or_else(|| Error::limit("the file would exceed 2^64 bytes"))?;
        self.insert(self.end, at - self.end);
        self.end = end;
        Ok(Addr(at))
    }

    fn insert(&mut self, start: u64, len: u64) {
        if len > 0 {
            self.free.insert(start, len);
        }
    }

    /// Makes the `len` bytes at `addr` longer by `more`, if nothing is behind them.
    pub fn extend(&mut self, addr: Addr, len: u64, more: u64) -> bool {
        let Some(end) = addr.0.checked_add(len) else { return false };
        if end == self.end {
            let Some(new) = end.checked_add(more) else { return false };
            self.end = new;
            return true;
        }
        match self.free.get(&end).copied() {
            Some(size) if size >= more => {
                self.free.remove(&end);
                self.insert(end + more, size - more);
                true
            }
            _ => false,
        }
    }

    /// Gives `len` bytes at `addr` back. Neighbouring stretches become one; a stretch at the end shortens the
    /// file.
    pub fn release(&mut self, addr: Addr, len: u64) {
        let (mut start, mut end) = (addr.0, addr.0.saturating_add(len));
        if len == 0 {
            return;
        }
        if let Some((before, size)) = self.free.range(..start).next_back().map(|(a, n)| (*a, *n))
            && before + size >= start
        {
            self.free.remove(&before);
            start = before;
            end = end.max(before + size);
        }
        if let Some(size) = self.free.remove(&end) {
            end += size;
        }
        if end >= self.end {
            self.end = start;
        } else {
            self.free.insert(start, end - start);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_at_the_end_and_aligns() {
        let mut s = Space::new(96);
        assert_eq!(s.allocate(5).unwrap(), Addr(96));
        assert_eq!(s.allocate_unaligned(7).unwrap(), Addr(101));
        assert_eq!(s.allocate(8).unwrap(), Addr(112));
        assert_eq!((s.end(), s.unused()), (120, 4));
        assert_eq!(s.allocate_unaligned(3).unwrap(), Addr(108));
        assert!(s.allocate(u64::MAX).is_err());
    }

    #[test]
    fn freed_neighbours_join_and_are_used_again() {
        let mut s = Space::new(0);
        let a: Vec<Addr> = (0..4).map(|_| s.allocate(16).unwrap()).collect();
        s.release(a[0], 16);
        s.release(a[2], 16);
        s.release(a[1], 16);
        assert_eq!(s.unused(), 48);
        assert_eq!(s.allocate(40).unwrap(), Addr(0));
        assert_eq!(s.unused(), 8);
    }

    #[test]
    fn grows_in_place_where_nothing_follows() {
        let mut s = Space::new(0);
        let a: Vec<Addr> = (0..3).map(|_| s.allocate(16).unwrap()).collect();
        assert!(!s.extend(a[0], 16, 8));
        assert!(s.extend(a[2], 16, 8));
        s.release(a[1], 16);
        assert!(s.extend(a[0], 16, 8));
        assert!(!s.extend(a[0], 24, 16));
        assert_eq!((s.end(), s.unused()), (56, 8));
    }

    #[test]
    fn a_freed_end_shortens_the_file() {
        let mut s = Space::new(0);
        let a: Vec<Addr> = (0..3).map(|_| s.allocate(16).unwrap()).collect();
        s.release(a[1], 16);
        s.release(a[2], 16);
        assert_eq!((s.end(), s.unused()), (16, 0));
    }
}
