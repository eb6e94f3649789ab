//! How a dataset of the source is stored in the copy.

use super::options::{Filtering, Must, Placing, Storing};
use crate::error::{Error, Kind, Result};
use crate::filter::{self, Local};
use crate::format::Libver;
use crate::format::datatype::{Class, Datatype};
use crate::format::message::{AllocTime, Extent, FillStatus, FillTime, FillValue, FilterPipeline, Layout};
use crate::layout::DatasetParts;
use crate::write::dataset;
use crate::write::guess::guess_chunk;
use crate::write::output::Output;
use crate::write::spec::{Chunks, DatasetSpec, memory_size};

/// Bytes below which a dataset is not worth an index of chunks.
const SMALL: u64 = 2048;
/// lzf, bzip2, lz4 and zstd: they take bytes for bytes.
const OF_BYTES: [u16; 4] = [32000, 307, 32004, 32015];
const ZFP: u16 = 32013;
const BITSHUFFLE: u16 = 32008;
const SCALEOFFSET: u16 = 6;

/// How the copy of a dataset is stored.
#[derive(Debug)]
pub(super) struct Plan {
    /// The layout, without elements.
    pub layout: Layout,
    pub pipeline: FilterPipeline,
    /// Chunks are carried over as they are stored.
    pub as_stored: bool,
    /// The elements stay where they are, in other datasets or files.
    pub elsewhere: bool,
    /// The fill value, not translated.
    pub fill: FillValue,
}

/// Where elements are, and in which chunks.
enum Place {
    Compact,
    Block,
    Chunks(Vec<u64>),
}

/// Whether the elements of a dataset are in other places.
pub(super) fn is_elsewhere(parts: &DatasetParts) -> bool {
    matches!(parts.layout, Layout::Virtual { .. }) || !parts.external.is_empty()
}

/// Bytes of all elements.
pub(super) fn bytes(parts: &DatasetParts) -> Result<u64> {
    let bytes = parts.dataspace.elements()?.checked_mul(parts.datatype.size.into());
    bytes.ok_or_else(|| Error::limit("a dataset of more than 2^64 bytes"))
}

/// Whether the source holds any elements, or other places do.
pub(super) fn is_stored(parts: &DatasetParts) -> Result<bool> {
    let stored = match &parts.layout {
        _ if !parts.external.is_empty() => true,
        Layout::Compact { data } => !data.is_empty(),
        Layout::Contiguous { address, .. } | Layout::Chunked { address, .. } => address.is_some(),
        Layout::Virtual { .. } => true,
    };
    Ok(stored && bytes(parts)? > 0)
}

/// Decides. What need not be so is not where it does not fit.
pub(super) fn plan(out: &Output, parts: &DatasetParts, storing: &Storing, must: Must) -> Result<Plan> {
    out.check_datatype(&parts.datatype)?;
    if is_elsewhere(parts) && !storing.merge {
        if must.placing && !matches!(storing.placing, Placing::AsNeeded | Placing::Keep) {
            return Err(Error::argument("a dataset whose elements are in other places: merge them"));
        }
        let layout = match &parts.layout {
            Layout::Virtual { .. } => Layout::Virtual { address: None, index: 0 },
            _ => Layout::Contiguous { address: None, size: Some(bytes(parts)?) },
        };
        let fill = parts.fill.clone();
        return Ok(Plan { layout, pipeline: parts.filters.clone(), as_stored: false, elsewhere: true, fill });
    }
    let unfit = |e: &Error| matches!(e.kind(), Kind::Argument | Kind::Unsupported);
    let mut storing = storing.clone();
    let mut first = match chosen(out, parts, &storing, must) {
        Err(e) if unfit(&e) => e,
        chosen => return chosen,
    };
    if !must.filters {
        storing.filters = Filtering::Keep;
        match chosen(out, parts, &storing, must) {
            Err(e) if unfit(&e) && must.placing => first = e,
            Err(e) if unfit(&e) => {}
            chosen => return chosen,
        }
    }
    if !must.placing {
        storing.placing = Placing::AsNeeded;
        match chosen(out, parts, &storing, Must::ALL) {
            Err(e) if unfit(&e) => {}
            chosen => return chosen,
        }
    }
    Err(first)
}

