//! Unions of boxes as a tree of spans, one level for each dimension.

use super::hyperslab::Axis;
use super::region::EachRun;
use crate::error::{Error, Result};
use crate::limits::Budget;
use crate::order;
use std::ops::Range;
use std::rc::Rc;

/// Spans of all unions of boxes together, and boxes looked at while they are made.
const MOST_WORK: u64 = 1 << 24;

/// A union of boxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spans {
    /// Elements of one position on each axis from this level's on, for example places of a row.
    dims: Vec<u64>,
    root: Rc<Level>,
}

/// The selected positions of one dimension, for certain positions of those before it.
#[derive(Debug, PartialEq, Eq)]
struct Level {
    /// In increasing order, apart from each other or different inside.
    spans: Vec<Span>,
    elements: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Span {
    positions: Range<u64>,
    /// Elements of this level before it.
    before: u64,
    /// What is selected at each of the positions; `None` on the last axis.
    inner: Option<Rc<Level>>,
}

impl Span {
    fn each(&self) -> u64 {
        self.inner.as_ref().map_or(1, |level| level.elements)
    }
}

type Block<'a> = (&'a [u64], &'a [u64]);

impl Spans {
    /// The union of boxes in a dataspace with extents `dims`: for each the first position of each dimension, then
    /// the last of each.
    pub fn of_blocks(corners: &[u64], dims: &[u64]) -> Result<Spans> {
        let rank = dims.len();
        if rank == 0 || !corners.len().is_multiple_of(rank * 2) {
            return Err(Error::argument("corners that make no boxes"));
        }
        let blocks: Vec<Block> = corners.chunks_exact(rank * 2).map(|b| b.split_at(rank)).collect();
        for (first, last) in &blocks {
            let outside = last.iter().zip(dims).any(|(at, dim)| at >= dim);
            if outside || first.iter().zip(*last).any(|(a, b)| a > b) {
                let what = format!("a selected block from {first:?} to {last:?} in {dims:?}");
                return Err(Error::argument(what));
            }
        }
        let mut budget = Budget::new(MOST_WORK, "a selection of too many blocks");
        Ok(Spans { dims: dims.to_vec(), root: build(blocks, 0, &mut budget)? })
    }

    /// Elements selected.
    pub fn elements(&self) -> u64 {
        self.root.elements
    }

    /// Positions selected of each dimension, if the same are selected for all positions of the others.
    pub fn shape(&self) -> Option<Vec<u64>> {
        let positions = |level: &Level| level.spans.iter().map(|s| s.positions.end - s.positions.start).sum();
        self.product().map(|levels| levels.into_iter().map(positions).collect())
    }

    /// The same as a hyperslab, if it is one.
    pub fn regular(&self) -> Option<Vec<Axis>> {
        let axis = |level: &Level| {
            let count = level.spans.len() as u64;
            let first = level.spans.first()?.positions.clone();
            let block = first.end - first.start;
            let stride = level.spans.get(1).map_or(block, |s| s.positions.start - first.start);
            let even = (0..).zip(&level.spans).all(|(i, s): (u64, _)| {
                let start = first.start + i * stride;
                s.positions == (start..start + block)
            });
            even.then_some(Axis { start: first.start, stride, count, block })
        };
        self.product()?.into_iter().map(axis).collect()
    }

    /// The levels, if each has only one below it.
    fn product(&self) -> Option<Vec<&Level>> {
        let mut levels = vec![&*self.root];
        for _ in 1..self.dims.len() {
            let (first, others) = levels.last()?.spans.split_first()?;
            if others.iter().any(|s| s.inner != first.inner) {
                return None;
            }
            levels.push(first.inner.as_deref()?);
        }
        Some(levels)
    }

    /// The range of selected positions of each dimension.
    pub fn bounds(&self) -> Vec<Range<u64>> {
        let mut bounds: Vec<Range<u64>> = vec![Range { start: u64::MAX, end: 0 }; self.dims.len()];
        widen(&self.root, &mut bounds);
        bounds
    }

    /// See [`Region::runs`](super::Region::runs).
    pub fn runs(&self, range: Range<u64>, each: EachRun) -> Result<()> {
        Walk { dims: &self.dims, range }.level(&self.root, 0, 0, 0, each)
    }

