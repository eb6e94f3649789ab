//! What the file was like before changes that may have to be taken back.

use super::Storage;
use crate::error::Result;

/// A moment to which a file can go back.
#[derive(Debug)]
pub struct Mark {
    /// Pieces saved before it.
    saved: usize,
    /// Bytes of the file at that moment.
    len: u64,
}

/// Bytes that were overwritten since the first mark, oldest first.
#[derive(Debug, Default)]
pub(super) struct Undo {
    saved: Vec<(u64, Vec<u8>)>,
    /// Lengths of the file at the marks that are not settled yet.
    lens: Vec<u64>,
}

impl Undo {
    /// From now on, what is overwritten is saved.
    pub fn mark(&mut self, storage: &dyn Storage) -> Mark {
        let len = storage.len();
        self.lens.push(len);
        Mark { saved: self.saved.len(), len }
    }

    /// Saves what is about to be overwritten. What lies beyond the end of the file at the last mark needs no saving.
    pub fn save(&mut self, storage: &dyn Storage, at: u64, len: usize) -> Result<()> {
        let Some(end) = self.lens.last() else { return Ok(()) };
        let there = end.saturating_sub(at).min(len as u64);
        if there == 0 {
            return Ok(());
        }
        let mut old = vec![0; usize::try_from(there).unwrap_or(len)];
        storage.read_at(at, &mut old)?;
        self.saved.push((at, old));
        Ok(())
    }

    /// Everything since `mark` stays.
    pub fn keep(&mut self, _: Mark) {
        self.lens.pop();
        if self.lens.is_empty() {
            self.saved.clear();
        }
    }

    /// Everything since `mark` is taken back.
    pub fn back_to(&mut self, mark: Mark, storage: &mut dyn Storage) -> Result<()> {
        self.lens.pop();
        let newer = self.saved.split_off(mark.saved);
        let Some(writer) = storage.writer() else { return Ok(()) };
        for (at, old) in newer.iter().rev() {
            writer.put_back(*at, old)?;
        }
        writer.set_len(mark.len)
    }
}

#[cfg(test)]
mod tests {
    use crate::bytes::Addr;
    use crate::limits::Limits;
    use crate::storage::{Medium, Memory};

    fn bytes(medium: &Medium) -> Vec<u8> {
        medium.storage().as_bytes().unwrap().to_vec()
    }

    #[test]
    fn changes_are_taken_back_or_kept() {
        let mut medium = Medium::new(Box::new(Memory::new((0..10).collect())), Limits::default());
        let outer = medium.mark();
        medium.write(Addr(2), &[9, 9]).unwrap();
        medium.write(Addr(8), &[7; 6]).unwrap();
        let inner = medium.mark();
        medium.write(Addr(3), &[1; 20]).unwrap();
        medium.back_to(inner).unwrap();
        assert_eq!(bytes(&medium), [0, 1, 9, 9, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7]);
        let inner = medium.mark();
        medium.write(Addr(0), &[5]).unwrap();
        medium.keep(inner);
        assert_eq!(bytes(&medium)[0], 5);
        medium.back_to(outer).unwrap();
        assert_eq!(bytes(&medium), (0..10).collect::<Vec<u8>>());
        let mark = medium.mark();
        medium.write(Addr(1), &[8]).unwrap();
        medium.keep(mark);
        assert_eq!(bytes(&medium)[1], 8);
    }
}
