//! Power cuts: whatever was written when it went dark, the file is what it was at the last flush or at the one under
//! way.

use crate::devices::{Disks, Log, Recorder, Verb};
use crate::written::{Dice, doubles, strings};
use hyperslab::format::message::Dataspace;
use hyperslab::storage::{Journaled, Storage};
use hyperslab::write::dtype::parse;
use hyperslab::write::{Chunks, Data, DatasetSpec, Editor};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

/// A seed, printed: another one in each run, or the one in `SEED`.
fn seed(of: &str) -> u64 {
    let given = std::env::var("SEED").ok().and_then(|s| s.parse().ok());
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    let seed = given.unwrap_or_else(|| u64::from(now()) | 1);
    println!("{of}: SEED={seed}");
    seed
}

/// A file on two devices, and what it was at each flush.
struct Session {
    log: Rc<RefCell<Log>>,
    start: Vec<u8>,
    file: Option<Journaled>,
    budget: usize,
    /// What was done during each flush, and the file then.
    flushes: Vec<(Range<usize>, Vec<u8>)>,
}

impl Session {
    fn new(start: Vec<u8>, budget: usize) -> Session {
        let log = Log { bytes: [start.clone(), Vec::new()], ..Log::default() };
        let mut session =
            Session { log: Rc::new(RefCell::new(log)), start, file: None, budget, flushes: Vec::new() };
        session.open();
        session
    }

    fn open(&mut self) {
        let device = |n| Box::new(Recorder(n, self.log.clone()));
        self.file = Some(Journaled::open(device(0), Some(device(1)), self.budget).unwrap());
    }

    fn file(&mut self) -> &mut Journaled {
        self.file.as_mut().unwrap()
    }

    fn write(&mut self, at: u64, data: &[u8]) {
        self.file().writer().unwrap().write_at(at, data).unwrap();
    }

    fn set_len(&mut self, len: u64) {
        self.file().writer().unwrap().set_len(len).unwrap();
    }

    fn bytes(&self) -> Vec<u8> {
        let file = self.file.as_ref().unwrap();
        let mut bytes = vec![0; usize::try_from(file.len()).unwrap()];
        file.read_at(0, &mut bytes).unwrap();
        bytes
    }

    fn done(&self) -> usize {
        self.log.borrow().done.len()
    }

    fn flush(&mut self) {
        let bytes = self.bytes();
        let from = self.done();
        self.file().writer().unwrap().flush().unwrap();
        self.flushes.push((from..self.done(), bytes));
    }

    /// The file at its last flush.
    fn flushed(&self) -> &[u8] {
        self.flushes.last().map_or(&self.start, |(_, bytes)| bytes)
    }

    /// Changes the file to these bytes, by writing what differs.
    fn change_to(&mut self, new: &[u8]) {
        let old = self.bytes();
        let mut at = 0;
        while at < new.len() {
            let same = new[at..].iter().zip(old.get(at..).unwrap_or(&[])).take_while(|(a, b)| a == b).count();
            at += same;
            let different = (at..new.len()).take_while(|i| old.get(*i) != Some(&new[*i])).count();
            if different > 0 {
                self.write(at as u64, &new[at..at + different]);
            }
            at += different;
        }
        self.set_len(new.len() as u64);
        assert_eq!(self.bytes(), new);
    }