    /// See [`Region::find`](super::Region::find).
    pub fn find(&self, place: u64, len: u64, each: EachRun) -> Result<()> {
        let mut coordinates = Vec::with_capacity(self.dims.len());
        let mut rest = place;
        for dim in self.dims.iter().rev() {
            coordinates.push(rest % dim);
            rest /= dim;
        }
        let (mut level, mut number) = (&*self.root, 0);
        while let Some(at) = coordinates.pop() {
            let first = level.spans.partition_point(|s| s.positions.end <= at);
            let spans = level.spans.get(first..).unwrap_or(&[]);
            if coordinates.is_empty() {
                for span in spans {
                    let (from, to) = (span.positions.start.max(at), span.positions.end.min(at + len));
                    if from >= to {
                        break;
                    }
                    let before = number + span.before + (from - span.positions.start);
                    each(place + (from - at), to - from, before)?;
                }
                return Ok(());
            }
            let Some(span) = spans.first().filter(|s| s.positions.contains(&at)) else { return Ok(()) };
            let Some(inner) = span.inner.as_deref() else { return Ok(()) };
            number += span.before + (at - span.positions.start) * inner.elements;
            level = inner;
        }
        Ok(())
    }
}

/// The level of dimension `axis` for these boxes.
fn build(mut blocks: Vec<Block>, axis: usize, budget: &mut Budget) -> Result<Rc<Level>> {
    let rank = blocks.first().map_or(0, |(first, _)| first.len());
    order::sort_by_key(&mut blocks, |(first, _)| first[axis]);
    budget.spend(blocks.len() as u64)?;
    let mut level = Level { spans: Vec::new(), elements: 0 };
    let mut waiting = blocks.into_iter().peekable();
    let mut active: Vec<Block> = Vec::new();
    let mut at = 0u64;
    loop {
        active.retain(|(_, last)| last[axis] >= at);
        if active.is_empty() {
            let Some((first, _)) = waiting.peek() else { break };
            at = first[axis];
        }
        while let Some(block) = waiting.next_if(|(first, _)| first[axis] <= at) {
            active.push(block);
        }
        budget.spend(active.len() as u64)?;
        // Up to here the same boxes are selected from.
        let ends = active.iter().map(|(_, last)| last[axis] + 1);
        let end = ends.chain(waiting.peek().map(|(first, _)| first[axis])).min().unwrap_or(at + 1);
        let inner = if axis + 1 < rank { Some(build(active.clone(), axis + 1, budget)?) } else { None };
        level.add(at..end, inner)?;
        at = end;
    }
    Ok(Rc::new(level))
}

impl Level {
    fn add(&mut self, positions: Range<u64>, inner: Option<Rc<Level>>) -> Result<()> {
        let too_many = || Error::limit("more than 2^64 elements are selected");
        let span = Span { positions, before: self.elements, inner };
        let more = (span.positions.end - span.positions.start).checked_mul(span.each());
        self.elements = more.and_then(|n| self.elements.checked_add(n)).ok_or_else(too_many)?;
        match self.spans.last_mut() {
            Some(last) if last.positions.end == span.positions.start && last.inner == span.inner => {
                last.positions.end = span.positions.end;
            }
            _ => self.spans.push(span),
        }
        Ok(())
    }
}

fn widen(level: &Level, bounds: &mut [Range<u64>]) {
    let Some((bound, inner)) = bounds.split_first_mut() else { return };
    if let (Some(first), Some(last)) = (level.spans.first(), level.spans.last()) {
        *bound = bound.start.min(first.positions.start)..bound.end.max(last.positions.end);
    }
    for level in level.spans.iter().filter_map(|s| s.inner.as_deref()) {
        widen(level, inner);
    }
}

struct Walk<'a> {
    dims: &'a [u64],
    range: Range<u64>,
}

impl Walk<'_> {
    /// The part of `level` that is in the range. Its first element is number `number`; `base` counts the positions
    /// of the dimensions before `axis`.
    fn level(&self, level: &Level, axis: usize, base: u64, number: u64, each: EachRun) -> Result<()> {
        let base = base * self.dims.get(axis).copied().unwrap_or(1);
        let skip = self.range.start.saturating_sub(number);
        let first = level.spans.partition_point(|s| s.before <= skip).saturating_sub(1);
        for span in level.spans.get(first..).unwrap_or(&[]) {
            let start = number + span.before;
            if start >= self.range.end {
                break;
            }
            let count = span.positions.end - span.positions.start;
            let Some(inner) = span.inner.as_deref() else {
                let from = self.range.start.saturating_sub(start).min(count);
                let to = (self.range.end - start).min(count);
                if from < to {
                    each(base + span.positions.start + from, to - from, start + from)?;
                }
                continue;
            };
            let skip = (self.range.start.saturating_sub(start) / inner.elements.max(1)).min(count);
            for i in skip..count {
                let number = start + i * inner.elements;
                if number >= self.range.end {
                    return Ok(());
                }
                self.level(inner, axis + 1, base + span.positions.start + i, number, each)?;
            }
        }
        Ok(())
    }
}
