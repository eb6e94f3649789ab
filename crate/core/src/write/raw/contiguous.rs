//! Elements in one block, and any other row-major box of bytes that are stored as they are.

use super::rows::Part;
use super::source::Source;
use crate::bytes::Addr;
use crate::error::Result;
use crate::write::fill::Filler;
use crate::write::output::Output;

/// Bytes between two runs that are read and written although they do not change, if that saves a write.
const GAP: u64 = 256;
/// Bytes that are put together before they are written; longer runs are written by themselves.
const SPAN: u64 = 256 << 10;
/// Bytes of fill values that are made at a time.
const BATCH: u64 = 1 << 20;

/// Runs that lie close together, on their way into the file.
struct Spans<'a> {
    out: &'a mut Output,
    base: Addr,
    /// The first byte from the base on, and the bytes.
    from: u64,
    bytes: Vec<u8>,
}

impl Spans<'_> {
    fn put(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        let end = self.from + self.bytes.len() as u64;
        let close = at >= end && at - end <= GAP && end - self.from <= SPAN;
        if !close || self.bytes.is_empty() {
            self.flush()?;
            if bytes.len() as u64 >= SPAN {
                return self.out.medium.write(self.base.offset(at)?, bytes);
            }
            self.from = at;
        } else if at > end {
            let old = self.bytes.len();
            // A few hundred bytes at most.
            self.bytes.resize(old + usize::try_from(at - end).unwrap_or(0), 0);
            self.out.medium.read_into(self.base.offset(end)?, &mut self.bytes[old..])?;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if !self.bytes.is_empty() {
            self.out.medium.write(self.base.offset(self.from)?, &self.bytes)?;
            self.bytes.clear();
        }
        Ok(())
    }
}

/// Writes what `part` selects of the box at `base`, all of which is in the file.
pub(super) fn write(out: &mut Output, base: Addr, part: &Part<'_>, source: &mut Source<'_>) -> Result<()> {
    let unit = source.unit as u64;
    let step = (BATCH / unit).max(1);
    let mut spans = Spans { out, base, from: 0, bytes: Vec::new() };
    part.rows(&mut |row| {
        if row.elements > step {
            // Elements that are made on demand never are in memory all together.
            return row.runs(&mut |place, n, number| {
                for done in (0..n).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
                    let bytes = source.take(number + done, step.min(n - done))?;
                    spans.put((place + done).saturating_mul(unit), bytes)?;
                }
                Ok(())
            });
        }
        let first = row.first;
        let bytes = source.take(first, row.elements)?;
        row.runs(&mut |place, n, number| {
            // Within `bytes`, which are in memory.
            #[allow(clippy::cast_possible_truncation)]
            let run = ((number - first) * unit) as usize..((number - first + n) * unit) as usize;
            spans.put(place.saturating_mul(unit), bytes.get(run).unwrap_or(&[]))
        })
    })?;
    spans.flush()
}

/// Makes `n` elements from `at` on the fill value.
pub(in crate::write) fn fill(out: &mut Output, at: Addr, n: u64, unit: u64, filler: &Filler) -> Result<()> {
    if filler.is_zero() {
        return zero(out, at, n.saturating_mul(unit));
    }
    let step = (BATCH / unit.max(1)).max(1);
    let mut bytes = Vec::new();
    let mut done = 0;
    while done < n {
        let now = step.min(n - done);
        bytes.clear();
        filler.append(out, now, &mut bytes)?;
        out.medium.write(at.offset(done * unit)?, &bytes)?;
        done += now;
    }
    Ok(())
}

/// Makes `len` bytes from `at` on zero. Beyond the end of the file they are, as soon as it is long enough.
pub(super) fn zero(out: &mut Output, at: Addr, len: u64) -> Result<()> {
    let there = out.medium.available(at).min(len);
    let zeros = vec![0; usize::try_from(BATCH.min(there)).unwrap_or(0)];
    let mut done = 0;
    while done < there {
        let now = BATCH.min(there - done);
        out.medium.write(at.offset(done)?, &zeros[..usize::try_from(now).unwrap_or(0)])?;
        done += now;
    }
    out.exist(at, len)
}
