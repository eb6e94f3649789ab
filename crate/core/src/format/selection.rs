//! Serialised selections (06-selections): which elements of a dataspace, in region references and in the mappings of
//! virtual datasets.

use super::{Encode, Libver, fit};
use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};

/// Dimensions of a dataspace at most.
const MAX_RANK: u32 = 32;

/// One dimension of a regular hyperslab; `None` = without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// First position.
    pub start: u64,
    /// From one block's start to the next.
    pub stride: u64,
    /// Blocks.
    pub count: Option<u64>,
    /// Positions of a block.
    pub block: Option<u64>,
}

/// Which elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// No element.
    None,
    /// Every element.
    All,
    /// Elements one by one, in this order.
    Points {
        /// Dimensions, at least 1.
        rank: usize,
        /// Coordinates, `rank` for each point.
        coordinates: Vec<u64>,
    },
    /// A regular hyperslab: one pattern for each dimension.
    Regular(Vec<Pattern>),
    /// A union of boxes.
    Blocks {
        /// Dimensions, at least 1.
        rank: usize,
        /// For each box the first position of each dimension, then the last one of each.
        corners: Vec<u64>,
    },
}

/// A selection as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Version of its encoding.
    pub version: u32,
    /// Bytes of each number, where the version lets it choose.
    pub width: u8,
    /// What it says.
    pub chosen: Chosen,
}

/// Blocks of a regular hyperslab that are listed one by one, at most: more of them say less in more bytes.
const MOST_LISTED: u64 = 1 << 16;

impl Chosen {
    /// The same elements with the fewest blocks: neighbours become one, and one block has no stride.
    fn merged(self) -> Chosen {
        let Chosen::Regular(axes) = self else { return self };
        let merged = |a: Pattern| match (a.count, a.block) {
            (Some(count), Some(block)) if a.stride == block => {
                Pattern { stride: 1, count: Some(1), block: Some(count.saturating_mul(block)), ..a }
            }
            (Some(1), _) => Pattern { stride: 1, ..a },
            _ => a,
        };
        Chosen::Regular(axes.into_iter().map(merged).collect())
    }

    /// Blocks, where the version before patterns is enough and takes no more room than a pattern.
    fn listed(self, low: Libver) -> Chosen {
        let Chosen::Regular(axes) = &self else { return self };
        let count = axes.iter().try_fold(1u64, |n, a| n.checked_mul(a.block.and(a.count)?));
        let last = |a: &Pattern| {
            let (count, block) = (a.count?.checked_sub(1)?, a.block?.checked_sub(1)?);
            a.start.checked_add(a.stride.checked_mul(count)?)?.checked_add(block)
        };
        let small = axes.iter().all(|a| last(a).is_some_and(|n| u32::try_from(n).is_ok()));
        let most = if low >= Libver::V110 { 3 } else { MOST_LISTED };
        match count.filter(|n| small && *n <= most) {
            Some(count) => Chosen::Blocks { rank: axes.len(), corners: corners(axes, count) },
            None => self,
        }
    }
}

/// First and last positions of the blocks of a regular hyperslab, in C order. All of them fit into 32 bits.
fn corners(axes: &[Pattern], count: u64) -> Vec<u64> {
    let mut out = Vec::new();
    for block in 0..count {
        // Which block this is along each axis, the last one first.
        let mut rest = block;
        let mut starts: Vec<u64> = Vec::with_capacity(axes.len());
        for axis in axes.iter().rev() {
            let count = axis.count.unwrap_or(1).max(1);
            let number = rest.checked_rem(count).unwrap_or(0);
            rest = rest.checked_div(count).unwrap_or(0);
            starts.push(axis.start.saturating_add(number.saturating_mul(axis.stride)));
        }
        starts.reverse();
        out.extend_from_slice(&starts);
        let length = |axis: &Pattern| axis.block.unwrap_or(1).saturating_sub(1);
        out.extend(starts.iter().zip(axes).map(|(start, axis)| start.saturating_add(length(axis))));
    }
    out
}

