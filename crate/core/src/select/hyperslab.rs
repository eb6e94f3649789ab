//! Hyperslabs: a start, a stride, a count and a block for each dimension.

use crate::error::{Error, Result};
use std::ops::Range;

/// The selected positions of one dimension: `count` blocks of `block` neighbours, `stride` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// First position.
    pub start: u64,
    /// From one block's start to the next.
    pub stride: u64,
    /// Blocks.
    pub count: u64,
    /// Positions in a block.
    pub block: u64,
}

impl Axis {
    /// `count` neighbours from `start`.
    pub fn run(start: u64, count: u64) -> Axis {
        Axis { start, stride: 1, count, block: 1 }
    }

    /// Positions selected.
    pub fn len(&self) -> u64 {
        self.count.saturating_mul(self.block)
    }

    /// Whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the positions are neighbours without gaps.
    pub fn is_contiguous(&self) -> bool {
        self.block == 1 && (self.stride == 1 || self.count <= 1)
    }

    /// Whether this is all of a dimension of `dim` positions.
    pub fn is_all(&self, dim: u64) -> bool {
        self.start == 0 && self.len() == dim && self.is_contiguous()
    }

    /// Position `i` of the selected ones (`i` < `len`).
    pub fn at(&self, i: u64) -> u64 {
        // The common case without a multiplication that has to be checked.
        if self.stride == 1 {
            return self.start.saturating_add(i);
        }
        if self.block == 1 {
            return self.start.saturating_add(i.saturating_mul(self.stride));
        }
        let (block, within) = (i / self.block.max(1), i % self.block.max(1));
        self.start.saturating_add(block.saturating_mul(self.stride)).saturating_add(within)
    }

    /// How many selected positions are below `position`.
    fn below(&self, position: u64) -> u64 {
        let Some(d) = position.checked_sub(self.start) else { return 0 };
        if self.stride == 1 {
            return d.min(self.len());
        }
        let full = d / self.stride.max(1);
        if full >= self.count {
            return self.len();
        }
        full.saturating_mul(self.block).saturating_add((d % self.stride.max(1)).min(self.block))
    }

    /// Which of the selected positions lie within `positions`.
    pub fn within(&self, positions: Range<u64>) -> Range<u64> {
        self.below(positions.start)..self.below(positions.end)
    }

    /// The same positions in the fewest words: gapless ones as a run, blocks only where they are needed.
    fn normal(self) -> Axis {
        if self.is_empty() {
            return Axis::run(0, 0);
        }
        if self.block == self.stride || self.count == 1 {
            return Axis::run(self.start, self.len());
        }
        self
    }

    fn check(&self, dim: u64) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        if self.stride == 0 || (self.count > 1 && self.block > self.stride) {
            return Err(Error::argument(format!(
                "blocks of {} every {} positions overlap",
                self.block, self.stride
            )));
        }
        let last = (self.count - 1)
            .checked_mul(self.stride)
            .and_then(|n| n.checked_add(self.start))
            .and_then(|n| n.checked_add(self.block));
        match last {
            Some(end) if end <= dim => Ok(()),
            _ => Err(Error::argument(format!("the selection leaves a dimension of {dim} positions"))),
        }
    }
}

/// A selection of a whole dataspace; no axes for a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hyperslab {
    axes: Vec<Axis>,
}

impl Hyperslab {
    /// Checks `axes` against the extents `dims`.
    pub fn new(axes: Vec<Axis>, dims: &[u64]) -> Result<Hyperslab> {
        let slab = Hyperslab { axes };
        slab.check(dims)?;
        Ok(Hyperslab { axes: slab.axes.into_iter().map(Axis::normal).collect() })
    }

    /// Says whether this is a selection of a dataspace with extents `dims`.
    pub fn check(&self, dims: &[u64]) -> Result<()> {
        if self.axes.len() != dims.len() {
            let what = format!("a selection of {} dimensions in {}", self.axes.len(), dims.len());
            return Err(Error::argument(what));
        }
        self.axes.iter().zip(dims).try_for_each(|(axis, dim)| axis.check(*dim))
    }

    /// Everything.
    pub fn all(dims: &[u64]) -> Hyperslab {
        Hyperslab { axes: dims.iter().map(|d| Axis::run(0, *d)).collect() }
    }

    /// The axes, gapless ones with stride and block 1.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Positions selected in each dimension.
    pub fn shape(&self) -> Vec<u64> {
        self.axes.iter().map(Axis::len).collect()
    }

    /// Elements selected.
    pub fn elements(&self) -> Result<u64> {
        self.axes
            .iter()
            .try_fold(1u64, |n, a| n.checked_mul(a.len()))
            .or_else(|| self.axes.iter().any(Axis::is_empty).then_some(0))
            .ok_or_else(|| Error::limit("more than 2^64 elements are selected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(a: &Axis) -> Vec<u64> {
        (0..a.len()).map(|i| a.at(i)).collect()
    }

    #[test]
    fn positions_of_blocks() {
        let a = Axis { start: 2, stride: 5, count: 3, block: 2 };
        assert_eq!(positions(&a), [2, 3, 7, 8, 12, 13]);
        for from in 0..16 {
            for to in from..16 {
                let inside: Vec<u64> = positions(&a).into_iter().filter(|p| (from..to).contains(p)).collect();
                let got: Vec<u64> = a.within(from..to).map(|i| a.at(i)).collect();
                assert_eq!(got, inside);
            }
        }
        assert!(Hyperslab::new(vec![a], &[14]).is_ok());
        assert!(Hyperslab::new(vec![a], &[13]).is_err());
        assert!(Hyperslab::new(vec![a], &[14, 1]).is_err());
        assert!(Hyperslab::new(vec![Axis { block: 6, ..a }], &[100]).is_err());
    }

    #[test]
    fn gapless_axes_become_runs() {
        let axes = vec![
            Axis { start: 3, stride: 4, count: 5, block: 4 },
            Axis { start: 3, stride: 9, count: 1, block: 4 },
            Axis { start: 3, stride: 9, count: 0, block: 4 },
        ];
        let slab = Hyperslab::new(axes, &[30, 30, 30]).unwrap();
        assert_eq!(slab.axes(), [Axis::run(3, 20), Axis::run(3, 4), Axis::run(0, 0)]);
        assert_eq!(slab.elements().unwrap(), 0);
        assert_eq!(slab.shape(), [20, 4, 0]);
        assert!(Hyperslab::all(&[1 << 40, 1 << 40]).elements().is_err());
        assert_eq!(Hyperslab::all(&[1 << 40, 1 << 40, 0]).elements().unwrap(), 0);
        assert_eq!(Hyperslab::all(&[]).elements().unwrap(), 1);
        assert!(Hyperslab::all(&[7]).axes()[0].is_all(7));
    }
}
