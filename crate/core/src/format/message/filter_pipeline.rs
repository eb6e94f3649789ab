//! Filter pipeline message 0x000B.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::{Encode, Libver, fit};

/// Most filters a pipeline may have.
const MAX_FILTERS: u8 = 32;
/// From this id on, version 2 stores the filter's name.
const FIRST_NAMED: u16 = 256;

/// One filter of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Registered id: 1 deflate, 2 shuffle, 3 fletcher32 …
    pub id: u16,
    /// Whether a chunk may be stored without this filter.
    pub optional: bool,
    /// Name as stored, without NULs; empty where none is.
    pub name: Vec<u8>,
    /// Client data.
    pub values: Vec<u32>,
}

/// Filters in the order they are applied when writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterPipeline {
    /// First applied first.
    pub filters: Vec<Filter>,
}

impl FilterPipeline {
    #[doc(hidden)]
    /// Decodes versions 1 and 2.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("filter pipeline")
    }
}

fn decode(r: &mut Reader) -> Result<FilterPipeline> {
    let at = r.address();
    let version = r.u8()?;
    let count = r.u8()?;
    match version {
        1 => r.skip(6)?,
        2 => {}
        _ => return Err(Error::unsupported(format!("filter pipeline version {version}")).at(at)),
    }
    if count > MAX_FILTERS {
        return Err(Error::malformed(format!("{count} filters")).at(at));
    }
    let filters = (0..count).map(|_| decode_filter(r, version)).collect::<Result<_>>()?;
    Ok(FilterPipeline { filters })
}

fn decode_filter(r: &mut Reader, version: u8) -> Result<Filter> {
    let id = r.u16()?;
    let name_len = if version == 1 || id >= FIRST_NAMED { r.u16()? } else { 0 };
    let flags = r.u16()?;
    let count = r.u16()?;
    if version == 1 && name_len % 8 != 0 {
        return Err(r.fault(format!("filter name of {name_len} bytes, not a multiple of 8")));
    }
    let stored = r.bytes(name_len.into())?;
    let name = stored.split(|b| *b == 0).next().unwrap_or(stored).to_vec();
    let values = (0..count).map(|_| r.u32()).collect::<Result<_>>()?;
    // The last filter's padding is missing in some hand-made files; nothing follows it.
    if version == 1 && count % 2 == 1 && !r.is_empty() {
        r.skip(4)?;
    }
    Ok(Filter { id, optional: flags & 1 != 0, name, values })
}

impl Encode for FilterPipeline {
    fn encode(&self, w: &mut Writer, low: Libver) -> Result<()> {
        let version: u8 = if low == Libver::Earliest { 1 } else { 2 };
        let count: u8 = fit(self.filters.len(), "the number of filters")?;
        if count > MAX_FILTERS {
            return Err(Error::argument(format!("{count} filters, {MAX_FILTERS} are possible")));
        }
        w.u8(version).u8(count);
        if version == 1 {
            w.zeros(6);
        }
        for filter in &self.filters {
            encode_filter(filter, w, version)?;
        }
        Ok(())
    }
}

fn encode_filter(filter: &Filter, w: &mut Writer, version: u8) -> Result<()> {
    let with_nul = if filter.name.is_empty() { 0 } else { filter.name.len().saturating_add(1) };
    let name_len = match version {
        1 => Some(with_nul.next_multiple_of(8)),
        _ if filter.id >= FIRST_NAMED => Some(with_nul),
        _ => None,
    };
    w.u16(filter.id);
    if let Some(n) = name_len {
        w.u16(fit(n, "the filter name")?);
    }
    w.u16(u16::from(filter.optional)).u16(fit(filter.values.len(), "the number of filter values")?);
    if let Some(n) = name_len {
        w.bytes(&filter.name).zeros(n.saturating_sub(filter.name.len()));
    }
    for v in &filter.values {
        w.u32(*v);
    }
    if version == 1 && filter.values.len() % 2 == 1 {
        w.zeros(4);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, encoded, round_trip};

    fn filter(id: u16, name: &[u8], values: &[u32]) -> Filter {
        Filter { id, optional: id % 2 == 1, name: name.to_vec(), values: values.to_vec() }
    }

    #[test]
    fn version_1_keeps_names_and_pads() {
        let filters = vec![filter(2, b"shuffle", &[8]), filter(1, b"deflate", &[4]), filter(32015, b"", &[])];
        round_trip(&FilterPipeline { filters }, FilterPipeline::decode, Ctx::WIDE, Libver::Earliest);
    }

    #[test]
    fn version_2_names_only_unregistered_filters() {
        let filters = vec![filter(1, b"", &[4]), filter(256, b"mine", &[1, 2, 3]), filter(307, b"", &[9])];
        round_trip(&FilterPipeline { filters }, FilterPipeline::decode, Ctx::WIDE, Libver::V18);
        let named = FilterPipeline { filters: vec![filter(255, b"dropped", &[])] };
        let back = decoded(&encoded(&named, Libver::V18), FilterPipeline::decode).unwrap();
        assert_eq!(back.filters[0].name, b"");
    }

    #[test]
    fn bytes_of_the_reference_library() {
        let v1 = [
            1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 1, 0, b'd', b'e', b'f', b'l', b'a', b't', b'e', 0, 4,
            0, 0, 0, 0, 0, 0, 0,
        ];
        let pipeline = decoded(&v1, FilterPipeline::decode).unwrap();
        assert_eq!(pipeline.filters, [filter(1, b"deflate", &[4])]);
        assert_eq!(encoded(&pipeline, Libver::Earliest), v1);
    }

    #[test]
    fn lies_are_caught() {
        assert!(decoded(&[1, 33, 0, 0, 0, 0, 0, 0], FilterPipeline::decode).is_err());
        assert!(decoded(&[3, 0], FilterPipeline::decode).is_err());
        assert!(decoded(&[2, 1, 1, 0, 0, 0, 255, 255, 1], FilterPipeline::decode).is_err());
    }
}
