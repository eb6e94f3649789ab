//! Paged aggregation: a page holds small metadata or small raw data, never both; what has a page or more begins on a
//! page of its own. The file's end is the end of a page.

use super::{ALIGNMENT, Pool, Space, Strategy, Stretch, too_large};
use crate::bytes::Addr;
use crate::error::Result;

impl Space {
    /// From now on space is given out in pages of `page` bytes. The rest of the page in which a new file's superblock
    /// is takes other metadata.
    pub fn use_pages(&mut self, page: u64) -> Result<()> {
        self.strategy = Strategy::Paged(page);
        let end = self.end;
        self.grow(end.checked_next_multiple_of(page).ok_or_else(too_large)?)?;
        if end == self.start {
            self.free.insert(end, self.end - end, Pool::Metadata);
        }
        Ok(())
    }

    pub(super) fn place_paged(&mut self, page: u64, len: u64, alignment: u64, pool: Pool) -> Result<Addr> {
        // Pages of an odd size do not begin on multiples of eight.
        let alignment = if page.is_multiple_of(ALIGNMENT) { alignment } else { 1 };
        if len >= page {
            return self.place_large(page, len).map(Addr);
        }
        if let Some((stretch, at)) = self.free.fit(pool, len, alignment) {
            self.cut(stretch, at, len);
            return Ok(Addr(at));
        }
        let at = self.place_large(page, page)?;
        self.free.insert(at + len, page - len, pool);
        Ok(Addr(at))
    }

    fn place_large(&mut self, page: u64, len: u64) -> Result<u64> {
        if let Some((stretch, at)) = self.free.fit(Pool::Large, len, page) {
            self.cut(stretch, at, len);
            return Ok(at);
        }
        let at = self.end;
        let end = at.checked_add(len).ok_or_else(too_large)?;
        self.grow_to_page(page, end)?;
        Ok(at)
    }

    /// Moves the file's end behind `end`, which leaves the rest of a page.
    fn grow_to_page(&mut self, page: u64, end: u64) -> Result<()> {
        self.grow(end.checked_next_multiple_of(page).ok_or_else(too_large)?)?;
        self.free.insert(end, self.end - end, Pool::Large);
        Ok(())
    }

    pub(super) fn extend_paged(&mut self, page: u64, start: u64, end: u64, new: u64) -> bool {
        if new == end {
            return true;
        }
        if end - start < page {
            return start / page == (new - 1) / page && self.extend_into_free(end, new - end);
        }
        if self.extend_into_free(end, new - end) {
            return true;
        }
        // What is left over of the last page goes with the file's end.
        let rest = self.free.at(end).filter(|s| s.end() == self.end);
        if end != self.end && rest.is_none() {
            return false;
        }
        if new.checked_next_multiple_of(page).is_none_or(|n| n > self.limit) {
            return false;
        }
        if let Some(rest) = rest {
            self.free.remove(rest);
        }
        self.grow_to_page(page, new).is_ok()
    }

    pub(super) fn free_paged(&mut self, page: u64, start: u64, end: u64, pool: Pool) {
        let mut stretch = Stretch { start, len: end - start, pool };
        if start / page != (end - 1) / page || stretch.len == page {
            return self.free_large(page, stretch);
        }
        // Pieces join with what is free in the same page.
        let before = self.free.ending(start).filter(|_| !start.is_multiple_of(page));
        let after = self.free.at(end).filter(|_| !end.is_multiple_of(page));
        let neighbours = [before, after].into_iter().flatten();
        if neighbours.clone().any(|s| s.pool == Pool::Large) {
            return self.free_large(page, stretch);
        }
        for neighbour in neighbours {
            self.free.remove(neighbour);
            stretch.start = stretch.start.min(neighbour.start);
            stretch.len += neighbour.len;
        }
        if stretch.len == page {
            return self.free_large(page, stretch);
        }
        self.free.insert(stretch.start, stretch.len, stretch.pool);
    }

    /// Whole pages at the end shorten the file.
    pub(super) fn free_large(&mut self, page: u64, mut stretch: Stretch) {
        let (before, after) = (self.free.ending(stretch.start), self.free.at(stretch.end()));
        for neighbour in [before, after].into_iter().flatten().filter(|s| s.pool == Pool::Large) {
            self.free.remove(neighbour);
            stretch.start = stretch.start.min(neighbour.start);
            stretch.len += neighbour.len;
        }
        if stretch.end() == self.end {
            // Below the end, which is a multiple: this does not overflow.
            self.end = stretch.start.next_multiple_of(page).min(self.end);
            stretch.len = self.end - stretch.start;
        }
        self.free.insert(stretch.start, stretch.len, Pool::Large);
    }
}
