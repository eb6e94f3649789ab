//! Selections of any shape: hyperslabs, unions of boxes, points in any order, masks.

use super::hyperslab::{Axis, Hyperslab};
use super::spans::Spans;
use crate::error::{Error, Result};
use crate::format::selection::{Chosen, Pattern};
use std::ops::Range;

/// Elements of a dataspace in an order: what a region reference, a mapping or a mask selects.
///
/// Elements are numbered in the order they are selected in: row-major, but for points, which keep the order they
/// were given in. Places are numbered in row-major order over [`dims`](Region::dims).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    dims: Vec<u64>,
    form: Form,
    elements: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Slab(Hyperslab),
    Spans(Spans),
    Runs(Vec<Run>),
}

/// Neighbouring places of one row, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// Place of the first.
    place: u64,
    /// Elements selected before it.
    before: u64,
}

/// Is given runs: neighbours in one row, the place of the first, how many, and the number of the first.
pub type EachRun<'a> = &'a mut dyn FnMut(u64, u64, u64) -> Result<()>;

impl Region {
    #[doc(hidden)]
    /// A hyperslab of a dataspace with extents `dims`.
    pub fn slab(slab: Hyperslab, dims: &[u64]) -> Result<Region> {
        slab.check(dims)?;
        places(dims)?;
        Ok(Region { dims: dims.to_vec(), elements: slab.elements()?, form: Form::Slab(slab) })
    }

    /// Points in this order, `dims.len()` coordinates each.
    pub fn points(coordinates: &[u64], dims: &[u64]) -> Result<Region> {
        places(dims)?;
        let rank = dims.len();
        if rank == 0 || !coordinates.len().is_multiple_of(rank) {
            let what = format!("{} coordinates of points in {rank} dimensions", coordinates.len());
            return Err(Error::argument(what));
        }
        let mut runs = Vec::with_capacity(coordinates.len() / rank);
        for (before, point) in (0u64..).zip(coordinates.chunks_exact(rank)) {
            let mut place = 0u64;
            for (at, dim) in point.iter().zip(dims) {
                if at >= dim {
                    return Err(Error::argument(format!("the point {point:?} is outside of {dims:?}")));
                }
                place = place * dim + at;
            }
            runs.push(Run { place, before });
        }
        Ok(Region { dims: dims.to_vec(), elements: runs.len() as u64, form: Form::Runs(runs) })
    }

    #[doc(hidden)]
    /// Neighbours of rows, in this order: the place of the first, and how many. Each in one row.
    pub fn rows(rows: &[(u64, u64)], dims: &[u64]) -> Result<Region> {
        let all = places(dims)?;
        let (mut runs, mut elements) = (Vec::with_capacity(rows.len()), 0u64);
        for (place, n) in rows.iter().filter(|(_, n)| *n > 0) {
            if place.checked_add(*n).is_none_or(|end| end > all) {
                return Err(Error::argument(format!("{n} elements from place {place} of {all}")));
            }
            runs.push(Run { place: *place, before: elements });
            elements = elements.saturating_add(*n);
        }
        Ok(Region { dims: dims.to_vec(), form: Form::Runs(runs), elements })
    }

    /// The elements at which `mask`, which has one byte for each, is not 0.
    pub fn mask(mask: &[u8], dims: &[u64]) -> Result<Region> {
        if places(dims)? != mask.len() as u64 {
            return Err(Error::argument(format!("a mask of {} elements for {dims:?}", mask.len())));
        }
        let row = usize::try_from(row(dims)).unwrap_or(usize::MAX);
        let (mut runs, mut elements) = (Vec::new(), 0);
        for (y, line) in mask.chunks(row).enumerate() {
            let mut inside = false;
            for (x, set) in line.iter().map(|b| *b != 0).enumerate() {
                if set && !inside {
                    runs.push(Run { place: (y * row + x) as u64, before: elements });
                }
                inside = set;
                elements += u64::from(set);
            }
        }
        Ok(Region { dims: dims.to_vec(), elements, form: Form::Runs(runs) })
    }

