//! A file that is changed in place, and never half: after a power cut it is what it was at its last flush, or at the
//! one under way.
//!
//! What is written waits in memory, page by page, until [`flush`](StorageMut::flush). Then the pages that will be overwritten
//! are saved in a [journal](super::journal), the file is written, and the journal is emptied, each step on the disk before the
//! next one. What lies beyond the end that the file had at its last flush needs no saving: nothing refers to it, so large
//! data goes there at once. When more waits than the budget allows, what waits is saved and written before its time; the
//! journal stays until the flush.

use super::device::{self, Device};
use super::dirty::{Dirty, PAGE};
use super::journal::Journal;
use super::{Storage, StorageMut};
use crate::error::{Error, Result};
use std::ops::Range;

/// From so many bytes on, new data does not wait.
const LARGE: u64 = 64 << 10;
/// Bytes that are taken in between two looks at the budget.
const STEP: usize = 256 << 10;

/// A storage over a device with the file and one with its journal.
pub struct Journaled {
    data: Box<dyn Device>,
    journal: Option<Journal>,
    dirty: Dirty,
    budget: usize,
    /// Bytes of the file as it is seen. What the device has beyond it and beyond `base` is nothing.
    len: u64,
    /// Bytes of the file at the last flush: what is below has to be saved.
    base: u64,
    /// Whether the device is different from what it was at the last flush.
    touched: bool,
    /// Whether something was written before the flush, and is not in memory any more.
    early: bool,
    /// Whether changes are being taken back, which does not depend on the device: it may be full.
    back: bool,
    /// After some failures nobody knows what is on the disk.
    failed: bool,
}

impl Journaled {
    /// The bytes that wait at most, unless there is a reason for another number.
    pub const BUDGET: usize = 16 << 20;

    /// The file in `data`, of which about `budget` changed bytes are kept in memory. If `journal` has an older state
    /// because a flush was interrupted, that is restored first. Without a journal, a power cut leaves anything.
    ///
    /// Errors: `Malformed` and `Unsupported` if what is in the journal is none, not one of this file, or damaged; then
    /// nothing was changed.
    pub fn open(
        mut data: Box<dyn Device>,
        journal: Option<Box<dyn Device>>,
        budget: usize,
    ) -> Result<Journaled> {
        let journal = journal.map(|device| Journal::open(device, data.as_mut())).transpose()?;
        let len = data.len();
        let (dirty, budget) = (Dirty::default(), budget.max(PAGE));
        let (touched, early, back, failed) = (false, false, false, false);
        Ok(Journaled { data, journal, dirty, budget, len, base: len, touched, early, back, failed })
    }

    /// Goes back to what the file was at its last flush.
    ///
    /// Errors: `Unsupported` if there is no journal and something was written before its time.
    pub fn rollback(&mut self) -> Result<()> {
        self.check()?;
        if self.touched {
            let none = || Error::unsupported("going back, without a journal, to what was overwritten");
            self.journal.as_mut().ok_or_else(none)?.restore(self.data.as_mut())?;
        }
        self.dirty.clear();
        (self.len, self.touched, self.early) = (self.base, false, false);
        Ok(())
    }

    /// Whether something waits for a flush.
    pub fn is_changed(&self) -> bool {
        self.touched || !self.dirty.is_empty() || self.len != self.base
    }

    fn check(&self) -> Result<()> {
        if self.failed {
            return Err(Error::io("writing failed before: open the file again"));
        }
        Ok(())
    }

    /// Notes that after this failure nobody knows what is on the disk.
    fn or_fail(&mut self, result: Result<()>) -> Result<()> {
        self.failed |= result.is_err();
        result
    }

    /// The first page that the file did not have at its last flush.
    fn first_new(&self) -> u64 {
        self.base.div_ceil(PAGE as u64)
    }

    /// Saves what would be overwritten if all that waits were written, so that it may be.
    fn save(&mut self) -> Result<()> {
        let pages = self.dirty.numbers(self.first_new());
        if let Some(journal) = &mut self.journal {
            journal.begin(self.base)?;
            journal.save(&pages, self.data.as_ref(), self.base)?;
            journal.sync()?;
        }
        self.touched = true;
        Ok(())
    }

    /// Writes what waits. It stays in memory until it is forgotten.
    fn write(&mut self) -> Result<()> {
        let data = self.data.as_mut();
        self.dirty.pieces(&mut |at, bytes| data.write_at(at, bytes))
    }

    /// Writes what waits before its time.
    fn spill(&mut self) -> Result<()> {
        self.save()?;
        self.early = true;
        self.write()?;
        self.dirty.clear();
        Ok(())
    }

    /// Lets `data` wait.
    fn keep(&mut self, mut at: u64, data: &[u8]) -> Result<()> {
        for data in data.chunks(STEP.min(self.budget)) {
            if self.dirty.held() >= self.budget && !self.back {
                self.spill()?;
            }
            self.dirty.write(at, data);
            at = at.saturating_add(data.len() as u64);
        }
        Ok(())
    }

    /// Writes `data` at once.
    fn put(&mut self, at: u64, data: &[u8]) -> Result<()> {
        if !self.touched {
            self.begin()?;
        }
        self.early = true;
        self.data.write_at(at, data)?;
        let first = at / PAGE as u64;
        self.dirty.forget(first, first.saturating_add((data.len() / PAGE) as u64));
        Ok(())
    }

