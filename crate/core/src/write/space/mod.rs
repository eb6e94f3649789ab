//! Where new structures go: free stretches of the file, and its end.

mod managers;
mod options;
mod paged;
pub(super) mod persisted;
mod stretches;

pub use options::{FileSpaceOptions, FileSpaceStrategy};

pub(in crate::write) use stretches::{Pool, Stretch, Stretches};

use crate::bytes::{Addr, Ctx};
use crate::error::{Error, Result};
use persisted::Persisted;
use std::rc::Rc;

/// Metadata and plain raw data start on multiples of this, so that typed arrays can be laid over them.
const ALIGNMENT: u64 = 8;

/// How new space is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    /// What was given back is used again, for anything.
    Reuse,
    /// Everything goes to the end; only what is given back there counts.
    Append,
    /// Pages of so many bytes: see [`paged`].
    Paged(u64),
}

/// Free stretches, and the end of what is allocated. Addresses are relative to the base.
#[derive(Debug)]
pub(super) struct Space {
    free: Stretches,
    /// What lies below it is never given back: the superblock.
    start: u64,
    end: u64,
    /// No address is larger.
    limit: u64,
    strategy: Strategy,
    /// What the file says about its free space, if that persists.
    persisted: Option<Rc<Persisted>>,
    /// Whether anything was allocated or given back since the superblock was written.
    changed: bool,
    /// Where others read the file meanwhile: they may know of what lies below.
    known: Option<u64>,
    /// What `persisted` was before that. While there are readers nothing is written down.
    aside: Option<Rc<Persisted>>,
}

/// See [`Space::mark`].
#[derive(Debug)]
pub(super) struct Mark {
    free: usize,
    end: u64,
    persisted: Option<Rc<Persisted>>,
    changed: bool,
}

impl Space {
    /// A new file: everything below `end` is its superblock.
    pub fn new(end: u64) -> Self {
        Space::of_file(end, end, u64::MAX)
    }

    /// A file whose superblock ends at `start`. Everything below `end` is in use, until something is given back.
    pub fn of_file(start: u64, end: u64, limit: u64) -> Self {
        let (free, strategy) = (Stretches::default(), Strategy::Reuse);
        Space {
            free,
            start,
            end: end.max(start),
            limit,
            strategy,
            persisted: None,
            changed: false,
            known: None,
            aside: None,
        }
    }

    /// The largest end that a file at `base` may have, whose addresses are as wide as `ctx` says.
    pub fn limit(ctx: Ctx, base: u64) -> u64 {
        let bits = u32::from(ctx.addr_width).saturating_mul(8);
        // All ones means undefined.
        let last = 1u64.checked_shl(bits).map_or(u64::MAX, |n| n - 1) - 1;
        last.saturating_sub(base)
    }

    /// End of the allocated space: the file's end of address.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Bytes below the end that hold nothing.
    pub fn unused(&self) -> u64 {
        self.free.bytes()
    }

    /// `len` bytes of metadata whose address is a multiple of eight.
    pub fn allocate(&mut self, len: u64) -> Result<Addr> {
        self.place(len, ALIGNMENT, Pool::Metadata)
    }

    /// `len` bytes of raw data whose address is a multiple of eight.
    pub fn allocate_raw(&mut self, len: u64) -> Result<Addr> {
        self.place(len, ALIGNMENT, Pool::Raw)
    }

    /// `len` bytes of raw data anywhere: chunks have odd sizes and are only ever copied out.
    pub fn allocate_unaligned(&mut self, len: u64) -> Result<Addr> {
        self.place(len, 1, Pool::Raw)
    }

    fn place(&mut self, len: u64, alignment: u64, pool: Pool) -> Result<Addr> {
        if len == 0 {
            return Ok(Addr(self.end));
        }
        self.changed = true;
        if let Strategy::Paged(page) = self.strategy {
            return self.place_paged(page, len, alignment, pool);
        }
        let other = if pool == Pool::Raw { Pool::Metadata } else { Pool::Raw };
        let fit = |pool| self.free.fit(pool, len, alignment);
        if let Some((stretch, at)) = fit(pool).or_else(|| fit(other)) {
            self.cut(stretch, at, len);
            return Ok(Addr(at));
        }
        let at = self.end.checked_next_multiple_of(alignment);
        let (at, end) = at.and_then(|at| Some((at, at.checked_add(len)?))).ok_or_else(too_large)?;
        let gap = self.end;
        self.grow(end)?;
        self.keep_free(gap, at - gap, pool);
        Ok(Addr(at))
    }

    /// Takes `len` bytes at `at` out of a stretch.
    fn cut(&mut self, stretch: Stretch, at: u64, len: u64) {
        self.free.remove(stretch);
        self.free.insert(stretch.start, at - stretch.start, stretch.pool);
        self.free.insert(at + len, stretch.end() - at - len, stretch.pool);
    }

    fn grow(&mut self, end: u64) -> Result<()> {
        if end > self.limit {
            return Err(too_large());
        }
        self.end = end;
        Ok(())
    }

    fn keep_free(&mut self, start: u64, len: u64, pool: Pool) {
        if self.strategy != Strategy::Append {
            self.free.insert(start, len, pool);
        }
    }

