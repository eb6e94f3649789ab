//! Decoded chunks that have changed and are not in the file yet: many small changes of a chunk encode it once.

use std::ops::Range;
use std::rc::Rc;

/// Bytes of chunks that are held at most, and how many chunks.
const BUDGET: usize = 32 << 20;
const MOST: usize = 4096;

/// A chunk: which dataset it is of, and its coordinate.
pub(in crate::write) type Name = (usize, Vec<u64>);

/// The chunks that are held, with what they were like before changes that may have to be taken back.
#[derive(Debug, Default)]
pub(in crate::write) struct Dirty {
    /// By name.
    held: Vec<(Name, Rc<Vec<u8>>)>,
    bytes: usize,
    log: Vec<Before>,
    marks: usize,
}

#[derive(Debug)]
enum Before {
    /// What the chunk was; `None`: it was not here.
    Whole(Name, Option<Rc<Vec<u8>>>),
    /// These bytes of it, from there on.
    Part(Name, usize, Vec<u8>),
}

impl Dirty {
    fn find(&self, dataset: usize, coord: &[u64]) -> Result<usize, usize> {
        self.held
            .binary_search_by(|(name, _)| name.0.cmp(&dataset).then_with(|| name.1.as_slice().cmp(coord)))
    }

    /// Puts a chunk here, or away, and says what was here before.
    fn put(&mut self, name: &Name, bytes: Option<Rc<Vec<u8>>>) -> Option<Rc<Vec<u8>>> {
        let len = |bytes: &Option<Rc<Vec<u8>>>| bytes.as_ref().map_or(0, |b| b.len());
        self.bytes += len(&bytes);
        let old = match (self.find(name.0, &name.1), bytes) {
            (Ok(at), Some(bytes)) => Some(std::mem::replace(&mut self.held[at].1, bytes)),
            (Ok(at), None) => Some(self.held.remove(at).1),
            (Err(at), Some(bytes)) => {
                self.held.insert(at, (name.clone(), bytes));
                None
            }
            (Err(_), None) => None,
        };
        self.bytes -= len(&old);
        old
    }

    fn log(&mut self, before: Before) {
        if self.marks > 0 {
            self.log.push(before);
        }
    }

    /// The bytes of a chunk.
    pub(super) fn get(&self, dataset: usize, coord: &[u64]) -> Option<&[u8]> {
        self.find(dataset, coord).ok().map(|at| self.held[at].1.as_slice())
    }

    /// The bytes of a chunk, of which those in `span` are about to change.
    pub(super) fn edit(&mut self, dataset: usize, coord: &[u64], span: Range<usize>) -> Option<&mut Vec<u8>> {
        let at = self.find(dataset, coord).ok()?;
        if self.marks > 0 {
            let old = self.held[at].1.get(span.clone())?.to_vec();
            self.log.push(Before::Part((dataset, coord.to_vec()), span.start, old));
        }
        Some(Rc::make_mut(&mut self.held[at].1))
    }

    /// Whether there is room for a chunk of `len` bytes.
    pub(super) fn has_room(&self, len: usize) -> bool {
        self.bytes.saturating_add(len) <= BUDGET && self.held.len() < MOST
    }

    /// Whether there are none.
    pub(in crate::write) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether it is time to write what is here.
    pub(in crate::write) fn is_filling(&self) -> bool {
        self.bytes > BUDGET / 2 || self.held.len() > MOST / 2
    }

    /// Takes a chunk in.
    pub(super) fn insert(&mut self, dataset: usize, coord: &[u64], bytes: Vec<u8>) {
        let name = (dataset, coord.to_vec());
        let old = self.put(&name, Some(Rc::new(bytes)));
        self.log(Before::Whole(name, old));
    }

    /// Takes a chunk out.
    pub(super) fn remove(&mut self, dataset: usize, coord: &[u64]) -> Option<Rc<Vec<u8>>> {
        let name = (dataset, coord.to_vec());
        let old = self.put(&name, None)?;
        self.log(Before::Whole(name, Some(old.clone())));
        Some(old)
    }

    /// Datasets that have chunks here.
    pub(in crate::write) fn datasets(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.held.iter().map(|(name, _)| name.0).collect();
        all.dedup();
        all
    }

    /// Coordinates of the chunks of a dataset, in order.
    pub(super) fn chunks(&self, dataset: usize) -> Vec<Vec<u64>> {
        let of = self.held.iter().filter(|(name, _)| name.0 == dataset);
        of.map(|(name, _)| name.1.clone()).collect()
    }

    /// The chunks as they are now, to go back to. Marks are settled in the reverse of their order.
    pub(in crate::write) fn mark(&mut self) -> usize {
        self.marks += 1;
        self.log.len()
    }

    /// What was done since the mark stays.
    pub(in crate::write) fn keep(&mut self, _: usize) {
        self.marks = self.marks.saturating_sub(1);
        if self.marks == 0 {
            self.log.clear();
        }
    }

    /// Takes back what was done since the mark.
    pub(in crate::write) fn back_to(&mut self, mark: usize) {
        self.marks = self.marks.saturating_sub(1);
        while self.log.len() > mark {
            match self.log.pop() {
                Some(Before::Whole(name, old)) => {
                    self.put(&name, old);
                }
                Some(Before::Part((dataset, coord), from, old)) => {
                    if let Ok(at) = self.find(dataset, &coord) {
                        let bytes = Rc::make_mut(&mut self.held[at].1);
                        bytes[from..from + old.len()].copy_from_slice(&old);
                    }
                }
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_or_kept() {
        let mut dirty = Dirty::default();
        dirty.insert(1, &[0, 1], vec![1; 4]);
        dirty.insert(0, &[7], vec![2; 4]);
        let outer = dirty.mark();
        dirty.edit(1, &[0, 1], 1..3).unwrap()[1..3].fill(9);
        let inner = dirty.mark();
        dirty.edit(1, &[0, 1], 2..4).unwrap()[2..4].fill(8);
        dirty.insert(1, &[0, 0], vec![5; 2]);
        assert_eq!(*dirty.remove(0, &[7]).unwrap(), [2; 4]);
        assert_eq!((dirty.datasets(), dirty.chunks(1)), (vec![1], vec![vec![0, 0], vec![0, 1]]));
        dirty.back_to(inner);
        assert_eq!(dirty.get(1, &[0, 1]), Some(&[1, 9, 9, 1][..]));
        assert_eq!((dirty.get(0, &[7]), dirty.get(1, &[0, 0])), (Some(&[2; 4][..]), None));
        let inner = dirty.mark();
        dirty.insert(1, &[0, 1], vec![3; 8]);
        dirty.keep(inner);
        assert_eq!(dirty.bytes, 12);
        dirty.back_to(outer);
        assert_eq!(dirty.get(1, &[0, 1]), Some(&[1; 4][..]));
        let mark = dirty.mark();
        dirty.edit(1, &[0, 1], 0..1).unwrap()[0] = 7;
        dirty.keep(mark);
        assert_eq!(dirty.get(1, &[0, 1]), Some(&[7, 1, 1, 1][..]));
        assert!(dirty.log.is_empty());
        assert_eq!(dirty.bytes, 8);
        assert!(dirty.has_room(BUDGET - 8) && !dirty.has_room(BUDGET));
    }
}
