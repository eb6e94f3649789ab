//! Datatypes from JavaScript, in the structured form (`Datatype` in crate/js/types).

use super::given::{field, field_or, flag, get, given, list, text, unknown, whole};
use crate::dtype::by_offset;
use hyperslab::format::datatype::{
    ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, Normalization, ReferenceKind,
    StringPadding,
};
use hyperslab::value::{Column, Number, store};
use hyperslab::write::dtype;
use hyperslab::{Error, Result};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

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
    let order = order(v)?;
    let signed = flag(v, "signed");
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
