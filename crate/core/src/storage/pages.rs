//! A page cache over a source that may have to be asked first.
//!
//! The engine never waits. A source that can answer at once (a Node file, `FileReaderSync`, a sync access
//! handle) fills pages on the spot; any other answers "not yet", which surfaces as
//! [`Error::missing`] with the ranges to fetch. The caller fetches them, hands them to
//! [`Pages::supply`], and repeats the call.

use super::Storage;
use crate::error::{Error, Result};
use crate::order;
use crate::places::Places;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::ops::Range;

/// A source of bytes below the cache.
pub trait Fetch {
    /// Bytes there are.
    fn len(&self) -> u64;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Fills `buf` from `at` at once and says `true`, or says `false`: fetch it and call [`Pages::supply`].
    fn fetch(&self, at: u64, buf: &mut [u8]) -> Result<bool>;
}

struct Page {
    number: u64,
    bytes: Box<[u8]>,
    used: u64,
}

struct State {
    pages: Vec<Page>,
    /// Where each page is in `pages`.
    places: Places,
    clock: u64,
    held: usize,
    /// How often a page was asked for that was here.
    hits: u64,
    /// Ranges supplied for a call that has not succeeded yet: kept until they are released.
    supplied: Vec<Supplied>,
    /// Supplies so far.
    supplies: u32,
}

impl State {
    /// Notes again where each page is.
    fn index(&mut self) {
        self.places.clear();
        for (place, page) in self.pages.iter().enumerate() {
            self.places.insert(page.number, place);
        }
    }
}

struct Supplied {
    token: u32,
    at: u64,
    bytes: Vec<u8>,
}

impl Supplied {
    fn end(&self) -> u64 {
        self.at.saturating_add(self.bytes.len() as u64)
    }
}

/// The cache: pages of `page_size` bytes, least recently used out first.
pub struct Pages<F> {
    source: F,
    page_size: u64,
    budget: usize,
    state: RefCell<State>,
}

impl<F: Fetch> Pages<F> {
    /// A cache that holds at most about `budget` bytes.
    pub fn new(source: F, page_size: usize, budget: usize) -> Self {
        let state = State {
            pages: Vec::new(),
            places: Places::default(),
            clock: 0,
            held: 0,
            hits: 0,
            supplied: Vec::new(),
            supplies: 0,
        };
        Pages { source, page_size: page_size.max(512) as u64, budget, state: RefCell::new(state) }
    }

    /// Hands over bytes that an [`Error::missing`] asked for, until [`release`](Self::release) of the returned
    /// token. Several operations may be under way, each with bytes of its own.
    pub fn supply(&self, at: u64, bytes: Vec<u8>) -> u32 {
        let state = &mut *self.state.borrow_mut();
        state.supplies = state.supplies.wrapping_add(1);
        state.supplied.push(Supplied { token: state.supplies, at, bytes });
        state.supplies
    }

    /// Forgets what was supplied under `token`: the operation that asked for it has ended.
    pub fn release(&self, token: u32) {
        self.state.borrow_mut().supplied.retain(|s| s.token != token);
    }

    /// Says that the source now has `data` at `at`.
    pub fn wrote(&self, at: u64, data: &[u8]) {
        let state = &mut *self.state.borrow_mut();
        let end = at.saturating_add(data.len() as u64);
        for (_, place) in state.places.range(at / self.page_size, end.div_ceil(self.page_size)) {
            let Some(page) = state.pages.get_mut(place) else { continue };
            let start = page.number.saturating_mul(self.page_size);
            let (from, to) = (at.max(start), end.min(start.saturating_add(page.bytes.len() as u64)));
            if from < to {
                copy_overlap(&mut page.bytes, start, data, at, from..to);
            }
        }
    }

    /// Says that the source has another length now, and had `before`: what is there from the smaller one on is asked
    /// for again.
    pub fn resized(&self, before: u64) {
        let state = &mut *self.state.borrow_mut();
        let first = before.min(self.source.len()) / self.page_size;
        state.pages.retain(|page| page.number < first);
        state.held = state.pages.iter().map(|page| page.bytes.len()).sum();
        state.index();
    }

    /// Forgets what was read, and what was supplied: others may have changed it.
    pub fn forget(&self) {
        let state = &mut *self.state.borrow_mut();
        state.pages.clear();
        state.held = 0;
        state.index();
        // They are released all the same.
        for supplied in &mut state.supplied {
            (supplied.at, supplied.bytes) = (u64::MAX, Vec::new());
        }
    }

    /// The source below.
    pub fn source(&self) -> &F {
        &self.source
    }

