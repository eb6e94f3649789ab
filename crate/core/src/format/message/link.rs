//! Link message 0x0006 (02-groups): a name in a new-style group.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::datatype::CharacterSet;
use crate::format::{Encode, Libver, fit, length};

const EXTERNAL: u8 = 64;

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// An object header.
    Hard(Addr),
    /// A path in the same file, resolved when it is used.
    Soft(Vec<u8>),
    /// A path in another file.
    External {
        /// File name as stored.
        file: Vec<u8>,
        /// Path in that file.
        path: Vec<u8>,
    },
    /// Something only its application knows.
    UserDefined {
        /// Link class, 65 to 255.
        class: u8,
        /// What the application keeps there.
        data: Vec<u8>,
    },
}

/// A link of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Name as stored.
    pub name: Vec<u8>,
    /// Character set of the name.
    pub charset: CharacterSet,
    /// Position in creation order, where it is tracked.
    pub creation_order: Option<i64>,
    /// What it leads to.
    pub target: LinkTarget,
}

impl Link {
    /// Decodes version 1.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("link message")
    }
}

fn decode(r: &mut Reader) -> Result<Link> {
    let at = r.address();
    match r.u8()? {
        1 => {}
        v => return Err(Error::unsupported(format!("link version {v}")).at(at)),
    }
    let flags = r.u8()?;
    if flags & 0xe0 != 0 {
        return Err(Error::malformed(format!("link flags {flags:#04x}")).at(at));
    }
    let class = if flags & 0x08 != 0 { r.u8()? } else { 0 };
    let creation_order =
        if flags & 0x04 != 0 { Some(i64::from_le_bytes(r.u64()?.to_le_bytes())) } else { None };
    let charset = match if flags & 0x10 != 0 { r.u8()? } else { 0 } {
        0 => CharacterSet::Ascii,
        1 => CharacterSet::Utf8,
        set => return Err(Error::malformed(format!("link name of character set {set}")).at(at)),
    };
    let name_len = length(r.uint(1usize << (flags & 3))?)?;
    if name_len == 0 {
        return Err(Error::malformed("link without a name").at(at));
    }
    let name = r.bytes(name_len)?.to_vec();
    let target = match class {
        0 => LinkTarget::Hard(r.defined_addr("linked object")?),
        1 => LinkTarget::Soft(sized(r)?.to_vec()),
        EXTERNAL => external(&mut {
            let n = r.u16()?;
            r.sub(n.into())?
        })?,
        65.. => LinkTarget::UserDefined { class, data: sized(r)?.to_vec() },
        _ => return Err(Error::unsupported(format!("link class {class}")).at(at)),
    };
    Ok(Link { name, charset, creation_order, target })
}

fn sized<'a>(r: &mut Reader<'a>) -> Result<&'a [u8]> {
    let n = r.u16()?;
    r.bytes(n.into())
}

fn external(r: &mut Reader) -> Result<LinkTarget> {
    let at = r.address();
    match r.u8()? {
        0 => {}
        v => return Err(Error::unsupported(format!("external link of version and flags {v:#04x}")).at(at)),
    }
    Ok(LinkTarget::External { file: r.c_str()?.to_vec(), path: r.c_str()?.to_vec() })
}

impl Encode for Link {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        let class = match &self.target {
            LinkTarget::Hard(_) => 0,
            LinkTarget::Soft(_) => 1,
            LinkTarget::External { .. } => EXTERNAL,
            LinkTarget::UserDefined { class, .. } => *class,
        };
        if self.name.is_empty() || self.name.contains(&0) || self.name.contains(&b'/') {
            return Err(Error::argument("a link name is empty or holds NUL or a slash"));
        }
        let (width_code, width) = match self.name.len() {
            0..=0xff => (0u8, 1),
            0x100..=0xffff => (1, 2),
            _ => (2, 4),
        };
        let utf8 = self.charset == CharacterSet::Utf8;
        let ordered = self.creation_order.is_some();
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        w.u8(1).u8(width_code | flag(ordered, 0x04) | flag(class != 0, 0x08) | flag(utf8, 0x10));
        if class != 0 {
            w.u8(class);
        }
        if let Some(order) = self.creation_order {
            w.bytes(&order.to_le_bytes());
        }
        if utf8 {
            w.u8(1);
        }
        w.uint(u64::from(fit::<u32>(self.name.len(), "the link name")?), width).bytes(&self.name);
        match &self.target {
            LinkTarget::Hard(address) => {
                w.addr(Some(*address));
            }
            LinkTarget::Soft(path) => sized_out(w, path)?,
            LinkTarget::External { file, path } => {
                sized_out(w, &[&[0], file.as_slice(), &[0], path.as_slice(), &[0]].concat())?;
            }
            LinkTarget::UserDefined { data, .. } => sized_out(w, data)?,
        }
        Ok(())
    }
}

fn sized_out(w: &mut Writer, data: &[u8]) -> Result<()> {
    w.u16(fit(data.len(), "the link value")?).bytes(data);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, encoded, round_trip};

    fn link(name: &[u8], target: LinkTarget) -> Link {
        Link { name: name.to_vec(), charset: CharacterSet::Ascii, creation_order: None, target }
    }

    #[test]
    fn every_kind() {
        let targets = [
            LinkTarget::Hard(Addr(800)),
            LinkTarget::Soft(b"/a/b".to_vec()),
            LinkTarget::External { file: b"other.h5".to_vec(), path: b"/x".to_vec() },
            LinkTarget::UserDefined { class: 200, data: vec![1, 2] },
        ];
        for target in targets {
            for name in [b"x".as_slice(), &[b'n'; 300], &[b'n'; 70_000]] {
                let mut l = link(name, target.clone());
                round_trip_quickly(&l);
                l.charset = CharacterSet::Utf8;
                l.creation_order = Some(-3);
                round_trip_quickly(&l);
            }
        }
    }

    fn round_trip_quickly(l: &Link) {
        if l.name.len() < 1000 {
            round_trip(l, Link::decode, Ctx::WIDE, Libver::V18);
        } else {
            assert_eq!(&decoded(&encoded(l, Libver::V18), Link::decode).unwrap(), l);
        }
    }

    #[test]
    fn bytes_of_the_reference_library() {
        let hard = [1, 0, 1, b'd', 0xc3, 0, 0, 0, 0, 0, 0, 0];
        let expected = link(b"d", LinkTarget::Hard(Addr(0xc3)));
        assert_eq!(decoded(&hard, Link::decode).unwrap(), expected);
        assert_eq!(encoded(&expected, Libver::V18), hard);
    }

    #[test]
    fn lies_are_caught() {
        assert!(decoded(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Link::decode).is_err());
        assert!(decoded(&[1, 3, 255, 255, 255, 255, 255, 255, 255, 255, 1], Link::decode).is_err());
        assert!(decoded(&[1, 8, 2, 1, b'x', 0, 0], Link::decode).is_err());
        assert!(decoded(&[1, 8, 64, 1, b'x', 3, 0, 0, b'f', b'p'], Link::decode).is_err());
        let slash = link(b"a/b", LinkTarget::Hard(Addr(1)));
        assert!(slash.encode(&mut Writer::new(Ctx::WIDE), Libver::V18).is_err());
    }
}
