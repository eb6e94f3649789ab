//! Parts of virtual datasets that are boxes of their sources: read as selections of these, without a look at single rows.

use super::gather::Conversion;
use super::sources::Source;
use super::{Read, in_memory};
use crate::error::{Error, Result};
use crate::select::{Axis, Hyperslab, scatter};
use crate::storage::Medium;

/// The next elements of `slab`, those from number `start` on, as far as they are a box of at most `most` elements and
/// `runs` runs; one element at least. `start` is where such a box ended. `None` where positions come in blocks.
pub(super) fn batch(slab: &Hyperslab, start: u64, most: u64, runs: u64) -> Option<Vec<Axis>> {
    let mut axes = slab.axes().to_vec();
    let (mut rest, mut inner, mut lines) = (start, 1u64, 1u64);
    let mut whole = true;
    for (from_last, axis) in axes.iter_mut().rev().enumerate() {
        if axis.block != 1 {
            return None;
        }
        let len = axis.len().max(1);
        let at = rest % len;
        rest /= len;
        let mut room = most / inner;
        // Neighbours are one run.
        if from_last > 0 || !axis.is_contiguous() {
            room = room.min(runs / lines);
            lines = lines.saturating_mul(len);
        }
        // Outside of an axis that is cut, one position.
        let n = if whole { room.clamp(1, len - at) } else { 1 };
        whole &= n == len;
        inner = inner.saturating_mul(len);
        *axis = Axis { start: axis.at(at), count: n, ..*axis };
    }
    Some(axes)
}

/// Positions that a batch and a mapping have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Common {
    /// Which of the mapping's positions: the first, and how many from one to the next.
    first: u64,
    step: u64,
    n: u64,
    /// Which of the batch's.
    to: u64,
    to_step: u64,
}

impl Common {
    fn of(batch: &Axis, target: &Axis) -> Option<Common> {
        let (batch_end, target_end) =
            (batch.start.saturating_add(batch.len()), target.start.saturating_add(target.len()));
        if batch.is_contiguous() && target.block == 1 {
            let found = target.within(batch.start..batch_end);
            let n = found.end - found.start;
            let to = target.at(found.start).saturating_sub(batch.start);
            return Some(Common { first: found.start, step: 1, n, to, to_step: target.stride });
        }
        if target.is_contiguous() && batch.block == 1 {
            let found = batch.within(target.start..target_end);
            let n = found.end - found.start;
            let first = batch.at(found.start).saturating_sub(target.start);
            return Some(Common { first, step: batch.stride, n, to: found.start, to_step: 1 });
        }
        None
    }
}

/// What a batch has of what is mapped, on each axis: nothing at all where one has no position. `None` if that cannot be
/// said axis by axis.
pub(super) fn common(batch: &[Axis], target: &Hyperslab) -> Option<Vec<Common>> {
    batch.iter().zip(target.axes()).map(|(batch, target)| Common::of(batch, target)).collect()
}

/// Whether there is something on each axis.
pub(super) fn is_something(common: &[Common]) -> bool {
    common.iter().all(|c| c.n > 0)
}

/// Elements of a source that are a box of a batch.
pub(super) struct Boxed {
    slab: Hyperslab,
    read: Option<Read>,
    /// What is read so far, as elements of the batch.
    packed: Vec<u8>,
    /// Bytes of what stays together.
    unit: usize,
    /// Byte of the batch where the first goes.
    base: usize,
    /// How many there are and how many bytes from one to the next, outermost first.
    lanes: Vec<(usize, usize)>,
}

impl Boxed {
    /// What `common` of a batch and a mapping to `target` is in its source; the batch has `shape` with elements of `unit`
    /// bytes. `None` if that is no box of the source or some of it is outside.
    pub(super) fn new(
        source: &Source,
        target: &Hyperslab,
        common: &[Common],
        shape: &[Axis],
        unit: usize,
    ) -> Result<Option<Boxed>> {
        let dims = source.parts.dataspace.dims();
        let Some(from) = source.region.as_slab().filter(|_| source.region.dims() == dims) else {
            return Ok(None);
        };
        let (mut base, mut step, mut lanes, mut chosen) = (0, unit as u64, Vec::new(), Vec::new());
        for ((common, target), shape) in common.iter().zip(target.axes()).zip(shape).rev() {
            base += common.to * step;
            if target.len() != 1 {
                chosen.push((common, target.len()));
                lanes.push((in_memory(common.n)?, in_memory(common.to_step.saturating_mul(step))?));
            }
            step = step.saturating_mul(shape.len());
        }
        // Axes of one position apart, the source has the same ones.
        let mut chosen = chosen.into_iter();
        let mut axes = Vec::new();
        for axis in from.axes().iter().rev() {
            if axis.len() == 1 {
                axes.push(Axis::run(axis.at(0), 1));
                continue;
            }
            let Some((common, len)) = chosen.next() else { return Ok(None) };
            if axis.block != 1 || axis.len() != len {
                return Ok(None);
            }
            let stride = if common.n == 1 { 1 } else { axis.stride.saturating_mul(common.step) };
            axes.push(Axis { start: axis.at(common.first), stride, count: common.n, block: 1 });
        }
        if chosen.next().is_some() {
            return Ok(None);
        }
        axes.reverse();
        lanes.reverse();
        lanes.retain(|(n, _)| *n != 1);
        let mut unit = unit;
        while let Some((n, _)) = lanes.pop_if(|(_, step)| *step == unit) {
            unit *= n;
        }
        let slab = Hyperslab::new(axes, dims)?;
        Ok(Some(Boxed { slab, read: None, packed: Vec::new(), unit, base: in_memory(base)?, lanes }))
    }

