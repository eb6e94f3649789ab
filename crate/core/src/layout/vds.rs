//! Virtual datasets: elements that are those of other datasets, in this file or in others.

use super::gather::{Conversion, Gather};
use super::picked::{MOST_RUNS, walk};
use super::sources::{Piece, Source};
use super::{DatasetParts, Fill, in_memory};
use crate::error::{Error, Result};
use crate::object::neighbour;
use crate::select::Region;
use crate::storage::Medium;

/// Bytes of a batch: large, because the same chunks may be needed for each.
const BATCH: u64 = 16 << 20;
/// Virtual datasets within virtual datasets.
const MOST_DEPTH: u32 = 16;

/// A selection of a virtual dataset.
pub(super) struct Virtual {
    parts: DatasetParts,
    fill: Fill,
    request: Region,
    pieces: Vec<Piece>,
    sources: Vec<State>,
    depth: u32,
    done: u64,
    batch: Option<Batch>,
    /// Sources that are not there: file and dataset.
    missing: Vec<(String, String)>,
}

/// What is known of a piece's source.
enum State {
    Unknown,
    Missing,
    Open(Box<Source>, Option<Conversion>),
}

/// One batch.
struct Batch {
    elements: u64,
    touched: Vec<Touch>,
    /// By piece, once all of the sources are open.
    gathers: Vec<(usize, Gather)>,
    ready: bool,
}

/// Elements of the batch that are elements of a piece.
struct Touch {
    piece: usize,
    /// Number of the first in the piece.
    number: u64,
    len: u64,
    /// Element of the batch.
    to: u64,
}

impl Virtual {
    pub(super) fn new(
        parts: &DatasetParts,
        pieces: Vec<Piece>,
        request: Region,
        fill: Fill,
        depth: u32,
    ) -> Result<Virtual> {
        if depth >= MOST_DEPTH {
            return Err(Error::limit("virtual datasets within virtual datasets without end"));
        }
        let sources = pieces.iter().map(|_| State::Unknown).collect();
        let (parts, missing) = (parts.clone(), Vec::new());
        Ok(Virtual { parts, fill, request, pieces, sources, depth, done: 0, batch: None, missing })
    }

    pub(super) fn missing(&self) -> &[(String, String)] {
        &self.missing
    }

    /// Reads the next batch; says how many elements it has.
    pub(super) fn next(&mut self, medium: &Medium, unit: usize, out: &mut Vec<u8>) -> Result<u64> {
        let mut batch = match self.batch.take() {
            Some(batch) => batch,
            None => self.plan(unit)?,
        };
        let result = self.read(medium, unit, &mut batch, out);
        if let Err(e) = result {
            // What was read so far stays.
            self.batch = e.is_pending().then_some(batch);
            return Err(e);
        }
        self.done += batch.elements;
        Ok(batch.elements)
    }

    /// Which elements of which pieces the next batch has.
    fn plan(&self, unit: usize) -> Result<Batch> {
        let start = self.done;
        let most = start.saturating_add((BATCH / unit as u64).max(1));
        let mut runs = Vec::new();
        let (mut first, mut last) = (u64::MAX, 0);
        let end = walk(&self.request, start..most, &mut |place, n, number| {
            first = first.min(place);
            last = last.max(place + (n - 1));
            runs.push((place, n, number - start));
            Ok(runs.len() < MOST_RUNS)
        })?;
        let mut touched = Vec::new();
        for (i, piece) in self.pieces.iter().enumerate() {
            let range = piece.places(self.request.dims());
            if range.end <= first || range.start > last {
                continue;
            }
            for (place, n, to) in &runs {
                if place + n <= range.start || *place >= range.end {
                    continue;
                }
                let there = reframe(*place, self.request.dims(), piece.target.dims());
                piece.target.find(there, *n, &mut |at, len, number| {
                    touched.push(Touch { piece: i, number, len, to: to + (at - there) });
                    Ok(())
                })?;
            }
        }
        Ok(Batch { elements: end - start, touched, gathers: Vec::new(), ready: false })
    }

    fn read(&mut self, medium: &Medium, unit: usize, batch: &mut Batch, out: &mut Vec<u8>) -> Result<()> {
        if !batch.ready {
            let mut last = None;
            for touch in &batch.touched {
                if last.replace(touch.piece) != Some(touch.piece) {
                    self.open(medium, touch.piece)?;
                }
            }
            out.resize(in_memory(batch.elements.saturating_mul(unit as u64))?, 0);
            self.fill.write(out);
            for touch in std::mem::take(&mut batch.touched) {
                let Some(State::Open(source, _)) = self.sources.get(touch.piece) else { continue };
                if batch.gathers.last().is_none_or(|(piece, _)| *piece != touch.piece) {
                    batch.gathers.push((touch.piece, Gather::new(&source.parts)));
                }
                let Some((_, gather)) = batch.gathers.last_mut() else { continue };
                let frame = source.region.dims();
                source.region.runs(touch.number..touch.number + touch.len, &mut |place, n, number| {
                    gather.add(frame, place, n, touch.to + (number - touch.number));
                    Ok(())
                })?;
            }
            batch.gathers.retain(|(_, gather)| !gather.is_empty());
            batch.gathers.reverse();
            batch.ready = true;
        }
        // In the order of the mappings: where they overlap, the last one counts.
        while let Some((piece, gather)) = batch.gathers.last_mut() {
            if let Some(State::Open(source, conversion)) = self.sources.get(*piece) {
                let within = source.medium.as_deref().unwrap_or(medium);
                gather.read(within, &source.parts, conversion.as_ref(), self.depth + 1, out)?;
            }
            batch.gathers.pop();
        }
        Ok(())
    }

    /// Opens the source of a piece, unless that was done before.
    fn open(&mut self, medium: &Medium, piece: usize) -> Result<()> {
        let (Some(state), Some(piece)) = (self.sources.get_mut(piece), self.pieces.get(piece)) else {
            return Ok(());
        };
        if !matches!(state, State::Unknown) {
            return Ok(());
        }
        let found = neighbour::find(medium, &piece.file, &piece.dataset)?;
        let source = found.map(|found| Source::open(medium, found, piece)).transpose()?.flatten();
        let Some(source) = source else {
            let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
            let name = (text(&piece.file), text(&piece.dataset));
            if !self.missing.contains(&name) {
                self.missing.push(name);
            }
            *state = State::Missing;
            return Ok(());
        };
        let (from, to) = (&source.parts.datatype, &self.parts.datatype);
        let elsewhere = source.medium.is_some();
        if elsewhere && (from.uses_heap() || from.holds_references()) {
            return Err(Error::unsupported(
                "values of variable length or references of a virtual dataset in another file",
            ));
        }
        let conversion = (from != to).then(|| Conversion { from: from.clone(), to: to.clone() });
        *state = State::Open(Box::new(source), conversion);
        Ok(())
    }
}

/// The same element's place in other extents of the same rank, of which none is too small for it.
fn reframe(place: u64, from: &[u64], to: &[u64]) -> u64 {
    if from == to {
        return place;
    }
    let (mut rest, mut step, mut there) = (place, 1u64, 0u64);
    for (from, to) in from.iter().zip(to).rev() {
        there += (rest % from) * step;
        rest /= from;
        step = step.saturating_mul(*to);
    }
    there
}
