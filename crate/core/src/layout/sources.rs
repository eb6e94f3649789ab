//! What the mappings of a virtual dataset come to: pieces of it with their sources, and its extents.

use super::gather::Conversion;
use super::{DatasetParts, Fill};
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::format::heap::global::{HeapId, Objects};
use crate::format::message::{Extent, Layout};
use crate::format::selection::{Chosen, Pattern};
use crate::format::vds::{Mapping, Mappings};
use crate::object::header::ObjectKind;
use crate::object::neighbour::{self, Found};
use crate::select::Region;
use crate::storage::Medium;
use std::ops::Range;
use std::rc::Rc;

/// Datasets that one name with a number in it stands for, at most.
const MOST_BLOCKS: u64 = 1 << 20;

/// Elements of a virtual dataset that are elements of one source.
pub(super) struct Piece {
    pub(super) file: Vec<u8>,
    pub(super) dataset: Vec<u8>,
    /// Which elements of the virtual dataset; its extents may be larger than those of the dataset.
    pub(super) target: Region,
    source: Chosen,
    /// Elements along the dimension without end.
    endless: Option<u64>,
}

impl Piece {
    /// The range of places that it lies in, in extents `dims`.
    pub(super) fn places(&self, dims: &[u64]) -> Range<u64> {
        let Some(bounds) = self.target.bounds() else { return 0..0 };
        let (mut first, mut last) = (0u64, 0u64);
        for (bound, dim) in bounds.iter().zip(dims) {
            if bound.start >= *dim {
                return 0..0;
            }
            first = first.saturating_mul(*dim).saturating_add(bound.start);
            last = last.saturating_mul(*dim).saturating_add(bound.end.min(*dim).saturating_sub(1));
        }
        first..last.saturating_add(1)
    }
}

/// A source that is there.
pub(super) struct Source {
    /// `None` = in the file of the virtual dataset.
    pub(super) medium: Option<Rc<Medium>>,
    pub(super) parts: DatasetParts,
    /// Which of its elements; its extents may be larger than those of the dataset.
    pub(super) region: Region,
}

impl Source {
    /// The source of `piece`; `None` if it is no dataset.
    pub(super) fn open(home: &Medium, found: Found, piece: &Piece) -> Result<Option<Source>> {
        let medium = found.medium(home);
        if found.header.kind()? != ObjectKind::Dataset {
            return Ok(None);
        }
        let parts = DatasetParts::open(medium, &found.header)?;
        let dims = parts.dataspace.dims();
        let chosen = piece.endless.map_or_else(|| piece.source.clone(), |n| ended(&piece.source, n));
        let region = Region::stored(&chosen, &frame(&chosen, dims)).within("virtual dataset mappings")?;
        Ok(Some(Source { region, parts, medium: found.medium }))
    }

    /// What elements are that are chosen outside of its extents: its fill value, as if they had not been written, where
    /// no other elements can be in their places. `None` where that does not happen or nobody can say.
    pub(super) fn beyond(&self, conversion: Option<&Conversion>) -> Result<Option<Fill>> {
        let DatasetParts { layout, dataspace, datatype, fill, .. } = &self.parts;
        let apart = matches!(layout, Layout::Chunked { .. } | Layout::Contiguous { address: None, .. });
        if !apart || self.region.dims() == dataspace.dims() || datatype.uses_heap() {
            return Ok(None);
        }
        let fill = Fill::new(fill, super::in_memory(datatype.size.into())?)?;
        let convert = |element: &[u8]| conversion.map_or(Ok(element.to_vec()), |c| c.apply(element));
        fill.converted(convert).map(Some)
    }
}

/// Extents that hold both `dims` and what is chosen.
fn frame(chosen: &Chosen, dims: &[u64]) -> Vec<u64> {
    let mut frame = dims.to_vec();
    let mut widen = |i: usize, end: u64| {
        if let Some(dim) = frame.get_mut(i) {
            *dim = (*dim).max(end);
        }
    };
    match chosen {
        Chosen::Regular(axes) => {
            for (i, p) in axes.iter().enumerate() {
                let (count, block) = (p.count.unwrap_or(0), p.block.unwrap_or(0));
                if count > 0 && block > 0 {
                    let last = p.stride.saturating_mul(count - 1);
                    widen(i, p.start.saturating_add(last).saturating_add(block));
                }
            }
        }
        Chosen::Blocks { rank, corners } => {
            for block in corners.chunks_exact(rank.saturating_mul(2).max(1)) {
                let last = block.iter().skip(*rank);
                last.enumerate().for_each(|(i, at)| widen(i, at.saturating_add(1)));
            }
        }
        Chosen::Points { rank, coordinates } => {
            for point in coordinates.chunks_exact((*rank).max(1)) {
                point.iter().enumerate().for_each(|(i, at)| widen(i, at.saturating_add(1)));
            }
        }
        Chosen::None | Chosen::All => {}
    }
    frame
}

