//! Reading a journal that somebody left behind. Everything is checked before anything is touched.

use super::{
    CUT, CUT_AT, EMPTY, ENTRY, HEADER, MAGIC, MOST, PAGE_BYTES, SEGMENT, SEGMENTS_AT, Set, UNDO, VERSION,
    directory_len, page_len, read,
};
use crate::bytes::{Ctx, Reader, lookup3};
use crate::error::{Error, Result};
use crate::storage::device::{self, Device};
use crate::storage::dirty::{self, PAGE};

/// What a journal says.
enum Found {
    /// Nothing, and it can be used again.
    Empty,
    /// Nothing that counts.
    Torn,
    /// The file is complete once it is cut.
    Cut(u64),
    /// The file was of this length, and these pages were different: number of the first and of pages, and where they
    /// are in the journal.
    Undo { len: u64, runs: Vec<(u64, usize, u64)> },
}

/// Puts the old state back into `data` if the journal has one, and empties the journal; its salt.
pub(super) fn recover(journal: &mut dyn Device, data: &mut dyn Device) -> Result<u32> {
    let (salt, found) = look(journal, data)?;
    match found {
        Found::Empty => return Ok(salt),
        Found::Torn => {}
        Found::Cut(len) => {
            data.set_len(len)?;
            data.sync()?;
        }
        Found::Undo { len, runs } => {
            for (first, count, at) in runs {
                let pages = device::read(journal, at, count.saturating_mul(PAGE))?;
                let last = first.saturating_add(count as u64 - 1);
                data.write_at(dirty::start(first), &pages[..pages.len() - (PAGE - page_len(last, len))])?;
            }
            data.set_len(len)?;
            data.sync()?;
        }
    }
    journal.set_len(0)?;
    journal.sync()?;
    Ok(salt)
}

/// Reads the whole journal.
fn look(journal: &dyn Device, data: &dyn Device) -> Result<(u32, Found)> {
    let there = usize::try_from(journal.len()).unwrap_or(HEADER).min(HEADER);
    let bytes = device::read(journal, 0, there)?;
    if bytes.is_empty() {
        return Ok((0, Found::Empty));
    }
    let (magic, _) = bytes.split_at(MAGIC.len().min(there));
    if bytes.iter().all(|b| *b == 0) || is_torn_magic(magic) {
        return Ok((0, Found::Torn));
    }
    if !MAGIC.starts_with(magic) {
        return Err(Error::malformed("what is in the place of the journal is none").at(0));
    }
    let Some((salt, state, len)) = decode_header(&bytes)? else { return Ok((0, Found::Torn)) };
    match state {
        EMPTY => Ok((salt, Found::Empty)),
        UNDO => {
            if let Some(cut) = decode_cut(journal, salt)? {
                if cut > len {
                    return Err(Error::malformed(format!("a cut from {len} to {cut} bytes")).at(CUT_AT));
                }
                check_len(data, cut)?;
                return Ok((salt, Found::Cut(cut)));
            }
            check_len(data, len)?;
            Ok((salt, Found::Undo { len, runs: segments(journal, data, salt, len)? }))
        }
        other => Err(Error::malformed(format!("a journal in state {other}")).at(20)),
    }
}

/// A part of the magic over zeros.
fn is_torn_magic(magic: &[u8]) -> bool {
    magic.iter().zip(MAGIC).all(|(a, b)| *a == b || *a == 0) && magic.contains(&0)
}

/// A journal is about a file that has at least these bytes.
fn check_len(data: &dyn Device, len: u64) -> Result<()> {
    if data.len() >= len {
        return Ok(());
    }
    let has = data.len();
    Err(Error::malformed(format!(
        "the journal is of another file: one of {len} bytes, where this one has {has}"
    )))
}

