//! A file that others read while it is written: HDF5's SWMR.
//!
//! Readers take no locks and keep no journal in mind. At any moment they follow addresses from the superblock down; each
//! structure on the way has a checksum. What they see is right as long as
//!
//! * a structure is written in one piece: one that is read when it is there by half does not match its checksum, and is read
//!   again;
//! * a structure is written after all that it refers to: new blocks come first, then the blocks of an index that lead to
//!   them, from the bottom up, at last the object header, whose extents say what there is;
//! * what a reader may know of is never used for anything else, which is [`Space`](crate::write)'s business.
//!
//! So nothing that readers can reach is written before it is published: it waits here, each structure with its [`Turn`]. A
//! change that fails and is taken back has never been seen. Whatever of a flush has been done when it fails, or when the
//! program dies, is what readers saw at that moment, and a file as good as that; what has not been written goes on
//! waiting, and the next flush does all of it.
//!
//! There is no rollback journal: it would be played back by whoever comes next, while readers have seen what came after it
//! and hold addresses of blocks that would be gone. What a power cut leaves of what was written since the last flush
//! is up to the disk.

use super::device::{self, Device};
use super::{Storage, StorageMut};
use crate::error::{Error, Result};
use std::ops::Range;

/// When something is written while others read the file: whatever refers to something else has a later turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Elements, and blocks to which nothing refers yet.
    First,
    /// The superblock. Nothing refers to it; from now on the file ends behind the new blocks, should its writer die.
    End,
    /// Parts of a chunk index that say where chunks are.
    Entries,
    /// Blocks that say where those are.
    Pointers,
    /// The block that says where those are.
    Index,
    /// The header of an index.
    Root,
    /// Object headers.
    Object,
    /// The part of an object header that says how large a dataset is.
    Extents,
}

impl Turn {
    const ALL: [Turn; 8] = [
        Turn::First,
        Turn::End,
        Turn::Entries,
        Turn::Pointers,
        Turn::Index,
        Turn::Root,
        Turn::Object,
        Turn::Extents,
    ];
}

/// Bytes of the first turn that wait at most: elements in their old places. The others are few.
const BUDGET: usize = 16 << 20;

/// A storage over a device that is written from the bottom up.
pub struct Swmr {
    device: Box<dyn Device>,
    /// What waits, by its place. No two of them overlap.
    waiting: Vec<Waiting>,
    /// Bytes of the first turn that wait.
    held: usize,
    /// Bytes of the file as it is seen here.
    len: u64,
    /// Bytes of the file at the last flush. Beyond them nobody looks.
    known: u64,
}

struct Waiting {
    turn: Turn,
    at: u64,
    bytes: Vec<u8>,
}

impl Waiting {
    fn end(&self) -> u64 {
        self.at.saturating_add(self.bytes.len() as u64)
    }
}

/// An offset within bytes that are in memory.
fn offset(from: u64, to: u64) -> usize {
    usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX)
}

impl Swmr {
    /// The file in `device`, all of which readers may know.
    pub fn new(device: Box<dyn Device>) -> Swmr {
        let len = device.len();
        Swmr { device, waiting: Vec::new(), held: 0, len, known: len }
    }

    /// Those that have bytes in this range.
    fn within(&self, range: &Range<u64>) -> Range<usize> {
        let first = self.waiting.partition_point(|w| w.end() <= range.start);
        first..self.waiting.partition_point(|w| w.at < range.end).max(first)
    }

    /// What waits in this range waits no more.
    fn drop_range(&mut self, range: &Range<u64>) {
        let places = self.within(range);
        if places.is_empty() {
            return;
        }
        let mut kept = Vec::new();
        for old in self.waiting.drain(places.clone()) {
            let before = offset(old.at, range.start).min(old.bytes.len());
            let after = offset(old.at, range.end).min(old.bytes.len());
            let mut keep = |at, bytes: &[u8]| {
                if !bytes.is_empty() {
                    kept.push(Waiting { turn: old.turn, at, bytes: bytes.to_vec() });
                }
            };
            if old.at < range.start {
                keep(old.at, &old.bytes[..before]);
            }
            keep(range.end.max(old.at), &old.bytes[after..]);
        }
        self.waiting.splice(places.start..places.start, kept);
        self.count();
    }

