//! The rollback journal: what a file was like at its last flush, for as long as it may be half written.
//!
//! Before a byte of the file is overwritten, its page is appended to the journal, and the journal is on the disk. When the
//! file is complete again and on the disk, the journal is emptied: that is the moment at which the new state holds. A
//! journal that is not empty when a file is opened puts the old state back.
//!
//! The format, all numbers little-endian:
//!
//! | at | what |
//! | --- | --- |
//! | 0 | header: magic (8 bytes), u32 version 1, u32 page size 4096, u32 salt, u32 state, u64 length of the file, u32 checksum |
//! | 512 | cut: `CUT` and a 0, u32 salt, u64 new length of the file, u32 checksum |
//! | 1024 | segments, one behind the other |
//!
//! State 0 is an empty journal, 1 one with something to restore. A segment is `SEGM`, u32 salt, u32 number of the segment, u32
//! number of pages n (1 to 256), n times a u64 page number and the u32 checksum of the page's bytes, u32 checksum; then the n
//! pages themselves, of which the last one of the file is filled up with zeros. Checksums are Jenkins' lookup3 of all bytes
//! before them in the same structure; those of pages begin with the salt. The salt is another one after each flush: what an
//! earlier one left behind is never taken for something newer.
//!
//! What a power cut leaves is read so: a header that is all zeros, cut short or of a wrong checksum was being written, so
//! that nothing had been overwritten yet, or was being emptied, so that the new state is complete. Segments end at the first one whose
//! directory is not whole: what follows had not been overwritten. A page whose bytes are not whole needs none if the
//! file still has it. A cut that is whole says that the new state is complete, but may be longer than that length: a
//! file is shortened last, so that what is cut off needs no saving. Everything else cannot come from a power cut: an
//! error, and nothing is touched.

mod recover;
mod set;

use super::device::{self, Device};
use super::dirty::{self, PAGE};
use crate::bytes::{Ctx, Writer, lookup3};
use crate::error::{Context, Result};
use set::Set;

/// How a journal begins.
const MAGIC: [u8; 8] = *b"\x8aHSJ\r\n\x1a\n";
const VERSION: u32 = 1;
const PAGE_BYTES: u32 = 4096;
const _: () = assert!(PAGE_BYTES as usize == PAGE);
/// Bytes of the header.
const HEADER: usize = 36;
/// In a sector of its own: while it is written, the header must not be at stake.
const CUT_AT: u64 = 512;
const CUT: usize = 20;
const SEGMENTS_AT: u64 = 1024;
/// Bytes of a segment before its directory.
const SEGMENT: usize = 16;
/// Bytes of a page in the directory.
const ENTRY: usize = 12;
/// Pages of a segment.
const MOST: usize = 256;
/// An emptied journal keeps this much room: overwriting is cheaper than growing again.
const KEPT: u64 = 1 << 20;

const EMPTY: u32 = 0;
const UNDO: u32 = 1;

/// A journal in use.
pub(super) struct Journal {
    device: Box<dyn Device>,
    salt: u32,
    /// What is certain to be on the disk.
    synced: Written,
    written: Written,
    /// Pages that are certain to be on the disk.
    saved: Set,
    /// Pages that were written since.
    waiting: Vec<u64>,
}

/// How far a journal has come.
#[derive(Clone, Copy)]
struct Written {
    header: bool,
    segments: u32,
    end: u64,
}

const NOTHING: Written = Written { header: false, segments: 0, end: SEGMENTS_AT };

fn header(salt: u32, state: u32, len: u64) -> Vec<u8> {
    let mut w = Writer::new(Ctx::WIDE);
    w.bytes(&MAGIC).u32(VERSION).u32(PAGE_BYTES).u32(salt).u32(state).u64(len).checksum();
    w.into_bytes()
}

/// Bytes of a segment before its pages.
fn directory_len(pages: usize) -> usize {
    SEGMENT.saturating_add(pages.saturating_mul(ENTRY)).saturating_add(4)
}

/// Bytes of a page in a file of `len` bytes.
fn page_len(number: u64, len: u64) -> usize {
    usize::try_from(len.saturating_sub(dirty::start(number))).unwrap_or(PAGE).min(PAGE)
}

impl Journal {
    /// A journal on `device`. If there is something in it, the file in `data` is restored first.
    ///
    /// Errors: `Malformed` and `Unsupported` if what is there is no journal, not one of this file, or damaged; then
    /// nothing was changed.
    pub fn open(device: Box<dyn Device>, data: &mut dyn Device) -> Result<Journal> {
        let mut journal = Journal {
            device,
            salt: 1,
            synced: NOTHING,
            written: NOTHING,
            saved: Set::default(),
            waiting: Vec::new(),
        };
        journal.salt = recover::recover(journal.device.as_mut(), data).within("journal")?.wrapping_add(1);
        Ok(journal)
    }

