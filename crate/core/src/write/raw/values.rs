//! Elements whose values are in the global heap, before something else takes their place: the heap gets the room back.

use super::rows::Part;
use crate::bytes::Addr;
use crate::error::Result;
use crate::format::datatype::Datatype;
use crate::format::length;
use crate::write::heap::release_values;
use crate::write::output::Output;

/// Bytes of elements that are looked at together.
const BATCH: u64 = 1 << 20;

/// Forgets the values that `part` selects among `bytes`, the elements of its box.
pub(super) fn forget(out: &mut Output, datatype: &Datatype, part: &Part<'_>, bytes: &[u8]) -> Result<()> {
    if !datatype.uses_heap() {
        return Ok(());
    }
    let unit = length(datatype.size.into())?;
    part.rows(&mut |row| {
        row.runs(&mut |place, n, _| {
            let (from, len) = (length(place)?.saturating_mul(unit), length(n)?.saturating_mul(unit));
            let old = bytes.get(from..from.saturating_add(len)).unwrap_or(&[]);
            release_values(out, datatype, old)
        })
    })
}

/// The same where the box is in the file at `base`.
pub(super) fn forget_stored(
    out: &mut Output,
    datatype: &Datatype,
    part: &Part<'_>,
    base: Addr,
) -> Result<()> {
    if !datatype.uses_heap() {
        return Ok(());
    }
    let unit = u64::from(datatype.size);
    part.rows(&mut |row| {
        row.runs(&mut |place, n, _| forget_all(out, datatype, base.offset(place.saturating_mul(unit))?, n))
    })
}

/// Forgets the values of the `n` elements at `base`.
pub(super) fn forget_all(out: &mut Output, datatype: &Datatype, base: Addr, n: u64) -> Result<()> {
    if !datatype.uses_heap() {
        return Ok(());
    }
    let unit = u64::from(datatype.size).max(1);
    let step = (BATCH / unit).max(1);
    let mut bytes = Vec::new();
    let mut done = 0;
    while done < n {
        let now = step.min(n - done);
        bytes.resize(length(now.saturating_mul(unit))?, 0);
        out.medium.read_into(base.offset(done.saturating_mul(unit))?, &mut bytes)?;
        release_values(out, datatype, &bytes)?;
        done += now;
    }
    Ok(())
}
