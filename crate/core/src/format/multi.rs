//! What the multi and split drivers keep in the driver info `NCSAmult`: which file has which addresses.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Result};

/// Kinds of memory that may have files of their own, in HDF5's order: superblock, B-trees, raw data, global heap,
/// local heap, object headers.
pub const TYPES: usize = 6;

/// A set of files that addresses are spread over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Multi {
    /// The kind (from 1) whose file each kind uses; 0 is its own.
    pub map: [u8; TYPES],
    /// The files in the order in which `map` first uses them.
    pub members: Vec<Member>,
}

/// One file of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The kind of memory, from 0, that it is the file of.
    pub kind: usize,
    /// Its first address; the addresses up to the next member's are its own.
    pub start: u64,
    /// Bytes in use.
    pub end: u64,
    /// Its name, in which `%s` stands for the name of the set.
    pub name: Vec<u8>,
}

/// Kinds that have a file, in the order in which `map` first uses them.
fn used(map: [u8; TYPES]) -> impl Iterator<Item = usize> {
    let file = move |kind: usize| match map.get(kind).copied() {
        Some(n @ 1..=6) => usize::from(n).saturating_sub(1),
        _ => kind,
    };
    (0..TYPES).filter(move |kind| !(0..*kind).any(|before| file(before) == file(*kind))).map(file)
}

impl Multi {
    /// Decodes the driver's data.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let info = |r: &mut Reader| {
            let mut map = [0; TYPES];
            let at = r.address();
            map.copy_from_slice(r.bytes(TYPES)?);
            if map.iter().any(|kind| usize::from(*kind) > TYPES) {
                return Err(crate::error::Error::malformed("a kind of memory that does not exist").at(at));
            }
            r.skip(2)?;
            let mut members = Vec::new();
            for kind in used(map) {
                members.push(Member { kind, start: r.u64()?, end: r.u64()?, name: Vec::new() });
            }
            for member in &mut members {
                member.name = r.c_str()?.to_vec();
                r.align(8);
            }
            Ok(Multi { map, members })
        };
        info(r).within("multi driver info")
    }

    /// Writes the driver's data.
    pub fn encode(&self, w: &mut Writer) {
        let mut data = Writer::new(w.ctx());
        data.bytes(&self.map).zeros(2);
        for member in &self.members {
            data.u64(member.start).u64(member.end);
        }
        for member in &self.members {
            data.bytes(&member.name).u8(0).align(8);
        }
        w.bytes(data.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::decoded;

    fn round(multi: &Multi) -> Vec<u8> {
        let mut w = Writer::new(Ctx::WIDE);
        multi.encode(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(&decoded(&bytes, Multi::decode).unwrap(), multi);
        bytes
    }

    #[test]
    fn split_and_multi() {
        let member = |kind, start, name: &str| Member { kind, start, end: 1416, name: name.into() };
        let members = vec![member(0, 0, "%s-m.h5"), member(2, u64::MAX / 2, "%s-raw.h5")];
        let bytes = round(&Multi { map: [1, 1, 3, 3, 1, 1], members });
        assert_eq!(bytes.len(), 8 + 32 + 8 + 16);
        for n in 0..bytes.len() - 8 {
            assert!(decoded(&bytes[..n], Multi::decode).is_err());
        }
        let members = (0..6).map(|k| member(k, k as u64 * (u64::MAX / 6), "%s")).collect();
        let mut bytes = round(&Multi { map: [0; 6], members });
        bytes[3] = 7;
        assert!(decoded(&bytes, Multi::decode).is_err());
    }

    #[test]
    fn members_come_in_the_order_of_their_first_use() {
        assert_eq!(used([3, 1, 3, 1, 0, 5]).collect::<Vec<_>>(), [2, 0, 4]);
        assert_eq!(used([0, 0, 2, 0, 0, 0]).collect::<Vec<_>>(), [0, 1, 3, 4, 5]);
    }
}
