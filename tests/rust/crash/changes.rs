//! Random changes to the bytes of a file.

use super::devices::{Recorder, Verb};
use super::recording::{Recording, seed};
use crate::written::Dice;
use hyperslab::Result;
use hyperslab::storage::{Device, Journaled, Storage};

/// A file on two devices.
struct Session {
    recording: Recording,
    file: Journaled,
}

impl Session {
    fn new(start: Vec<u8>, budget: usize) -> Session {
        let recording = Recording::new(start, budget);
        Session { file: recording.open(), recording }
    }

    fn open(&mut self) {
        self.file = self.recording.open();
    }

    fn file(&mut self) -> &mut Journaled {
        &mut self.file
    }

    fn write(&mut self, at: u64, data: &[u8]) {
        self.file.writer().unwrap().write_at(at, data).unwrap();
    }

    fn set_len(&mut self, len: u64) {
        self.file.writer().unwrap().set_len(len).unwrap();
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; position(self.file.len())];
        self.file.read_at(0, &mut bytes).unwrap();
        bytes
    }

    fn flush(&mut self) {
        let (from, bytes) = (self.recording.done(), self.bytes());
        self.file.writer().unwrap().flush().unwrap();
        self.recording.flushed(from, bytes);
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
            *model = session.recording.last().to_vec();
        }
        2 => {
            // Somebody stops without a word, and somebody else opens the file.
            session.open();
            *model = session.recording.last().to_vec();
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
        cuts += session.recording.replay(&mut dice);
    }
    println!("{cuts} power cuts");
}

#[test]
fn devices_that_fail() {
    let mut dice = Dice(seed("devices that fail"));
    for _ in 0..600 {
        let start = random(&mut dice, 30_000);
        let mut session = Session::new(start.clone(), [4096, 1 << 20][position(dice.below(2))]);
        session.recording.log.borrow_mut().patience = Some(position(dice.below(60)));
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
        session.recording.log.borrow_mut().patience = None;
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
        session.recording.log.borrow().done.iter().filter(|(_, verb)| matches!(verb, Verb::Sync)).count()
    };
    session.flush();
    assert_eq!(session.recording.done(), 0, "nothing to do");
    session.write(10, &[2; 30_000]);
    session.write(100_000, &[3; 5000]);
    session.flush();
    assert_eq!(syncs(&session), 3);
    // Large new data does not wait.
    session.write(105_000, &[4; 400_000]);
    assert!(session.recording.log.borrow().bytes[0].len() > 500_000);
    session.flush();
    assert_eq!(syncs(&session), 7);
    session.set_len(50_000);
    assert_eq!(session.recording.log.borrow().bytes[0].len(), 505_000);
    session.flush();
    assert_eq!(syncs(&session), 12);
    assert_eq!(session.recording.log.borrow().bytes[0].len(), 50_000);
    // What was emptied is used again.
    assert!(session.recording.log.borrow().bytes[1].len() < 200_000);
}

#[test]
fn without_a_journal_a_flush_is_one_sync_and_can_be_tried_again() {
    let recording = Recording::new(vec![1; 20_000], 1 << 20);
    let log = &recording.log;
    let mut file = Journaled::open(Box::new(Recorder(0, log.clone())), None, 1 << 20).unwrap();
    let writer = file.writer().unwrap();
    writer.write_at(100, &[2; 10]).unwrap();
    writer.set_len(15_000).unwrap();
    log.borrow_mut().patience = Some(2);
    writer.flush().unwrap_err();
    log.borrow_mut().patience = None;
    writer.write_at(200, &[3; 10]).unwrap();
    writer.flush().unwrap();
    assert_eq!(log.borrow().done.iter().filter(|(_, verb)| matches!(verb, Verb::Sync)).count(), 1);
    let bytes = &log.borrow().bytes[0];
    assert_eq!((bytes.len(), &bytes[99..111]), (15_000, &[1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1][..]));
    assert_eq!(bytes[200..210], [3; 10]);
}

/// A device whose bytes are in memory until they are synced.
struct Held(Recorder);

impl Device for Held {
    fn len(&self) -> u64 {
        self.0.len()
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        self.0.read_at(at, buf)
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.0.write_at(at, data)
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.0.set_len(len)
    }

    fn sync(&mut self) -> Result<()> {
        self.0.sync()
    }

    fn is_held(&self) -> bool {
        true
    }
}

#[test]
fn what_was_written_before_a_failed_sync_is_only_there_where_it_is_held() {
    for held in [false, true] {
        let recording = Recording::new(vec![1; 20_480], 1 << 20);
        let log = &recording.log;
        let recorder = Recorder(0, log.clone());
        let device: Box<dyn Device> = if held { Box::new(Held(recorder)) } else { Box::new(recorder) };
        let mut file = Journaled::open(device, None, 1 << 20).unwrap();
        let writer = file.writer().unwrap();
        writer.write_at(20_480, &[4; 40 * 4096]).unwrap();
        assert_eq!(log.borrow().bytes[0].len(), 20_480 + 40 * 4096);
        log.borrow_mut().patience = Some(0);
        writer.flush().unwrap_err();
        log.borrow_mut().patience = None;
        // The system may have dropped it, and would say of the next sync that all is well.
        assert_eq!(writer.flush().is_ok(), held);
    }
}
