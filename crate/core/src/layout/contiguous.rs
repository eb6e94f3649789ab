//! Contiguous storage, and any other row-major box of unfiltered bytes: which pieces of it to read.

use super::{AHEAD, BATCH, in_memory, stretch};
use crate::bytes::Addr;
use crate::error::Result;
use crate::select::Axis;
use crate::select::scatter::gather;
use crate::storage::Medium;
use std::collections::VecDeque;
use std::ops::Range;

/// Bytes that are read although nobody wants them, if that joins two pieces.
const GAP: u64 = 4096;
/// Pieces of a batch; more would cost more memory than the batch itself.
const MOST_PIECES: usize = 1 << 14;
/// Runs of at least this many bytes are read straight to their place.
const DIRECT: usize = 4096;

/// A selection of a row-major box.
pub(super) struct Contiguous {
    address: Addr,
    /// Bytes of an element; several elements of the dataset if inner dimensions are taken whole.
    unit: usize,
    /// Elements (of `unit` bytes) of the dataset in one of these.
    joined: u64,
    dims: Vec<u64>,
    /// At least one.
    axes: Vec<Axis>,
    /// Selected positions planned so far, in units.
    planned: u64,
    total: u64,
    plans: VecDeque<Plan>,
    scratch: Vec<u8>,
}

/// What one batch reads.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    units: u64,
    bytes: usize,
    spans: Vec<Span>,
    pieces: Vec<Piece>,
}

/// Neighbouring bytes that are read together.
#[derive(Debug, PartialEq, Eq)]
struct Span {
    from: u64,
    len: u64,
    pieces: Range<usize>,
}

/// Bytes that go to one place of the batch: `n` units every `stride` bytes, or one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    from: u64,
    len: u64,
    /// 0 = a run.
    stride: usize,
    to: usize,
    bytes: usize,
}

impl Contiguous {
    /// The box at `address` has extents `dims`, of elements of `unit` bytes.
    pub(super) fn new(address: Addr, dims: &[u64], axes: &[Axis], unit: usize) -> Contiguous {
        let (mut dims, mut axes) = (dims.to_vec(), axes.to_vec());
        let (mut bytes, mut joined) = (unit, 1);
        while let (Some(dim), Some(axis), true) = (dims.last().copied(), axes.last().copied(), axes.len() > 1)
        {
            if !axis.is_all(dim) {
                break;
            }
            let outer = axes.len() - 2;
            if axes[outer].is_contiguous() {
                // Rows taken whole and without gaps are one longer row.
                let (rows, height) = (axes[outer], dims[outer]);
                axes[outer] = Axis::run(rows.start.saturating_mul(dim), rows.len().saturating_mul(dim));
                dims[outer] = height.saturating_mul(dim);
            } else {
                match usize::try_from(dim).ok().and_then(|n| bytes.checked_mul(n)) {
                    Some(whole) if whole <= DIRECT => (bytes, joined) = (whole, joined * dim),
                    _ => break,
                }
            }
            axes.pop();
            dims.pop();
        }
        if axes.is_empty() {
            (dims, axes) = (vec![1], vec![Axis::run(0, 1)]);
        }
        let total = axes.iter().fold(1u64, |n, a| n.saturating_mul(a.len()));
        let (plans, scratch) = (VecDeque::new(), Vec::new());
        Contiguous { address, unit: bytes, joined, dims, axes, planned: 0, total, plans, scratch }
    }

    /// The bytes of the storage that are the selection, if they are in one piece.
    pub(super) fn in_one_piece(&self, medium: &Medium) -> Option<Range<u64>> {
        let [axis] = self.axes.as_slice() else { return None };
        let unit = self.unit as u64;
        let from = self.address.offset(axis.start.checked_mul(unit)?).ok()?;
        let len = axis.len().checked_mul(unit)?;
        let at = medium.absolute(from);
        (axis.is_contiguous() && medium.check(from, len).is_ok()).then_some(at..at.checked_add(len)?)
    }

    /// Reads the next batch; says how many elements of the dataset it has.
    pub(super) fn next(&mut self, medium: &Medium, out: &mut Vec<u8>) -> Result<u64> {
        if self.plans.is_empty() {
            let mut ahead = 0u64;
            while self.planned < self.total && ahead < AHEAD {
                let plan = self.plan();
                ahead = plan.spans.iter().fold(ahead, |n, s| n.saturating_add(s.len));
                self.plans.push_back(plan);
            }
            self.announce(medium)?;
        }
        let Some(plan) = self.plans.front() else { return Ok(0) };
        for span in &plan.spans {
            medium.check(self.address.offset(span.from)?, span.len)?;
        }
        stretch(out, plan.bytes);
        for span in &plan.spans {
            read_span(
                medium,
                self.address,
                span,
                &plan.pieces[span.pieces.clone()],
                self.unit,
                &mut self.scratch,
                out,
            )?;
        }
        let units = plan.units;
        self.plans.pop_front();
        Ok(units * self.joined)
    }