    /// Says that the file is about to grow, so that it can be cut again.
    fn begin(&mut self) -> Result<()> {
        if let Some(journal) = &mut self.journal {
            journal.begin(self.base)?;
            journal.sync()?;
        }
        self.touched = true;
        Ok(())
    }

    /// Zeros from the end to `to`, where the device still has what was cut off.
    fn fill(&mut self, to: u64) -> Result<()> {
        let zeros = [0; PAGE];
        while self.len < to.min(self.base) {
            let n = usize::try_from(to.min(self.base) - self.len).unwrap_or(PAGE).min(PAGE);
            self.keep(self.len, &zeros[..n])?;
            self.len = self.len.saturating_add(n as u64);
        }
        self.len = self.len.max(to);
        Ok(())
    }

    /// The part of a range that need not wait: whole pages that the file did not have.
    fn at_once(&self, range: &Range<u64>) -> Range<u64> {
        let page = PAGE as u64;
        let from = range.start.div_ceil(page).max(self.first_new()).saturating_mul(page);
        let to = range.end / page * page;
        if from.saturating_add(LARGE) <= to && !self.back { from..to } else { range.end..range.end }
    }

    fn take(&mut self, range: &Range<u64>, data: &[u8]) -> Result<()> {
        if !self.back {
            self.trim()?;
        }
        self.fill(range.start)?;
        let now = self.at_once(range);
        // All of these lie within the range, whose bytes are in memory.
        let place = |at: u64| usize::try_from(at - range.start).unwrap_or(data.len());
        let (before, rest) = data.split_at(place(now.start));
        let (large, behind) = rest.split_at(place(now.end) - place(now.start));
        if !large.is_empty() {
            self.put(now.start, large)?;
        }
        self.keep(range.start, before)?;
        self.keep(now.end, behind)?;
        self.len = self.len.max(range.end);
        Ok(())
    }

    /// Forgets what is beyond the end.
    fn forget(&mut self) {
        self.dirty.cut(self.len);
        // If the device fails now, it is asked again before there may be something else.
        let _ = self.trim();
    }

    /// Makes sure that the device has nothing where the file may grow.
    fn trim(&mut self) -> Result<()> {
        let end = self.len.max(self.base);
        if self.data.len() > end { self.data.set_len(end) } else { Ok(()) }
    }

    /// Makes the device what the file is, on the disk.
    fn settle(&mut self) -> Result<()> {
        self.write()?;
        // Under a journal a file is shortened last: what is cut off needs no saving.
        if self.data.len() < self.len || (self.journal.is_none() && self.data.len() > self.len) {
            self.data.set_len(self.len)?;
        }
        if let Err(e) = self.data.sync() {
            // What waits can be written once more, what was written before its time cannot.
            self.failed |= self.early && !self.data.is_held();
            return Err(e);
        }
        if self.data.len() > self.len {
            if let Some(journal) = &mut self.journal {
                let noted = journal.cut(self.len);
                self.or_fail(noted)?;
            }
            let cut = self.data.set_len(self.len).and_then(|()| self.data.sync());
            self.or_fail(cut)?;
        }
        Ok(())
    }
}

impl Storage for Journaled {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let end = at.checked_add(buf.len() as u64).filter(|end| *end <= self.len);
        let end = end.ok_or_else(|| Error::io("read past the end of the file").at(at))?;
        let there = self.data.len();
        for gap in self.dirty.gaps(at..end) {
            // Within `buf`, so the differences fit.
            let place = |p: u64| usize::try_from(p - at).unwrap_or(usize::MAX);
            let stored = gap.end.min(there).max(gap.start);
            if gap.start < stored {
                self.data.read_at(gap.start, &mut buf[place(gap.start)..place(stored)])?;
            }
            buf[place(stored)..place(gap.end)].fill(0);
        }
        self.dirty.cover(at, buf);
        Ok(())
    }

    fn take_device(&mut self) -> Option<Box<dyn Device>> {
        if self.failed || self.is_changed() || self.data.is_held() {
            return None;
        }
        self.failed = true;
        Some(std::mem::replace(&mut self.data, Box::new(device::Gone)))
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }
}

impl StorageMut for Journaled {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.check()?;
        let end = at.checked_add(data.len() as u64);
        let end = end.ok_or_else(|| Error::limit("the file would exceed 2^64 bytes").at(at))?;
        self.take(&(at..end), data).inspect_err(|_| self.forget())
    }

    fn put_back(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.back = true;
        let put = self.write_at(at, data);
        self.back = false;
        put
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.check()?;
        if len > self.len {
            return self.trim().and_then(|()| self.fill(len)).inspect_err(|_| self.forget());
        }
        self.len = len;
        self.forget();
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.check()?;
        if !self.is_changed() {
            return Ok(());
        }
        self.trim()?;
        self.save()?;
        self.settle()?;
        let cleared = self.journal.as_mut().map_or(Ok(()), Journal::clear);
        self.or_fail(cleared)?;
        self.dirty.clear();
        (self.base, self.touched, self.early) = (self.len, false, false);
        Ok(())
    }
}