fn chosen(out: &Output, parts: &DatasetParts, storing: &Storing, must: Must) -> Result<Plan> {
    let kept = storing.filters == Filtering::Keep;
    let place = place(out, parts, storing, must)?;
    let mut spec = DatasetSpec {
        chunks: Chunks::Never,
        pipeline: None,
        external: Vec::new(),
        edge_unfiltered: false,
        alloc_time: None,
        compact: false,
        ..DatasetSpec::like(parts)
    };
    let mut pipeline = FilterPipeline::default();
    let mut as_stored = false;
    if let Place::Chunks(chunk) = &place {
        let same = matches!(&parts.layout, Layout::Chunked { chunk: own, .. } if own == chunk);
        pipeline = match &storing.filters {
            Filtering::Keep if same => parts.filters.clone(),
            Filtering::Keep => adapted(parts, chunk)?,
            made @ Filtering::Made { .. } => made_for(&mut spec, parts, made, chunk)?,
        };
        as_stored = kept && same && !parts.datatype.uses_heap() && !parts.datatype.holds_references();
        // Old files have no such thing: each of their chunks says for itself which filters it has not gone through.
        let unfiltered = matches!(parts.layout, Layout::Chunked { edge_unfiltered: true, .. });
        spec.edge_unfiltered = unfiltered && kept && !pipeline.filters.is_empty() && out.low >= Libver::V110;
    }
    if is_stored(parts)? && !as_stored {
        check_source(parts, must.any())?;
        filter::check_encode(&pipeline)?;
    }
    let fill = fill(parts, &place);
    let layout = match place {
        Place::Compact => Layout::Compact { data: Vec::new() },
        Place::Block => Layout::Contiguous { address: None, size: Some(bytes(parts)?) },
        Place::Chunks(chunk) => dataset::empty_chunks(out, &spec, &pipeline, chunk)?,
    };
    Ok(Plan { layout, pipeline, as_stored, elsewhere: false, fill })
}

/// Says whether the source's chunks can be read. If it `must` be tried, what may have been skipped is seen chunk by chunk.
fn check_source(parts: &DatasetParts, must: bool) -> Result<()> {
    match &parts.layout {
        Layout::Chunked { address: Some(_), .. }
            if !must || parts.filters.filters.iter().all(|f| !f.optional) =>
        {
            filter::check(&parts.filters, 0)
        }
        _ => Ok(()),
    }
}

/// Where the elements go.
fn place(out: &Output, parts: &DatasetParts, storing: &Storing, must: Must) -> Result<Place> {
    let named = must.any();
    let space = &parts.dataspace;
    let own = || match &parts.layout {
        Layout::Compact { .. } => Place::Compact,
        Layout::Chunked { chunk, .. } => Place::Chunks(chunk.clone()),
        _ => Place::Block,
    };
    let Extent::Simple { dims, .. } = &space.extent else { return plain(out, parts, storing, must) };
    let max = space.max_dims();
    let fixed = max.iter().zip(dims).all(|(max, dim)| *max == Some(*dim));
    let guess = || Place::Chunks(guess_chunk(dims, memory_size(&parts.datatype)));
    // What may grow needs chunks, and has none in other places.
    let stays = || if fixed || matches!(parts.layout, Layout::Chunked { .. }) { own() } else { guess() };
    let small = !named && is_small(parts, fixed)?;
    let refuse = |what: &'static str| Err(Error::argument(what));
    // What is not there reads as nobody's promise: it stays away.
    let sparse = !named && !is_filled(parts) && matches!(parts.layout, Layout::Chunked { .. });
    Ok(match &storing.placing {
        _ if dims.is_empty() => return plain(out, parts, storing, must),
        Placing::Compact | Placing::Contiguous | Placing::Guess | Placing::Shape(_) if sparse => own(),
        Placing::AsNeeded if storing.filters == Filtering::Keep => stays(),
        Placing::Keep => stays(),
        Placing::AsNeeded => match &parts.layout {
            Layout::Chunked { .. } if small => Place::Block,
            Layout::Chunked { chunk, .. } if is_large(parts, chunk) => guess(),
            Layout::Chunked { .. } => own(),
            _ if small => own(),
            _ if fixed && !storing.filters.are_any() => own(),
            _ => guess(),
        },
        Placing::Compact if !fixed => return refuse("a dataset that may grow is not compact"),
        Placing::Compact => return compact(out, parts),
        Placing::Contiguous if !fixed => return refuse("a dataset that may grow needs chunks"),
        Placing::Contiguous => Place::Block,
        Placing::Guess | Placing::Shape(_) if small => own(),
        Placing::Guess => guess(),
        Placing::Shape(chunk) if chunk.len() == dims.len() => {
            let most = |(m, d): (&Option<u64>, &u64)| m.map_or(u64::MAX, |m| m.max(*d).max(1));
            let cut: Vec<u64> =
                chunk.iter().zip(max.iter().zip(dims).map(most)).map(|(c, m)| (*c).min(m)).collect();
            if must.placing && cut != *chunk {
                return Err(Error::argument(format!("chunks {chunk:?} are larger than the maximum shape")));
            }
            Place::Chunks(cut)
        }
        Placing::Shape(chunk) if must.placing => {
            return Err(Error::argument(format!("chunks {chunk:?} do not fit shape {dims:?}")));
        }
        // Of another rank.
        Placing::Shape(_) => {
            return self::place(out, parts, &Storing { placing: Placing::AsNeeded, ..storing.clone() }, must);
        }
    })
}