/// The dimension without end.
fn endless(chosen: &Chosen) -> Option<(usize, &Pattern)> {
    let Chosen::Regular(axes) = chosen else { return None };
    axes.iter().enumerate().find(|(_, p)| p.count.is_none() || p.block.is_none())
}

/// `chosen` with `n` positions along the dimension without end; `n` is a multiple of its block.
fn ended(chosen: &Chosen, n: u64) -> Chosen {
    let Chosen::Regular(axes) = chosen else { return chosen.clone() };
    let end = |p: &Pattern| match (p.count, p.block) {
        (_, None) => Pattern { count: Some(1), block: Some(n), ..*p },
        (None, Some(block)) => Pattern { count: n.checked_div(block), ..*p },
        _ => *p,
    };
    Chosen::Regular(axes.iter().map(end).collect())
}

/// Positions of a pattern without end that are below `dim`.
fn positions(p: &Pattern, dim: u64) -> u64 {
    let Some(left) = dim.checked_sub(p.start) else { return 0 };
    match p.block {
        None => left,
        Some(block) if p.stride <= block => left,
        Some(block) => (left / p.stride) * block + (left % p.stride).min(block),
    }
}

/// The extent that holds `n` positions of a pattern without end.
fn extent_of(p: &Pattern, n: u64) -> u64 {
    let n = n.max(1);
    let last = match p.block {
        Some(block) if p.stride > block && block > 0 => {
            ((n - 1) / block).saturating_mul(p.stride).saturating_add((n - 1) % block)
        }
        _ => n - 1,
    };
    p.start.saturating_add(last).saturating_add(1)
}

/// The mappings of a virtual dataset.
pub(crate) fn mappings(medium: &Medium, layout: &Layout) -> Result<Vec<Mapping>> {
    let Layout::Virtual { address: Some(collection), index } = layout else { return Ok(Vec::new()) };
    let mut state = HeapState::default();
    let mut heap = HeapCache::new(medium, &mut state);
    let bytes = heap.object(HeapId { collection: *collection, index: *index })?;
    let mappings = Mappings::decode(&mut medium.reader(bytes, *collection));
    mappings.map(|m| m.list).map_err(|e| e.at(medium.absolute(*collection)))
}

/// Sources of a virtual dataset as they are written in it: names of files and datasets.
pub fn virtual_sources(medium: &Medium, layout: &Layout) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    mappings(medium, layout).map(|list| list.into_iter().map(|m| (m.file, m.dataset)).collect())
}

/// The extents of a dataset as they are now: those of a virtual dataset may follow its sources.
pub fn extent(medium: &Medium, layout: &Layout, extent: Extent) -> Result<Extent> {
    let Extent::Simple { dims, max } = &extent else { return Ok(extent) };
    let Some(most) = max else { return Ok(extent) };
    if !matches!(layout, Layout::Virtual { .. }) {
        return Ok(extent);
    }
    let list = mappings(medium, layout).within("virtual dataset mappings")?;
    // Where no other file can be found, what was last known is the best guess.
    let guess = |m: &Mapping| m.file != b"." && !medium.neighbours.are_known();
    if list.iter().any(|m| endless(&m.target.chosen).is_some() && guess(m)) {
        return Ok(extent);
    }
    let mut least = vec![0; dims.len()];
    let mut now: Vec<Option<u64>> = vec![None; dims.len()];
    for mapping in &list {
        let target = &mapping.target.chosen;
        let bounds = match target {
            Chosen::All => Vec::new(),
            target => frame(target, &vec![0; dims.len()]),
        };
        let open = endless(target);
        for (i, end) in bounds.into_iter().enumerate() {
            if open.is_none_or(|(axis, _)| axis != i) {
                least[i] = end.max(least[i]);
            }
        }
        if let Some((axis, pattern)) = open {
            let end = end_of(medium, mapping, pattern)?;
            if let Some(now) = now.get_mut(axis) {
                *now = Some(now.unwrap_or(0).max(end));
            }
        }
    }
    let new = dims.iter().zip(now).zip(least);
    let new = new.map(|((dim, now), least)| now.map_or(*dim, |now| now.max(least)));
    let new = new.zip(most).map(|(dim, most)| dim.min(most.unwrap_or(u64::MAX))).collect();
    Ok(Extent::Simple { dims: new, max: max.clone() })
}

/// Where the elements end that a mapping without end has now.
fn end_of(medium: &Medium, mapping: &Mapping, pattern: &Pattern) -> Result<u64> {
    let Some((axis, source)) = endless(&mapping.source.chosen) else {
        let n = blocks(medium, mapping)?;
        let Some(last) = n.checked_sub(1) else { return Ok(0) };
        let start = pattern.start.saturating_add(last.saturating_mul(pattern.stride));
        return Ok(start.saturating_add(pattern.block.unwrap_or(1)));
    };
    let Some(found) = neighbour::find(medium, &unescape(&mapping.file), &unescape(&mapping.dataset))? else {
        return Ok(0);
    };
    let within = found.medium(medium);
    let dims = DatasetParts::open(within, &found.header)?.dataspace;
    let n = positions(source, dims.dims().get(axis).copied().unwrap_or(0));
    Ok(if n == 0 { 0 } else { extent_of(pattern, n) })
}

