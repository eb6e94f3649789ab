//! Datatypes as JSON.

use crate::json::Json;
use hyperslab::format::datatype::{
    ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, Normalization, ReferenceKind,
    StringPadding,
};
use hyperslab::order;
use hyperslab::write::dtype;

/// Members in the order in which they are shown and their values arrive: by increasing offset.
pub fn by_offset(members: &[Member]) -> Vec<usize> {
    order::indices(members.len(), &mut |a, b| members[a].offset.cmp(&members[b].offset))
}

/// Writes a datatype: its short name if it has one, else the structured form.
pub fn write(j: &mut Json, datatype: &Datatype) {
    match dtype::name(datatype) {
        Some(name) => j.string(&name),
        None => j.object(|j| structured(j, datatype)),
    }
}

fn structured(j: &mut Json, datatype: &Datatype) {
    let size = datatype.size;
    match &datatype.class {
        Class::Integer { order, signed, offset, precision } => {
            head(j, "integer", size, Some(*order));
            j.key("signed").boolean(*signed);
            bits(j, size, *offset, *precision);
        }
        Class::Float { order, layout } => {
            head(j, "float", size, Some(*order));
            if Datatype::float(size)
                .is_none_or(|d| !matches!(d.class, Class::Float { layout: l, .. } if l == *layout))
            {
                j.key("layout").object(|j| float_layout(j, layout));
            }
        }
        Class::Time { order, precision } => {
            head(j, "time", size, Some(*order));
            bits(j, size, 0, *precision);
        }
        Class::Bitfield { order, offset, precision } => {
            head(j, "bitfield", size, Some(*order));
            bits(j, size, *offset, *precision);
        }
        Class::String { padding, charset } => {
            head(j, "string", size, None);
            text(j, *padding, *charset);
        }
        Class::VlenString { padding, charset } => {
            j.key("class").string("string");
            j.key("size").string("variable");
            text(j, *padding, *charset);
        }
        Class::Opaque { tag } => {
            head(j, "opaque", size, None);
            j.key("tag").bytes(tag);
        }
        Class::Compound { members } => {
            head(j, "compound", size, None);
            j.key("members").array(|j| by_offset(members).into_iter().for_each(|i| member(j, &members[i])));
        }
        Class::Reference(kind) => {
            j.key("class").string("reference");
            j.key("ref").string(match kind {
                ReferenceKind::Object => "object",
                ReferenceKind::Region => "region",
                ReferenceKind::Standard => "std",
            });
        }
        Class::Enum { base, members } => {
            j.key("class").string("enum");
            write(j.key("base"), base);
            j.key("members").array(|j| {
                for (name, value) in members {
                    j.array(|j| {
                        j.bytes(name);
                        enum_value(j, base, value);
                    });
                }
            });
        }
        Class::VlenSequence { base } => {
            j.key("class").string("vlen");
            write(j.key("base"), base);
        }
        Class::Array { dims, base } => {
            j.key("class").string("array");
            j.key("dims").numbers(dims);
            write(j.key("base"), base);
        }
        Class::Complex { base } => {
            j.key("class").string("complex");
            write(j.key("base"), base);
        }
    }
}

fn head(j: &mut Json, class: &str, size: u32, order: Option<ByteOrder>) {
    j.key("class").string(class);
    j.key("size").number(size);
    if let Some(order) = order {
        j.key("order").string(match order {
            ByteOrder::Little => "LE",
            ByteOrder::Big => "BE",
            ByteOrder::Vax => "VAX",
        });
    }
}

/// Only where not the whole width is used.
fn bits(j: &mut Json, size: u32, offset: u16, precision: u16) {
    if offset != 0 || u64::from(precision) != u64::from(size) * 8 {
        j.key("precision").number(precision);
        j.key("offset").number(offset);
    }
}

fn text(j: &mut Json, padding: StringPadding, charset: CharacterSet) {
    j.key("pad").string(match padding {
        StringPadding::NullTerminated => "nullterm",
        StringPadding::NullPadded => "nullpad",
        StringPadding::SpacePadded => "spacepad",
    });
    j.key("cset").string(match charset {
        CharacterSet::Ascii => "ascii",
        CharacterSet::Utf8 => "utf8",
    });
}

fn float_layout(j: &mut Json, l: &FloatLayout) {
    j.key("precision").number(l.precision);
    j.key("offset").number(l.offset);
    j.key("sign").number(l.sign);
    j.key("exp").numbers(&[l.exponent_position, l.exponent_size]);
    j.key("mant").numbers(&[l.mantissa_position, l.mantissa_size]);
    j.key("bias").number(l.bias);
    j.key("norm").string(match l.normalization {
        Normalization::None => "none",
        Normalization::MsbSet => "msbset",
        Normalization::Implied => "implied",
    });
}

fn member(j: &mut Json, member: &Member) {
    j.object(|j| {
        j.key("name").bytes(&member.name);
        j.key("offset").number(member.offset);
        write(j.key("dtype"), &member.datatype);
    });
}

/// Values of eight bytes and more as text: JSON's numbers are doubles, and they become bigints.
fn enum_value(j: &mut Json, base: &Datatype, bytes: &[u8]) {
    let Class::Integer { order, signed, offset, precision } = &base.class else { return j.null() };
    let mut value = 0i128;
    let most_significant_first: &mut dyn Iterator<Item = &u8> = match order {
        ByteOrder::Big => &mut bytes.iter(),
        _ => &mut bytes.iter().rev(),
    };
    for byte in most_significant_first.take(16) {
        value = (value << 8) | i128::from(*byte);
    }
    let unused = 128u32.saturating_sub(u32::from(*precision)).min(127);
    value = (value >> (*offset).min(127)) << unused;
    // Shifting back extends the sign, or does not.
    value = if *signed { value >> unused } else { ((value as u128) >> unused) as i128 };
    if base.size >= 8 { j.string(&value.to_string()) } else { j.number(value) }
}
