//! The file being written: its bytes, its free space and its global heap.

use super::heap::{self, HeapWriter};
use super::raw::Dirty;
use super::space::{self, Space};
use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::header::RawMessage;
use crate::format::heap::global::HeapId;
use crate::format::message::BTreeK;
use crate::format::superblock::Superblock;
use crate::format::{Encode, Libver};
use crate::limits::Limits;
use crate::storage::{Medium, Storage};

/// Largest body of a header message: u16, and a multiple of eight in version 1 headers.
pub(super) const MAX_MESSAGE: usize = 65528;

/// Bytes at the start of a new file in which there is what is said about all of it.
const START: u64 = 4096;

/// See [`Output::mark`].
pub(super) struct Mark {
    medium: crate::storage::Mark,
    space: space::Mark,
    heap: heap::Mark,
    chunks: usize,
}

/// What every writing step needs.
pub(super) struct Output {
    pub medium: Medium,
    pub space: Space,
    /// How many entries the nodes of version 1 B-trees have room for.
    pub k: BTreeK,
    /// Which versions of structures are written.
    pub low: Libver,
    /// What needs newer versions than this is refused.
    pub high: Libver,
    pub heap: HeapWriter,
    /// Chunks that have changed and are not in the file yet.
    pub chunks: Dirty,
    /// Whether all new objects keep the order in which their attributes are made.
    pub tracks_attributes: bool,
    /// Seconds since 1970, UTC, where that is known: objects that remember when they were changed get it.
    pub now: Option<u32>,
}

impl Output {
    /// A new file in memory.
    #[cfg(test)]
    pub fn new(superblock: &Superblock) -> Result<Output> {
        Output::over(Box::new(crate::storage::Memory::default()), superblock)
    }

    /// A new file in `storage`.
    pub fn over(storage: Box<dyn Storage>, superblock: &Superblock) -> Result<Output> {
        let mut medium = Medium::new(storage, Limits::default());
        medium.base = superblock.base;
        let space = Space::new(superblock.size(medium.ctx, Libver::Earliest)? as u64);
        Ok(Output::with(medium, superblock, Libver::Earliest, space))
    }

    /// A file that is there.
    pub fn of_file(medium: Medium, superblock: &Superblock, low: Libver) -> Result<Output> {
        let start = superblock.size(medium.ctx, low)? as u64;
        let end = superblock.eof.saturating_sub(superblock.base);
        let space = Space::of_file(start, end, Space::limit(medium.ctx, superblock.base));
        Ok(Output::with(medium, superblock, low, space))
    }

    fn with(medium: Medium, superblock: &Superblock, low: Libver, space: Space) -> Output {
        Output {
            medium,
            space,
            k: superblock.k,
            low,
            high: Libver::LATEST,
            heap: HeapWriter::default(),
            chunks: Dirty::default(),
            tracks_attributes: false,
            now: None,
        }
    }

    /// An error if `what` needs a release that is newer than the file's high bound.
    pub fn need(&self, least: Libver, what: &str) -> Result<()> {
        if self.high < least {
            let (least, high) = (least.name(), self.high.name());
            return Err(Error::argument(format!("{what} need the bound {least}; this file's is {high}")));
        }
        Ok(())
    }

    /// An error if `datatype` is written in a version that the file's high bound does not know.
    pub fn check_datatype(&self, datatype: &Datatype) -> Result<()> {
        let least = match datatype.version(self.low) {
            ..=2 => Libver::Earliest,
            3 => Libver::V18,
            4 => Libver::V112,
            _ => Libver::V200,
        };
        self.need(least, "datatypes like this")
    }

    /// A writer for metadata of this file.
    pub fn writer(&self) -> Writer {
        Writer::new(self.medium.ctx)
    }

    /// A reader over the body of a header message.
    pub fn reader<'a>(&self, body: &'a [u8]) -> Reader<'a> {
        Reader::new(body, 0, self.medium.ctx)
    }

    /// The bytes of a structure.
    pub fn encoded(&self, structure: &impl Encode) -> Result<Vec<u8>> {
        let mut w = self.writer();
        structure.encode(&mut w, self.low)?;
        Ok(w.into_bytes())
    }

    /// A structure as a header message.
    pub fn message(&self, kind: u16, flags: u8, structure: &impl Encode) -> Result<RawMessage> {
        fitting(kind, flags, self.encoded(structure)?, self.largest_message())
    }

    /// Bytes of a header message at most, in headers of new objects.
    pub fn largest_message(&self) -> usize {
        if self.low > Libver::Earliest { usize::from(u16::MAX) } else { MAX_MESSAGE }
    }

    /// The file as it is now, to go back to. Marks are settled in the reverse of their order: by
    /// [`back_to`](Output::back_to) or [`keep`](Output::keep).
    pub fn mark(&mut self) -> Mark {
        let (medium, space) = (self.medium.mark(), self.space.mark());
        Mark { medium, space, heap: self.heap.mark(), chunks: self.chunks.mark() }
    }

    /// What was done since `mark` stays.
    pub fn keep(&mut self, mark: Mark) {
        self.medium.keep(mark.medium);
        self.space.keep(mark.space);
        self.heap.keep(mark.heap);
        self.chunks.keep(mark.chunks);
    }

    /// Takes back everything since `mark`.
    pub fn back_to(&mut self, mark: Mark) -> Result<()> {
        self.space.back_to(mark.space);
        self.chunks.back_to(mark.chunks);
        self.heap.back_to(mark.heap);
        self.medium.back_to(mark.medium)
    }

    /// Makes the storage long enough for `len` bytes at `at`: what was never written there is zero.
    pub fn exist(&mut self, at: Addr, len: u64) -> Result<()> {
        if len > self.medium.available(at) {
            self.medium.write(at.offset(len - 1)?, &[0])?;
        }
        Ok(())
    }

    /// Stores `bytes` in the global heap.
    pub fn put_in_heap(&mut self, bytes: &[u8]) -> Result<HeapId> {
        self.heap.put(&mut self.medium, &mut self.space, bytes)
    }

    /// Says that nothing leads to an object of the global heap any more: see [`HeapWriter::remove`].
    pub fn remove_from_heap(&mut self, id: HeapId) -> Result<()> {
        self.heap.remove(&mut self.medium, &mut self.space, id)
    }

    /// Says that everything is as it will be in the complete file, but for the start of the file and what the heap goes on
    /// with.
    pub fn pass_on(&mut self) -> Result<()> {
        let filling = self.heap.filling().map(|(at, len)| (at.0, at.0.saturating_add(len)));
        let (from, to) = filling.unwrap_or((u64::MAX, u64::MAX));
        self.medium.pass_on(Addr(START), from.saturating_sub(START))?;
        self.medium.pass_on(Addr(to.max(START)), u64::MAX)
    }

    /// Ends a series of [`put_in_heap`](Output::put_in_heap), before something else comes behind what was stored.
    pub fn trim_heap(&mut self) -> Result<()> {
        self.heap.trim(&mut self.medium, &mut self.space)
    }
}

/// A message; an error if it is too large for a header.
pub(super) fn message(kind: u16, flags: u8, data: Vec<u8>) -> Result<RawMessage> {
    fitting(kind, flags, data, MAX_MESSAGE)
}

/// The same, with the limit given.
pub(super) fn fitting(kind: u16, flags: u8, data: Vec<u8>, most: usize) -> Result<RawMessage> {
    if data.len() > most {
        return Err(Error::argument(format!(
            "{} bytes do not fit into an object header, which takes {most} at a time",
            data.len()
        )));
    }
    Ok(RawMessage::new(kind, flags, data))
}
