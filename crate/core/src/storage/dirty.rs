//! What was written to a file and is not below yet, page by page.

use crate::error::Result;
use crate::places::Places;
use std::ops::Range;

/// Bytes of a page: what a disk writes at once, or a small multiple of it.
pub(super) const PAGE: usize = 4096;

/// Bytes that are handed on at once at most.
const PIECE: usize = 1 << 20;

/// A page of which some bytes are newer than what is below.
struct Page {
    number: u64,
    bytes: Box<[u8]>,
    /// Which bytes those are: stretches in order that do not touch.
    newer: Vec<Range<usize>>,
}

impl Page {
    /// Notes that the bytes of `range` are newer.
    fn cover(&mut self, mut range: Range<usize>) {
        let first = self.newer.partition_point(|r| r.end < range.start);
        let behind = self.newer.partition_point(|r| r.start <= range.end);
        if let Some(joined) = self.newer.get(first..behind)
            && let (Some(a), Some(b)) = (joined.first(), joined.last())
        {
            range = a.start.min(range.start)..b.end.max(range.end);
        }
        self.newer.splice(first..behind, [range]);
    }
}

/// Pages that are newer, by number.
#[derive(Default)]
pub(super) struct Dirty {
    pages: Vec<Page>,
    /// Where each page is in `pages`.
    places: Places,
}

/// Where a page begins.
pub(super) fn start(number: u64) -> u64 {
    number.saturating_mul(PAGE as u64)
}

/// The page of a position, and the place in it.
#[allow(clippy::cast_possible_truncation)] // the remainder is less than a page
fn split(at: u64) -> (u64, usize) {
    (at / PAGE as u64, (at % PAGE as u64) as usize)
}

impl Dirty {
    /// Whether nothing is newer.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }

    /// Bytes of memory that the pages take.
    pub fn held(&self) -> usize {
        self.pages.len().saturating_mul(PAGE)
    }

    /// Numbers of all pages below `end`, in order.
    pub fn numbers(&self, end: u64) -> Vec<u64> {
        self.places.range(0, end).map(|(number, _)| number).collect()
    }

    fn page(&mut self, number: u64) -> &mut Page {
        let place = self.places.get(number).unwrap_or_else(|| {
            self.places.insert(number, self.pages.len());
            self.pages.push(Page { number, bytes: vec![0; PAGE].into(), newer: Vec::new() });
            self.pages.len() - 1
        });
        &mut self.pages[place]
    }

    /// Takes `data` for what is at `at`.
    pub fn write(&mut self, mut at: u64, mut data: &[u8]) {
        while !data.is_empty() {
            let (number, from) = split(at);
            let (now, later) = data.split_at(data.len().min(PAGE - from));
            let page = self.page(number);
            page.bytes[from..from + now.len()].copy_from_slice(now);
            page.cover(from..from + now.len());
            at = at.saturating_add(now.len() as u64);
            data = later;
        }
    }

    /// Shows all that is newer in `range`, in order: where it is, and the bytes.
    fn visit(&self, range: Range<u64>, show: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let (first, last) = (split(range.start).0, range.end.div_ceil(PAGE as u64));
        for (number, place) in self.places.range(first, last) {
            let Some(page) = self.pages.get(place) else { continue };
            // What leaves the page on either side is cut off by the minimum.
            let inside =
                |at: u64| usize::try_from(at.saturating_sub(start(number))).unwrap_or(PAGE).min(PAGE);
            for newer in &page.newer {
                let (from, to) = (newer.start.max(inside(range.start)), newer.end.min(inside(range.end)));
                if from < to {
                    show(start(number).saturating_add(from as u64), &page.bytes[from..to])?;
                }
            }
        }
        Ok(())
    }

    /// What of `range` is not newer.
    pub fn gaps(&self, range: Range<u64>) -> Vec<Range<u64>> {
        let (mut gaps, mut done) = (Vec::new(), range.start);
        let mut note = |at: u64, bytes: &[u8]| {
            if done < at {
                gaps.push(done..at);
            }
            done = at.saturating_add(bytes.len() as u64);
            Ok(())
        };
        // Noting does not fail.
        let _ = self.visit(range.clone(), &mut note);
        if done < range.end {
            gaps.push(done..range.end);
        }
        gaps
    }

    /// Copies what is newer into `buf`, which starts at `at`.
    pub fn cover(&self, at: u64, buf: &mut [u8]) {
        let range = at..at.saturating_add(buf.len() as u64);
        let mut copy = |from: u64, bytes: &[u8]| {
            // Within `range`, so the difference fits.
            let from = usize::try_from(from - at).unwrap_or(usize::MAX);
            buf[from..from + bytes.len()].copy_from_slice(bytes);
            Ok(())
        };
        let _ = self.visit(range, &mut copy);
    }