    /// Makes the `len` bytes at `addr` longer by `more`, if nothing is behind them.
    pub fn extend(&mut self, addr: Addr, len: u64, more: u64) -> bool {
        let Some(end) = addr.0.checked_add(len) else { return false };
        let Some(new) = end.checked_add(more) else { return false };
        self.changed = true;
        if let Strategy::Paged(page) = self.strategy {
            return self.extend_paged(page, addr.0, end, new);
        }
        if end == self.end {
            return self.grow(new).is_ok();
        }
        self.extend_into_free(end, more)
    }

    /// Takes the first `more` bytes of the stretch at `start`, if there is one that has them.
    fn extend_into_free(&mut self, start: u64, more: u64) -> bool {
        let found = self.free.at(start).filter(|s| s.len >= more);
        if let Some(stretch) = found {
            self.cut(stretch, start, more);
        }
        found.is_some()
    }

    /// Gives back `len` bytes of metadata at `addr`. Neighbouring stretches become one; a stretch at the end shortens
    /// the file.
    ///
    /// Errors: `Malformed` if they are not bytes of the file or free already. An address of a damaged file may be
    /// met twice; nothing is given back then.
    pub fn release(&mut self, addr: Addr, len: u64) -> Result<()> {
        self.free(addr, len, Pool::Metadata)
    }

    /// The same for raw data and global heaps.
    pub fn release_raw(&mut self, addr: Addr, len: u64) -> Result<()> {
        self.free(addr, len, Pool::Raw)
    }

    fn free(&mut self, addr: Addr, len: u64, pool: Pool) -> Result<()> {
        if len == 0 {
            return Ok(());
        }
        let start = addr.0;
        let Some(end) = start.checked_add(len).filter(|end| start >= self.start && *end <= self.end) else {
            return Err(Error::malformed(format!(
                "{len} bytes at {start:#x} belong to no object: the file's objects are between {:#x} and {:#x}",
                self.start, self.end
            )));
        };
        if self.free.overlap(start, end) {
            let what =
                format!("{len} bytes at {start:#x} belong to two objects, or to one and to free space");
            return Err(Error::malformed(what));
        }
        if self.is_known(addr) {
            // A reader may be on its way there: it must find what was there.
            return Ok(());
        }
        self.changed = true;
        match self.strategy {
            Strategy::Paged(page) => self.free_paged(page, start, end, pool),
            Strategy::Append if end != self.end => {}
            _ => self.join(Stretch { start, len, pool }),
        }
        Ok(())
    }

    /// Adds a stretch, joined with its neighbours. What they are kept for is what most of them was for.
    fn join(&mut self, mut stretch: Stretch) {
        let mut most = stretch;
        let (before, after) = (self.free.ending(stretch.start), self.free.at(stretch.end()));
        for neighbour in [before, after].into_iter().flatten() {
            self.free.remove(neighbour);
            stretch.start = stretch.start.min(neighbour.start);
            stretch.len += neighbour.len;
            if neighbour.len > most.len {
                most = neighbour;
            }
        }
        if stretch.end() < self.end {
            return self.free.insert(stretch.start, stretch.len, most.pool);
        }
        self.end = stretch.start;
        self.trim();
    }

    /// Gives up free space at the end. Stretches that were loaded from the file may touch without being one.
    fn trim(&mut self) {
        while let Some(last) = self.free.ending(self.end) {
            if let Strategy::Paged(page) = self.strategy {
                if last.pool == Pool::Large {
                    self.free.remove(last);
                    self.free_large(page, last);
                }
                return;
            }
            self.free.remove(last);
            self.end = last.start;
        }
    }

    /// From now on others read the file while it is written.
    pub fn share(&mut self) {
        self.aside = self.persisted.take();
        self.publish();
    }

    /// What has been allocated may be known to readers from now on, if there are any.
    pub fn publish(&mut self) {
        self.known = Some(self.end);
    }

    /// There are no new readers any more.
    pub fn unshare(&mut self) {
        self.persisted = self.aside.take();
    }

    /// Whether others read the file while it is written.
    pub fn is_shared(&self) -> bool {
        self.known.is_some()
    }

    /// Whether readers may know of what is at `addr`: it stays what it is, and where it is.
    pub fn is_known(&self, addr: Addr) -> bool {
        self.known.is_some_and(|end| addr.0 < end)
    }

    /// Bytes of a page, in a paged file.
    fn page(&self) -> Option<u64> {
        match self.strategy {
            Strategy::Paged(page) => Some(page),
            _ => None,
        }
    }

    /// Space as it is now, to go back to. Marks are settled in the reverse of their order, by
    /// [`back_to`](Space::back_to) or [`keep`](Space::keep).
    pub fn mark(&mut self) -> Mark {
        let (end, persisted, changed) = (self.end, self.persisted.clone(), self.changed);
        Mark { free: self.free.mark(), end, persisted, changed }
    }

    /// What was done since the mark stays.
    pub fn keep(&mut self, _: Mark) {
        self.free.keep();
    }

    /// Takes back everything since the mark.
    pub fn back_to(&mut self, mark: Mark) {
        self.free.back_to(mark.free);
        self.end = mark.end;
        self.persisted = mark.persisted;
        self.changed = mark.changed;
    }

    /// Whether anything was allocated or given back that the superblock does not know of.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The superblock has been written.
    pub fn published(&mut self) {
        self.changed = false;
    }
}

fn too_large() -> Error {
    Error::limit("the file would have more bytes than its addresses reach")
}

#[cfg(test)]
mod tests;
