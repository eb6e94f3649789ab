//! Bytes to datatypes: every class in versions 1 to 5.

use super::{
    ByteOrder, CharacterSet, Class, Datatype, FloatLayout, Member, Normalization, ReferenceKind,
    StringPadding,
};
use crate::bytes::{Reader, bytes_for};
use crate::error::{Context, Error, Result};
use crate::format::length;
use crate::format::message::MAX_RANK;

/// The fixed part of every datatype message.
struct Head {
    at: u64,
    version: u8,
    /// The 24 class bits.
    bits: u32,
    size: u32,
    /// Levels of nesting that are still allowed.
    depth: u32,
}

impl Datatype {
    #[doc(hidden)]
    /// Decodes a datatype message; at most `depth` types may be nested in one another.
    pub fn decode(r: &mut Reader, depth: u32) -> Result<Self> {
        decode(r, depth).within("datatype")
    }
}

fn decode(r: &mut Reader, depth: u32) -> Result<Datatype> {
    let at = r.address();
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Error::limit("datatypes are nested too deeply").at(at));
    };
    let word = r.u32()?;
    let size = r.u32()?;
    let (class, version) = (word & 0xf, word >> 4 & 0xf);
    if !(1..=5).contains(&version) {
        return Err(Error::unsupported(format!("datatype version {version}")).at(at));
    }
    if size == 0 {
        return Err(Error::malformed("datatype of size 0").at(at));
    }
    // Four bits.
    let version = u8::try_from(version).unwrap_or(0);
    let head = Head { at, version, bits: word >> 8, size, depth };
    let class = match class {
        0 => integer(r, &head),
        1 => float(r, &head),
        2 => time(r, &head),
        3 => string(&head),
        4 => bitfield(r, &head),
        5 => opaque(r, &head),
        6 => compound(r, &head),
        7 => reference(&head),
        8 => enumeration(r, &head),
        9 => vlen(r, &head),
        10 => array(r, &head),
        11 => complex(r, &head),
        _ => Err(Error::unsupported(format!("datatype class {class}"))),
    }
    .at(at)?;
    Ok(Datatype { size, class })
}

impl Head {
    /// A few of the class bits.
    fn field(&self, from: u32, width: u32) -> u8 {
        let mask = 1u32.checked_shl(width).unwrap_or(0).wrapping_sub(1);
        u8::try_from(self.bits.checked_shr(from).unwrap_or(0) & mask & 0xff).unwrap_or(0)
    }

    fn order(&self) -> ByteOrder {
        if self.bits & 1 != 0 { ByteOrder::Big } else { ByteOrder::Little }
    }

    fn bad<T>(&self, what: impl Into<std::borrow::Cow<'static, str>>) -> Result<T> {
        Err(Error::malformed(what).at(self.at))
    }

    /// Checks that bits `offset .. offset + precision` lie within the element, and that this is a number at all:
    /// with more bytes than positions can count, it would be nearly all padding.
    fn check_bits(&self, offset: u16, precision: u16) -> Result<()> {
        if self.size > u32::from(u16::MAX) {
            return self.bad(format!("a number of {} bytes", self.size));
        }
        let end = u64::from(offset).saturating_add(precision.into());
        if precision == 0 || end > u64::from(self.size).saturating_mul(8) {
            return self.bad(format!("{precision} bits at bit {offset} of {} bytes", self.size));
        }
        Ok(())
    }

    fn padding(&self, from: u32) -> Result<StringPadding> {
        match self.field(from, 4) {
            0 => Ok(StringPadding::NullTerminated),
            1 => Ok(StringPadding::NullPadded),
            2 => Ok(StringPadding::SpacePadded),
            n => self.bad(format!("string padding {n}")),
        }
    }

    fn charset(&self, from: u32) -> Result<CharacterSet> {
        match self.field(from, 4) {
            0 => Ok(CharacterSet::Ascii),
            1 => Ok(CharacterSet::Utf8),
            n => self.bad(format!("character set {n}")),
        }
    }
}