impl Selection {
    /// Decodes one selection; what follows it is left to be read.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("selection")
    }

    /// In the version that files for `low` use.
    pub fn new(chosen: Chosen, low: Libver) -> Selection {
        let chosen = if low >= Libver::V112 { chosen.merged() } else { chosen.merged().listed(low) };
        let most = |numbers: &[u64]| numbers.iter().copied().max().unwrap_or(0);
        let width = |n: u64| match n {
            0..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        let modern = low >= Libver::V112;
        let (version, width) = match &chosen {
            Chosen::None | Chosen::All => (1, 4),
            Chosen::Points { rank, coordinates } => {
                let count = coordinates.len().checked_div(*rank).unwrap_or(0) as u64;
                match width(count.max(most(coordinates))) {
                    8 => (2, 8),
                    w if modern => (2, w),
                    _ => (1, 4),
                }
            }
            Chosen::Regular(axes) => {
                let each = |a: &Pattern| {
                    let end = |n: Option<u64>| n.unwrap_or(0).saturating_add(1);
                    a.start.max(a.stride).max(end(a.count)).max(end(a.block))
                };
                let most = axes.iter().map(each).max().unwrap_or(0);
                // Older versions have no widths.
                if modern { (3, width(most)) } else { (2, 8) }
            }
            Chosen::Blocks { rank, corners } => {
                let count = corners.len().checked_div(rank.saturating_mul(2)).unwrap_or(0) as u64;
                match width(count.max(most(corners))) {
                    8 => (3, 8),
                    w if modern => (3, w),
                    _ => (1, 4),
                }
            }
        };
        Selection { version, width, chosen }
    }
}

fn decode(r: &mut Reader) -> Result<Selection> {
    let at = r.address();
    let (kind, version) = (r.u32()?, r.u32()?);
    match (kind, version) {
        (0 | 3, 1) => {
            r.skip(8)?;
            let chosen = if kind == 0 { Chosen::None } else { Chosen::All };
            Ok(Selection { version, width: 4, chosen })
        }
        (1, 1) | (2, 1) => {
            r.skip(8)?;
            listed(r, kind, version, 4)
        }
        (1, 2) => {
            let width = width(r)?;
            listed(r, kind, version, width)
        }
        (2, 2) => {
            let flags = r.u8()?;
            r.skip(4)?;
            hyperslab(r, version, 8, flags)
        }
        (2, 3) => {
            let flags = r.u8()?;
            let width = width(r)?;
            hyperslab(r, version, width, flags)
        }
        (0..=3, _) => {
            Err(Error::unsupported(format!("selection of kind {kind} and version {version}")).at(at))
        }
        _ => Err(Error::malformed(format!("selection of kind {kind}")).at(at)),
    }
}

fn width(r: &mut Reader) -> Result<u8> {
    match r.u8()? {
        w @ (2 | 4 | 8) => Ok(w),
        w => Err(r.fault(format!("a selection's numbers of {w} bytes"))),
    }
}

fn rank(r: &mut Reader) -> Result<usize> {
    match r.u32()? {
        n @ 1..=MAX_RANK => super::length(n.into()),
        n => Err(r.fault(format!("selection of {n} dimensions"))),
    }
}

fn hyperslab(r: &mut Reader, version: u32, width: u8, flags: u8) -> Result<Selection> {
    if flags > 1 {
        return Err(r.fault(format!("selection flags {flags:#04x}")));
    }
    if flags == 0 {
        return listed(r, 2, version, width);
    }
    let w = usize::from(width);
    let endless =
        if width == 8 { u64::MAX } else { (1u64 << (u32::from(width) * 8).min(63)).saturating_sub(1) };
    let finite = |n: u64| (n != endless).then_some(n);
    let pattern = |r: &mut Reader| {
        let (start, stride) = (r.uint(w)?, r.uint(w)?);
        Ok(Pattern { start, stride, count: finite(r.uint(w)?), block: finite(r.uint(w)?) })
    };
    let axes = (0..rank(r)?).map(|_| pattern(r)).collect::<Result<Vec<_>>>()?;
    if axes.iter().filter(|a| a.count.is_none() || a.block.is_none()).count() > 1 {
        return Err(r.fault("a selection without end in two dimensions"));
    }
    Ok(Selection { version, width, chosen: Chosen::Regular(axes) })
}