    /// Reads everything as one batch into `out`, which has exactly its size.
    pub(super) fn read_all(mut self, medium: &Medium, scratch: &mut Vec<u8>, out: &mut [u8]) -> Result<()> {
        let mut rest = out;
        while self.planned < self.total {
            let plan = self.plan();
            let (batch, after) = std::mem::take(&mut rest).split_at_mut(plan.bytes);
            for span in &plan.spans {
                read_span(
                    medium,
                    self.address,
                    span,
                    &plan.pieces[span.pieces.clone()],
                    self.unit,
                    scratch,
                    batch,
                )?;
            }
            rest = after;
        }
        Ok(())
    }

    /// Adds everything that will be read to `wanted`.
    pub(super) fn announce_all(mut self, wanted: &mut Vec<(Addr, u64)>) {
        while self.planned < self.total {
            let plan = self.plan();
            wanted.extend(plan.spans.iter().map(|s| (Addr(self.address.0.saturating_add(s.from)), s.len)));
        }
    }

    /// Says what the planned batches will read.
    fn announce(&self, medium: &Medium) -> Result<()> {
        let spans = self.plans.iter().flat_map(|p| &p.spans);
        medium.want(spans.map(|s| (Addr(self.address.0.saturating_add(s.from)), s.len)))
    }

    /// Plans the next batch.
    fn plan(&mut self) -> Plan {
        let mut plan = Plan::default();
        let Some((inner, outer)) = self.axes.split_last() else { return plan };
        let row = inner.len().max(1);
        let most = ((BATCH / self.unit) as u64).clamp(1, self.total - self.planned);
        while plan.units < most && plan.pieces.len() < MOST_PIECES {
            let (row_number, within) = ((self.planned) / row, self.planned % row);
            let base = self.row_start(outer, row_number);
            let end = (within + (most - plan.units)).min(row);
            let n = self.plan_row(&mut plan, inner, base, within..end);
            plan.units += n;
            self.planned += n;
        }
        plan.join();
        plan
    }

    /// Position of the first element of the `number`th selected row, in units from the start of the box.
    fn row_start(&self, outer: &[Axis], mut number: u64) -> u64 {
        let mut step = self.dims.last().copied().unwrap_or(1);
        let mut start = 0u64;
        for (axis, dim) in outer.iter().zip(&self.dims).rev() {
            let len = axis.len().max(1);
            start = start.saturating_add(axis.at(number % len).saturating_mul(step));
            number /= len;
            step = step.saturating_mul(*dim);
        }
        start
    }

    /// Adds pieces for the selected positions `range` of a row that begins at `base`; says how many were added.
    fn plan_row(&self, plan: &mut Plan, inner: &Axis, base: u64, range: Range<u64>) -> u64 {
        let unit = self.unit as u64;
        let offset = |i: u64| base.saturating_add(inner.at(i)).saturating_mul(unit);
        let mut at = range.start;
        while at < range.end && plan.pieces.len() < MOST_PIECES {
            let left = range.end - at;
            let stride = inner.stride.saturating_mul(unit);
            let (n, len, stride) = if inner.is_contiguous() {
                (left, left * unit, 0)
            } else if inner.block > 1 {
                let n = (inner.block - at % inner.block).min(left);
                (n, n * unit, 0)
            } else if stride.saturating_sub(unit) <= GAP {
                // A strided run, as long as a batch is.
                let n = (BATCH as u64 / stride).clamp(1, left);
                (n, (n - 1) * stride + unit, stride)
            } else {
                (1, unit, 0)
            };
            // A batch is in memory, so are its parts.
            #[allow(clippy::cast_possible_truncation)]
            let (stride, bytes) = (stride as usize, (n * unit) as usize);
            plan.pieces.push(Piece { from: offset(at), len, stride, to: plan.bytes, bytes });
            plan.bytes += bytes;
            at += n;
        }
        at - range.start
    }
}

impl Plan {
    /// Joins pieces that are close to each other and follow each other.
    fn join(&mut self) {
        for (i, piece) in self.pieces.iter().enumerate() {
            if let Some(span) = self.spans.last_mut() {
                let end = span.from + span.len;
                let to = piece.from.saturating_add(piece.len);
                let close = piece.from >= end && piece.from - end <= GAP;
                let large = |p: &Piece| p.stride == 0 && p.bytes >= DIRECT;
                let direct = large(piece) || large(&self.pieces[span.pieces.start]);
                if close && !direct && to - span.from <= 2 * BATCH as u64 {
                    span.len = to - span.from;
                    span.pieces.end = i + 1;
                    continue;
                }
            }
            self.spans.push(Span { from: piece.from, len: piece.len, pieces: i..i + 1 });
        }
    }
}

