//! The elements of datasets that are in the file: writing, growing, shrinking, giving their place back.

mod chunked;
mod contiguous;
mod dirty;
mod release;
mod resize;
mod rows;
mod source;
mod values;

pub(super) use contiguous::fill as fill_block;
pub(super) use dirty::Dirty;
pub(super) use release::release;
pub(super) use resize::resize;

use super::StoredChunk;
use super::elements::Elements;
use super::fill::Filler;
use super::node::Node;
use super::output::Output;
use crate::bytes::Addr;
use crate::chunk::grid::Touched;
use crate::error::{Context, Error, Result};
use crate::format::length;
use crate::format::message::{FillStatus, FillTime, Layout};
use crate::layout::{DatasetParts, virtual_sources};
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::select::Region;
use chunked::Chunked;
use rows::{Cutter, Part, Slab, some_runs};
use source::Source;

/// Writes `elements`, as many as `region` selects and in its order, to a dataset. `dataset` is the name under which
/// its chunks are held back until [`store`]. Returns the layout message if it has changed.
///
/// Errors: `Argument` for a selection of another shape, `Unsupported` for elements that are in other files or
/// datasets.
pub(super) fn write(
    out: &mut Output,
    parts: &DatasetParts,
    dataset: usize,
    region: &Region,
    elements: &mut dyn Elements,
) -> Result<Option<Layout>> {
    check(parts)?;
    let dims = parts.dataspace.dims();
    if region.dims() != dims {
        return Err(Error::argument(format!("a selection in extents {:?}, not {dims:?}", region.dims())));
    }
    let unit = length(parts.datatype.size.into())?;
    if unit == 0 {
        return Err(Error::malformed("elements of no size"));
    }
    if region.elements() == 0 || parts.dataspace.is_null() {
        return Ok(None);
    }
    let mut source = Source::new(elements, unit);
    if matches!(parts.layout, Layout::Chunked { .. }) {
        let mut chunked = Chunked::open(out, parts, dataset)?;
        chunked.write(out, region, &mut source)?;
        return chunked.finish(out);
    }
    match &parts.layout {
        Layout::Compact { data } => {
            let mut data = data.clone();
            let wanted = size(parts)?;
            if (data.len() as u64) < wanted {
                let what = format!("compact data of {} bytes where {wanted} belong", data.len());
                return Err(Error::malformed(what)).within("data layout");
            }
            each_part(region, &mut |part| {
                values::forget(out, &parts.datatype, part, &data)?;
                part.rows(&mut |row| source.put(row, &mut data))
            })?;
            let layout = Layout::Compact { data };
            Ok((layout != parts.layout).then_some(layout))
        }
        Layout::Contiguous { address: None, .. } => {
            let covered = region.as_slab().is_some_and(|slab| slab.shape() == dims);
            let address = Some(allocate(out, parts, covered)?);
            // Elements that are overwritten at once may have had copies of the fill value.
            write_block(out, parts, address, region, !covered, &mut source)?;
            Ok(Some(Layout::Contiguous { address, size: Some(size(parts)?) }))
        }
        Layout::Contiguous { address, size: stored } => {
            let wanted = size(parts)?;
            if stored.is_some_and(|stored| stored < wanted) {
                let what = format!("contiguous data of fewer than {wanted} bytes");
                return Err(Error::malformed(what)).within("data layout");
            }
            write_block(out, parts, *address, region, true, &mut source)?;
            Ok(None)
        }
        _ => Err(Error::argument("a layout of another kind")),
    }
}

/// Writes to the block at `address`; `old` says whether there are elements already.
fn write_block(
    out: &mut Output,
    parts: &DatasetParts,
    address: Option<Addr>,
    region: &Region,
    old: bool,
    source: &mut Source<'_>,
) -> Result<()> {
    let Some(address) = address else { return Ok(()) };
    out.medium.check(address, size(parts)?).within("data layout")?;
    each_part(region, &mut |part| {
        if old {
            values::forget_stored(out, &parts.datatype, part, address)?;
        }
        contiguous::write(out, address, part, source)
    })
}