    /// Bytes held at the moment.
    pub fn held(&self) -> usize {
        let state = self.state.borrow();
        state.held.saturating_add(state.supplied.iter().map(|s| s.bytes.len()).sum())
    }

    /// How often a page was asked for that was here.
    pub fn hits(&self) -> u64 {
        self.state.borrow().hits
    }

    fn page_range(&self, page: u64) -> Range<u64> {
        let from = page.saturating_mul(self.page_size);
        from..from.saturating_add(self.page_size).min(self.source.len())
    }

    fn pages_of(&self, at: u64, len: usize) -> Range<u64> {
        let end = at.saturating_add(len as u64);
        at / self.page_size..end.div_ceil(self.page_size)
    }

    /// Reads through pages; metadata is many small reads close together.
    fn read_paged(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let mut missing: Vec<Range<u64>> = Vec::new();
        for page in self.pages_of(at, buf.len()) {
            if !self.load(page)? {
                missing.push(self.page_range(page));
            }
        }
        if !missing.is_empty() {
            return Err(Error::missing(missing));
        }
        for page in self.pages_of(at, buf.len()) {
            let range = self.page_range(page);
            let from = at.max(range.start);
            let to = at.saturating_add(buf.len() as u64).min(range.end);
            let state = &mut *self.state.borrow_mut();
            let Some(held) = state.places.get(page).and_then(|place| state.pages.get_mut(place)) else {
                return Err(Error::io("a page left the cache while it was read").at(range.start));
            };
            state.clock += 1;
            held.used = state.clock;
            copy_overlap(buf, at, &held.bytes, range.start, from..to);
        }
        self.evict();
        Ok(())
    }

    fn load(&self, page: u64) -> Result<bool> {
        if let state = &mut *self.state.borrow_mut()
            && state.places.contains(page)
        {
            state.hits += 1;
            return Ok(true);
        }
        let range = self.page_range(page);
        let len = usize::try_from(range.end - range.start)
            .map_err(|_| Error::limit("a page does not fit into memory"))?;
        let mut bytes = vec![0; len];
        if !self.copy_supplied(range.start, &mut bytes) && !self.source.fetch(range.start, &mut bytes)? {
            return Ok(false);
        }
        let state = &mut *self.state.borrow_mut();
        state.clock += 1;
        state.held += len;
        state.places.insert(page, state.pages.len());
        state.pages.push(Page { number: page, bytes: bytes.into(), used: state.clock });
        Ok(true)
    }

    fn copy_supplied(&self, at: u64, buf: &mut [u8]) -> bool {
        let state = self.state.borrow();
        let end = at.saturating_add(buf.len() as u64);
        match state.supplied.iter().find(|s| s.at <= at && end <= s.end()) {
            Some(s) => {
                copy_overlap(buf, at, &s.bytes, s.at, at..end);
                true
            }
            None => false,
        }
    }

    /// Drops the least recently used half when over budget: one sort per many insertions.
    fn evict(&self) {
        let state = &mut *self.state.borrow_mut();
        if state.held <= self.budget {
            return;
        }
        order::sort_by_key(&mut state.pages, |page| Reverse(page.used));
        while state.held > self.budget / 2
            && let Some(page) = state.pages.pop()
        {
            state.held -= page.bytes.len();
        }
        state.index();
    }
}

/// Copies the part `range` (absolute) of `from` (which starts at `from_at`) into `to` (which starts at `to_at`).
fn copy_overlap(to: &mut [u8], to_at: u64, from: &[u8], from_at: u64, range: Range<u64>) {
    // Both buffers are in memory and contain `range`, so these differences fit.
    #[allow(clippy::cast_possible_truncation)]
    let (t, f, n) = (
        (range.start - to_at) as usize,
        (range.start - from_at) as usize,
        (range.end - range.start) as usize,
    );
    to[t..t + n].copy_from_slice(&from[f..f + n]);
}