fn integer(r: &mut Reader, head: &Head) -> Result<Class> {
    let (offset, precision) = (r.u16()?, r.u16()?);
    head.check_bits(offset, precision)?;
    Ok(Class::Integer { order: head.order(), signed: head.bits & 8 != 0, offset, precision })
}

fn bitfield(r: &mut Reader, head: &Head) -> Result<Class> {
    let (offset, precision) = (r.u16()?, r.u16()?);
    head.check_bits(offset, precision)?;
    Ok(Class::Bitfield { order: head.order(), offset, precision })
}

fn time(r: &mut Reader, head: &Head) -> Result<Class> {
    let precision = r.u16()?;
    head.check_bits(0, precision)?;
    Ok(Class::Time { order: head.order(), precision })
}

fn float(r: &mut Reader, head: &Head) -> Result<Class> {
    // Bit 6 has no meaning before version 3.
    let order = match (head.bits & 0x01 != 0, head.bits & 0x40 != 0 && head.version >= 3) {
        (true, true) => ByteOrder::Vax,
        (false, true) => return head.bad("byte order of a float"),
        _ => head.order(),
    };
    let normalization = match head.field(4, 2) {
        0 => Normalization::None,
        1 => Normalization::MsbSet,
        2 => Normalization::Implied,
        n => return head.bad(format!("mantissa normalisation {n}")),
    };
    let layout = FloatLayout {
        offset: r.u16()?,
        precision: r.u16()?,
        sign: head.field(8, 8),
        exponent_position: r.u8()?,
        exponent_size: r.u8()?,
        mantissa_position: r.u8()?,
        mantissa_size: r.u8()?,
        bias: r.u32()?,
        normalization,
    };
    head.check_bits(layout.offset, layout.precision)?;
    // Positions count from the element's lowest bit, not from the offset.
    let end = layout.offset.saturating_add(layout.precision);
    let within = |from: u8, bits: u8| u16::from(from).saturating_add(bits.into()) <= end;
    let fields = layout.exponent_size > 0 && layout.mantissa_size > 0 && within(layout.sign, 1);
    if !fields
        || !within(layout.exponent_position, layout.exponent_size)
        || !within(layout.mantissa_position, layout.mantissa_size)
    {
        return head.bad("fields of a float lie outside its precision");
    }
    Ok(Class::Float { order, layout })
}

fn string(head: &Head) -> Result<Class> {
    Ok(Class::String { padding: head.padding(0)?, charset: head.charset(4)? })
}

fn opaque(r: &mut Reader, head: &Head) -> Result<Class> {
    let stored = r.bytes(head.field(0, 8).into())?;
    let tag = stored.split(|b| *b == 0).next().unwrap_or(stored);
    Ok(Class::Opaque { tag: tag.to_vec() })
}

fn reference(head: &Head) -> Result<Class> {
    let kind = match head.field(0, 4) {
        0 => ReferenceKind::Object,
        1 => ReferenceKind::Region,
        2..=4 => ReferenceKind::Standard,
        n => return Err(Error::unsupported(format!("reference kind {n}")).at(head.at)),
    };
    Ok(Class::Reference(kind))
}

/// A name with its NUL, padded to a multiple of 8 before version 3.
fn name(r: &mut Reader, version: u8) -> Result<Vec<u8>> {
    let name = r.c_str()?;
    if version < 3 {
        let stored = name.len().saturating_add(1);
        r.skip(stored.next_multiple_of(8).saturating_sub(stored))?;
    }
    Ok(name.to_vec())
}

fn compound(r: &mut Reader, head: &Head) -> Result<Class> {
    let count = head.bits & 0xffff;
    if count == 0 {
        return head.bad("compound without members");
    }
    let members = (0..count).map(|_| member(r, head)).collect::<Result<_>>()?;
    Ok(Class::Compound { members })
}

