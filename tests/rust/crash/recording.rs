//! Files that are changed under a journal, and power cuts at every moment of that.

use super::devices::{Disks, Log, Recorder, Verb};
use crate::written::Dice;
use hyperslab::storage::Journaled;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

/// A seed, printed: another one in each run, or the one in `SEED`.
pub fn seed(of: &str) -> u64 {
    let given = std::env::var("SEED").ok().and_then(|s| s.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    let seed = given.unwrap_or_else(|| u64::from(now()) | 1);
    println!("{of}: SEED={seed}");
    seed
}

/// Everything that was done to a file and its journal, and what the file was at each flush.
pub struct Recording {
    pub log: Rc<RefCell<Log>>,
    start: Vec<u8>,
    budget: usize,
    /// What was done during each flush, and the file then.
    flushes: Vec<(Range<usize>, Vec<u8>)>,
}

impl Recording {
    /// A file with these bytes, of which so many may wait.
    pub fn new(start: Vec<u8>, budget: usize) -> Recording {
        let log = Log { bytes: [start.clone(), Vec::new()], ..Log::default() };
        Recording { log: Rc::new(RefCell::new(log)), start, budget, flushes: Vec::new() }
    }

    /// Opens the file, as whoever comes next does.
    pub fn open(&self) -> Journaled {
        let device = |n| Box::new(Recorder(n, self.log.clone()));
        Journaled::open(device(0), Some(device(1)), self.budget).unwrap()
    }

    /// Verbs so far.
    pub fn done(&self) -> usize {
        self.log.borrow().done.len()
    }

    /// Notes a flush that began after so many verbs, and what the file was.
    pub fn flushed(&mut self, from: usize, bytes: Vec<u8>) {
        self.flushes.push((from..self.done(), bytes));
    }

    /// The file at its last flush.
    pub fn last(&self) -> &[u8] {
        self.flushes.last().map_or(&self.start, |(_, bytes)| bytes)
    }

    /// Cuts the power at every moment, and in several ways; how many power cuts that were.
    pub fn replay(self, dice: &mut Dice) -> usize {
        let log = self.log.borrow();
        let mut disks = Disks::new([self.start.clone(), Vec::new()]);
        let mut cuts = 0;
        for (i, (device, verb)) in log.done.iter().enumerate() {
            let mut crashes = vec![disks.full.clone(), disks.any(dice), disks.any(dice)];
            if let Verb::Write(_, data) = verb {
                let some = usize::try_from(dice.below(data.len() as u64)).unwrap();
                let lens = [1, 7, 20, 512, data.len() / 2, data.len() - 1, some];
                crashes.extend(lens.iter().map(|k| disks.torn(*device, verb, *k)));
            }
            for crash in crashes {
                self.check(i, crash);
                cuts += 1;
            }
            disks.step(*device, verb);
        }
        self.check(log.done.len(), disks.full.clone());
        self.check(log.done.len(), disks.any(dice));
        cuts
    }

    /// Opens what a power cut left before verb number `i` was done.
    fn check(&self, i: usize, crash: [Vec<u8>; 2]) {
        let before = self.flushes.iter().rev().find(|(during, _)| during.end <= i);
        let old = before.map_or(&self.start, |(_, bytes)| bytes);
        let new = self.flushes.iter().find(|(during, _)| during.start <= i && i < during.end);
        let log = Rc::new(RefCell::new(Log { bytes: crash, ..Log::default() }));
        let device = |n| Box::new(Recorder(n, log.clone()));
        let opened = Journaled::open(device(0), Some(device(1)), self.budget);
        assert!(opened.is_ok(), "verb {i}: {}", opened.err().unwrap());
        let found = &log.borrow().bytes[0];
        let is = |state: &Vec<u8>| found == state;
        assert!(is(old) || new.is_some_and(|(_, state)| is(state)), "verb {i} leaves a mix");
    }
}
