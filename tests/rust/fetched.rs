//! A storage that has nothing at hand until it is fetched.

use hyperslab::storage::Storage;
use hyperslab::{Error, Result};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// Holds nothing but what was fetched.
pub struct Fetched {
    pub bytes: Rc<[u8]>,
    pub have: Rc<RefCell<Vec<Range<u64>>>>,
}

impl Storage for Fetched {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let wanted = at..at + buf.len() as u64;
        self.want(&[wanted])?;
        let from = usize::try_from(at).unwrap();
        buf.copy_from_slice(&self.bytes[from..from + buf.len()]);
        Ok(())
    }

    fn want(&self, ranges: &[Range<u64>]) -> Result<()> {
        let have = self.have.borrow();
        let there = |r: &Range<u64>| have.iter().any(|h| h.start <= r.start && r.end <= h.end);
        let missing: Vec<_> = ranges.iter().filter(|r| !there(r)).cloned().collect();
        if missing.is_empty() { Ok(()) } else { Err(Error::missing(missing)) }
    }
}

/// Repeats `call` until nothing is missing, and counts how often that was.
pub fn drive<T>(have: &RefCell<Vec<Range<u64>>>, rounds: &mut u32, mut call: impl FnMut() -> Result<T>) -> T {
    loop {
        match call() {
            Ok(value) => return value,
            Err(e) if e.is_pending() => {
                *rounds += 1;
                assert!(*rounds < 1000, "no progress");
                have.borrow_mut().extend(e.pending().iter().cloned());
            }
            Err(e) => panic!("{e}"),
        }
    }
}
