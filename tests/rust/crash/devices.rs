//! Devices that remember what was done to them, and what a power cut leaves of that.

use crate::written::Dice;
use hyperslab::storage::Device;
use hyperslab::{Error, Result};
use std::cell::RefCell;
use std::rc::Rc;

/// What was done to a device.
#[derive(Clone, Debug)]
pub enum Verb {
    Write(u64, Vec<u8>),
    SetLen(u64),
    Sync,
}

/// Two devices, and everything that was done to them, in order.
#[derive(Default)]
pub struct Log {
    pub done: Vec<(usize, Verb)>,
    pub bytes: [Vec<u8>; 2],
    /// Verbs that still succeed.
    pub patience: Option<usize>,
}

/// One of the devices of a log: 0 the file, 1 its journal.
pub struct Recorder(pub usize, pub Rc<RefCell<Log>>);

fn position(n: u64) -> usize {
    usize::try_from(n).unwrap()
}

pub fn apply(bytes: &mut Vec<u8>, verb: &Verb) {
    match verb {
        Verb::Write(at, data) => {
            let end = position(*at) + data.len();
            bytes.resize(bytes.len().max(end), 0);
            bytes[position(*at)..end].copy_from_slice(data);
        }
        Verb::SetLen(len) => bytes.resize(position(*len), 0),
        Verb::Sync => {}
    }
}

impl Recorder {
    fn act(&self, verb: Verb) -> Result<()> {
        let log = &mut *self.1.borrow_mut();
        if let Some(patience) = &mut log.patience {
            if *patience == 0 {
                // Half of it may be done all the same.
                if let Verb::Write(at, data) = verb {
                    let half = Verb::Write(at, data[..data.len() / 2].to_vec());
                    apply(&mut log.bytes[self.0], &half);
                    log.done.push((self.0, half));
                }
                return Err(Error::io("the device failed"));
            }
            *patience -= 1;
        }
        apply(&mut log.bytes[self.0], &verb);
        log.done.push((self.0, verb));
        Ok(())
    }
}

impl Device for Recorder {
    fn len(&self) -> u64 {
        self.1.borrow().bytes[self.0].len() as u64
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let from = position(at);
        buf.copy_from_slice(&self.1.borrow().bytes[self.0][from..from + buf.len()]);
        Ok(())
    }

    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.act(Verb::Write(at, data.to_vec()))
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        self.act(Verb::SetLen(len))
    }

    fn sync(&mut self) -> Result<()> {
        self.act(Verb::Sync)
    }
}

/// What both disks have after a power cut, step by step along a log.
pub struct Disks {
    /// What is certain to be there.
    durable: [Vec<u8>; 2],
    /// What may be there, in part.
    waiting: Vec<(usize, Verb)>,
    /// What is there if all was done in order.
    pub full: [Vec<u8>; 2],
}

impl Disks {
    pub fn new(start: [Vec<u8>; 2]) -> Disks {
        Disks { durable: start.clone(), waiting: Vec::new(), full: start }
    }

    pub fn step(&mut self, device: usize, verb: &Verb) {
        apply(&mut self.full[device], verb);
        if let Verb::Sync = verb {
            self.durable[device] = self.full[device].clone();
            self.waiting.retain(|(d, _)| *d != device);
        } else {
            self.waiting.push((device, verb.clone()));
        }
    }

    /// All that was done, and the first `k` bytes of a write.
    pub fn torn(&self, device: usize, verb: &Verb, k: usize) -> [Vec<u8>; 2] {
        let mut disks = self.full.clone();
        if let Verb::Write(at, data) = verb {
            apply(&mut disks[device], &Verb::Write(*at, data[..k.min(data.len())].to_vec()));
        }
        disks
    }

    /// What is certain, and any part of what is not.
    pub fn any(&self, dice: &mut Dice) -> [Vec<u8>; 2] {
        let mut disks = self.durable.clone();
        for (device, verb) in &self.waiting {
            match (dice.below(3), verb) {
                (0, _) => {}
                (1, Verb::Write(at, data)) => {
                    let (from, to) = (dice.below(data.len() as u64 + 1), dice.below(data.len() as u64 + 1));
                    let (from, to) = (position(from.min(to)), position(from.max(to)));
                    apply(&mut disks[*device], &Verb::Write(at + from as u64, data[from..to].to_vec()));
                }
                _ => apply(&mut disks[*device], verb),
            }
        }
        disks
    }
}