impl<F: Fetch> Storage for Pages<F> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        if buf.is_empty() {
            return Ok(());
        }
        if at.checked_add(buf.len() as u64).is_none_or(|end| end > self.len()) {
            return Err(Error::io("read past the end of the file").at(at));
        }
        // Raw data goes past the cache: it is read once, and would push the metadata out.
        if buf.len() as u64 >= self.page_size {
            if self.copy_supplied(at, buf) || self.source.fetch(at, buf)? {
                return Ok(());
            }
            let whole = at..at.saturating_add(buf.len() as u64);
            return Err(Error::missing([whole].into()));
        }
        self.read_paged(at, buf)
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        if self.source.fetch(0, &mut [])? {
            return Ok(()); // it answers at once: nothing to gain
        }
        let state = self.state.borrow();
        let there = |r: &Range<u64>| {
            state.supplied.iter().any(|s| s.at <= r.start && r.end <= s.end())
                || (r.end - r.start < self.page_size
                    && (r.start / self.page_size..r.end.div_ceil(self.page_size))
                        .all(|p| state.places.contains(p)))
        };
        let missing: Vec<_> = ranges
            .iter()
            .filter(|r| !there(r))
            .map(|r| {
                if r.end - r.start >= self.page_size {
                    r.clone()
                } else {
                    let last = (r.end.div_ceil(self.page_size)).saturating_sub(1);
                    self.page_range(r.start / self.page_size).start..self.page_range(last).end
                }
            })
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Error::missing(missing)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Later(Vec<u8>);
    impl Fetch for Later {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }
        fn fetch(&self, _: u64, _: &mut [u8]) -> Result<bool> {
            Ok(false)
        }
    }

    #[test]
    fn asks_for_pages_then_answers_from_them() {
        let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
        let pages = Pages::new(Later(bytes.clone()), 512, 4096);
        let mut buf = [0; 20];
        let missing = pages.read_at(505, &mut buf).unwrap_err();
        assert_eq!(missing.pending(), [0..512, 512..1024]);
        let tokens: Vec<u32> = missing
            .pending()
            .iter()
            .map(|r| pages.supply(r.start, bytes[r.start as usize..r.end as usize].to_vec()))
            .collect();
        pages.read_at(505, &mut buf).unwrap();
        assert_eq!(buf, bytes[505..525]);
        let held = pages.held();
        tokens.into_iter().for_each(|t| pages.release(t));
        assert_eq!(pages.held(), held - 1024);
        assert_eq!(pages.hits(), 0);
        pages.read_at(510, &mut buf).unwrap();
        assert_eq!(buf, bytes[510..530]);
        assert_eq!(pages.hits(), 2);
        assert!(pages.read_at(4990, &mut buf).is_err_and(|e| !e.is_pending()));
    }

    struct Here(RefCell<Vec<u8>>);
    impl Fetch for Here {
        fn len(&self) -> u64 {
            self.0.borrow().len() as u64
        }
        fn fetch(&self, at: u64, buf: &mut [u8]) -> Result<bool> {
            let at = at as usize;
            buf.copy_from_slice(&self.0.borrow()[at..at + buf.len()]);
            Ok(true)
        }
    }

    #[test]
    fn pages_follow_what_is_written() {
        let pages = Pages::new(Here(RefCell::new(vec![1; 1300])), 512, 4096);
        let all = |pages: &Pages<Here>| {
            // In small pieces, so that all go through the cache.
            let mut all = vec![0; pages.len() as usize];
            for (i, piece) in all.chunks_mut(100).enumerate() {
                pages.read_at(i as u64 * 100, piece).unwrap();
            }
            assert_eq!(all, *pages.source().0.borrow());
        };
        all(&pages);
        pages.source().0.borrow_mut()[500..530].fill(2);
        pages.wrote(500, &[2; 30]);
        all(&pages);
        assert_eq!(pages.held(), 1300);
        // Beyond the end: the last page is read again, the others stay.
        pages.source().0.borrow_mut().resize(1600, 0);
        pages.resized(1300);
        pages.source().0.borrow_mut()[1290..1600].fill(3);
        pages.wrote(1290, &[3; 310]);
        assert_eq!(pages.held(), 1024);
        all(&pages);
        pages.source().0.borrow_mut().truncate(600);
        pages.resized(1600);
        all(&pages);
        assert_eq!(pages.held(), 600);
        // What others have changed is seen when everything is forgotten.
        pages.source().0.borrow_mut()[0..40].fill(7);
        pages.forget();
        assert_eq!(pages.held(), 0);
        all(&pages);
    }

    #[test]
    fn what_was_supplied_before_is_forgotten_too() {
        let pages = Pages::new(Later(vec![1; 2000]), 512, 4096);
        let token = pages.supply(0, vec![1; 2000]);
        pages.read_at(3, &mut [0; 5]).unwrap();
        pages.forget();
        assert!(pages.read_at(3, &mut [0; 5]).is_err_and(|e| e.is_pending()));
        assert!(pages.read_at(0, &mut [0; 600]).is_err_and(|e| e.is_pending()));
        pages.release(token);
        assert_eq!(pages.held(), 0);
    }
}
