//! What is to be written: datatypes, shapes and values from JavaScript (`Spec` in crate/js/glue.d.ts).

use crate::dtype::by_offset;
use crate::number;
use hyperslab::bytes::Addr;
use hyperslab::format::datatype::{
    ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, Normalization, ReferenceKind,
    StringPadding,
};
use hyperslab::format::heap::global::{HeapId, Objects};
use hyperslab::format::message::{Dataspace, Extent, Filter};
use hyperslab::value::{self, Column, Number, store};
use hyperslab::write::{Chunks, DatasetSpec, Fill, dtype};
use hyperslab::{Error, Result};
use js_sys::{Array, Float64Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

/// A property, `undefined` if there is none.
fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

fn given(object: &JsValue, name: &str) -> Option<JsValue> {
    Some(get(object, name)).filter(|v| !v.is_undefined())
}

fn text(object: &JsValue, name: &str) -> Result<String> {
    get(object, name).as_string().ok_or_else(|| Error::argument(format!("a datatype without its {name}")))
}

/// A whole number that fits.
fn whole<T: TryFrom<i64>>(value: &JsValue, name: &str) -> Result<T> {
    let wrong = || Error::argument(format!("{name} of a datatype must be a whole number in range"));
    let n = value.as_f64().filter(|n| n.fract() == 0.0 && n.abs() <= 9e15).ok_or_else(wrong)?;
    #[allow(clippy::cast_possible_truncation)] // whole and small
    T::try_from(n as i64).map_err(|_| wrong())
}

fn field<T: TryFrom<i64>>(object: &JsValue, name: &str) -> Result<T> {
    whole(&get(object, name), name)
}

fn field_or<T: TryFrom<i64>>(object: &JsValue, name: &str, default: T) -> Result<T> {
    given(object, name).map_or(Ok(default), |v| whole(&v, name))
}

fn list(object: &JsValue, name: &str) -> Result<Array> {
    let wrong = |_| Error::argument(format!("{name} of a datatype must be an array"));
    get(object, name).dyn_into::<Array>().map_err(wrong)
}

fn unknown(name: &str, value: &str) -> Error {
    Error::argument(format!("{name} of a datatype cannot be {value:?}"))
}

/// A datatype in the structured form, types inside it too.
pub fn datatype(v: &JsValue) -> Result<Datatype> {
    nested(v, 0)
}

fn nested(v: &JsValue, depth: u32) -> Result<Datatype> {
    if depth > 32 {
        return Err(Error::argument("a datatype that is nested too deeply"));
    }
    let base = || nested(&get(v, "base"), depth + 1).map(Box::new);
    let class = text(v, "class")?;
    let class = match class.as_str() {
        "integer" | "bitfield" | "time" => return bits(v, &class),
        "float" => return float(v),
        "string" => return string(v),
        "opaque" => Class::Opaque { tag: text(v, "tag")?.into_bytes() },
        "compound" => return compound(v, depth),
        "enum" => {
            let base = base()?;
            let members =
                list(v, "members")?.iter().map(|m| enum_member(&m, &base)).collect::<Result<_>>()?;
            return Ok(Datatype { size: base.size, class: Class::Enum { base, members } });
        }
        "vlen" => return Ok(Datatype { size: 16, class: Class::VlenSequence { base: base()? } }),
        "array" => {
            let dims = list(v, "dims")?.iter().map(|d| whole(&d, "dims")).collect::<Result<Vec<u32>>>()?;
            let base = base()?;
            let size = dims.iter().try_fold(base.size, |n, d| n.checked_mul(*d)).filter(|n| *n > 0);
            let size =
                size.ok_or_else(|| Error::argument("an array type of no size, or of 4 GiB and more"))?;
            return Ok(Datatype { size, class: Class::Array { dims, base } });
        }
        "complex" => {
            let base = base()?;
            return Ok(Datatype { size: base.size.saturating_mul(2), class: Class::Complex { base } });
        }
        "reference" => {
            let (size, kind) = match text(v, "ref")?.as_str() {
                "object" => (8, ReferenceKind::Object),
                "region" => (12, ReferenceKind::Region),
                "std" => (18, ReferenceKind::Standard),
                other => return Err(unknown("ref", other)),
            };
            return Ok(Datatype { size, class: Class::Reference(kind) });
        }
        other => return Err(unknown("class", other)),
    };
    Ok(Datatype { size: size(v)?, class })
}

fn size(v: &JsValue) -> Result<u32> {
    match field(v, "size")? {
        0 => Err(Error::argument("a datatype of no size")),
        n => Ok(n),
    }
}

fn order(v: &JsValue) -> Result<ByteOrder> {
    match given(v, "order").and_then(|o| o.as_string()).as_deref() {
        Some("LE") | None => Ok(ByteOrder::Little),
        Some("BE") => Ok(ByteOrder::Big),
        Some("VAX") => Ok(ByteOrder::Vax),
        Some(other) => Err(unknown("order", other)),
    }
}

fn bits(v: &JsValue, class: &str) -> Result<Datatype> {
    let size = size(v)?;
    let whole = u16::try_from(size.saturating_mul(8)).unwrap_or(u16::MAX);
    let (precision, offset) = (field_or(v, "precision", whole)?, field_or(v, "offset", 0u16)?);
    if precision == 0 || u32::from(precision) + u32::from(offset) > size.saturating_mul(8) {
        return Err(Error::argument(format!("{precision} bits from bit {offset} in {size} bytes")));
    }
    let order = if size == 1 { ByteOrder::Little } else { order(v)? };
    let signed = get(v, "signed").is_truthy();
    let class = match class {
        "integer" => Class::Integer { order, signed, offset, precision },
        "bitfield" => Class::Bitfield { order, offset, precision },
        _ => Class::Time { order, precision },
    };
    Ok(Datatype { size, class })
}

fn float(v: &JsValue) -> Result<Datatype> {
    let size = size(v)?;
    let order = order(v)?;
    let layout = match given(v, "layout") {
        Some(layout) => float_layout(&layout)?,
        None => match Datatype::float(size).map(|d| d.class) {
            Some(Class::Float { layout, .. }) => layout,
            _ => return Err(Error::argument(format!("a float of {size} bytes needs its layout"))),
        },
    };
    Ok(Datatype { size, class: Class::Float { order, layout } })
}

fn float_layout(v: &JsValue) -> Result<FloatLayout> {
    let (exponent, mantissa) = (list(v, "exp")?, list(v, "mant")?);
    Ok(FloatLayout {
        offset: field(v, "offset")?,
        precision: field(v, "precision")?,
        sign: field(v, "sign")?,
        exponent_position: whole(&exponent.get(0), "exp")?,
        exponent_size: whole(&exponent.get(1), "exp")?,
        mantissa_position: whole(&mantissa.get(0), "mant")?,
        mantissa_size: whole(&mantissa.get(1), "mant")?,
        bias: field(v, "bias")?,
        normalization: match text(v, "norm")?.as_str() {
            "implied" => Normalization::Implied,
            "msbset" => Normalization::MsbSet,
            "none" => Normalization::None,
            other => return Err(unknown("norm", other)),
        },
    })
}

fn string(v: &JsValue) -> Result<Datatype> {
    let padding = match text(v, "pad")?.as_str() {
        "nullterm" => StringPadding::NullTerminated,
        "nullpad" => StringPadding::NullPadded,
        "spacepad" => StringPadding::SpacePadded,
        other => return Err(unknown("pad", other)),
    };
    let charset = match text(v, "cset")?.as_str() {
        "ascii" => CharacterSet::Ascii,
        "utf8" => CharacterSet::Utf8,
        other => return Err(unknown("cset", other)),
    };
    if get(v, "size").as_string().as_deref() == Some("variable") {
        return Ok(Datatype { size: 16, class: Class::VlenString { padding, charset } });
    }
    Ok(Datatype { size: size(v)?, class: Class::String { padding, charset } })
}

fn compound(v: &JsValue, depth: u32) -> Result<Datatype> {
    let members = list(v, "members")?;
    let mut types = Vec::new();
    for m in members.iter() {
        types.push((text(&m, "name")?.into_bytes(), nested(&get(&m, "dtype"), depth + 1)?));
    }
    let mut packed = dtype::packed(types)?;
    let placed = members.iter().all(|m| given(&m, "offset").is_some());
    if let (true, Class::Compound { members: list }) = (placed, &mut packed.class) {
        for (member, m) in list.iter_mut().zip(members.iter()) {
            member.offset = field(&m, "offset")?;
        }
        let end = list.iter().map(|m| m.offset.saturating_add(m.datatype.size)).max().unwrap_or(0);
        packed.size = field_or(v, "size", end)?.max(end);
        check_apart(list)?;
    }
    Ok(packed)
}

fn check_apart(members: &[Member]) -> Result<()> {
    let mut end = 0;
    for i in by_offset(members) {
        let m = &members[i];
        if m.offset < end {
            let name = String::from_utf8_lossy(&m.name);
            return Err(Error::argument(format!("member {name:?} overlaps the one before")));
        }
        end = m.offset.saturating_add(m.datatype.size);
    }
    Ok(())
}

fn enum_member(v: &JsValue, base: &Datatype) -> Result<(Vec<u8>, Vec<u8>)> {
    let pair = v.dyn_ref::<Array>().filter(|pair| pair.length() == 2);
    let wrong = || Error::argument("a member of an enum is [name, value]");
    let pair = pair.ok_or_else(wrong)?;
    let name = pair.get(0).as_string().ok_or_else(wrong)?;
    let value = pair.get(1);
    let value = match i64::try_from(value.clone()) {
        Ok(n) => Column::Numbers { kind: Number::I64, bytes: n.to_le_bytes().to_vec() },
        Err(value) => match u64::try_from(value.clone()) {
            Ok(n) => Column::Numbers { kind: Number::U64, bytes: n.to_le_bytes().to_vec() },
            Err(value) => {
                let n: i64 = whole(&value, "a value")?;
                Column::Numbers { kind: Number::I64, bytes: n.to_le_bytes().to_vec() }
            }
        },
    };
    let mut bytes = Vec::new();
    store::store(base, &value, 0..1, &mut store::no_heap, &mut bytes)?;
    Ok((name.into_bytes(), bytes))
}

fn extents(v: &JsValue) -> Option<Vec<f64>> {
    v.dyn_ref::<Float64Array>().map(Float64Array::to_vec)
}

/// Shape and maximum shape of a [`Spec`](self).
fn dataspace(spec: &JsValue) -> Dataspace {
    let Some(shape) = extents(&get(spec, "shape")) else { return Dataspace { extent: Extent::Null } };
    if shape.is_empty() {
        return Dataspace { extent: Extent::Scalar };
    }
    let max = extents(&get(spec, "maxshape"));
    let max = max.map(|m| m.into_iter().map(|d| d.is_finite().then(|| number::to_u64(d))).collect());
    Dataspace { extent: Extent::Simple { dims: shape.into_iter().map(number::to_u64).collect(), max } }
}

/// Type, shape, and values where there are any.
pub fn typed(spec: &JsValue) -> Result<(Datatype, Dataspace, Option<Column>)> {
    let datatype = datatype(&get(spec, "dtype"))?;
    let column = given(spec, "data").map(|leaves| values(&datatype, &leaves)).transpose()?;
    Ok((datatype, dataspace(spec), column))
}

/// The values of a null dataspace.
pub fn empty(datatype: &Datatype) -> Result<Column> {
    value::decode(datatype, &[], &mut NoHeap)
}

/// No elements need no heap.
struct NoHeap;

impl Objects for NoHeap {
    fn announce(&mut self, _: &[Addr]) -> Result<()> {
        Ok(())
    }

    fn most_bytes(&self) -> u64 {
        0
    }

    fn object(&mut self, _: HeapId) -> Result<&[u8]> {
        Err(Error::argument("no elements have no heap objects"))
    }
}

fn filter(v: &JsValue) -> Result<Filter> {
    let id = field(v, "id")?;
    let name = hyperslab::filter::registry::name(id).unwrap_or("").as_bytes().to_vec();
    let values = list(v, "values")?.iter().map(|n| whole(&n, "a value")).collect::<Result<_>>()?;
    Ok(Filter { id, optional: get(v, "optional").is_truthy(), name, values })
}

/// A dataset to be made, with its values where there are any.
pub fn dataset(spec: &JsValue) -> Result<(DatasetSpec, Option<Column>)> {
    let (datatype, dataspace, column) = typed(spec)?;
    let mut made = DatasetSpec::new(datatype, dataspace);
    if let Some(chunks) = extents(&get(spec, "chunks")) {
        made.chunks = Chunks::Shape(chunks.into_iter().map(number::to_u64).collect());
    } else if get(spec, "guess").is_truthy() {
        made.chunks = Chunks::Guess;
    }
    made.gzip = given(spec, "gzip").map(|level| whole(&level, "gzip")).transpose()?;
    if given(spec, "filters").is_some() {
        made.filters = list(spec, "filters")?.iter().map(|f| filter(&f)).collect::<Result<_>>()?;
    }
    made.shuffle = get(spec, "shuffle").is_truthy();
    made.fletcher32 = get(spec, "fletcher32").is_truthy();
    if let Some(leaves) = given(spec, "fill") {
        made.fill = Fill::Value(values(&made.datatype, &leaves)?);
    }
    Ok((made, column))
}

/// The buffers of a value, taken one after the other.
struct Leaves {
    kinds: Array,
    buffers: Array,
    next: u32,
}

impl Leaves {
    fn take(&mut self) -> Result<(String, Vec<u8>)> {
        let (kind, buffer) = (self.kinds.get(self.next), self.buffers.get(self.next));
        self.next += 1;
        match (kind.as_string(), buffer.dyn_ref::<Uint8Array>()) {
            (Some(kind), Some(bytes)) => Ok((kind, bytes.to_vec())),
            _ => Err(Error::argument("fewer values than the datatype has members")),
        }
    }

    fn ends(&mut self) -> Result<Vec<u32>> {
        let (_, bytes) = self.take()?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect())
    }
}

