//! A new file on its way to a place that takes time, such as a stream that only accepts promises: what is written is handed
//! out in pieces, to be written there in the same order. What has been handed out cannot be read any more.

use super::dirty::Dirty;
use super::{Storage, StorageMut};
use crate::error::{Error, Result};
use std::cell::{Ref, RefCell, RefMut};
use std::ops::Range;
use std::rc::Rc;

/// Bytes of a piece that smaller ones are joined to.
const PIECE: usize = 1 << 20;

/// One of several handles of a new file.
#[derive(Clone, Default)]
pub struct Spool(Rc<RefCell<Spooled>>);

#[derive(Default)]
struct Spooled {
    len: u64,
    /// What may be read and written again.
    kept: Dirty,
    /// What waits to be handed out.
    ready: Vec<(u64, Vec<u8>)>,
    waiting: usize,
    /// Stretches that have left, in order.
    gone: Vec<Range<u64>>,
}

impl Spool {
    /// Bytes that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.0.borrow().waiting
    }

    /// Takes what waits: where each piece belongs, and its bytes.
    pub fn take(&self) -> Vec<(u64, Vec<u8>)> {
        let mut spooled = self.0.borrow_mut();
        spooled.waiting = 0;
        std::mem::take(&mut spooled.ready)
    }

    fn inner(&self) -> Ref<'_, Spooled> {
        self.0.borrow()
    }

    fn inner_mut(&self) -> RefMut<'_, Spooled> {
        self.0.borrow_mut()
    }
}

impl Spooled {
    fn push(&mut self, at: u64, data: &[u8]) {
        self.waiting = self.waiting.saturating_add(data.len());
        match self.ready.last_mut() {
            Some((from, piece)) if from.saturating_add(piece.len() as u64) == at && piece.len() < PIECE => {
                piece.extend_from_slice(data);
            }
            _ => self.ready.push((at, data.to_vec())),
        }
        self.leave(at..at.saturating_add(data.len() as u64));
    }

    /// Notes that a stretch has left.
    fn leave(&mut self, mut range: Range<u64>) {
        let first = self.gone.partition_point(|r| r.end < range.start);
        let behind = self.gone.partition_point(|r| r.start <= range.end);
        if let Some(joined) = self.gone.get(first..behind)
            && let (Some(a), Some(b)) = (joined.first(), joined.last())
        {
            range = a.start.min(range.start)..b.end.max(range.end);
        }
        self.gone.splice(first..behind, [range]);
    }
}

impl Storage for Spool {
    fn len(&self) -> u64 {
        self.inner().len
    }

    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let spooled = self.inner();
        let end = at.saturating_add(buf.len() as u64);
        for gap in spooled.kept.gaps(at..end) {
            let first = spooled.gone.partition_point(|r| r.end <= gap.start);
            if spooled.gone.get(first).is_some_and(|r| r.start < gap.end) {
                return Err(Error::io("what was written has left already").at(at));
            }
        }
        buf.fill(0);
        spooled.kept.cover(at, buf);
        Ok(())
    }

    fn writer(&mut self) -> Option<&mut dyn StorageMut> {
        Some(self)
    }
}

impl StorageMut for Spool {
    fn write_at(&mut self, at: u64, data: &[u8]) -> Result<()> {
        let mut spooled = self.inner_mut();
        spooled.kept.write(at, data);
        spooled.len = spooled.len.max(at.saturating_add(data.len() as u64));
        Ok(())
    }

    fn write_last(&mut self, at: u64, data: &[u8]) -> Result<()> {
        let mut spooled = self.inner_mut();
        // What was there before must not come after it.
        spooled.kept.drain(at..at.saturating_add(data.len() as u64), &mut |_, _| {});
        spooled.push(at, data);
        spooled.len = spooled.len.max(at.saturating_add(data.len() as u64));
        Ok(())
    }

    fn pass_on(&mut self, range: Range<u64>) -> Result<()> {
        let spooled = &mut *self.inner_mut();
        let mut kept = std::mem::take(&mut spooled.kept);
        kept.drain(range, &mut |at, bytes| spooled.push(at, bytes));
        spooled.kept = kept;
        Ok(())
    }

    fn set_len(&mut self, len: u64) -> Result<()> {
        let mut spooled = self.inner_mut();
        spooled.kept.cut(len);
        spooled.len = len;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.pass_on(0..u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_leaves_in_order() {
        let spool = Spool::default();
        let mut storage = spool.clone();
        storage.write_at(10, &[1, 2, 3, 4]).unwrap();
        storage.write_at(14, &[8, 8]).unwrap();
        storage.write_last(14, &[5, 6]).unwrap();
        let mut buf = [9; 4];
        storage.read_at(10, &mut buf).unwrap();
        assert_eq!((buf, spool.waiting(), storage.len()), ([1, 2, 3, 4], 2, 16));
        assert!(storage.read_at(12, &mut buf).is_err());
        storage.pass_on(0..12).unwrap();
        assert_eq!(spool.take(), [(14, vec![5, 6]), (10, vec![1, 2])]);
        assert!(storage.read_at(10, &mut buf).is_err());
        storage.read_at(12, &mut buf[..2]).unwrap();
        // What leaves twice was written twice.
        storage.write_at(11, &[7]).unwrap();
        storage.read_at(11, &mut buf[..3]).unwrap();
        assert_eq!(buf[..3], [7, 3, 4]);
        storage.flush().unwrap();
        assert_eq!(spool.take(), [(11, vec![7, 3, 4])]);
        storage.write_at(5000, &[1]).unwrap();
        storage.set_len(20).unwrap();
        storage.flush().unwrap();
        assert_eq!((spool.take().len(), storage.len()), (0, 20));
    }
}