/// How many of the datasets are there that a mapping's name with a number in it stands for.
fn blocks(medium: &Medium, mapping: &Mapping) -> Result<u64> {
    if !is_numbered(&mapping.file) && !is_numbered(&mapping.dataset) {
        return Err(Error::malformed("a mapping without end whose source has one"));
    }
    let mut n = 0;
    while n < MOST_BLOCKS {
        let (file, dataset) = (numbered(&mapping.file, n), numbered(&mapping.dataset, n));
        if neighbour::find(medium, &file, &dataset)?.is_none() {
            break;
        }
        n += 1;
    }
    Ok(n)
}

/// The pieces of a virtual dataset with extents `dims`.
pub(super) fn pieces(medium: &Medium, layout: &Layout, dims: &[u64]) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    for mapping in mappings(medium, layout)? {
        let Mapping { file, dataset, source, target } = &mapping;
        let (source, target) = (&source.chosen, &target.chosen);
        match (endless(target), endless(source)) {
            (None, None) => {
                let piece = (unescape(file), unescape(dataset));
                pieces.push(Piece::new(piece, target, source.clone(), dims, None)?);
            }
            (Some((axis, t)), Some((_, s))) => {
                // So many that whole blocks of both have them, and all of the dataset's are among them.
                let step = t.block.unwrap_or(1).saturating_mul(s.block.unwrap_or(1)).max(1);
                let n = positions(t, dims.get(axis).copied().unwrap_or(0));
                let n = n
                    .checked_next_multiple_of(step)
                    .ok_or_else(|| Error::limit("blocks of 2^64 elements"))?;
                if n > 0 {
                    let piece = (unescape(file), unescape(dataset));
                    pieces.push(Piece::new(piece, &ended(target, n), source.clone(), dims, Some(n))?);
                }
            }
            (Some((axis, t)), None) => {
                let reach = dims.get(axis).copied().unwrap_or(0);
                for number in 0..blocks(medium, &mapping)? {
                    let start = t.start.saturating_add(number.saturating_mul(t.stride));
                    if start >= reach {
                        break;
                    }
                    let Chosen::Regular(mut axes) = target.clone() else { continue };
                    if let Some(p) = axes.get_mut(axis) {
                        *p = Pattern { start, count: Some(1), ..*p };
                    }
                    let piece = (numbered(file, number), numbered(dataset, number));
                    pieces.push(Piece::new(piece, &Chosen::Regular(axes), source.clone(), dims, None)?);
                }
            }
            (None, Some(_)) => {
                return Err(Error::malformed("a source without end for a part of a virtual dataset"));
            }
        }
    }
    Ok(pieces)
}

impl Piece {
    fn new(
        (file, dataset): (Vec<u8>, Vec<u8>),
        target: &Chosen,
        source: Chosen,
        dims: &[u64],
        endless: Option<u64>,
    ) -> Result<Piece> {
        if matches!(target, Chosen::Points { .. }) {
            return Err(Error::unsupported("points of a virtual dataset that are mapped"));
        }
        let target = Region::stored(target, &frame(target, dims))?;
        Ok(Piece { file, dataset, target, source, endless })
    }
}

/// Whether a name stands for many: it has a place for a number.
fn is_numbered(name: &[u8]) -> bool {
    numbered(name, 0) != numbered(name, 1)
}

/// A source's name without escapes.
fn unescape(name: &[u8]) -> Vec<u8> {
    substitute(name, None)
}

/// A source's name with a number in its place.
fn numbered(name: &[u8], number: u64) -> Vec<u8> {
    substitute(name, Some(number))
}

/// `%b` is the number, `%%` is a percent sign; anything else is as it is.
fn substitute(name: &[u8], number: Option<u64>) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
        match (after.first(), after.get(digits), number) {
            (Some(b'%'), ..) => {
                out.push(b'%');
                rest = &after[1..];
            }
            (_, Some(b'b'), Some(number)) => {
                out.extend_from_slice(number.to_string().as_bytes());
                rest = &after[digits + 1..];
            }
            _ => out.push(b'%'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_numbers() {
        assert_eq!(numbered(b"part_%b.h5", 12), b"part_12.h5");
        assert_eq!(numbered(b"100%%_%b%", 0), b"100%_0%");
        assert_eq!(unescape(b"a%%b%b"), b"a%b%b");
        assert!(is_numbered(b"%b") && !is_numbered(b"%%b"));
    }

    #[test]
    fn positions_and_extents_agree() {
        for (start, stride, block) in [(0, 1, Some(1)), (2, 5, Some(3)), (1, 1, None), (3, 2, Some(2))] {
            let p = Pattern { start, stride, count: block.and(None), block };
            for n in 1..30 {
                let end = extent_of(&p, n);
                assert_eq!((positions(&p, end), positions(&p, end - 1)), (n, n - 1), "{p:?}");
            }
            assert_eq!(positions(&p, start), 0);
        }
    }
}