    /// What a stored selection selects of a dataspace with extents `dims`. Patterns without end must have been
    /// given one before, see [`bounded`].
    ///
    /// Errors: `Argument` if it leaves the dataspace or has another rank.
    pub fn stored(chosen: &Chosen, dims: &[u64]) -> Result<Region> {
        let rank = dims.len();
        match chosen {
            Chosen::All => Region::slab(Hyperslab::all(dims), dims),
            Chosen::None => {
                let form = Form::Runs(Vec::new());
                Ok(Region { dims: dims.to_vec(), form, elements: 0 })
            }
            Chosen::Points { rank: r, coordinates } if *r == rank => Region::points(coordinates, dims),
            Chosen::Blocks { rank: r, corners } if *r == rank => Region::blocks(corners, dims),
            Chosen::Regular(axes) if axes.len() == rank => {
                let axis = |p: &Pattern| match (p.count, p.block) {
                    (Some(count), Some(block)) => {
                        Ok(Axis { start: p.start, stride: p.stride.max(1), count, block })
                    }
                    _ => Err(Error::argument("a selection without end where one is needed")),
                };
                let axes = axes.iter().map(axis).collect::<Result<_>>()?;
                Region::slab(Hyperslab::new(axes, dims)?, dims)
            }
            _ => Err(Error::argument(format!("a selection of another rank than {dims:?}"))),
        }
    }

    fn blocks(corners: &[u64], dims: &[u64]) -> Result<Region> {
        places(dims)?;
        let spans = Spans::of_blocks(corners, dims)?;
        let elements = spans.elements();
        let dims = dims.to_vec();
        if let Some(axes) = spans.regular() {
            let slab = Hyperslab::new(axes, &dims)?;
            return Ok(Region { dims, form: Form::Slab(slab), elements });
        }
        Ok(Region { dims, form: Form::Spans(spans), elements })
    }

    /// Extents of the dataspace.
    pub fn dims(&self) -> &[u64] {
        &self.dims
    }

    /// Elements selected.
    pub fn elements(&self) -> u64 {
        self.elements
    }

    #[doc(hidden)]
    /// The hyperslab that this is, if it is one.
    pub fn as_slab(&self) -> Option<&Hyperslab> {
        match &self.form {
            Form::Slab(slab) => Some(slab),
            _ => None,
        }
    }

    /// Shape of the selected elements: that of a product of positions on each axis, else a list.
    pub fn shape(&self) -> Vec<u64> {
        let shape = match &self.form {
            Form::Slab(slab) => Some(slab.shape()),
            Form::Spans(spans) => spans.shape(),
            Form::Runs(_) => None,
        };
        shape.unwrap_or_else(|| vec![self.elements])
    }

    #[doc(hidden)]
    /// Calls `each` with the runs of the elements number `range`, in order.
    pub fn runs(&self, range: Range<u64>, each: EachRun) -> Result<()> {
        let range = range.start..range.end.min(self.elements);
        if range.is_empty() {
            return Ok(());
        }
        match &self.form {
            Form::Slab(slab) => slab_runs(slab, &self.dims, range, each),
            Form::Spans(spans) => spans.runs(range, each),
            Form::Runs(runs) => {
                let first = runs.partition_point(|r| r.before <= range.start).saturating_sub(1);
                let mut at = range.start;
                for (i, run) in runs.iter().enumerate().skip(first) {
                    if at >= range.end {
                        break;
                    }
                    let end = runs.get(i + 1).map_or(self.elements, |next| next.before).min(range.end);
                    each(run.place + (at - run.before), end - at, at)?;
                    at = end;
                }
                Ok(())
            }
        }
    }

    #[doc(hidden)]
    /// Calls `each` with the runs that are selected among the `len` neighbours from `place` on, all in one row.
    ///
    /// Errors: `Unsupported` for points, which may select a place twice.
    pub fn find(&self, place: u64, len: u64, each: EachRun) -> Result<()> {
        if self.elements == 0 {
            return Ok(());
        }
        match &self.form {
            Form::Slab(slab) => slab_find(slab, &self.dims, place, len, each),
            Form::Spans(spans) => spans.find(place, len, each),
            Form::Runs(_) => Err(Error::unsupported("points where places have to be looked up")),
        }
    }