    /// Shows all that is newer in `range`, in order, and forgets it.
    pub fn drain(&mut self, range: Range<u64>, show: &mut dyn FnMut(u64, &[u8])) {
        // Showing does not fail.
        let _ = self.visit(range.clone(), &mut |at, bytes| {
            show(at, bytes);
            Ok(())
        });
        let pages: Vec<(u64, usize)> =
            self.places.range(split(range.start).0, range.end.div_ceil(PAGE as u64)).collect();
        let mut empty = Vec::new();
        for (number, place) in pages {
            let Some(page) = self.pages.get_mut(place) else { continue };
            let inside =
                |at: u64| usize::try_from(at.saturating_sub(start(number))).unwrap_or(PAGE).min(PAGE);
            let (from, to) = (inside(range.start), inside(range.end));
            let left = page.newer.iter().flat_map(|r| [r.start..r.end.min(from), r.start.max(to)..r.end]);
            page.newer = left.filter(|r| r.start < r.end).collect();
            if page.newer.is_empty() {
                empty.push(number);
            }
        }
        for number in empty {
            self.forget(number, number.saturating_add(1));
        }
    }

    /// Shows all that is newer, in order, with neighbours together.
    pub fn pieces(&self, show: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        let (mut at, mut piece) = (0u64, Vec::new());
        self.visit(0..u64::MAX, &mut |from, bytes| {
            if from != at.saturating_add(piece.len() as u64) || piece.len() >= PIECE {
                if !piece.is_empty() {
                    show(at, &piece)?;
                }
                (at, piece) = (from, Vec::new());
            }
            piece.extend_from_slice(bytes);
            Ok(())
        })?;
        if piece.is_empty() { Ok(()) } else { show(at, &piece) }
    }

    /// Stretches that are newer, in order.
    pub fn ranges(&self) -> Vec<Range<u64>> {
        let mut all: Vec<Range<u64>> = Vec::new();
        let _ = self.visit(0..u64::MAX, &mut |at, bytes| {
            let end = at.saturating_add(bytes.len() as u64);
            match all.last_mut() {
                Some(last) if last.end == at => last.end = end,
                _ => all.push(at..end),
            }
            Ok(())
        });
        all
    }

    /// Forgets the pages from `first` on and below `end`.
    pub fn forget(&mut self, first: u64, end: u64) {
        let numbers: Vec<u64> = self.places.range(first, end).map(|(number, _)| number).collect();
        for number in numbers {
            let Some(place) = self.places.get(number) else { continue };
            self.places.remove(number);
            self.pages.swap_remove(place);
            if let Some(moved) = self.pages.get(place) {
                self.places.insert(moved.number, place);
            }
        }
    }

    /// Forgets everything from `len` on.
    pub fn cut(&mut self, len: u64) {
        let (number, within) = split(len);
        self.forget(len.div_ceil(PAGE as u64), u64::MAX);
        if let Some(page) = self.places.get(number).and_then(|place| self.pages.get_mut(place)) {
            page.newer.retain_mut(|range| {
                range.end = range.end.min(within);
                range.start < range.end
            });
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.pages.clear();
        self.places.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_join() {
        let mut page = Page { number: 0, bytes: Box::default(), newer: Vec::new() };
        for range in [10..20, 40..50, 20..25, 30..40, 0..5, 60..61] {
            page.cover(range);
        }
        assert_eq!(page.newer, [0..5, 10..25, 30..50, 60..61]);
        page.cover(4..31);
        assert_eq!(page.newer, [0..50, 60..61]);
    }

    #[test]
    fn knows_what_is_newer() {
        let mut dirty = Dirty::default();
        let page = PAGE as u64;
        dirty.write(page - 2, &[1, 2, 3, 4]);
        dirty.write(3 * page + 5, &[9; 10]);
        assert_eq!(dirty.gaps(0..page * 4), [0..page - 2, page + 2..3 * page + 5, 3 * page + 15..4 * page]);
        assert_eq!(dirty.gaps(page - 1..page + 1), []);
        assert_eq!(dirty.ranges(), [page - 2..page + 2, 3 * page + 5..3 * page + 15]);
        let mut buf = [7; 4];
        dirty.cover(page - 3, &mut buf);
        assert_eq!(buf, [7, 1, 2, 3]);
        let mut pieces = Vec::new();
        dirty
            .pieces(&mut |at, bytes| {
                pieces.push((at, bytes.to_vec()));
                Ok(())
            })
            .unwrap();
        assert_eq!(pieces, [(page - 2, vec![1, 2, 3, 4]), (3 * page + 5, vec![9; 10])]);
        dirty.cut(3 * page + 7);
        assert_eq!(dirty.ranges(), [page - 2..page + 2, 3 * page + 5..3 * page + 7]);
        assert_eq!(dirty.numbers(3), [0, 1]);
        dirty.forget(0, 1);
        assert_eq!(dirty.ranges(), [page..page + 2, 3 * page + 5..3 * page + 7]);
        dirty.cut(page);
        assert!(dirty.is_empty() || dirty.ranges().is_empty());
        assert_eq!(dirty.gaps(0..10), [Range { start: 0, end: 10 }]);
    }
}