/// Calls `each` with parts of a region of a dataset that is one box.
fn each_part(region: &Region, each: &mut dyn FnMut(&Part<'_>) -> Result<()>) -> Result<()> {
    let dims = region.dims();
    if let Some(slab) = region.as_slab() {
        let axes = slab.axes();
        let all: Vec<Touched> = axes.iter().map(|a| Touched { chunk: 0, positions: 0..a.len() }).collect();
        return each(&Part::Slab(Slab::new(axes, &all.iter().collect::<Vec<_>>(), dims)));
    }
    let (cutter, mut from) = (Cutter::new(dims, dims), 0);
    while from < region.elements() {
        let mut runs = Vec::new();
        from = some_runs(region, from, &cutter, &mut runs)?;
        each(&Part::Runs(&runs))?;
    }
    Ok(())
}

/// Sources of a virtual dataset that an error names.
const MOST_NAMES: usize = 3;

/// The header of an object as it is to be.
pub(super) fn header(node: &Node) -> ObjectHeader {
    ObjectHeader {
        address: node.address.unwrap_or(Addr(0)),
        version: if node.v2.is_some() { 2 } else { 1 },
        reference_count: node.references,
        prefix: node.v2,
        messages: node.messages.clone(),
        chunks: node.blocks.clone(),
    }
}

/// What the messages of a dataset say, whether they are in the file or not.
pub(super) fn parts(out: &Output, node: &Node) -> Result<DatasetParts> {
    let header = header(node);
    if node.group || header.kind()? != ObjectKind::Dataset {
        return Err(Error::argument("only datasets have elements"));
    }
    let layout = header.stored_layout(&out.medium)?;
    if let Layout::Virtual { .. } = layout {
        return Err(virtually(&virtual_sources(&out.medium, &layout)?));
    }
    DatasetParts::open(&out.medium, &header)
}

/// Says what would have to be written.
pub(super) fn virtually(sources: &[(Vec<u8>, Vec<u8>)]) -> Error {
    let mut names: Vec<String> = Vec::new();
    for (file, dataset) in sources {
        let dataset = String::from_utf8_lossy(dataset);
        let name = match file.as_slice() {
            b"." => format!("{dataset:?}"),
            file => format!("{dataset:?} of the file {:?}", String::from_utf8_lossy(file)),
        };
        if !names.contains(&name) {
            names.push(name);
        }
        if names.len() > MOST_NAMES {
            names[MOST_NAMES] = "...".into();
            break;
        }
    }
    let names = names.join(", ");
    Error::unsupported(format!("changing a virtual dataset, whose elements are in other datasets: {names}"))
}

/// Stores the chunks of a dataset that were held back. Returns the layout message if it has changed.
pub(super) fn store(out: &mut Output, parts: &DatasetParts, dataset: usize) -> Result<Option<Layout>> {
    let mut chunked = Chunked::open(out, parts, dataset)?;
    chunked.store_held(out)?;
    chunked.finish(out)
}

/// Stores chunks as they are, see [`Editor::write_chunks`](crate::write::Editor::write_chunks).
pub(super) fn put_chunks(
    out: &mut Output,
    parts: &DatasetParts,
    dataset: usize,
    chunks: &mut dyn Iterator<Item = StoredChunk>,
) -> Result<Option<Layout>> {
    check(parts)?;
    if parts.datatype.uses_heap() {
        return Err(Error::unsupported("raw chunks of elements whose values are elsewhere in the file"));
    }
    let mut chunked = Chunked::open(out, parts, dataset)?;
    for StoredChunk { offset, bytes, mask } in chunks {
        let coord = chunked.grid.coordinate(&offset)?;
        chunked.put(out, &coord, &bytes, mask)?;
    }
    chunked.finish(out)
}

/// What cannot be written is said before anything is changed.
fn check(parts: &DatasetParts) -> Result<()> {
    if !parts.external.is_empty() {
        let names: Vec<_> = parts.external.iter().map(|f| String::from_utf8_lossy(&f.name)).collect();
        let what = format!("changing elements in external files: {}", names.join(", "));
        return Err(Error::unsupported(what));
    }
    if let Layout::Virtual { .. } = parts.layout {
        return Err(Error::unsupported(
            "changing elements of a virtual dataset, which are in other datasets",
        ));
    }
    Ok(())
}

/// Bytes of all elements.
fn size(parts: &DatasetParts) -> Result<u64> {
    let size = parts.dataspace.elements()?.checked_mul(parts.datatype.size.into());
    size.ok_or_else(|| Error::malformed("a dataset of more than 2^64 bytes"))
}

/// The block for all elements of a contiguous dataset, filled unless everything is written anyway.
fn allocate(out: &mut Output, parts: &DatasetParts, covered: bool) -> Result<Addr> {
    let size = size(parts)?;
    let address = out.space.allocate_raw(size)?;
    if covered {
        out.exist(address, size)?;
        return Ok(address);
    }
    let unit = u64::from(parts.datatype.size);
    // Nobody is held to elements that are not to be filled, but what was deleted should not come to light again.
    let unset = parts.fill.fill_time == FillTime::Never || parts.fill.status == FillStatus::Undefined;
    let filler = if unset && !parts.datatype.uses_heap() {
        Filler::Same(vec![0; length(unit)?])
    } else {
        Filler::of_parts(out, parts)?
    };
    contiguous::fill(out, address, size / unit, unit, &filler)?;
    Ok(address)
}