fn values(datatype: &Datatype, leaves: &JsValue) -> Result<Column> {
    let mut leaves = Leaves { kinds: list(leaves, "kinds")?, buffers: list(leaves, "buffers")?, next: 0 };
    column(datatype, &mut leaves)
}

fn column(datatype: &Datatype, leaves: &mut Leaves) -> Result<Column> {
    Ok(match &datatype.class {
        Class::String { .. } | Class::VlenString { .. } => {
            let (_, bytes) = leaves.take()?;
            Column::Strings { bytes, ends: leaves.ends()? }
        }
        Class::Opaque { .. } => {
            let size = usize::try_from(datatype.size).unwrap_or(usize::MAX);
            Column::Opaque { size, bytes: leaves.take()?.1 }
        }
        Class::Compound { members } => {
            let each = |m: &Member| Ok((m.name.clone(), column(&m.datatype, leaves)?));
            Column::Compound(members.iter().map(each).collect::<Result<_>>()?)
        }
        Class::Array { dims, base } => {
            let each = dims.iter().map(|d| usize::try_from(*d).unwrap_or(usize::MAX)).product();
            Column::Array { each, base: Box::new(column(base, leaves)?) }
        }
        Class::VlenSequence { base } => {
            Column::Vlen { ends: leaves.ends()?, base: Box::new(column(base, leaves)?) }
        }
        Class::Integer { .. }
        | Class::Float { .. }
        | Class::Bitfield { .. }
        | Class::Time { .. }
        | Class::Enum { .. } => {
            let (kind, bytes) = leaves.take()?;
            Column::Numbers { kind: number(&kind)?, bytes }
        }
        Class::Reference(_) => return Err(Error::unsupported("writing references")),
        Class::Complex { .. } => return Err(Error::unsupported("writing native complex numbers")),
    })
}

fn number(kind: &str) -> Result<Number> {
    Ok(match kind {
        "i1" => Number::I8,
        "u1" => Number::U8,
        "i2" => Number::I16,
        "u2" => Number::U16,
        "i4" => Number::I32,
        "u4" => Number::U32,
        "i8" => Number::I64,
        "u8" => Number::U64,
        "f4" => Number::F32,
        "f8" => Number::F64,
        _ => return Err(Error::argument("numbers of an unknown type")),
    })
}
