//! Fill value messages 0x0005 and, for old files, 0x0004.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, fit, length};

/// When storage is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocTime {
    /// At creation.
    Early,
    /// At the first write.
    Late,
    /// Chunk by chunk.
    Incremental,
}

/// When fill values are written into new storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillTime {
    /// On allocation.
    OnAllocation,
    /// Never.
    Never,
    /// If the user set a value.
    IfSet,
}

/// What unwritten elements read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FillStatus {
    /// Not defined: zeros are handed out, but nobody is held to them.
    Undefined,
    /// Zeros.
    Default,
    /// These bytes, one element in the file's type.
    User(Vec<u8>),
}

/// A fill value message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillValue {
    /// When storage is allocated.
    pub alloc_time: AllocTime,
    /// When fill values are written.
    pub fill_time: FillTime,
    /// The value.
    pub status: FillStatus,
}

impl Default for FillValue {
    /// What a dataset without a fill value message has.
    fn default() -> Self {
        FillValue { alloc_time: AllocTime::Late, fill_time: FillTime::IfSet, status: FillStatus::Default }
    }
}

impl FillValue {
    /// Decodes message 0x0005, versions 1 to 3.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("fill value")
    }

    /// Decodes message 0x0004: a size and that many bytes.
    pub fn decode_old(r: &mut Reader) -> Result<Self> {
        let status = match sized(r).within("old fill value")? {
            FillStatus::Default => FillStatus::Undefined,
            status => status,
        };
        Ok(FillValue { status, ..FillValue::default() })
    }

    /// Writes message 0x0004, which goes beside 0x0005 in files for old readers where the user set a value.
    pub fn encode_old(&self, w: &mut Writer) -> Result<()> {
        match &self.status {
            FillStatus::User(value) => sized_out(w, value),
            _ => sized_out(w, &[]),
        }
    }
}

/// u32 size and value: none is the default. A negative size means "undefined" to old writers.
fn sized(r: &mut Reader) -> Result<FillStatus> {
    let size = r.u32()?;
    Ok(match size {
        0 => FillStatus::Default,
        0x8000_0000.. => FillStatus::Undefined,
        _ => FillStatus::User(r.bytes(length(size.into())?)?.to_vec()),
    })
}

fn sized_out(w: &mut Writer, value: &[u8]) -> Result<()> {
    w.u32(fit(value.len(), "the fill value")?).bytes(value);
    Ok(())
}

fn decode(r: &mut Reader) -> Result<FillValue> {
    let at = r.address();
    let version = r.u8()?;
    let (alloc, fill, status) = match version {
        1 | 2 => {
            let (alloc, fill, defined) = (r.u8()?, r.u8()?, r.u8()?);
            (alloc, fill, if defined == 0 { FillStatus::Undefined } else { sized(r)? })
        }
        3 => {
            let flags = r.u8()?;
            let status = match flags & 0x30 {
                0x00 => FillStatus::Default,
                0x10 => FillStatus::Undefined,
                0x20 => sized(r)?,
                _ => return Err(Error::malformed("a fill value both undefined and stored").at(at)),
            };
            (flags & 3, flags >> 2 & 3, status)
        }
        _ => return Err(Error::unsupported(format!("fill value version {version}")).at(at)),
    };
    let alloc_time = match alloc {
        // 0 is "default" in memory; some writers let it reach the file.
        0 | 2 => AllocTime::Late,
        1 => AllocTime::Early,
        3 => AllocTime::Incremental,
        _ => return Err(Error::malformed(format!("space allocation time {alloc}")).at(at)),
    };
    let fill_time = match fill {
        0 => FillTime::OnAllocation,
        1 => FillTime::Never,
        2 => FillTime::IfSet,
        _ => return Err(Error::malformed(format!("fill time {fill}")).at(at)),
    };
    Ok(FillValue { alloc_time, fill_time, status })
}

impl Encode for FillValue {
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()> {
        let alloc = match self.alloc_time {
            AllocTime::Early => 1,
            AllocTime::Late => 2,
            AllocTime::Incremental => 3,
        };
        let fill: u8 = match self.fill_time {
            FillTime::OnAllocation => 0,
            FillTime::Never => 1,
            FillTime::IfSet => 2,
        };
        if low == Libver::Earliest {
            w.u8(2).u8(alloc).u8(fill).u8(u8::from(self.status != FillStatus::Undefined));
        } else {
            let status = match self.status {
                FillStatus::Default => 0x00,
                FillStatus::Undefined => 0x10,
                FillStatus::User(_) => 0x20,
            };
            w.u8(3).u8(alloc | fill << 2 | status);
        }
        match (&self.status, low) {
            (FillStatus::User(value), _) => sized_out(w, value),
            (FillStatus::Default, Libver::Earliest) => sized_out(w, &[]),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, encoded, round_trip};

    #[test]
    fn every_state_in_both_versions() {
        for alloc_time in [AllocTime::Early, AllocTime::Late, AllocTime::Incremental] {
            for fill_time in [FillTime::OnAllocation, FillTime::Never, FillTime::IfSet] {
                for status in [FillStatus::Undefined, FillStatus::Default, FillStatus::User(vec![1, 2, 3])] {
                    let fill = FillValue { alloc_time, fill_time, status };
                    round_trip(&fill, FillValue::decode, Ctx::WIDE, Libver::Earliest);
                    round_trip(&fill, FillValue::decode, Ctx::WIDE, Libver::V18);
                }
            }
        }
    }

    #[test]
    fn bytes_of_the_reference_library() {
        let late_default = [2, 2, 2, 1, 0, 0, 0, 0];
        let fill = decoded(&late_default, FillValue::decode).unwrap();
        assert_eq!(fill, FillValue::default());
        assert_eq!(encoded(&fill, Libver::Earliest), late_default);
        assert_eq!(encoded(&fill, Libver::V18), [3, 0x0a]);
        // Version 1 without a defined value stops early in some files.
        let undefined = decoded(&[1, 2, 0, 0], FillValue::decode).unwrap();
        assert_eq!(undefined.status, FillStatus::Undefined);
    }

    #[test]
    fn old_message() {
        let old = decoded(&[2, 0, 0, 0, 9, 8], FillValue::decode_old).unwrap();
        assert_eq!(old.status, FillStatus::User(vec![9, 8]));
        let mut w = Writer::new(Ctx::WIDE);
        old.encode_old(&mut w).unwrap();
        assert_eq!(w.as_bytes(), [2, 0, 0, 0, 9, 8]);
        let none = decoded(&[0, 0, 0, 0], FillValue::decode_old).unwrap();
        assert_eq!(none.status, FillStatus::Undefined);
        assert!(decoded(&[2, 0, 0, 0, 9], FillValue::decode_old).is_err());
    }
}
