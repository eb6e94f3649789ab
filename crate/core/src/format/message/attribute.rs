//! Attribute message 0x000C, and the same bytes as an object of a dense attribute heap.

use super::{Dataspace, Shareable, Shared};
use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::datatype::{CharacterSet, Datatype};
use crate::format::{Encode, Libver, fit};

/// An attribute as stored: type and space may be kept elsewhere, and the data may be padded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeMessage {
    /// Name without its NUL.
    pub name: Vec<u8>,
    /// Character set of the name.
    pub charset: CharacterSet,
    /// Type of the elements.
    pub datatype: Shareable<Datatype>,
    /// Shape.
    pub dataspace: Shareable<Dataspace>,
    /// The elements, and whatever follows them in the message.
    pub data: Vec<u8>,
}

impl AttributeMessage {
    /// Decodes versions 1 to 3; `type_depth` limits the nesting of the type.
    pub fn decode(r: &mut Reader, type_depth: u32) -> Result<Self> {
        decode(r, type_depth).within("attribute message")
    }

    /// Only the name: enough to look for an attribute.
    pub fn decode_name(r: &mut Reader) -> Result<Vec<u8>> {
        Prefix::decode(r).and_then(|p| p.name(r)).within("attribute message")
    }
}

struct Prefix {
    version: u8,
    flags: u8,
    name: usize,
    datatype: usize,
    dataspace: usize,
    charset: CharacterSet,
}

impl Prefix {
    fn decode(r: &mut Reader) -> Result<Self> {
        let at = r.address();
        let version = r.u8()?;
        if !(1..=3).contains(&version) {
            return Err(Error::unsupported(format!("attribute version {version}")).at(at));
        }
        let flags = r.u8()?;
        if version > 1 && flags & !3 != 0 {
            return Err(Error::malformed(format!("attribute flags {flags:#04x}")).at(at));
        }
        let (name, datatype, dataspace) = (r.u16()?.into(), r.u16()?.into(), r.u16()?.into());
        let charset = match if version == 3 { r.u8()? } else { 0 } {
            0 => CharacterSet::Ascii,
            1 => CharacterSet::Utf8,
            set => return Err(Error::malformed(format!("attribute name of character set {set}")).at(at)),
        };
        // Reserved in version 1, where nothing can be shared.
        let flags = if version == 1 { 0 } else { flags };
        Ok(Prefix { version, flags, name, datatype, dataspace, charset })
    }

    /// One of the three parts; version 1 pads each to a multiple of 8.
    fn part<'a>(&self, r: &mut Reader<'a>, size: usize) -> Result<Reader<'a>> {
        let part = r.sub(size)?;
        if self.version == 1 {
            r.skip(size.next_multiple_of(8).saturating_sub(size))?;
        }
        Ok(part)
    }

    fn name(&self, r: &mut Reader) -> Result<Vec<u8>> {
        let at = r.address();
        match self.part(r, self.name)?.rest().split_last() {
            Some((0, name)) if !name.is_empty() => {
                // Some writers count padding in: the name ends at the first NUL.
                Ok(name.split(|b| *b == 0).next().unwrap_or(name).to_vec())
            }
            _ => Err(Error::malformed("attribute name is empty or not terminated").at(at)),
        }
    }
}

fn decode(r: &mut Reader, type_depth: u32) -> Result<AttributeMessage> {
    let prefix = Prefix::decode(r)?;
    let name = prefix.name(r)?;
    let mut part = prefix.part(r, prefix.datatype)?;
    let datatype = match prefix.flags & 1 {
        0 => Shareable::Here(Datatype::decode(&mut part, type_depth)?),
        _ => Shareable::There(Shared::decode(&mut part)?),
    };
    let mut part = prefix.part(r, prefix.dataspace)?;
    let dataspace = match prefix.flags & 2 {
        0 => Shareable::Here(Dataspace::decode(&mut part)?),
        _ => Shareable::There(Shared::decode(&mut part)?),
    };
    Ok(AttributeMessage { name, charset: prefix.charset, datatype, dataspace, data: r.rest().to_vec() })
}

