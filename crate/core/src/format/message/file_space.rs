//! File space info message 0x0017 of the superblock extension.

use crate::bytes::{Addr, Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver};

/// How file space is handled (version 1). It never changes how data is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSpace {
    /// 0 free-space managers and aggregators, 1 paged, 2 aggregators, 3 none.
    pub strategy: u8,
    /// Smallest free section tracked.
    pub threshold: u64,
    /// Bytes of a page.
    pub page_size: u64,
    /// Metadata threshold at a page's end.
    pub page_end_threshold: u16,
    /// End of allocation before the free-space managers themselves were allocated.
    pub eoa: Option<Addr>,
    /// The 12 managers, where free space persists.
    pub managers: Option<Vec<Option<Addr>>>,
}

impl FileSpace {
    /// Decodes version 1; the deprecated version 0 is mapped to it.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("file space info")
    }
}

fn decode(r: &mut Reader) -> Result<FileSpace> {
    let at = r.address();
    match r.u8()? {
        0 => decode_v0(r),
        1 => {
            let strategy = r.u8()?;
            if strategy > 3 {
                return Err(Error::malformed(format!("file space strategy {strategy}")).at(at));
            }
            let persist = r.u8()? != 0;
            Ok(FileSpace {
                strategy,
                threshold: r.len()?,
                page_size: r.len()?,
                page_end_threshold: r.u16()?,
                eoa: r.addr()?,
                managers: if persist {
                    Some((0..12).map(|_| r.addr()).collect::<Result<_>>()?)
                } else {
                    None
                },
            })
        }
        v => Err(Error::unsupported(format!("file space info version {v}")).at(at)),
    }
}

fn decode_v0(r: &mut Reader) -> Result<FileSpace> {
    let old = r.u8()?;
    let threshold = r.len()?;
    let strategy = match old {
        1 | 2 => 0,
        3 => 2,
        4 => 3,
        _ => return Err(r.fault(format!("file space strategy {old} of version 0"))),
    };
    let mut managers = None;
    if old == 1 {
        let mut all = (0..6).map(|_| r.addr()).collect::<Result<Vec<_>>>()?;
        all.resize(12, None);
        managers = Some(all);
    }
    Ok(FileSpace { strategy, threshold, page_size: 4096, page_end_threshold: 0, eoa: None, managers })
}

impl Encode for FileSpace {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(1).u8(self.strategy).u8(u8::from(self.managers.is_some()));
        w.length(self.threshold).length(self.page_size).u16(self.page_end_threshold).addr(self.eoa);
        for manager in self.managers.iter().flatten() {
            w.addr(*manager);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, round_trip};

    #[test]
    fn round() {
        let mut space = FileSpace {
            strategy: 1,
            threshold: 1,
            page_size: 4096,
            page_end_threshold: 0,
            eoa: Some(Addr(8192)),
            managers: None,
        };
        round_trip(&space, FileSpace::decode, Ctx::WIDE, Libver::V110);
        space.managers = Some((0..12u64).map(|i| (i > 3).then_some(Addr(i))).collect());
        round_trip(&space, FileSpace::decode, Ctx::WIDE, Libver::V110);
    }

    #[test]
    fn version_0() {
        let space = decoded(&[0, 3, 5, 0, 0, 0, 0, 0, 0, 0], FileSpace::decode).unwrap();
        assert_eq!((space.strategy, space.threshold, space.managers), (2, 5, None));
        assert!(decoded(&[0, 9, 5, 0, 0, 0, 0, 0, 0, 0], FileSpace::decode).is_err());
    }
}
