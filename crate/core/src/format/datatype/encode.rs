//! Datatypes to bytes: the version follows from the low bound and from what is inside (12-libver).

use super::version::Versions;
use super::{
    ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, Normalization, ReferenceKind,
    StringPadding,
};
use crate::bytes::{Writer, bytes_for};
use crate::error::{Error, Result};
use crate::format::message::MAX_RANK;
use crate::format::{Encode, Libver, fit};

impl Encode for Datatype {
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()> {
        encode(self, w, &Versions::new(self, low))
    }
}

/// What is inside a type that has something inside.
fn inside(versions: &Versions, i: usize) -> Result<&Versions> {
    versions.inside.get(i).ok_or_else(|| Error::argument("a datatype without its base"))
}

fn encode(t: &Datatype, w: &mut Writer, versions: &Versions) -> Result<()> {
    if t.size == 0 {
        return Err(Error::argument("a datatype of size 0"));
    }
    let version = versions.own;
    match &t.class {
        Class::Integer { order, signed, offset, precision } => {
            head(w, 0, version, order_bits(*order)? | u32::from(*signed) << 3, t.size);
            w.u16(*offset).u16(*precision);
        }
        Class::Float { order, layout } => float(w, version, *order, layout, t.size),
        Class::Time { order, precision } => {
            head(w, 2, version, order_bits(*order)?, t.size);
            w.u16(*precision);
        }
        Class::String { padding, charset } => {
            head(w, 3, version, padding_bits(*padding) | charset_bits(*charset) << 4, t.size);
        }
        Class::Bitfield { order, offset, precision } => {
            head(w, 4, version, order_bits(*order)?, t.size);
            w.u16(*offset).u16(*precision);
        }
        Class::Opaque { tag } => opaque(w, version, tag, t.size)?,
        Class::Compound { members } => compound(w, versions, members, t.size)?,
        Class::Reference(kind) => {
            let bits = match kind {
                ReferenceKind::Object => 0,
                ReferenceKind::Region => 1,
                ReferenceKind::Standard => 0x12,
            };
            head(w, 7, version, bits, t.size);
        }
        Class::Enum { base, members } => enumeration(w, versions, base, members, t.size)?,
        Class::VlenSequence { base } => {
            head(w, 9, version, 0, t.size);
            encode(base, w, inside(versions, 0)?)?;
        }
        Class::VlenString { padding, charset } => {
            head(w, 9, version, 1 | padding_bits(*padding) << 4 | charset_bits(*charset) << 8, t.size);
            Datatype::integer(1, false).encode(w, Libver::Earliest)?;
        }
        Class::Array { dims, base } => array(w, versions, dims, base, t.size)?,
        Class::Complex { base } => {
            head(w, 11, version, 1, t.size);
            encode(base, w, inside(versions, 0)?)?;
        }
    }
    Ok(())
}

fn head(w: &mut Writer, class: u32, version: u8, bits: u32, size: u32) {
    w.u32(class | u32::from(version) << 4 | bits << 8).u32(size);
}

fn order_bits(order: ByteOrder) -> Result<u32> {
    match order {
        ByteOrder::Little => Ok(0),
        ByteOrder::Big => Ok(1),
        ByteOrder::Vax => Err(Error::argument("only floats have the VAX byte order")),
    }
}

fn padding_bits(padding: StringPadding) -> u32 {
    match padding {
        StringPadding::NullTerminated => 0,
        StringPadding::NullPadded => 1,
        StringPadding::SpacePadded => 2,
    }
}

fn charset_bits(charset: CharacterSet) -> u32 {
    match charset {
        CharacterSet::Ascii => 0,
        CharacterSet::Utf8 => 1,
    }
}

fn float(w: &mut Writer, version: u8, order: ByteOrder, layout: &FloatLayout, size: u32) {
    let order = match order {
        ByteOrder::Little => 0x00,
        ByteOrder::Big => 0x01,
        ByteOrder::Vax => 0x41,
    };
    let normalization = match layout.normalization {
        Normalization::None => 0,
        Normalization::MsbSet => 1,
        Normalization::Implied => 2,
    };
    head(w, 1, version, order | normalization << 4 | u32::from(layout.sign) << 8, size);
    w.u16(layout.offset).u16(layout.precision);
    w.u8(layout.exponent_position).u8(layout.exponent_size);
    w.u8(layout.mantissa_position).u8(layout.mantissa_size);
    w.u32(layout.bias);
}

fn opaque(w: &mut Writer, version: u8, tag: &[u8], size: u32) -> Result<()> {
    let stored = tag.len().next_multiple_of(8);
    if stored > 248 || tag.contains(&0) {
        return Err(Error::argument("an opaque tag is longer than 248 bytes or holds NUL"));
    }
    head(w, 5, version, fit(stored, "the opaque tag")?, size);
    w.bytes(tag).zeros(stored.saturating_sub(tag.len()));
    Ok(())
}