/// Salt, state and length of the file; none if the header is not whole.
fn decode_header(bytes: &[u8]) -> Result<Option<(u32, u32, u64)>> {
    if bytes.len() < HEADER {
        return Ok(None);
    }
    let mut r = Reader::new(bytes, 0, Ctx::WIDE);
    r.skip(MAGIC.len())?;
    let (version, page, salt, state, len) = (r.u32()?, r.u32()?, r.u32()?, r.u32()?, r.u64()?);
    if r.checksum().is_err() {
        return Ok(None);
    }
    if version != VERSION {
        return Err(Error::unsupported(format!("a journal of version {version}")).at(8));
    }
    if page != PAGE_BYTES {
        return Err(Error::unsupported(format!("a journal of pages of {page} bytes")).at(12));
    }
    Ok(Some((salt, state, len)))
}

/// The new length, if there is one of this salt.
fn decode_cut(journal: &dyn Device, salt: u32) -> Result<Option<u64>> {
    let Some(bytes) = read(journal, CUT_AT, CUT)? else { return Ok(None) };
    let mut r = Reader::new(&bytes, CUT_AT, Ctx::WIDE);
    let is_cut = r.bytes(4)? == b"CUT\0" && r.u32()? == salt;
    let len = r.u64()?;
    Ok((is_cut && r.checksum().is_ok()).then_some(len))
}

/// Pages to restore.
fn segments(journal: &dyn Device, data: &dyn Device, salt: u32, len: u64) -> Result<Vec<(u64, usize, u64)>> {
    let (mut runs, mut seen) = (Vec::new(), Set::default());
    let mut at = SEGMENTS_AT;
    for number in 0.. {
        let Some(pages) = directory(journal, at, salt, number)? else { break };
        at = at.saturating_add(directory_len(pages.len()) as u64);
        for (page, checksum) in pages {
            if dirty::start(page) >= len {
                return Err(Error::malformed(format!("page {page} of a file of {len} bytes")).at(at));
            }
            let again = seen.contains(page);
            seen.insert(page);
            if again {
                // An attempt that failed, and the next one: both have what the file had.
            } else if is_page(journal, at, PAGE, salt, checksum)? {
                add(&mut runs, page, at);
            } else if !is_page(data, dirty::start(page), page_len(page, len), salt, checksum)? {
                return Err(Error::malformed(format!("page {page} is damaged, here and in the file")).at(at));
            }
            at = at.saturating_add(PAGE as u64);
        }
    }
    Ok(runs)
}

/// One more page; neighbours in the file and in the journal are restored together.
fn add(runs: &mut Vec<(u64, usize, u64)>, page: u64, at: u64) {
    if let Some((first, count, from)) = runs.last_mut()
        && first.saturating_add(*count as u64) == page
        && from.saturating_add(count.saturating_mul(PAGE) as u64) == at
        && *count < MOST
    {
        *count += 1;
        return;
    }
    runs.push((page, 1, at));
}

/// Numbers and checksums of the pages of the segment at `at`; none if there is no such segment.
fn directory(journal: &dyn Device, at: u64, salt: u32, number: u32) -> Result<Option<Vec<(u64, u32)>>> {
    let Some(bytes) = read(journal, at, SEGMENT)? else { return Ok(None) };
    let mut r = Reader::new(&bytes, at, Ctx::WIDE);
    let is_next = r.bytes(4)? == b"SEGM" && r.u32()? == salt && r.u32()? == number;
    let count = r.u32()? as usize;
    if !is_next || count == 0 || count > MOST {
        return Ok(None);
    }
    let Some(bytes) = read(journal, at, directory_len(count))? else { return Ok(None) };
    let mut r = Reader::new(&bytes, at, Ctx::WIDE);
    r.skip(SEGMENT)?;
    let mut entries = Reader::new(r.bytes(count.saturating_mul(ENTRY))?, at, Ctx::WIDE);
    if r.checksum().is_err() {
        return Ok(None);
    }
    (0..count).map(|_| Ok((entries.u64()?, entries.u32()?))).collect::<Result<_>>().map(Some)
}

/// Whether the `len` bytes at `at`, filled up with zeros, are the page of that checksum.
fn is_page(device: &dyn Device, at: u64, len: usize, salt: u32, checksum: u32) -> Result<bool> {
    let Some(mut bytes) = read(device, at, len)? else { return Ok(false) };
    bytes.resize(PAGE, 0);
    Ok(lookup3(&bytes, salt) == checksum)
}