    fn count(&mut self) {
        let first = self.waiting.iter().filter(|w| w.turn == Turn::First);
        self.held = first.map(|w| w.bytes.len()).sum();
    }

    /// The one that has all of these bytes.
    fn holder(&mut self, range: &Range<u64>) -> Option<&mut Waiting> {
        let place = self.within(range).start;
        self.waiting.get_mut(place).filter(|w| w.at <= range.start && range.end <= w.end())
    }

    fn put(&mut self, turn: Turn, at: u64, data: &[u8], back: bool) -> Result<()> {
        let end = at.checked_add(data.len() as u64);
        let range = at..end.ok_or_else(|| Error::limit("the file would exceed 2^64 bytes").at(at))?;
        if data.is_empty() {
            return Ok(());
        }
        // Nothing leads there before something else is published.
        let new = at >= self.known;
        if let (false, Some(holder)) = (new, self.holder(&range)) {
            let from = offset(holder.at, at);
            holder.bytes[from..from + data.len()].copy_from_slice(data);
            // A new block that is written once more is still new. What is put back is not what made it so.
            if turn < holder.turn && !back {
                holder.turn = turn;
                self.count();
            }
            return Ok(());
        }
        self.drop_range(&range);
        if new {
            self.device.write_at(at, data)?;
        } else {
            let place = self.within(&range).start;
            self.waiting.insert(place, Waiting { turn, at, bytes: data.to_vec() });
            self.held += if turn == Turn::First { data.len() } else { 0 };
        }
        self.len = self.len.max(range.end);
        if self.held > BUDGET && !back { self.write(Turn::First) } else { Ok(()) }
    }

    /// Writes all that has this turn. It waits no more if that succeeds.
    fn write(&mut self, turn: Turn) -> Result<()> {
        for one in self.waiting.iter().filter(|w| w.turn == turn) {
            self.device.write_at(one.at, &one.bytes)?;
        }
        self.waiting.retain(|w| w.turn != turn);
        self.count();
        Ok(())
    }
}

impl Storage for Swmr {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let end = at.checked_add(buf.len() as u64).filter(|end| *end <= self.len);
        let range = at..end.ok_or_else(|| Error::io("read past the end of the file").at(at))?;
        let there = offset(at, self.device.len()).min(buf.len());
        let (stored, beyond) = buf.split_at_mut(there);
        if !stored.is_empty() {
            device::check(self.device.as_ref(), at, stored.len() as u64)?;
            self.device.read_at(at, stored)?;
        }
        beyond.fill(0);
        for one in &self.waiting[self.within(&range)] {
            let (from, to) = (one.at.max(range.start), one.end().min(range.end));
            let (source, target) = (offset(one.at, from), offset(at, from));
            let n = offset(from, to);
            buf[target..target + n].copy_from_slice(&one.bytes[source..source + n]);
        }
        Ok(())
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }
}

