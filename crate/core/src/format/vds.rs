//! The mappings of a virtual dataset (09-refs-vds-external): which elements of which datasets are which of its own.

use super::selection::Selection;
use super::{Encode, Libver, fit};
use crate::bytes::{Ctx, Reader, Writer};
use crate::error::{Context, Error, Result};
use std::collections::BTreeMap;

/// Bytes of a mapping at least: two names and two selections.
const LEAST: usize = 2 + 2 * 8;

const SHARED_FILE: u8 = 1;
const SHARED_DATASET: u8 = 2;
const SAME_FILE: u8 = 4;

/// One mapping: the elements of `source`, in order, are those of `target`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Name of the source file; `.` is the file that holds the virtual dataset.
    pub file: Vec<u8>,
    /// Path of the source dataset.
    pub dataset: Vec<u8>,
    /// Elements of the source.
    pub source: Selection,
    /// Elements of the virtual dataset.
    pub target: Selection,
}

/// The global heap object that holds all mappings of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mappings {
    /// 0 or 1; 1 writes names once.
    pub version: u8,
    /// In stored order.
    pub list: Vec<Mapping>,
}

impl Mappings {
    /// In the version that files for `low` use: names are written once where that takes no more bytes.
    pub fn new(list: Vec<Mapping>, low: Libver) -> Result<Self> {
        let plain = Mappings { version: 0, list };
        if low < Libver::V200 {
            return Ok(plain);
        }
        let shared = Mappings { version: 1, list: plain.list.clone() };
        let smaller = shared.size(Ctx::WIDE, low)? <= plain.size(Ctx::WIDE, low)?;
        Ok(if smaller { shared } else { plain })
    }

    /// Decodes versions 0 and 1.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("virtual dataset mappings")
    }
}

fn decode(r: &mut Reader) -> Result<Mappings> {
    let at = r.address();
    let version = match r.u8()? {
        version @ (0 | 1) => version,
        v => return Err(Error::unsupported(format!("mappings of version {v}")).at(at)),
    };
    let n = r.len()?;
    let n = super::length(n).ok().filter(|n| *n <= r.remaining() / LEAST);
    let n = n.ok_or_else(|| r.fault("more mappings than there are bytes"))?;
    let mut list: Vec<Mapping> = Vec::with_capacity(n);
    for _ in 0..n {
        let flags = if version == 0 { 0 } else { r.u8()? };
        let earlier = |r: &mut Reader| {
            let index = r.len()?;
            let found = usize::try_from(index).ok().and_then(|i| list.get(i));
            found.ok_or_else(|| r.fault(format!("the name of mapping {index}, which comes later")))
        };
        let file = if flags & SAME_FILE != 0 {
            b".".to_vec()
        } else if flags & SHARED_FILE != 0 {
            earlier(r)?.file.clone()
        } else {
            r.c_str()?.to_vec()
        };
        let dataset =
            if flags & SHARED_DATASET != 0 { earlier(r)?.dataset.clone() } else { r.c_str()?.to_vec() };
        let (source, target) = (Selection::decode(r)?, Selection::decode(r)?);
        list.push(Mapping { file, dataset, source, target });
    }
    r.checksum()?;
    Ok(Mappings { version, list })
}

/// Names written so far, and in which mapping.
type Names<'a> = BTreeMap<&'a [u8], usize>;

/// The mapping that has `name` already; otherwise mapping `i` is the first one.
fn earlier<'a>(names: &mut Names<'a>, name: &'a [u8], i: usize, shortest: usize) -> Option<usize> {
    if name.len() < shortest {
        return None;
    }
    let first = *names.entry(name).or_insert(i);
    (first < i).then_some(first)
}

impl Encode for Mappings {
    /// In the version that they have.
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()> {
        let start = w.len();
        w.u8(self.version).length(fit(self.list.len(), "the number of mappings")?);
        // A number takes as much room as a short name.
        let shortest = if self.version == 0 { usize::MAX } else { w.ctx().l().saturating_sub(1) };
        let (mut files, mut datasets) = (Names::new(), Names::new());
        for (i, mapping) in self.list.iter().enumerate() {
            let Mapping { file, dataset, source, target } = mapping;
            if file.contains(&0) || dataset.contains(&0) {
                return Err(Error::argument("a source's name holds NUL"));
            }
            let same_file = self.version > 0 && file == b".";
            let file_at = earlier(&mut files, file, i, shortest).filter(|_| !same_file);
            let dataset_at = earlier(&mut datasets, dataset, i, shortest);
            if self.version > 0 {
                let flag = |set: bool, bit: u8| if set { bit } else { 0 };
                w.u8(flag(file_at.is_some(), SHARED_FILE)
                    | flag(dataset_at.is_some(), SHARED_DATASET)
                    | flag(same_file, SAME_FILE));
            }
            for (name, at) in [(file, file_at), (dataset, dataset_at)] {
                match at {
                    Some(at) => w.length(at as u64),
                    None if same_file && std::ptr::eq(name, file) => w,
                    None => w.bytes(name).u8(0),
                };
            }
            source.encode(w, low)?;
            target.encode(w, low)?;
        }
        let sum = crate::bytes::lookup3(w.as_bytes().get(start..).unwrap_or(&[]), 0);
        w.u32(sum);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, encoded, round_trip};
    use crate::format::selection::{Chosen, Pattern};

    fn mappings(version: u8) -> Mappings {
        let row = |start| {
            let axis = |start, block| Pattern { start, stride: 1, count: Some(1), block: Some(block) };
            Selection::new(Chosen::Regular(vec![axis(start, 1), axis(0, 5)]), Libver::V112)
        };
        let all = || Selection::new(Chosen::All, Libver::V112);
        let map = |file: &[u8], dataset: &[u8], at| Mapping {
            file: file.to_vec(),
            dataset: dataset.to_vec(),
            source: all(),
            target: row(at),
        };
        let list = vec![map(b"file.h5", b"/x", 0), map(b".", b"dataset", 1), map(b"file.h5", b"dataset", 2)];
        Mappings { version, list }
    }

    #[test]
    fn both_versions() {
        for version in [0, 1] {
            for ctx in [Ctx::WIDE, Ctx { addr_width: 4, len_width: 4 }] {
                round_trip(&mappings(version), Mappings::decode, ctx, Libver::V112);
            }
        }
        let (long, short) = (encoded(&mappings(0), Libver::V112), encoded(&mappings(1), Libver::V112));
        assert_eq!(long.get(9..20).unwrap(), b"file.h5\0/x\0");
        // Three bytes of flags, one name that has as many as its number, one that is not said.
        assert_eq!(short.len(), long.len() + 3 - 2);
        let chosen = |low| Mappings::new(mappings(0).list, low).unwrap().version;
        assert_eq!((chosen(Libver::V112), chosen(Libver::V200)), (0, 0));
        let own =
            |n: usize| Mappings::new(mappings(0).list.split_off(1)[..n].to_vec(), Libver::V200).unwrap();
        assert_eq!(own(1).version, 1);
    }

    #[test]
    fn lies_are_caught() {
        let good = encoded(&mappings(1), Libver::V112);
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x11;
            assert!(decoded(&bad, Mappings::decode).is_err(), "byte {at}");
        }
    }
}
