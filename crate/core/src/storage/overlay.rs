//! Changes in memory to a file that stays as it is: one that has to be fetched, or that cannot be written.

use super::dirty::Dirty;
use super::{Files, Storage, StorageMut};
use crate::error::{Error, Result};
use std::ops::Range;

/// A storage whose changes are in memory, over one that is only read.
pub struct Overlay {
    below: Box<dyn Storage>,
    dirty: Dirty,
    len: u64,
    /// Bytes of `below` that are still part of the file, where nothing is newer.
    kept: u64,
}

impl Overlay {
    /// The file in `below`, and no changes.
    pub fn new(below: Box<dyn Storage>) -> Overlay {
        let len = below.len();
        Overlay { below, dirty: Dirty::default(), len, kept: len }
    }

    /// The part of `gap` that is in `below`.
    fn stored(&self, gap: &Range<u64>) -> Range<u64> {
        gap.start..gap.end.min(self.kept).max(gap.start)
    }

    /// The ranges that have to be read from `below` for these.
    fn wanted(&self, ranges: &[Range<u64>]) -> Vec<Range<u64>> {
        let gaps = ranges.iter().flat_map(|range| self.dirty.gaps(range.clone()));
        gaps.map(|gap| self.stored(&gap)).filter(|range| !range.is_empty()).collect()
    }
}

impl Storage for Overlay {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let end = at.checked_add(buf.len() as u64).filter(|end| *end <= self.len);
        let end = end.ok_or_else(|| Error::io("read past the end of the file").at(at))?;
        let gaps = self.dirty.gaps(at..end);
        if gaps.len() > 1 {
            self.want(&gaps)?;
        }
        for gap in gaps {
            let stored = self.stored(&gap);
            // Within `buf`, so the differences fit.
            let place = |p: u64| usize::try_from(p - at).unwrap_or(usize::MAX);
            if !stored.is_empty() {
                self.below.read_at(stored.start, &mut buf[place(stored.start)..place(stored.end)])?;
            }
            buf[place(stored.end)..place(gap.end)].fill(0);
        }
        self.dirty.cover(at, buf);
        Ok(())
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        let wanted = self.wanted(ranges);
        if wanted.is_empty() { Ok(()) } else { self.below.want(&wanted) }
    }

    fn files(&self) -> Files<'_> {
        self.below.files()
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }

    fn changes(&self) -> Option<Vec<Range<u64>>> {
        let mut all = self.dirty.ranges();
        // Beyond what is kept there are zeros, wherever nothing was written.
        let first = all.partition_point(|range| range.end < self.kept);
        if self.kept < self.len {
            let from = all.get(first).map_or(self.kept, |range| range.start.min(self.kept));
            all.truncate(first);
            all.push(from..self.len);
        }
        Some(all)
    }
}

impl StorageMut for Overlay {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        let end = at.checked_add(data.len() as u64);
        let end = end.ok_or_else(|| Error::limit("the file would exceed 2^64 bytes").at(at))?;
        self.dirty.write(at, data);
        self.len = self.len.max(end);
        Ok(())
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.dirty.cut(len);
        self.len = len;
        self.kept = self.kept.min(len);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Memory;

    /// A file that has nothing at hand but one range.
    struct Far(Vec<u8>, Range<u64>);

    impl Storage for Far {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
            let end = at + buf.len() as u64;
            if at < self.1.start || self.1.end < end {
                return self.want(&[Range { start: at, end }]);
            }
            buf.copy_from_slice(&self.0[at as usize..end as usize]);
            Ok(())
        }

        fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
            Err(Error::missing(ranges.to_vec()))
        }
    }

    #[test]
    fn fetches_what_is_not_newer() {
        let mut file = Overlay::new(Box::new(Far((0..100).collect(), 40..60)));
        let writer = file.writer().unwrap();
        writer.write_at(10, &[7; 10]).unwrap();
        writer.write_at(90, &[8; 20]).unwrap();
        let mut buf = [0; 10];
        file.read_at(10, &mut buf).unwrap();
        assert_eq!(buf, [7; 10]);
        file.read_at(50, &mut buf).unwrap();
        assert_eq!(buf[0], 50);
        assert_eq!(file.read_at(5, &mut [0; 20]).unwrap_err().pending(), [5..10, 20..25]);
        assert_eq!(file.read_at(85, &mut [0; 25]).unwrap_err().pending(), [Range { start: 85, end: 90 }]);
        assert!(file.read_at(100, &mut [0; 11]).is_err_and(|e| !e.is_pending()));
        assert_eq!(file.changes().unwrap(), [10..20, 90..110]);
        assert_eq!(file.len(), 110);
    }

    #[test]
    fn what_was_cut_off_does_not_come_back() {
        let mut file = Overlay::new(Box::new(Memory::new((1..=100).collect())));
        let writer = file.writer().unwrap();
        writer.write_at(70, &[5; 3]).unwrap();
        writer.set_len(50).unwrap();
        writer.set_len(60).unwrap();
        writer.write_at(80, &[6]).unwrap();
        assert_eq!(file.changes().unwrap(), [Range { start: 50, end: 81 }]);
        let mut all = [1; 81];
        file.read_at(0, &mut all).unwrap();
        assert_eq!((all[49], &all[50..80], all[80]), (50, &[0; 30][..], 6));
        let writer = file.writer().unwrap();
        writer.write_at(45, &[9; 10]).unwrap();
        writer.write_at(3, &[9]).unwrap();
        assert_eq!(file.changes().unwrap(), [3..4, 45..81]);
    }
}