    /// Cuts the power at every moment, and in several ways; how many power cuts that were.
    fn replay(self, dice: &mut Dice) -> usize {
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

fn random(dice: &mut Dice, most: u64) -> Vec<u8> {
    let n = dice.below(most) + 1;
    let first = dice.below(256);
    (0..n).map(|i| (first + i * 7 + i / 256).to_le_bytes()[0]).collect()
}

fn position(n: u64) -> usize {
    usize::try_from(n).unwrap()
}

/// One random change to the file and to what it should be.
fn edit(dice: &mut Dice, session: &mut Session, model: &mut Vec<u8>) {
    let len = model.len() as u64;
    match dice.below(12) {
        0 => {
            let new = dice.below(len * 5 / 4 + 5000);
            session.set_len(new);
            model.resize(position(new), 0);
        }
        1 => {
            session.file().rollback().unwrap();
            *model = session.flushed().to_vec();
        }
        2 => {
            // Somebody stops without a word, and somebody else opens the file.
            session.open();
            *model = session.flushed().to_vec();
        }
        n => {
            let most = match n {
                3 => 200_000,
                4..6 => 20_000,
                _ => 200,
            };
            let data = random(dice, most);
            let at = match dice.below(3) {
                0 => len,
                1 => len + dice.below(6000),
                _ => dice.below(len + 1),
            };
            session.write(at, &data);
            let end = position(at) + data.len();
            model.resize(model.len().max(end), 0);
            model[position(at)..end].copy_from_slice(&data);
        }
    }
}

#[test]
fn random_changes() {
    let mut dice = Dice(seed("random changes"));
    let mut cuts = 0;
    for _ in 0..12 {
        let start = if dice.below(4) == 0 { Vec::new() } else { random(&mut dice, 60_000) };
        let budget = [4096, 20_000, 1 << 20][position(dice.below(3))];
        let mut session = Session::new(start.clone(), budget);
        let mut model = start;
        for _ in 0..40 {
            edit(&mut dice, &mut session, &mut model);
            assert_eq!(session.file().len(), model.len() as u64);
            if dice.below(4) == 0 {
                assert!(session.bytes() == model, "read back");
                session.flush();
            }
        }
        assert!(session.bytes() == model, "read back");
        session.flush();
        cuts += session.replay(&mut dice);
    }
    println!("{cuts} power cuts");
}

/// What an editor does to a file, one commit after the other.
fn edits(dice: &mut Dice) -> Vec<Vec<u8>> {
    let mut editor = Editor::create().unwrap();
    let mut states = Vec::new();
    for i in 0..25 {
        for j in 0..1 + dice.below(6) {
            let n = 1 + dice.below(400);
            let values = doubles((0..n).map(|v| f64::from(u32::try_from(v).unwrap())));
            let spec = DatasetSpec::new(parse("<f8").unwrap(), Dataspace::simple(vec![n]));
            let chunks = Chunks::Shape(vec![1 + dice.below(n)]);
            let spec = if dice.below(2) == 0 { spec } else { DatasetSpec { chunks, ..spec } };
            editor.create_dataset(&format!("g{}/d {i} {j}", i % 5), &spec, Data::Column(&values)).unwrap();
        }
        let words = strings([format!("state {i}"), "x".repeat(position(dice.below(300)))]);
        let name = format!("a{}", dice.below(5));
        editor
            .set_attribute("/g0", &name, &parse("string").unwrap(), &Dataspace::simple(vec![2]), &words)
            .unwrap();
        states.push(editor.to_bytes().unwrap());
    }
    states
}

#[test]
fn files_that_an_editor_makes() {
    let mut dice = Dice(seed("files that an editor makes"));
    let mut cuts = 0;
    for budget in [4096, 1 << 20] {
        let mut session = Session::new(Vec::new(), budget);
        for state in edits(&mut dice) {
            session.change_to(&state);
            session.flush();
        }
        cuts += session.replay(&mut dice);
    }
    println!("{cuts} power cuts");
}

#[test]
fn devices_that_fail() {
    let mut dice = Dice(seed("devices that fail"));
    for _ in 0..600 {
        let start = random(&mut dice, 30_000);
        let mut session = Session::new(start.clone(), [4096, 1 << 20][position(dice.below(2))]);
        session.log.borrow_mut().patience = Some(position(dice.below(60)));
        let mut old = start;
        let mut new = old.clone();
        let result = loop {
            let at = dice.below(new.len() as u64 + 500);
            let data = random(&mut dice, 9000);
            let writer = session.file().writer().unwrap();
            if let Err(e) = writer.write_at(at, &data) {
                break e;
            }
            let end = position(at) + data.len();
            new.resize(new.len().max(end), 0);
            new[position(at)..end].copy_from_slice(&data);
            if dice.below(3) == 0 {
                let cut = dice.below(new.len() as u64);
                if let Err(e) = writer.set_len(cut) {
                    break e;
                }
                new.truncate(position(cut));
            }
            if dice.below(3) == 0 {
                if let Err(e) = writer.flush() {
                    break e;
                }
                old.clone_from(&new);
            }
        };
        assert_eq!(result.kind(), hyperslab::Kind::Io);
        session.log.borrow_mut().patience = None;
        match dice.below(3) {
            // Going on, where that is possible, is as good as if nothing had happened.
            0 if session.file().writer().unwrap().flush().is_ok() => continue,
            1 if session.file().rollback().is_ok() => {
                assert!(session.bytes() == old, "rolled back");
                session.flush();
            }
            _ => {}
        }
        session.open();
        let bytes = session.bytes();
        assert!(bytes == old || bytes == new, "a mix");
    }
}

#[test]
fn a_flush_costs_few_syncs() {
    let mut session = Session::new(vec![1; 100_000], 1 << 20);
    let syncs = |session: &Session| {
        session.log.borrow().done.iter().filter(|(_, verb)| matches!(verb, Verb::Sync)).count()
    };
    session.flush();
    assert_eq!(session.done(), 0, "nothing to do");
    session.write(10, &[2; 30_000]);
    session.write(100_000, &[3; 5000]);
    session.flush();
    assert_eq!(syncs(&session), 3);
    // Large new data does not wait.
    session.write(105_000, &[4; 400_000]);
    assert!(session.log.borrow().bytes[0].len() > 500_000);
    session.flush();
    assert_eq!(syncs(&session), 7);
    session.set_len(50_000);
    assert_eq!(session.log.borrow().bytes[0].len(), 505_000);
    session.flush();
    assert_eq!(syncs(&session), 12);
    assert_eq!(session.log.borrow().bytes[0].len(), 50_000);
    // What was emptied is used again.
    assert!(session.log.borrow().bytes[1].len() < 200_000);
}