fn member(r: &mut Reader, head: &Head) -> Result<Member> {
    let name = name(r, head.version)?;
    let at = r.address();
    let mut dims = Vec::new();
    let offset = match head.version {
        1 => {
            let offset = r.u32()?;
            let rank = r.u8()?;
            r.skip(3 + 4 + 4)?;
            let all = (0..4).map(|_| r.u32()).collect::<Result<Vec<_>>>()?;
            if rank > 4 {
                return Err(Error::malformed(format!("member of rank {rank}")).at(at));
            }
            dims = all.into_iter().take(rank.into()).collect();
            offset
        }
        2 => r.u32()?,
        // At most four bytes wide, as the size is.
        _ => u32::try_from(r.uint(bytes_for(head.size.into()).into())?).unwrap_or(u32::MAX),
    };
    let mut datatype = decode(r, head.depth)?;
    if !dims.is_empty() {
        let size = product(&dims, datatype.size);
        let size = size.ok_or_else(|| Error::malformed("size of an array member").at(at))?;
        datatype = Datatype { size, class: Class::Array { dims, base: Box::new(datatype) } };
    }
    if offset.checked_add(datatype.size).is_none_or(|end| end > head.size) {
        return Err(Error::malformed("a member lies outside its compound").at(at));
    }
    Ok(Member { name, offset, datatype })
}

fn product(dims: &[u32], base: u32) -> Option<u32> {
    dims.iter().try_fold(base, |n, d| n.checked_mul(*d)).filter(|n| *n > 0)
}

fn enumeration(r: &mut Reader, head: &Head) -> Result<Class> {
    let count = head.bits & 0xffff;
    let base = decode(r, head.depth)?;
    if !matches!(base.class, Class::Integer { .. }) || base.size != head.size {
        return head.bad("an enumeration needs an integer of its own size");
    }
    let names = (0..count).map(|_| name(r, head.version)).collect::<Result<Vec<_>>>()?;
    let width = length(base.size.into())?;
    let pair = |name| Ok((name, r.bytes(width)?.to_vec()));
    let members = names.into_iter().map(pair).collect::<Result<_>>()?;
    Ok(Class::Enum { base: Box::new(base), members })
}

fn vlen(r: &mut Reader, head: &Head) -> Result<Class> {
    // A count, an address and an index.
    let id = r.ctx().o().saturating_add(8);
    if usize::try_from(head.size) != Ok(id) {
        return head.bad(format!("variable-length type of {} bytes, {id} are expected", head.size));
    }
    let base = decode(r, head.depth)?;
    match head.field(0, 4) {
        0 => Ok(Class::VlenSequence { base: Box::new(base) }),
        1 => Ok(Class::VlenString { padding: head.padding(4)?, charset: head.charset(8)? }),
        n => head.bad(format!("variable-length type of kind {n}")),
    }
}

fn array(r: &mut Reader, head: &Head) -> Result<Class> {
    let rank = r.u8()?;
    if rank == 0 || rank > MAX_RANK || head.version < 2 {
        return head.bad(format!("array of rank {rank} in version {}", head.version));
    }
    if head.version == 2 {
        r.skip(3)?;
    }
    let dims = (0..rank).map(|_| r.u32()).collect::<Result<Vec<_>>>()?;
    if head.version == 2 {
        let permutation = usize::from(rank).saturating_mul(4);
        r.skip(permutation)?;
    }
    let base = decode(r, head.depth)?;
    if product(&dims, base.size) != Some(head.size) {
        return head.bad(format!("array {dims:?} of {} bytes each takes {} bytes", base.size, head.size));
    }
    Ok(Class::Array { dims, base: Box::new(base) })
}

fn complex(r: &mut Reader, head: &Head) -> Result<Class> {
    if head.bits & 0x07 != 1 {
        return Err(Error::unsupported(format!("complex type of form {:#x}", head.bits)).at(head.at));
    }
    let base = decode(r, head.depth)?;
    if !matches!(base.class, Class::Float { .. }) || base.size.checked_mul(2) != Some(head.size) {
        return head.bad("a complex type needs a float of half its size");
    }
    Ok(Class::Complex { base: Box::new(base) })
}
