//! What is to be made, from JavaScript (`Spec`, `CreateSpec` and `GroupSpec` in crate/js/glue.d.ts).

use super::chosen;
use super::datatype::datatype;
use super::given::{extents, field_or, flag, get, given, list, text, unknown, whole};
use super::values::values;
use crate::number;
use hyperslab::Result;
use hyperslab::format::Libver;
use hyperslab::format::datatype::Datatype;
use hyperslab::format::message::{AllocTime, Dataspace, Extent, FillTime, Filter};
use hyperslab::value::Column;
use hyperslab::write::{
    Chunks, CreateOptions, DatasetSpec, FileSpaceOptions, FileSpaceStrategy, Fill, GroupOptions,
    HeaderOptions, Order,
};
use wasm_bindgen::JsValue;

/// Shape and maximum shape.
fn dataspace(spec: &JsValue) -> Dataspace {
    let Some(shape) = extents(spec, "shape") else { return Dataspace { extent: Extent::Null } };
    if shape.is_empty() {
        return Dataspace { extent: Extent::Scalar };
    }
    let max = extents(spec, "maxshape");
    let max = max.map(|m| m.into_iter().map(|d| d.is_finite().then(|| number::to_u64(d))).collect());
    Dataspace { extent: Extent::Simple { dims: shape.into_iter().map(number::to_u64).collect(), max } }
}

/// Type, shape, and values where there are any.
pub fn typed(spec: &JsValue) -> Result<(Datatype, Dataspace, Option<Column>)> {
    let datatype = datatype(&get(spec, "dtype"))?;
    let column = given(spec, "data").map(|leaves| values(&datatype, &leaves)).transpose()?;
    Ok((datatype, dataspace(spec), column))
}

/// A new file.
pub fn file(spec: &JsValue) -> Result<CreateOptions> {
    file_like(spec, "earliest")
}

/// A new file; that another one's release is kept means `own`.
pub fn file_like(spec: &JsValue, own: &str) -> Result<CreateOptions> {
    let low = text(spec, "low")?;
    Ok(CreateOptions {
        low: libver(if low == "keep" { own } else { &low })?,
        high: libver(&text(spec, "high")?)?,
        userblock: field_or(spec, "userblock", 0)?,
        space: space(spec)?,
        root: group(spec)?,
        ..CreateOptions::default()
    })
}

fn space(spec: &JsValue) -> Result<FileSpaceOptions> {
    let usual = FileSpaceOptions::default();
    let strategy = match get(spec, "strategy").as_string().as_deref() {
        None | Some("fsm") => FileSpaceStrategy::FsmAggr,
        Some("page") => FileSpaceStrategy::Page,
        Some("aggregate") => FileSpaceStrategy::Aggr,
        Some("none") => FileSpaceStrategy::None,
        Some(other) => return Err(unknown("fsStrategy", other)),
    };
    Ok(FileSpaceOptions {
        strategy,
        persist: flag(spec, "persist"),
        threshold: field_or(spec, "threshold", usual.threshold)?,
        page_size: field_or(spec, "pageSize", usual.page_size)?,
    })
}

/// A release, by its name.
pub fn libver(name: &str) -> Result<Libver> {
    use Libver::{Earliest, V18, V110, V112, V114, V200};
    let known = [Earliest, V18, V110, V112, V114, V200];
    known.into_iter().find(|v| v.name() == name).ok_or_else(|| unknown("libver", name))
}

/// A new group.
pub fn group(spec: &JsValue) -> Result<GroupOptions> {
    let options = if flag(spec, "ordered") { GroupOptions::in_order() } else { GroupOptions::default() };
    Ok(GroupOptions { header: header(spec)?, ..options })
}

/// What the header of a new object keeps.
pub fn header(spec: &JsValue) -> Result<HeaderOptions> {
    Ok(HeaderOptions {
        attribute_order: if flag(spec, "ordered") { Order::Indexed } else { Order::Untracked },
        time: given(spec, "time").map(|time| whole(&time, "time")).transpose()?,
        ..HeaderOptions::default()
    })
}

/// Filters in their order.
pub fn filters(spec: &JsValue) -> Result<Vec<Filter>> {
    match given(spec, "filters") {
        None => Ok(Vec::new()),
        Some(_) => list(spec, "filters")?.iter().map(|f| filter(&f)).collect(),
    }
}

fn filter(v: &JsValue) -> Result<Filter> {
    let id = whole(&get(v, "id"), "id")?;
    let name = hyperslab::filter::registry::name(id).unwrap_or("").as_bytes().to_vec();
    let values = list(v, "values")?.iter().map(|n| whole(&n, "a value")).collect::<Result<_>>()?;
    Ok(Filter { id, optional: flag(v, "optional"), name, values })
}

/// A dataset to be made, with its values where there are any.
pub fn dataset(spec: &JsValue) -> Result<(DatasetSpec, Option<Column>)> {
    let (datatype, dataspace, column) = typed(spec)?;
    let sources = chosen::sources(spec, dataspace.dims())?;
    let mut made = DatasetSpec::new(datatype, dataspace);
    made.committed = get(spec, "committed").as_string();
    made.sources = sources;
    made.external = chosen::external(spec)?;
    if let Some(chunks) = extents(spec, "chunks") {
        made.chunks = Chunks::Shape(chunks.into_iter().map(number::to_u64).collect());
    } else if flag(spec, "guess") {
        made.chunks = Chunks::Guess;
    } else if flag(spec, "contiguous") {
        made.chunks = Chunks::Never;
    }
    made.compact = flag(spec, "compact");
    made.edge_unfiltered = flag(spec, "edgeUnfiltered");
    made.gzip = given(spec, "gzip").map(|level| whole(&level, "gzip")).transpose()?;
    made.filters = filters(spec)?;
    made.shuffle = flag(spec, "shuffle");
    made.fletcher32 = flag(spec, "fletcher32");
    match given(spec, "fill") {
        None => {}
        Some(fill) if fill.is_null() => made.fill = Fill::Undefined,
        Some(leaves) => made.fill = Fill::Value(values(&made.datatype, &leaves)?),
    }
    if let Some(name) = get(spec, "fillTime").as_string() {
        made.fill_time = match name.as_str() {
            "ifset" => FillTime::IfSet,
            "alloc" => FillTime::OnAllocation,
            "never" => FillTime::Never,
            other => return Err(unknown("fillTime", other)),
        };
    }
    if let Some(name) = get(spec, "allocTime").as_string() {
        made.alloc_time = Some(match name.as_str() {
            "early" => AllocTime::Early,
            "late" => AllocTime::Late,
            "incr" => AllocTime::Incremental,
            other => return Err(unknown("allocTime", other)),
        });
    }
    made.header = header(spec)?;
    Ok((made, column))
}