/// A name with its NUL, padded to a multiple of 8 before version 3.
fn name(w: &mut Writer, version: u8, name: &[u8]) -> Result<()> {
    if name.contains(&0) {
        return Err(Error::argument("a member name holds NUL"));
    }
    let stored = name.len().saturating_add(1);
    let padded = if version < 3 { stored.next_multiple_of(8) } else { stored };
    w.bytes(name).zeros(padded.saturating_sub(name.len()));
    Ok(())
}

fn compound(w: &mut Writer, versions: &Versions, members: &[Member], size: u32) -> Result<()> {
    let version = versions.own;
    let count: u16 = fit(members.len(), "the number of members")?;
    if count == 0 {
        return Err(Error::argument("a compound type without members"));
    }
    head(w, 6, version, count.into(), size);
    for (i, member) in members.iter().enumerate() {
        if member.offset.checked_add(member.datatype.size).is_none_or(|end| end > size) {
            return Err(Error::argument("a member lies outside its compound type"));
        }
        name(w, version, &member.name)?;
        match version {
            // No dimensions: an array member raises the version to 2.
            1 => w.u32(member.offset).zeros(1 + 3 + 4 + 4 + 16),
            2 => w.u32(member.offset),
            _ => w.uint(member.offset.into(), bytes_for(size.into()).into()),
        };
        encode(&member.datatype, w, inside(versions, i)?)?;
    }
    Ok(())
}

fn enumeration(
    w: &mut Writer,
    versions: &Versions,
    base: &Datatype,
    members: &[(Vec<u8>, Vec<u8>)],
    size: u32,
) -> Result<()> {
    let version = versions.own;
    if !matches!(base.class, Class::Integer { .. }) || base.size != size {
        return Err(Error::argument("an enumeration needs an integer of its own size"));
    }
    let count: u16 = fit(members.len(), "the number of enumeration members")?;
    head(w, 8, version, count.into(), size);
    encode(base, w, inside(versions, 0)?)?;
    for (member, _) in members {
        name(w, version, member)?;
    }
    for (_, value) in members {
        if u32::try_from(value.len()) != Ok(base.size) {
            return Err(Error::argument("an enumeration value is not as wide as its type"));
        }
        w.bytes(value);
    }
    Ok(())
}