fn encode_part<T: Encode>(part: &Shareable<T>, w: &Writer, low: Libver) -> Result<Vec<u8>> {
    let mut out = Writer::new(w.ctx());
    match part {
        Shareable::Here(value) => value.encode(&mut out, low)?,
        Shareable::There(shared) => shared.encode(&mut out, low)?,
    }
    Ok(out.into_bytes())
}

impl Encode for AttributeMessage {
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()> {
        if self.name.is_empty() || self.name.contains(&0) {
            return Err(Error::argument("an attribute name is empty or holds NUL"));
        }
        let shared_type = matches!(self.datatype, Shareable::There(_));
        let shared_space = matches!(self.dataspace, Shareable::There(_));
        let version = if low > Libver::Earliest || self.charset == CharacterSet::Utf8 {
            3
        } else if shared_type || shared_space {
            2
        } else {
            1
        };
        let name = [self.name.as_slice(), &[0]].concat();
        let datatype = encode_part(&self.datatype, w, low)?;
        let dataspace = encode_part(&self.dataspace, w, low)?;
        w.u8(version).u8(u8::from(shared_type) | u8::from(shared_space) << 1);
        w.u16(fit(name.len(), "the attribute name")?);
        w.u16(fit(datatype.len(), "the attribute's datatype")?);
        w.u16(fit(dataspace.len(), "the attribute's dataspace")?);
        if version == 3 {
            w.u8(u8::from(self.charset == CharacterSet::Utf8));
        }
        for part in [&name, &datatype, &dataspace] {
            w.bytes(part);
            if version == 1 {
                w.zeros(part.len().next_multiple_of(8).saturating_sub(part.len()));
            }
        }
        w.bytes(&self.data);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::{Addr, Ctx};
    use crate::format::message::testing::{encoded, round_trip};

    fn attribute() -> AttributeMessage {
        AttributeMessage {
            name: b"units".to_vec(),
            charset: CharacterSet::Ascii,
            datatype: Shareable::Here(Datatype::integer(4, true)),
            dataspace: Shareable::Here(Dataspace::simple(vec![2])),
            data: vec![1, 0, 0, 0, 2, 0, 0, 0],
        }
    }

    fn decode(r: &mut Reader) -> Result<AttributeMessage> {
        AttributeMessage::decode(r, 32)
    }

    #[test]
    fn versions_are_chosen_and_come_back() {
        let mut a = attribute();
        assert_eq!(encoded(&a, Libver::Earliest)[0], 1);
        round_trip(&a, decode, Ctx::WIDE, Libver::Earliest);
        a.datatype = Shareable::There(Shared::Committed(Addr(800)));
        assert_eq!(encoded(&a, Libver::Earliest)[..2], [2, 1]);
        round_trip(&a, decode, Ctx::WIDE, Libver::Earliest);
        a.charset = CharacterSet::Utf8;
        a.dataspace = Shareable::There(Shared::Heap([1; 8]));
        assert_eq!(encoded(&a, Libver::Earliest)[..2], [3, 3]);
        round_trip(&a, decode, Ctx::WIDE, Libver::Earliest);
        assert_eq!(encoded(&attribute(), Libver::V18)[0], 3);
        round_trip(&attribute(), decode, Ctx::WIDE, Libver::V18);
    }

    #[test]
    fn name_alone() {
        let bytes = encoded(&attribute(), Libver::Earliest);
        let mut r = Reader::new(&bytes, 0, Ctx::WIDE);
        assert_eq!(AttributeMessage::decode_name(&mut r).unwrap(), b"units");
    }

    #[test]
    fn lies_are_caught() {
        let good = encoded(&attribute(), Libver::V18);
        for (at, byte) in [(0, 9), (1, 4), (2, 5), (2, 0), (3, 9), (8, 2)] {
            let mut bad = good.clone();
            bad[at] = byte;
            assert!(decode(&mut Reader::new(&bad, 0, Ctx::WIDE)).is_err(), "byte {at} = {byte}");
        }
    }
}