    /// Puts the elements at their places in `out`. After an error of kind `Pending` the same call goes on where it was.
    pub(super) fn read(
        &mut self,
        medium: &Medium,
        source: &Source,
        conversion: Option<&Conversion>,
        depth: u32,
        out: &mut [u8],
    ) -> Result<()> {
        let read = match &mut self.read {
            Some(read) => read,
            none => none.insert(Read::nested(medium, &source.parts, &self.slab, depth)?),
        };
        let mut buffer = Vec::new();
        while read.next(medium, &mut buffer)?.is_some() {
            match conversion {
                Some(conversion) => self.packed.extend_from_slice(&conversion.apply(&buffer)?),
                None => self.packed.extend_from_slice(&buffer),
            }
        }
        let expected = self.lanes.iter().fold(self.unit, |n, (count, _)| n.saturating_mul(*count));
        match out.get_mut(self.base..) {
            Some(out) if self.packed.len() == expected => {
                scatter::spread(&self.packed, self.unit, &self.lanes, out);
                Ok(())
            }
            _ => Err(Error::malformed("elements are missing that were read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(lens: impl Iterator<Item = u64>) -> u64 {
        lens.product()
    }

    /// Positions of everything that is selected, in order.
    fn positions(axes: &[Axis]) -> Vec<Vec<u64>> {
        axes.iter().fold(vec![Vec::new()], |outer, axis| {
            let more = |at: &Vec<u64>| {
                (0..axis.len()).map(|i| [at.as_slice(), &[axis.at(i)]].concat()).collect::<Vec<_>>()
            };
            outer.iter().flat_map(more).collect()
        })
    }

    #[test]
    fn batches_follow_one_another() {
        let axes = vec![
            Axis { start: 1, stride: 2, count: 3, block: 1 },
            Axis::run(2, 4),
            Axis { start: 0, stride: 3, count: 5, block: 1 },
        ];
        let slab = Hyperslab::new(axes, &[9, 9, 15]).unwrap();
        for (most, runs) in
            [(1, 1), (4, 99), (5, 99), (7, 99), (20, 99), (23, 99), (45, 99), (99, 11), (99, 20), (99, 99)]
        {
            let (mut all, mut start) = (Vec::new(), 0);
            while start < 60 {
                let axes = batch(&slab, start, most, runs).unwrap();
                let n = product(axes.iter().map(Axis::len));
                assert!(n > 0 && n <= most.min(runs), "{n} of {most}");
                all.extend(positions(&axes));
                start += n;
            }
            assert_eq!(all, positions(slab.axes()));
        }
        let blocks = Axis { start: 0, stride: 4, count: 2, block: 2 };
        assert_eq!(batch(&Hyperslab::new(vec![blocks], &[9]).unwrap(), 0, 9, 9), None);
    }

    #[test]
    fn what_is_common_is_found_axis_by_axis() {
        let axis = |start, stride, count, block| Axis { start, stride, count, block };
        let runs = [axis(0, 1, 9, 1), axis(4, 1, 3, 1), axis(7, 1, 1, 1), axis(20, 1, 5, 1)];
        let steps = [axis(1, 2, 6, 1), axis(0, 5, 4, 1), axis(6, 7, 1, 1)];
        let all: Vec<Axis> = runs.iter().chain(&steps).copied().collect();
        for batch in &all {
            for target in &all {
                let Some(common) = Common::of(batch, target) else {
                    assert!(!batch.is_contiguous() && !target.is_contiguous());
                    continue;
                };
                let found: Vec<(u64, u64)> = (0..common.n)
                    .map(|i| (common.first + i * common.step, common.to + i * common.to_step))
                    .collect();
                let expected: Vec<(u64, u64)> = (0..target.len())
                    .filter_map(|i| (0..batch.len()).find(|k| batch.at(*k) == target.at(i)).map(|k| (i, k)))
                    .collect();
                assert_eq!(found, expected, "{batch:?} and {target:?}");
            }
        }
        assert_eq!(Common::of(&runs[0], &axis(0, 4, 2, 2)), None);
    }
}