impl StorageMut for Swmr {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.put(Turn::First, at, data, false)
    }

    fn write_in_turn(&mut self, turn: Turn, at: u64, data: &[u8]) -> Result<()> {
        self.put(turn, at, data, false)
    }

    fn put_back(&mut self, at: u64, data: &[u8]) -> Result<()> {
        self.put(Turn::First, at, data, true)
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        // What readers know stays. Beyond it, what was cut off must not come to light again.
        let least = len.max(self.known);
        self.drop_range(&(len..u64::MAX));
        if len > self.len || self.device.len() > least {
            self.device.set_len(least)?;
        }
        self.len = len;
        Ok(())
    }

    /// Publishes what waits, each in its turn.
    fn flush(&mut self) -> Result<()> {
        // Whatever comes of it, readers may know of what is new from now on.
        self.known = self.len;
        Turn::ALL.into_iter().try_for_each(|turn| self.write(turn))?;
        self.device.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    type Log = Rc<RefCell<Vec<(u64, Vec<u8>)>>>;

    /// Bytes, and what was written.
    struct Noting(Vec<u8>, Log);

    impl Device for Noting {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
            let at = usize::try_from(at).unwrap();
            buf.copy_from_slice(&self.0[at..at + buf.len()]);
            Ok(())
        }

        fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
            self.1.borrow_mut().push((at, data.to_vec()));
            let at = usize::try_from(at).unwrap();
            self.0.resize(self.0.len().max(at + data.len()), 0);
            self.0[at..at + data.len()].copy_from_slice(data);
            Ok(())
        }

        fn set_len(&mut self, len: u64) -> Result<()> {
            self.0.resize(usize::try_from(len).unwrap(), 0);
            Ok(())
        }

        fn sync(&mut self) -> Result<()> {
            Ok(())
        }
    }

    fn file() -> (Swmr, Log) {
        let log = Log::default();
        (Swmr::new(Box::new(Noting((0..20).collect(), log.clone()))), log)
    }

    fn all(file: &Swmr) -> Vec<u8> {
        let mut all = vec![0; usize::try_from(file.len()).unwrap()];
        file.read_at(0, &mut all).unwrap();
        all
    }

    #[test]
    fn each_waits_for_its_turn() {
        let (mut file, log) = file();
        file.write_in_turn(Turn::Extents, 0, &[91; 4]).unwrap();
        file.write_in_turn(Turn::Root, 4, &[92; 2]).unwrap();
        file.write_in_turn(Turn::Entries, 10, &[93; 2]).unwrap();
        file.write_at(6, &[94]).unwrap();
        // Nobody looks behind the end.
        file.write_in_turn(Turn::Root, 22, &[95]).unwrap();
        assert_eq!(*log.borrow(), [(22, vec![95])]);
        assert_eq!(all(&file)[..12], [91, 91, 91, 91, 92, 92, 94, 7, 8, 9, 93, 93]);
        assert_eq!(all(&file)[18..], [18, 19, 0, 0, 95]);
        file.write_in_turn(Turn::Extents, 0, &[96; 4]).unwrap();
        file.flush().unwrap();
        let order: Vec<u64> = log.borrow().iter().map(|(at, _)| *at).collect();
        assert_eq!(order, [22, 6, 10, 4, 0]);
        assert_eq!(log.borrow()[4].1, [96; 4]);
        file.write_at(22, &[97]).unwrap();
        assert_eq!(log.borrow().len(), 5);
        file.flush().unwrap();
        assert_eq!(log.borrow().len(), 6);
    }

    #[test]
    fn what_is_taken_back_keeps_its_turn() {
        let (mut file, log) = file();
        file.write_in_turn(Turn::Object, 0, &[1; 4]).unwrap();
        file.write_in_turn(Turn::Entries, 8, &[2; 4]).unwrap();
        file.put_back(0, &[3; 4]).unwrap();
        file.put_back(21, &[4]).unwrap();
        file.set_len(20).unwrap();
        file.set_len(22).unwrap();
        assert_eq!(all(&file)[18..], [18, 19, 0, 0]);
        file.flush().unwrap();
        let order: Vec<u64> = log.borrow().iter().map(|(at, _)| *at).collect();
        assert_eq!(order, [21, 8, 0]);
    }

    #[test]
    fn what_lies_over_each_other() {
        let (mut file, _) = file();
        let mut model: Vec<u8> = (0..20).collect();
        let mut dice = 1u64;
        for n in 0..2000u32 {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            let (at, len) = (dice % 30, usize::try_from(dice / 64 % 9).unwrap());
            let data = vec![n as u8; len];
            let place = usize::try_from(at).unwrap();
            if len > 0 {
                model.resize(model.len().max(place + len), 0);
                model[place..place + len].copy_from_slice(&data);
            }
            let turn = Turn::ALL[usize::try_from(dice / 1024 % 8).unwrap()];
            file.write_in_turn(turn, at, &data).unwrap();
            assert_eq!(all(&file), model, "{n}");
            assert!(file.waiting.windows(2).all(|w| w[0].end() <= w[1].at));
            if n % 50 == 0 {
                file.flush().unwrap();
                assert_eq!(all(&file), model);
            }
        }
    }
}