fn array(w: &mut Writer, versions: &Versions, dims: &[u32], base: &Datatype, size: u32) -> Result<()> {
    let version = versions.own;
    let rank: u8 = fit(dims.len(), "the rank of an array type")?;
    let bytes = dims.iter().try_fold(base.size, |n, d| n.checked_mul(*d));
    if rank == 0 || rank > MAX_RANK || bytes != Some(size) {
        return Err(Error::argument(format!("an array type {dims:?} of {size} bytes")));
    }
    head(w, 10, version, 0, size);
    w.u8(rank);
    if version == 2 {
        w.zeros(3);
    }
    for d in dims {
        w.u32(*d);
    }
    if version == 2 {
        for i in 0..rank {
            w.u32(i.into());
        }
    }
    encode(base, w, inside(versions, 0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{Ctx, Reader};
    use crate::format::message::testing::{decoded, encoded, round_trip};

    fn decode(r: &mut Reader) -> Result<Datatype> {
        Datatype::decode(r, 32)
    }

    fn hex(text: &str) -> Vec<u8> {
        text.split_whitespace().map(|b| u8::from_str_radix(b, 16).unwrap()).collect()
    }

    /// These bytes were written by the reference library.
    #[test]
    fn bytes_of_the_reference_library() {
        let i1 = "10 08 00 00 01 00 00 00 00 00 08 00";
        let i4 = "10 08 00 00 04 00 00 00 00 00 20 00";
        let compound = format!(
            "56 02 00 00 2c 01 00 00 78 00 00 00 {i1} 79 79 5f 6d 65 6d 62 65 72 00 22 01 10 01 00 00 02 00 00 00 00 00 10 00"
        );
        let array2 = format!(
            "2a 00 00 00 30 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 00 00 00 00 01 00 00 00 {i4}"
        );
        let array3 = format!("3a 00 00 00 30 00 00 00 02 03 00 00 00 04 00 00 00 {i4}");
        let cases = [
            (Libver::Earliest, i4.into()),
            (Libver::V18, "10 09 00 00 04 00 00 00 00 00 20 00".to_string()),
            // One byte has no order, and yet it says one.
            (Libver::Earliest, "10 01 00 00 01 00 00 00 00 00 08 00".into()),
            (Libver::Earliest, "10 00 00 00 01 00 00 00 00 00 08 00".into()),
            (Libver::Earliest, "10 08 00 00 04 00 00 00 05 00 11 00".into()),
            (Libver::Earliest, "11 20 3f 00 08 00 00 00 00 00 40 00 34 0b 00 34 ff 03 00 00".into()),
            (Libver::Earliest, "31 61 1f 00 04 00 00 00 00 00 20 00 17 08 00 17 81 00 00 00".into()),
            (Libver::Earliest, "12 00 00 00 04 00 00 00 20 00".into()),
            (Libver::Earliest, "13 00 00 00 07 00 00 00".into()),
            (Libver::V200, "19 01 01 00 10 00 00 00 10 00 00 00 01 00 00 00 00 00 08 00".into()),
            (Libver::Earliest, array2),
            (Libver::V18, array3),
            (
                Libver::V200,
                "5b 01 00 00 08 00 00 00 11 20 1f 00 04 00 00 00 00 00 20 00 17 08 00 17 7f 00 00 00".into(),
            ),
            (Libver::V112, "47 12 00 00 12 00 00 00".into()),
            (Libver::Earliest, "17 00 00 00 08 00 00 00".into()),
            (Libver::Earliest, "17 01 00 00 0c 00 00 00".into()),
            (
                Libver::Earliest,
                "15 10 00 00 07 00 00 00 6d 79 74 61 67 2d 31 32 33 00 00 00 00 00 00 00".into(),
            ),
            (Libver::V200, compound),
        ];
        for (low, text) in cases {
            let bytes = hex(&text);
            let t = decoded(&bytes, decode).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(encoded(&t, low), bytes, "{t:?}");
        }
    }

    fn member(name: &str, offset: u32, datatype: Datatype) -> Member {
        Member { name: name.into(), offset, datatype }
    }

    fn nested() -> Datatype {
        let colour = Datatype {
            size: 1,
            class: Class::Enum {
                base: Box::new(Datatype::integer(1, true)),
                members: vec![(b"FALSE".to_vec(), vec![0]), (b"TRUE".to_vec(), vec![1])],
            },
        };
        let inner = Datatype {
            size: 9,
            class: Class::Compound {
                members: vec![member("re", 0, Datatype::float(8).unwrap()), member("longer name", 8, colour)],
            },
        };
        let vlen = Datatype { size: 16, class: Class::VlenSequence { base: Box::new(inner.clone()) } };
        Datatype {
            size: 40,
            class: Class::Compound { members: vec![member("inner", 20, inner), member("v", 0, vlen)] },
        }
    }

    #[test]
    fn nested_types_in_every_version() {
        let with_array = |t: Datatype| {
            let dims = vec![2, 3];
            let array =
                Datatype { size: t.size * 6, class: Class::Array { dims, base: Box::new(t.clone()) } };
            let size = array.size + t.size;
            let members = vec![member("one", 0, t), member("many", size - array.size, array)];
            Datatype { size, class: Class::Compound { members } }
        };
        for low in [Libver::Earliest, Libver::V18, Libver::V112, Libver::V200] {
            round_trip(&nested(), decode, Ctx::WIDE, low);
            round_trip(&with_array(nested()), decode, Ctx::WIDE, low);
        }
        assert_eq!(nested().version(Libver::Earliest), 1);
        assert_eq!(with_array(nested()).version(Libver::Earliest), 2);
        assert_eq!(with_array(nested()).version(Libver::V18), 3);
    }

    #[test]
    fn dimensions_of_version_1_members_are_arrays() {
        let mut text = "16 01 00 00 18 00 00 00 61 00 00 00 00 00 00 00 00 00 00 00 02 00 00 00".to_string();
        text += " 00 00 00 00 00 00 00 00 02 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00";
        text += " 10 08 00 00 04 00 00 00 00 00 20 00";
        let t = decoded(&hex(&text), decode).unwrap();
        let Class::Compound { members } = t.class else { panic!("{t:?}") };
        let base = Box::new(Datatype::integer(4, true));
        let expected = Datatype { size: 24, class: Class::Array { dims: vec![2, 3], base } };
        assert_eq!(members, [member("a", 0, expected)]);
    }

    #[test]
    fn lies_are_caught() {
        let bad = [
            "10 08 00 00 00 00 00 00 00 00 20 00",                         // size 0
            "10 08 00 00 04 00 00 00 08 00 20 00",                         // bits outside
            "60 08 00 00 04 00 00 00 00 00 20 00",                         // version 6
            "1c 00 00 00 04 00 00 00",                                     // class 12
            "31 60 1f 00 04 00 00 00 00 00 20 00 17 08 00 17 81 00 00 00", // order
            "16 00 00 00 04 00 00 00",                                     // no members
            "36 01 00 00 04 00 00 00 61 00 01 10 08 00 00 04 00 00 00 00 00 20 00", // outside
            "3a 00 00 00 30 00 00 00 02 03 00 00 00 05 00 00 00 10 08 00 00 04 00 00 00 00 00 20 00",
            "19 00 00 00 0f 00 00 00 10 00 00 00 01 00 00 00 00 00 08 00",
        ];
        for text in bad {
            assert!(decoded(&hex(text), decode).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let mut t = Datatype::integer(1, false);
        for _ in 0..40 {
            t = Datatype { size: 16, class: Class::VlenSequence { base: Box::new(t) } };
        }
        let bytes = encoded(&t, Libver::Earliest);
        let error = decoded(&bytes, decode).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Limit);
    }
}
