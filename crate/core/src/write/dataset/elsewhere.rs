//! Datasets whose elements are in other places: in other datasets, or in files of bytes.

use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::heap::local::Segment;
use crate::format::message::{Dataspace, ExternalFiles, ExternalSlot, Layout};
use crate::format::selection::{Chosen, Pattern, Selection};
use crate::format::vds::{Mapping, Mappings};
use crate::object::header::ExternalFile;
use crate::write::heap;
use crate::write::output::Output;
use crate::write::spec::VirtualSource;

/// The layout of a virtual dataset; its mappings go to the global heap.
pub(super) fn mapped(out: &mut Output, space: &Dataspace, sources: &[VirtualSource]) -> Result<Layout> {
    out.need(Libver::V110, "virtual datasets")?;
    if sources.is_empty() {
        return Ok(Layout::Virtual { address: None, index: 0 });
    }
    let mut list = Vec::with_capacity(sources.len());
    for (i, source) in sources.iter().enumerate() {
        check_mapping(source, space.dims()).map_err(|e| e.within(format!("source {i}")))?;
        list.push(Mapping {
            file: source.file.as_bytes().to_vec(),
            dataset: source.dataset.as_bytes().to_vec(),
            source: Selection::new(source.source.clone(), out.low),
            target: Selection::new(source.target.clone(), out.low),
        });
    }
    placed(out, list)
}

/// The layout of a copy, with the mappings of the original in the versions that this file uses.
pub(in crate::write) fn remapped(out: &mut Output, list: Vec<Mapping>) -> Result<Layout> {
    if list.is_empty() {
        return Ok(Layout::Virtual { address: None, index: 0 });
    }
    let low = out.low;
    let again = |selection: Selection| Selection::new(selection.chosen, low);
    let again = |m: Mapping| Mapping { source: again(m.source), target: again(m.target), ..m };
    placed(out, list.into_iter().map(again).collect())
}

fn placed(out: &mut Output, list: Vec<Mapping>) -> Result<Layout> {
    let bytes = out.encoded(&Mappings::new(list, out.low)?)?;
    let id = out.put_in_heap(&bytes)?;
    Ok(Layout::Virtual { address: Some(id.collection), index: id.index })
}

/// What the library checks, too: a mapping that it refuses makes the whole dataset useless.
fn check_mapping(mapping: &VirtualSource, dims: &[u64]) -> Result<()> {
    let numbered = is_numbered(&mapping.file)? | is_numbered(&mapping.dataset)?;
    let (source, target) = (Elements::of(&mapping.source)?, Elements::of(&mapping.target)?);
    check_target(&mapping.target, dims)?;
    let wrong = |what: &'static str| Err(Error::argument(what));
    match (&source, &target) {
        (_, Elements::Endless) if numbered && matches!(source, Elements::Endless) => {
            wrong("numbered sources each have an end")
        }
        (Elements::Endless, Elements::Endless) => Ok(()),
        (_, Elements::Endless) if !numbered => wrong("a place without end for elements that have one"),
        (_, Elements::Endless) => Ok(()),
        (Elements::Endless, _) => wrong("elements without end for a place that has one"),
        _ if numbered => wrong("numbered sources need a place without end"),
        (Elements::Count(a), Elements::Count(b)) if a != b => {
            Err(Error::argument(format!("{a} elements for a place of {b}")))
        }
        (Elements::Count(n), Elements::All) if dims.iter().product::<u64>() != *n => {
            Err(Error::argument(format!("{n} elements for shape {dims:?}")))
        }
        _ => Ok(()),
    }
}

/// How many elements a selection chooses.
enum Elements {
    All,
    Endless,
    Count(u64),
}

impl Elements {
    fn of(chosen: &Chosen) -> Result<Elements> {
        let many = || Error::argument("a selection of more than 2^64 elements");
        let count = match chosen {
            Chosen::All => return Ok(Elements::All),
            Chosen::None => return Err(Error::argument("a source without elements")),
            Chosen::Points { .. } => return Err(Error::argument("virtual datasets know no points")),
            Chosen::Regular(axes) => {
                let overlaps = |a: &Pattern| a.count != Some(1) && a.block.is_some_and(|b| a.stride < b);
                let none = |a: &Pattern| a.count == Some(0) || a.block == Some(0);
                if axes.iter().any(|a| overlaps(a) || none(a)) {
                    return Err(Error::argument("a selection of no elements, or of overlapping blocks"));
                }
                match axes.iter().filter(|a| a.count.is_none() || a.block.is_none()).count() {
                    0 => {}
                    1 => return Ok(Elements::Endless),
                    _ => return Err(Error::argument("a selection without end in two dimensions")),
                }
                let along = |a: &Pattern| a.count?.checked_mul(a.block?);
                axes.iter().try_fold(1u64, |n, a| n.checked_mul(along(a)?))
            }
            Chosen::Blocks { rank, corners } => {
                let block = |c: &[u64]| {
                    let (first, last) = c.split_at(*rank);
                    let along = |(a, b): (&u64, &u64)| b.checked_sub(*a)?.checked_add(1);
                    first.iter().zip(last).try_fold(1u64, |n, ends| n.checked_mul(along(ends)?))
                };
                let mut blocks = corners.chunks_exact((2 * rank).max(1));
                blocks.try_fold(0u64, |n, c| n.checked_add(block(c)?))
            }
        };
        count.map(Elements::Count).ok_or_else(many)
    }
}