    /// Says that a file of `len` bytes is about to be changed.
    pub fn begin(&mut self, len: u64) -> Result<()> {
        if !self.written.header {
            self.device.write_at(0, &header(self.salt, UNDO, len))?;
            self.written.header = true;
        }
        Ok(())
    }

    /// Appends those of these pages (in order) that are not there yet, as they are in `data`, a file of `len` bytes when
    /// it was flushed.
    pub fn save(&mut self, pages: &[u64], data: &dyn Device, len: u64) -> Result<()> {
        let new: Vec<u64> = pages.iter().copied().filter(|page| !self.saved.contains(*page)).collect();
        new.chunks(MOST).try_for_each(|pages| self.append(pages, data, len)).inspect_err(|_| self.take_back())
    }

    fn append(&mut self, pages: &[u64], data: &dyn Device, len: u64) -> Result<()> {
        let segment = self.segment(pages, data, len)?;
        self.device.write_at(self.written.end, &segment)?;
        self.written.end = self.written.end.saturating_add(segment.len() as u64);
        self.written.segments = self.written.segments.saturating_add(1);
        self.waiting.extend_from_slice(pages);
        Ok(())
    }

    /// Nobody knows what arrived: all of it will be written once more. Segments that are left behind do no harm, since
    /// what they have is what the file still has.
    fn take_back(&mut self) {
        self.written = self.synced;
        self.waiting.clear();
    }

    fn segment(&self, pages: &[u64], data: &dyn Device, len: u64) -> Result<Vec<u8>> {
        let mut originals = vec![0; pages.len().saturating_mul(PAGE)];
        // Neighbours are read together.
        let mut rest = originals.as_mut_slice();
        for run in pages.chunk_by(|a, b| a.saturating_add(1) == *b) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let (now, later) = std::mem::take(&mut rest).split_at_mut(run.len().saturating_mul(PAGE));
            let there = now.len() - (PAGE - page_len(*last, len));
            data.read_at(dirty::start(*first), &mut now[..there])?;
            rest = later;
        }
        let mut w = Writer::new(Ctx::WIDE);
        // At most `MOST`.
        #[allow(clippy::cast_possible_truncation)]
        let count = pages.len() as u32;
        w.bytes(b"SEGM").u32(self.salt).u32(self.written.segments).u32(count);
        for (page, original) in pages.iter().zip(originals.chunks(PAGE)) {
            w.u64(*page).u32(lookup3(original, self.salt));
        }
        w.checksum().bytes(&originals);
        Ok(w.into_bytes())
    }

    /// Returns when everything is on the disk, and what was saved may be overwritten.
    pub fn sync(&mut self) -> Result<()> {
        self.device.sync().inspect_err(|_| self.take_back())?;
        self.synced = self.written;
        self.waiting.drain(..).for_each(|page| self.saved.insert(page));
        Ok(())
    }

    /// Says that the new state is complete, but for what is beyond `len`.
    pub fn cut(&mut self, len: u64) -> Result<()> {
        let mut w = Writer::new(Ctx::WIDE);
        w.bytes(b"CUT\0").u32(self.salt).u64(len).checksum();
        self.device.write_at(CUT_AT, w.as_bytes())?;
        self.device.sync()
    }

    /// Says that the new state is complete. If that fails, either may be found.
    pub fn clear(&mut self) -> Result<()> {
        if self.device.len() > KEPT {
            self.device.set_len(0)?;
        } else {
            self.device.write_at(0, &header(self.salt, EMPTY, 0))?;
        }
        self.device.sync()?;
        self.forget();
        Ok(())
    }

    /// Puts the old state back into `data`.
    pub fn restore(&mut self, data: &mut dyn Device) -> Result<()> {
        recover::recover(self.device.as_mut(), data).within("journal")?;
        self.forget();
        Ok(())
    }

    fn forget(&mut self) {
        (self.synced, self.written) = (NOTHING, NOTHING);
        self.saved = Set::default();
        self.waiting.clear();
        self.salt = self.salt.wrapping_add(1);
    }
}

/// The `len` bytes at `at`; none if the journal ends before.
fn read(journal: &dyn Device, at: u64, len: usize) -> Result<Option<Vec<u8>>> {
    if device::check(journal, at, len as u64).is_err() {
        return Ok(None);
    }
    device::read(journal, at, len).map(Some)
}
