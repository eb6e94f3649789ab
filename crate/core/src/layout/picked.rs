//! Selections of any shape, read batch by batch.

use super::gather::Gather;
use super::{DatasetParts, in_memory, stretch};
use crate::error::{Error, Result};
use crate::select::Region;
use crate::storage::Medium;

/// Bytes of a batch: large, because the same chunks may be needed for each.
const BATCH: u64 = 8 << 20;
/// Runs of a batch at most: each costs more memory than a small element.
pub(super) const MOST_RUNS: usize = 1 << 17;

/// Elements in any order of a dataset.
pub(super) struct Picked {
    parts: DatasetParts,
    region: Region,
    depth: u32,
    done: u64,
    /// The batch that is being read, and its elements.
    batch: Option<(Gather, u64)>,
}

impl Picked {
    pub(super) fn new(parts: &DatasetParts, region: &Region, depth: u32) -> Picked {
        Picked { parts: parts.clone(), region: region.clone(), depth, done: 0, batch: None }
    }

    /// Reads the next batch; says how many elements it has.
    pub(super) fn next(&mut self, medium: &Medium, unit: usize, out: &mut Vec<u8>) -> Result<u64> {
        if self.batch.is_none() {
            let mut gather = Gather::new(&self.parts);
            let most = self.done.saturating_add((BATCH / unit as u64).max(1));
            let (start, frame) = (self.done, self.region.dims());
            let end = walk(&self.region, start..most, &mut |place, n, number| {
                gather.add(frame, place, n, number - start);
                Ok(gather.pieces() < MOST_RUNS)
            })?;
            stretch(out, in_memory((end - start).saturating_mul(unit as u64))?);
            self.batch = Some((gather, end - start));
        }
        let Some((gather, elements)) = &mut self.batch else { return Ok(0) };
        gather.read(medium, &self.parts, None, self.depth, out)?;
        let elements = *elements;
        self.done += elements;
        self.batch = None;
        Ok(elements)
    }
}

/// Goes through runs until `each` says that it has enough of them; gives the number of the element after the last.
pub(super) fn walk(
    region: &Region,
    range: std::ops::Range<u64>,
    each: &mut dyn FnMut(u64, u64, u64) -> Result<bool>,
) -> Result<u64> {
    let (mut end, mut stopped) = (range.start, false);
    let walked = region.runs(range, &mut |place, n, number| {
        let more = each(place, n, number)?;
        end = number + n;
        if more {
            return Ok(());
        }
        stopped = true;
        Err(Error::limit("enough"))
    });
    match walked {
        Err(_) if stopped => Ok(end),
        walked => walked.map(|()| end),
    }
}