    #[doc(hidden)]
    /// The least and the greatest selected position of each dimension; `None` if nothing is selected.
    pub fn bounds(&self) -> Option<Vec<Range<u64>>> {
        if self.elements == 0 {
            return None;
        }
        match &self.form {
            Form::Slab(slab) => Some(slab.axes().iter().map(|a| a.start..a.at(a.len() - 1) + 1).collect()),
            Form::Spans(spans) => Some(spans.bounds()),
            Form::Runs(runs) => {
                let mut bounds: Vec<Range<u64>> = vec![Range { start: u64::MAX, end: 0 }; self.dims.len()];
                for (i, run) in runs.iter().enumerate() {
                    let n = runs.get(i + 1).map_or(self.elements, |next| next.before) - run.before;
                    let mut rest = run.place;
                    for (d, (bound, dim)) in bounds.iter_mut().zip(&self.dims).enumerate().rev() {
                        let last = d + 1 == self.dims.len();
                        let at = rest % dim;
                        rest /= dim;
                        *bound = bound.start.min(at)..bound.end.max(at + if last { n } else { 1 });
                    }
                }
                Some(bounds)
            }
        }
    }
}

/// `chosen` with an end for the dimension that has none, so that no position is `dims` or more.
#[must_use]
pub fn bounded(chosen: &Chosen, dims: &[u64]) -> Chosen {
    let Chosen::Regular(axes) = chosen else { return chosen.clone() };
    let end = |(pattern, dim): (&Pattern, &u64)| {
        let left = dim.saturating_sub(pattern.start);
        match (pattern.count, pattern.block) {
            // One block that goes on.
            (_, None) => Pattern { count: Some(1), block: Some(left), ..*pattern },
            // As many whole blocks as fit.
            (None, Some(block)) => {
                let stride = pattern.stride.max(1);
                let count = left.checked_sub(block).map_or(0, |more| more / stride + 1);
                Pattern { count: Some(count), ..*pattern }
            }
            _ => *pattern,
        }
    };
    Chosen::Regular(axes.iter().zip(dims).map(end).collect())
}

/// Places of a dataspace, which are numbered with 64 bits.
fn places(dims: &[u64]) -> Result<u64> {
    let n = dims.iter().try_fold(1u64, |n, d| n.checked_mul(*d));
    n.or_else(|| dims.contains(&0).then_some(0)).ok_or_else(|| Error::limit("more than 2^64 elements"))
}

/// Length of a row.
fn row(dims: &[u64]) -> u64 {
    dims.last().copied().unwrap_or(1).max(1)
}

fn slab_runs(slab: &Hyperslab, dims: &[u64], range: Range<u64>, each: EachRun) -> Result<()> {
    let Some((inner, outer)) = slab.axes().split_last() else { return each(0, 1, 0) };
    let width = inner.len();
    let mut at = range.start;
    while at < range.end {
        let (mut number, from) = (at / width, at % width);
        let (mut base, mut step) = (0u64, row(dims));
        for (axis, dim) in outer.iter().zip(dims).rev() {
            base += axis.at(number % axis.len()) * step;
            number /= axis.len();
            step = step.saturating_mul(*dim);
        }
        let to = (from + (range.end - at)).min(width);
        axis_runs(inner, from..to, &mut |position, n, i| each(base + position, n, at + (i - from)))?;
        at += to - from;
    }
    Ok(())
}

/// The runs of the positions number `range` of an axis.
fn axis_runs(axis: &Axis, range: Range<u64>, each: EachRun) -> Result<()> {
    if axis.is_contiguous() {
        return each(axis.at(range.start), range.end - range.start, range.start);
    }
    let mut i = range.start;
    while i < range.end {
        let n = (axis.block - i % axis.block).min(range.end - i);
        each(axis.at(i), n, i)?;
        i += n;
    }
    Ok(())
}

fn slab_find(slab: &Hyperslab, dims: &[u64], place: u64, len: u64, each: EachRun) -> Result<()> {
    let Some((inner, outer)) = slab.axes().split_last() else { return each(0, len.min(1), 0) };
    let row = row(dims);
    let (mut rest, from) = (place / row, place % row);
    let (mut number, mut step) = (0u64, inner.len());
    for (axis, dim) in outer.iter().zip(dims).rev() {
        let at = rest % dim;
        rest /= dim;
        let found = axis.within(at..at + 1);
        if found.is_empty() {
            return Ok(());
        }
        number += found.start * step;
        step = step.saturating_mul(axis.len());
    }
    let found = inner.within(from..from + len);
    if found.is_empty() {
        return Ok(());
    }
    axis_runs(inner, found, &mut |position, n, i| each(place + (position - from), n, number + i))
}

#[cfg(test)]
#[path = "region_tests.rs"]
mod tests;
