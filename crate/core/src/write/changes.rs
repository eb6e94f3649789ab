//! Of a block that is written again, only what has changed.

use super::output::Output;
use crate::bytes::Addr;
use crate::error::Result;
use crate::storage::Turn;
use std::ops::Range;

/// Bytes between two changes that are written although they did not change, if that saves a write.
const GAP: usize = 32;

/// Where `new` differs from `old`, which is as long, in order. What is close together is one range.
pub(super) fn differences(old: &[u8], new: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (i, _) in old.iter().zip(new).enumerate().filter(|(_, (a, b))| a != b) {
        match found.last_mut() {
            Some(last) if i <= last.end + GAP => last.end = i + 1,
            _ => found.push(i..i + 1),
        }
    }
    found
}

/// Adds a range to those that have changed, as part of its neighbour if it is close to the last one.
pub(super) fn note(changed: &mut Vec<Range<usize>>, range: Range<usize>) {
    if let Some(last) = changed.last_mut()
        && range.start <= last.end + GAP
        && range.end + GAP >= last.start
    {
        *last = last.start.min(range.start)..last.end.max(range.end);
        return;
    }
    // In any order, and changed once more: few enough that one range around them costs little.
    if changed.len() >= 64 {
        let all = changed.iter().fold(range, |all, r| all.start.min(r.start)..all.end.max(r.end));
        changed.clear();
        changed.push(all);
        return;
    }
    changed.push(range);
}

/// Writes `new` over the block at `at` where it differs from `old`, which are its bytes, or as many of them as there
/// are.
pub(super) fn write(out: &mut Output, at: Addr, old: &[u8], new: &[u8]) -> Result<()> {
    if old.len() < new.len() || out.space.is_shared() {
        // Whoever reads it meanwhile finds all of it, or a checksum that is wrong.
        return out.medium.write_in_turn(Turn::Entries, at, new);
    }
    for range in differences(old, new) {
        out.medium.write(at.offset(range.start as u64)?, &new[range])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_are_close_are_one() {
        let old = vec![0; 200];
        let mut new = old.clone();
        [3, 7, 30, 100, 199].into_iter().for_each(|i| new[i] = 1);
        assert_eq!(differences(&old, &new), [3..31, 100..101, 199..200]);
        let mut changed = Vec::new();
        [3..4, 30..40, 100..104, 90..92, 1..2].into_iter().for_each(|r| note(&mut changed, r));
        assert_eq!(changed, [3..40, 90..104, 1..2]);
        (0..500).for_each(|i| note(&mut changed, i * 100..i * 100 + 1));
        assert!(changed.len() <= 64);
        let covered = |i: usize| changed.iter().any(|r| r.contains(&i));
        assert!((0..500).all(|i| covered(i * 100)));
    }
}