/// Reads one span and puts its pieces where they belong.
fn read_span(
    medium: &Medium,
    address: Addr,
    span: &Span,
    pieces: &[Piece],
    unit: usize,
    scratch: &mut Vec<u8>,
    out: &mut [u8],
) -> Result<()> {
    let at = address.offset(span.from)?;
    if let [Piece { stride: 0, to, bytes, .. }] = *pieces {
        return medium.read_into(at, &mut out[to..to + bytes]);
    }
    scratch.resize(in_memory(span.len)?, 0);
    medium.read_into(at, scratch)?;
    for piece in pieces {
        // Within the span, which is in memory.
        #[allow(clippy::cast_possible_truncation)]
        let from = &scratch[(piece.from - span.from) as usize..];
        let to = &mut out[piece.to..piece.to + piece.bytes];
        match piece.stride {
            0 => to.copy_from_slice(&from[..piece.bytes]),
            stride => gather(from, unit, stride, to),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::select::Hyperslab;
    use crate::storage::Memory;

    fn read(medium: &Medium, dims: &[u64], axes: &[Axis], unit: usize) -> Vec<u8> {
        let mut c = Contiguous::new(Addr(10), dims, axes, unit);
        let (mut all, mut batch) = (Vec::new(), Vec::new());
        let total: u64 = axes.iter().map(Axis::len).product();
        let mut done = 0;
        while done < total {
            let n = c.next(medium, &mut batch).unwrap();
            assert_eq!(n as usize * unit, batch.len());
            done += n;
            all.extend_from_slice(&batch);
        }
        let mut again = vec![0; all.len()];
        Contiguous::new(Addr(10), dims, axes, unit).read_all(medium, &mut Vec::new(), &mut again).unwrap();
        assert_eq!(all, again);
        all
    }

    /// Element by element.
    fn naive(data: &[u8], dims: &[u64], axes: &[Axis], unit: usize) -> Vec<u8> {
        let total: u64 = axes.iter().map(Axis::len).product();
        let mut out = Vec::new();
        for k in 0..total {
            let (mut rest, mut at, mut step) = (k, 0, 1);
            for (axis, dim) in axes.iter().zip(dims).rev() {
                at += axis.at(rest % axis.len()) * step;
                rest /= axis.len();
                step *= dim;
            }
            let from = 10 + at as usize * unit;
            out.extend_from_slice(&data[from..from + unit]);
        }
        out
    }

    #[test]
    fn every_kind_of_selection() {
        let dims = [7, 30, 50];
        let unit = 3;
        let data: Vec<u8> = (0..10 + 7 * 30 * 50 * unit).map(|i| (i * 7 + (i >> 9)) as u8).collect();
        let medium = Medium::new(Box::new(Memory::new(data.clone())), Limits::default());
        let kinds = |d: u64| {
            [
                Axis::run(0, d),
                Axis::run(1, d - 2),
                Axis::run(d - 1, 1),
                Axis { start: 1, stride: 2, count: d / 2, block: 1 },
                Axis { start: 0, stride: 3, count: d / 3, block: 2 },
            ]
        };
        for a in kinds(dims[0]) {
            for b in kinds(dims[1]) {
                for c in kinds(dims[2]) {
                    let slab = Hyperslab::new(vec![a, b, c], &dims).unwrap();
                    let expected = naive(&data, &dims, slab.axes(), unit);
                    assert_eq!(read(&medium, &dims, slab.axes(), unit), expected, "{:?}", slab.axes());
                }
            }
        }
    }

    #[test]
    fn large_selections_come_in_batches() {
        let n = 3u64 << 20;
        let data: Vec<u8> = (0..10 + n).map(|i| (i ^ (i >> 11)) as u8).collect();
        let medium = Medium::new(Box::new(Memory::new(data.clone())), Limits::default());
        let all = Contiguous::new(Addr(10), &[3, 1 << 20], &[Axis::run(0, 3), Axis::run(0, 1 << 20)], 1);
        assert_eq!(all.in_one_piece(&medium), Some(10..10 + n));
        assert_eq!(read(&medium, &[n], &[Axis::run(0, n)], 1), &data[10..]);
        for stride in [2, 5000] {
            let axis = Axis { start: 1, stride, count: (n - 1) / stride, block: 1 };
            assert_eq!(read(&medium, &[n], &[axis], 1), naive(&data, &[n], &[axis], 1));
        }
    }

    #[test]
    fn storage_that_ends_early_is_an_error() {
        let medium = Medium::new(Box::new(Memory::new(vec![0; 100])), Limits::default());
        let mut c = Contiguous::new(Addr(10), &[100], &[Axis::run(0, 100)], 1);
        let e = c.next(&medium, &mut Vec::new()).unwrap_err();
        assert_eq!((e.kind(), e.address()), (crate::Kind::Malformed, Some(10)));
    }
}