/// Where the one element of a scalar dataset goes, or nothing.
fn plain(out: &Output, parts: &DatasetParts, storing: &Storing, must: Must) -> Result<Place> {
    match (&storing.placing, &parts.layout) {
        (Placing::Compact, _) => compact(out, parts),
        (Placing::Contiguous, _) => Ok(Place::Block),
        (Placing::Guess | Placing::Shape(_), _) if must.placing => {
            Err(Error::argument("scalar and empty datasets have no chunks"))
        }
        (_, Layout::Compact { .. }) => Ok(Place::Compact),
        _ => Ok(Place::Block),
    }
}

fn compact(out: &Output, parts: &DatasetParts) -> Result<Place> {
    let size = bytes(parts)?;
    if size > dataset::most_compact(out) {
        return Err(Error::argument(format!("{size} bytes do not fit into an object header")));
    }
    Ok(Place::Compact)
}

fn is_small(parts: &DatasetParts, fixed: bool) -> Result<bool> {
    Ok(fixed
        && bytes(parts)? < SMALL
        && (is_filled(parts) || !matches!(parts.layout, Layout::Chunked { .. })))
}

/// Whether it is known what elements read as that are not there.
fn is_filled(parts: &DatasetParts) -> bool {
    parts.fill.fill_time != FillTime::Never && parts.fill.status != FillStatus::Undefined
}

/// Chunks that files for older releases cannot have.
fn is_large(parts: &DatasetParts, chunk: &[u64]) -> bool {
    let size = chunk.iter().fold(u64::from(parts.datatype.size), |n, c| n.saturating_mul(*c));
    u32::try_from(size).is_err()
}

impl Filtering {
    #[doc(hidden)]
    /// Whether any are asked for.
    pub fn are_any(&self) -> bool {
        match self {
            Filtering::Keep => false,
            Filtering::Made { gzip, filters, shuffle, fletcher32 } => {
                gzip.is_some_and(|level| level > 0)
                    || !filters.is_empty()
                    || *shuffle == Some(true)
                    || *fletcher32 == Some(true)
            }
        }
    }
}

/// The filters that were asked for.
fn made_for(
    spec: &mut DatasetSpec,
    parts: &DatasetParts,
    filters: &Filtering,
    chunk: &[u64],
) -> Result<FilterPipeline> {
    let Filtering::Made { gzip, filters, shuffle, fletcher32 } = filters else {
        return Ok(FilterPipeline::default());
    };
    spec.gzip = gzip.filter(|level| *level > 0);
    spec.filters = filters.clone();
    let plain = spec.gzip.is_some() || filters.iter().any(|f| OF_BYTES.contains(&f.id));
    let numbers = parts.datatype.size > 1 && is_numeric(&parts.datatype);
    spec.shuffle = shuffle.unwrap_or(plain && numbers);
    let had = parts.filters.filters.iter().any(|f| f.id == filter::FLETCHER32);
    spec.fletcher32 = fletcher32.unwrap_or(had && !filters.iter().any(|f| f.id == SCALEOFFSET));
    spec.pipeline(chunk, &parts.fill.status)
}

/// The source's filters for chunks of other extents, which some of them have to know.
fn adapted(parts: &DatasetParts, chunk: &[u64]) -> Result<FilterPipeline> {
    let fill = if let FillStatus::User(value) = &parts.fill.status { Some(value.as_slice()) } else { None };
    let local = Local { datatype: &parts.datatype, chunk, fill };
    let mut pipeline = parts.filters.clone();
    for filter in &mut pipeline.filters {
        let given = match filter.id {
            ZFP => return Err(Error::unsupported("other chunks with the same zfp: say which one")),
            // Behind the way of scaling.
            SCALEOFFSET => filter.values.get(1..2).unwrap_or(&[]).to_vec(),
            // Behind versions and the size of elements.
            BITSHUFFLE => filter.values.get(3..).unwrap_or(&[]).to_vec(),
            _ => continue,
        };
        filter.values = given;
    }
    let others = pipeline.filters.iter_mut().filter(|f| f.id != filter::SHUFFLE);
    others.into_iter().try_for_each(|f| filter::set_local(f, &local))?;
    Ok(pipeline)
}

fn is_numeric(datatype: &Datatype) -> bool {
    matches!(
        datatype.class,
        Class::Integer { .. }
            | Class::Float { .. }
            | Class::Bitfield { .. }
            | Class::Time { .. }
            | Class::Enum { .. }
            | Class::Complex { .. }
    )
}

/// When storage is allocated stays what it was where elements are still kept in the same way.
fn fill(parts: &DatasetParts, place: &Place) -> FillValue {
    let alloc_time = match (place, &parts.layout) {
        (Place::Compact, _) => AllocTime::Early,
        (Place::Chunks(_), Layout::Chunked { .. }) | (Place::Block, Layout::Contiguous { .. }) => {
            parts.fill.alloc_time
        }
        (Place::Chunks(_), _) => AllocTime::Incremental,
        (Place::Block, _) => AllocTime::Late,
    };
    FillValue { alloc_time, ..parts.fill.clone() }
}