/// The place of a mapping lies in the dataset, apart from the dimension without end.
fn check_target(target: &Chosen, dims: &[u64]) -> Result<()> {
    let end = |a: &Pattern| match (a.count, a.block) {
        (Some(count), Some(block)) => {
            a.stride.saturating_mul(count.saturating_sub(1)).saturating_add(a.start).saturating_add(block)
        }
        _ => 0,
    };
    let inside = match target {
        Chosen::Regular(axes) => axes.len() == dims.len() && axes.iter().zip(dims).all(|(a, d)| end(a) <= *d),
        Chosen::Blocks { rank, corners } => {
            let lasts = corners.chunks_exact((2 * rank).max(1)).map(|c| c.split_at(*rank).1);
            *rank == dims.len() && lasts.into_iter().all(|last| last.iter().zip(dims).all(|(l, d)| l < d))
        }
        _ => true,
    };
    if inside { Ok(()) } else { Err(Error::argument(format!("a place that is not in shape {dims:?}"))) }
}

/// Whether a name stands for many: `%b` in it becomes the number of a block, `%5b` with five digits.
fn is_numbered(name: &str) -> Result<bool> {
    if name.is_empty() || name.contains('\0') {
        return Err(Error::argument("a source has a name: text without NUL"));
    }
    let mut numbered = false;
    let mut rest = name;
    while let Some((_, after)) = rest.split_once('%') {
        let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
        numbered |= after.starts_with('b');
        rest = match after.strip_prefix(['b', '%']) {
            Some(rest) => rest,
            None => return Err(Error::argument(format!("{name:?}: a percent sign is written %%"))),
        };
    }
    Ok(numbered)
}

/// The list of external files; their names go to a local heap.
pub(super) fn listed(
    out: &mut Output,
    space: &Dataspace,
    element: u32,
    files: &[ExternalFile],
) -> Result<ExternalFiles> {
    check_files(space, element, files)?;
    let mut names = Segment::default();
    let mut slots = Vec::with_capacity(files.len());
    for file in files {
        let name_offset = names.push(&file.name)?;
        slots.push(ExternalSlot { name_offset, offset: file.offset, size: file.size });
    }
    let heap: Addr = heap::create_names(out, names, 0)?;
    let allocated = u16::try_from(slots.len()).map_err(|_| Error::argument("more than 65535 files"))?;
    Ok(ExternalFiles { allocated, heap, slots })
}

fn check_files(space: &Dataspace, element: u32, files: &[ExternalFile]) -> Result<()> {
    if files.iter().any(|f| f.name.is_empty() || f.name.contains(&0)) {
        return Err(Error::argument("an external file has a name: text without NUL"));
    }
    let before_last = files.split_last().map_or(&[][..], |(_, before)| before);
    if before_last.iter().any(|f| f.size.is_none()) || files.iter().any(|f| f.size == Some(0)) {
        return Err(Error::argument("every external file but the last has a size"));
    }
    let max = space.max_dims();
    if max.iter().zip(space.dims()).skip(1).any(|(m, d)| *m != Some(*d)) {
        return Err(Error::argument("only the first dimension can grow in external files"));
    }
    // Bytes there are, and bytes that the dataset may come to.
    let room = files.iter().try_fold(0u64, |n, f| Some(n.saturating_add(f.size?)));
    let most = max.iter().try_fold(u64::from(element), |n, m| Some(n.saturating_mul((*m)?)));
    let enough = match (room, most) {
        (None, _) => true,
        (Some(room), Some(most)) => most <= room,
        (Some(_), None) => false,
    };
    if enough {
        Ok(())
    } else {
        Err(Error::argument("external files with less room than the dataset may need"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_stand_for_many() {
        for (name, numbered) in
            [("a.h5", false), ("a%b", true), ("%05b.h5", true), ("100%%", false), ("%%%b", true)]
        {
            assert_eq!(is_numbered(name).unwrap(), numbered, "{name}");
        }
        for name in ["", "a%", "50%d", "%3", "a\0b"] {
            assert!(is_numbered(name).is_err(), "{name}");
        }
    }

    fn run(start: u64, count: Option<u64>) -> Chosen {
        Chosen::Regular(vec![Pattern { start, stride: 1, count, block: Some(1) }])
    }

    #[test]
    fn mappings_that_make_sense() {
        let check = |file: &str, source: Chosen, target: Chosen| {
            check_mapping(&VirtualSource { file: file.into(), dataset: "x".into(), source, target }, &[10])
        };
        assert!(check(".", Chosen::All, Chosen::All).is_ok());
        assert!(check(".", run(0, Some(4)), run(6, Some(4))).is_ok());
        assert!(check(".", run(0, Some(10)), Chosen::All).is_ok());
        assert!(check(".", run(0, None), run(4, None)).is_ok());
        assert!(check("a%b", run(0, Some(4)), run(4, None)).is_ok());
        for (file, source, target) in [
            (".", run(0, Some(4)), run(7, Some(4))),
            (".", run(0, Some(4)), run(0, Some(5))),
            (".", run(0, Some(9)), Chosen::All),
            (".", run(0, None), run(0, Some(4))),
            (".", run(0, Some(4)), run(0, None)),
            ("a%b", run(0, Some(4)), run(0, Some(4))),
            ("a%b", run(0, None), run(0, None)),
            (".", Chosen::None, Chosen::None),
            (".", Chosen::Points { rank: 1, coordinates: vec![1] }, run(0, Some(1))),
        ] {
            assert!(check(file, source.clone(), target.clone()).is_err(), "{file} {source:?} {target:?}");
        }
    }
}