/// Points, or the corners of boxes.
fn listed(r: &mut Reader, kind: u32, version: u32, width: u8) -> Result<Selection> {
    let rank = rank(r)?;
    let w = usize::from(width);
    let n = super::length(r.uint(w)?)?;
    let each = if kind == 1 { rank } else { rank.saturating_mul(2) };
    let numbers = n.checked_mul(each).filter(|n| n.checked_mul(w).is_some_and(|b| b <= r.remaining()));
    let numbers =
        numbers.ok_or_else(|| r.fault(format!("{n} points or blocks in {} bytes", r.remaining())))?;
    let numbers = (0..numbers).map(|_| r.uint(w)).collect::<Result<Vec<_>>>()?;
    if kind == 1 {
        return Ok(Selection { version, width, chosen: Chosen::Points { rank, coordinates: numbers } });
    }
    for block in numbers.chunks_exact(each) {
        let (first, last) = block.split_at(rank);
        if first.iter().zip(last).any(|(a, b)| a > b) {
            return Err(r.fault(format!("a selected block from {first:?} to {last:?}")));
        }
    }
    Ok(Selection { version, width, chosen: Chosen::Blocks { rank, corners: numbers } })
}

impl Encode for Selection {
    /// In the selection's own version.
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        let Selection { version, width, chosen } = self;
        let kind = match chosen {
            Chosen::None => 0,
            Chosen::Points { .. } => 1,
            Chosen::Regular(_) | Chosen::Blocks { .. } => 2,
            Chosen::All => 3,
        };
        w.u32(kind).u32(*version);
        let bytes = usize::from(*width);
        let numbers = |w: &mut Writer, numbers: &[u64]| {
            let fits = |n: u64| bytes >= 8 || n >> (bytes.saturating_mul(8)) == 0;
            if !numbers.iter().all(|n| fits(*n)) {
                return Err(Error::argument(format!("a selection beyond {bytes}-byte numbers")));
            }
            numbers.iter().for_each(|n| {
                w.uint(*n, bytes);
            });
            Ok(())
        };
        match chosen {
            Chosen::None | Chosen::All => {
                w.zeros(8);
            }
            Chosen::Regular(axes) => {
                let rank: u32 = fit(axes.len(), "the rank")?;
                match version {
                    2 => w.u8(1).u32(rank.saturating_mul(32).saturating_add(4)),
                    3 => w.u8(1).u8(*width),
                    _ => return Err(Error::argument("a regular selection of version 1")),
                };
                w.u32(rank);
                for axis in axes {
                    numbers(w, &[axis.start, axis.stride])?;
                    for n in [axis.count, axis.block] {
                        w.uint(n.unwrap_or(u64::MAX), bytes);
                    }
                }
            }
            Chosen::Points { rank, coordinates: list } | Chosen::Blocks { rank, corners: list } => {
                let each = if kind == 1 { *rank } else { rank.saturating_mul(2) };
                let rest = list.len().saturating_mul(bytes).saturating_add(8);
                match (kind, version) {
                    (_, 1) => w.u32(0).u32(fit(rest, "a selection")?),
                    (1, 2) => w.u8(*width),
                    (2, 3) => w.u8(0).u8(*width),
                    _ => w.u8(0).u32(fit(rest.saturating_add(4), "a selection")?),
                };
                w.u32(fit(*rank, "the rank")?);
                numbers(w, &[list.len().checked_div(each).unwrap_or(0) as u64])?;
                numbers(w, list)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, round_trip};

    fn check(chosen: &Chosen, low: Libver, version: u32, width: u8) {
        let selection = Selection::new(chosen.clone(), low);
        assert_eq!((selection.version, selection.width), (version, width), "{chosen:?}");
        round_trip(&selection, Selection::decode, Ctx::WIDE, low);
    }

    #[test]
    fn every_version() {
        let points = |n| Chosen::Points { rank: 2, coordinates: vec![1, 2, 3, n] };
        let blocks = |n| Chosen::Blocks { rank: 2, corners: vec![0, 0, 1, 1, 2, 3, 4, n] };
        let regular = |n| {
            let finite = Pattern { start: n, stride: 5, count: Some(3), block: Some(2) };
            Chosen::Regular(vec![finite, Pattern { count: None, start: 0, ..finite }])
        };
        for low in [Libver::Earliest, Libver::V112] {
            check(&Chosen::None, low, 1, 4);
            check(&Chosen::All, low, 1, 4);
        }
        check(&points(4), Libver::Earliest, 1, 4);
        check(&points(4), Libver::V112, 2, 2);
        check(&points(1 << 20), Libver::V112, 2, 4);
        check(&points(1 << 40), Libver::Earliest, 2, 8);
        check(&blocks(4), Libver::Earliest, 1, 4);
        check(&blocks(4), Libver::V112, 3, 2);
        check(&blocks(1 << 40), Libver::Earliest, 3, 8);
        check(&regular(4), Libver::Earliest, 2, 8);
        check(&regular(4), Libver::V112, 3, 2);
        check(&regular(1 << 20), Libver::V112, 3, 4);
        check(&regular(1 << 33), Libver::V112, 3, 8);
    }

    #[test]
    fn bytes_of_the_reference_library() {
        let bytes =
            [2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 2, 0, 0, 0, 2, 0, 1, 0, 1, 0, 3, 0, 3, 0, 1, 0, 1, 0, 4, 0];
        let axis = |start, block| Pattern { start, stride: 1, count: Some(1), block: Some(block) };
        let expected = Chosen::Regular(vec![axis(2, 3), axis(3, 4)]);
        assert_eq!(decoded(&bytes, Selection::decode).unwrap().chosen, expected);
        assert_eq!(decoded(&bytes, Selection::decode).unwrap(), Selection::new(expected, Libver::V112));
    }

    #[test]
    fn few_blocks_are_listed_in_old_versions() {
        let axis = |start, stride, count, block| Pattern { start, stride, count, block: Some(block) };
        let chosen = |axes: &[Pattern], low| Selection::new(Chosen::Regular(axes.to_vec()), low);
        let version = |axes: &[Pattern], low| chosen(axes, low).version;
        for (count, v18, v110, v112) in [(1, 1, 1, 3), (3, 1, 1, 3), (4, 1, 2, 3), (1 << 20, 2, 2, 3)] {
            let axes = [axis(1, 3, Some(count), 1)];
            assert_eq!(version(&axes, Libver::V18), v18, "{count}");
            assert_eq!(version(&axes, Libver::V110), v110, "{count}");
            assert_eq!(version(&axes, Libver::V112), v112, "{count}");
        }
        assert_eq!(version(&[axis(1 << 35, 1, Some(1), 3)], Libver::V18), 2);
        assert_eq!(version(&[axis(0, 1, None, 1)], Libver::V18), 2);
        let grid = chosen(&[axis(2, 4, Some(2), 1), axis(2, 5, Some(2), 2)], Libver::Earliest).chosen;
        let corners = vec![2, 2, 2, 3, 2, 7, 2, 8, 6, 2, 6, 3, 6, 7, 6, 8];
        assert_eq!(grid, Chosen::Blocks { rank: 2, corners });
        // Neighbours are one block.
        let row = Chosen::Regular(vec![axis(2, 1, Some(1), 10)]);
        assert_eq!(chosen(&[axis(2, 2, Some(5), 2)], Libver::V112).chosen, row);
        assert_eq!(chosen(&[axis(2, 7, Some(1), 10)], Libver::V112).chosen, row);
        let endless = Chosen::Regular(vec![axis(0, 2, None, 2)]);
        assert_eq!(chosen(&[axis(0, 2, None, 2)], Libver::V112).chosen, endless);
    }

    #[test]
    fn lies_are_caught() {
        let points = |rank: u32, n: u32| {
            let mut w = Writer::new(Ctx::WIDE);
            w.u32(1).u32(1).u32(0).u32(0).u32(rank).u32(n).zeros(8);
            decoded(w.as_bytes(), Selection::decode)
        };
        assert!(points(1, 2).is_ok());
        assert!(points(1, 3).is_err());
        assert!(points(0, 2).is_err());
        assert!(points(33, 0).is_err());
        assert!(points(32, u32::MAX).is_err());
        let mut w = Writer::new(Ctx::WIDE);
        w.u32(2).u32(1).u32(0).u32(0).u32(1).u32(1).u32(5).u32(4);
        assert!(decoded(w.as_bytes(), Selection::decode).is_err());
        assert!(decoded(&[9, 0, 0, 0, 1, 0, 0, 0], Selection::decode).is_err());
        assert!(decoded(&[1, 0, 0, 0, 7, 0, 0, 0], Selection::decode).is_err());
    }
}
