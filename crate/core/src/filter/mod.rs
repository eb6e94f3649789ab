//! The filter pipeline (10-filters), both directions. One file per filter; [`registry`] knows names for ids.

mod deflate;
mod fletcher32;
pub mod registry;
mod shuffle;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod shuffle_simd;

use crate::error::{Context, Error, Result};
use crate::format::message::{Filter, FilterPipeline};
use std::borrow::Cow;

/// Id of deflate.
pub const DEFLATE: u16 = 1;
/// Id of the byte shuffle.
pub const SHUFFLE: u16 = 2;
/// Id of the Fletcher checksum.
pub const FLETCHER32: u16 = 3;

/// Codec contexts and buffers that are kept from chunk to chunk.
#[derive(Debug, Default)]
pub struct Scratch {
    inflate: deflate::Inflate,
    deflate: deflate::Deflate,
    spare: Vec<u8>,
}

/// Filter `i` is skipped if bit `i` of a chunk's mask is set; a mask has no bits for filters beyond the 32nd.
fn is_skipped(mask: u32, i: usize) -> bool {
    i < 32 && mask >> i & 1 == 1
}

fn unknown(filter: &Filter) -> Error {
    // Stored names are whole sentences in some files.
    let stored = || String::from_utf8_lossy(&filter.name).into_owned();
    let name = registry::name(filter.id).map_or_else(stored, str::to_owned);
    let shown = if name.is_empty() { String::new() } else { format!(" ({name})") };
    Error::unsupported(format!("filter {}{shown} is not available", filter.id)).by_filter(filter.id, name)
}

fn is_known(id: u16) -> bool {
    matches!(id, DEFLATE | SHUFFLE | FLETCHER32)
}

/// Says whether everything that chunks with `mask` went through can be undone.
pub fn check(pipeline: &FilterPipeline, mask: u32) -> Result<()> {
    match applied(pipeline, mask).find(|(_, f)| !is_known(f.id)) {
        Some((_, filter)) => Err(unknown(filter)),
        None => Ok(()),
    }
}

/// Whether no filter at all was applied to chunks with `mask`: their stored bytes are their elements.
pub fn is_plain(pipeline: &FilterPipeline, mask: u32) -> bool {
    applied(pipeline, mask).next().is_none()
}

fn applied(pipeline: &FilterPipeline, mask: u32) -> impl DoubleEndedIterator<Item = (usize, &Filter)> {
    pipeline.filters.iter().enumerate().filter(move |(i, _)| !is_skipped(mask, *i))
}

/// The most bytes that `stored` bytes can decode to: deflate makes at most 1032 bytes of one.
/// Nothing is allocated for chunks that claim more.
fn most_decoded(pipeline: &FilterPipeline, mask: u32, stored: usize) -> usize {
    applied(pipeline, mask).fold(stored, |n, (_, f)| match f.id {
        DEFLATE => n.saturating_mul(1032),
        _ => n,
    })
}

/// Bytes after the first `n` stages, where they can be told in advance: deflate's cannot.
fn size_before(stages: &[&Filter], n: usize, nominal: usize) -> Option<usize> {
    stages.iter().take(n).try_fold(nominal, |size, f| match f.id {
        DEFLATE => None,
        FLETCHER32 => size.checked_add(4),
        _ => Some(size),
    })
}

/// Undoes the filters of a chunk: `stored` becomes exactly the `out.len()` bytes of the chunk.
pub fn decode_into(
    pipeline: &FilterPipeline,
    mask: u32,
    stored: &[u8],
    out: &mut [u8],
    scratch: &mut Scratch,
) -> Result<()> {
    check(pipeline, mask)?;
    let stages: Vec<&Filter> = applied(pipeline, mask).map(|(_, f)| f).collect();
    // Checksums only shorten, so what really moves bytes decides which stage writes to `out`.
    let last = stages.iter().position(|f| f.id != FLETCHER32);
    let mut input = Cow::Borrowed(stored);
    for (i, filter) in stages.iter().enumerate().rev() {
        let done = |e: Error| {
            e.by_filter(filter.id, registry::name(filter.id).unwrap_or("")).within("filter pipeline")
        };
        if filter.id == FLETCHER32 {
            let n = fletcher32::check(&input).map_err(done)?.len();
            match &mut input {
                Cow::Borrowed(bytes) => *bytes = bytes.get(..n).unwrap_or(&[]),
                Cow::Owned(bytes) => bytes.truncate(n),
            }
            continue;
        }
        if Some(i) == last && i == 0 {
            decode_stage(filter, &input, out, scratch).map_err(done)?;
            if let Cow::Owned(bytes) = input {
                scratch.spare = bytes;
            }
            return Ok(());
        }
        // What a stage makes is what the stages before it had made when writing.
        let exact = match filter.id {
            SHUFFLE => Some(input.len()),
            _ => size_before(&stages, i, out.len()),
        };
        let next = match exact {
            Some(size) => {
                let mut next = std::mem::take(&mut scratch.spare);
                next.resize(size, 0);
                decode_stage(filter, &input, &mut next, scratch).map_err(done)?;
                next
            }
            // The output of an earlier deflate: no longer than deflate can make of the chunk.
            None => scratch.inflate.decode_growing(&input, deflate::bound(out.len())).map_err(done)?,
        };
        if let Cow::Owned(bytes) = std::mem::replace(&mut input, Cow::Owned(next)) {
            scratch.spare = bytes;
        }
    }
    if input.len() != out.len() {
        let what = format!("chunk of {} bytes where {} belong", input.len(), out.len());
        return Err(Error::malformed(what)).within("filter pipeline");
    }
    out.copy_from_slice(&input);
    if let Cow::Owned(bytes) = input {
        scratch.spare = bytes;
    }
    Ok(())
}

/// One stage whose output size is known: `out` is filled.
fn decode_stage(filter: &Filter, input: &[u8], out: &mut [u8], scratch: &mut Scratch) -> Result<()> {
    match filter.id {
        DEFLATE => scratch.inflate.decode(input, out),
        SHUFFLE if input.len() != out.len() => {
            Err(Error::malformed(format!("{} shuffled bytes where {} belong", input.len(), out.len())))
        }
        SHUFFLE => {
            shuffle::unshuffle(shuffle::element_size(filter), input, out);
            Ok(())
        }
        _ => Err(unknown(filter)),
    }
}

/// Says whether `stored` bytes can possibly decode to `nominal` ones: asked before anything is allocated.
pub fn check_size(pipeline: &FilterPipeline, mask: u32, stored: u64, nominal: u64) -> Result<()> {
    let most = most_decoded(pipeline, mask, usize::try_from(stored).unwrap_or(usize::MAX));
    if nominal > most as u64 {
        let what = format!("{stored} stored bytes cannot make a chunk of {nominal}");
        return Err(Error::malformed(what));
    }
    Ok(())
}

/// Undoes the filters of a chunk of `nominal` bytes.
pub fn decode(
    pipeline: &FilterPipeline,
    mask: u32,
    stored: &[u8],
    nominal: usize,
    scratch: &mut Scratch,
) -> Result<Vec<u8>> {
    check(pipeline, mask)?;
    check_size(pipeline, mask, stored.len() as u64, nominal as u64).within("filter pipeline")?;
    let mut out = vec![0; nominal];
    decode_into(pipeline, mask, stored, &mut out, scratch)?;
    Ok(out)
}

/// Applies the filters to a chunk. Returns what to store and the filter mask: a filter that is optional and not
/// available is skipped.
pub fn encode(pipeline: &FilterPipeline, bytes: &[u8], scratch: &mut Scratch) -> Result<(Vec<u8>, u32)> {
    let mut mask = 0u32;
    let mut data = Cow::Borrowed(bytes);
    for (i, filter) in pipeline.filters.iter().enumerate() {
        let next = match filter.id {
            DEFLATE => scratch.deflate.encode(&data, filter.values.first().copied())?,
            SHUFFLE => {
                let mut next = std::mem::take(&mut scratch.spare);
                next.resize(data.len(), 0);
                shuffle::shuffle(shuffle::element_size(filter), &data, &mut next);
                next
            }
            FLETCHER32 => fletcher32::append(data.into_owned()),
            _ if filter.optional && i < 32 => {
                mask |= 1 << i;
                continue;
            }
            _ => return Err(unknown(filter)),
        };
        data = Cow::Owned(next);
    }
    Ok((data.into_owned(), mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(filters: &[(u16, &[u32])]) -> FilterPipeline {
        let filter = |(id, values): &(u16, &[u32])| Filter {
            id: *id,
            optional: *id > 3,
            name: Vec::new(),
            values: values.to_vec(),
        };
        FilterPipeline { filters: filters.iter().map(filter).collect() }
    }

    fn sample(n: usize) -> Vec<u8> {
        (0..n).map(|i| ((i * i / 7) ^ (i >> 3)) as u8).collect()
    }

    #[test]
    fn every_order_of_filters_comes_back() {
        let all: [(u16, &[u32]); 3] = [(SHUFFLE, &[4]), (DEFLATE, &[4]), (FLETCHER32, &[])];
        let mut scratch = Scratch::default();
        for len in [0, 1, 3, 400, 4099] {
            let data = sample(len);
            for order in [
                vec![],
                vec![0],
                vec![1],
                vec![2],
                vec![0, 1],
                vec![1, 0],
                vec![0, 1, 2],
                vec![2, 0, 1],
                vec![2, 1, 0],
                vec![1, 2, 0],
                vec![1, 1],
                vec![2, 2],
                vec![1, 0, 1, 2],
            ] {
                let p = pipeline(&order.iter().map(|i| all[*i]).collect::<Vec<_>>());
                let (stored, mask) = encode(&p, &data, &mut scratch).unwrap();
                assert_eq!(mask, 0);
                assert_eq!(decode(&p, mask, &stored, len, &mut scratch).unwrap(), data, "{order:?} {len}");
                assert!(decode(&p, mask, &stored, len + 1, &mut scratch).is_err());
                if len > 0 {
                    assert!(decode(&p, mask, &stored, len - 1, &mut scratch).is_err(), "{order:?} {len}");
                }
            }
        }
    }

    #[test]
    fn masks_skip_filters() {
        let p = pipeline(&[(SHUFFLE, &[4]), (32000, &[]), (FLETCHER32, &[])]);
        let mut scratch = Scratch::default();
        let (stored, mask) = encode(&p, b"12345678", &mut scratch).unwrap();
        assert_eq!(mask, 2);
        assert_eq!(decode(&p, mask, &stored, 8, &mut scratch).unwrap(), b"12345678");
        assert_eq!(decode(&p, 7, b"abc", 3, &mut scratch).unwrap(), b"abc");
        assert!(is_plain(&p, 7) && !is_plain(&p, 2));
        let e = decode(&p, 0, &stored, 8, &mut scratch).unwrap_err();
        assert_eq!(e.filter().map(|f| (f.id, f.name.as_str())), Some((32000, "lzf")));
        assert_eq!(e.kind(), crate::Kind::Unsupported);
    }

    #[test]
    fn damage_is_noticed() {
        let mut scratch = Scratch::default();
        for p in [pipeline(&[(DEFLATE, &[4])]), pipeline(&[(FLETCHER32, &[])])] {
            let data = sample(1000);
            let (mut stored, _) = encode(&p, &data, &mut scratch).unwrap();
            let n = stored.len();
            stored[n / 2] ^= 0x10;
            assert!(decode(&p, 0, &stored, 1000, &mut scratch).is_err());
            assert!(decode(&p, 0, &stored[..n / 2], 1000, &mut scratch).is_err());
            assert!(decode(&p, 0, &[], 1000, &mut scratch).is_err());
        }
    }

    #[test]
    fn bombs_are_refused_before_anything_is_allocated() {
        let p = pipeline(&[(DEFLATE, &[9])]);
        assert!(check_size(&p, 0, 10, 1 << 40).is_err());
        let mut scratch = Scratch::default();
        let (stored, _) = encode(&p, &vec![0; 1 << 20], &mut scratch).unwrap();
        assert!(decode(&p, 0, &stored, 1 << 20, &mut scratch).is_ok());
        assert!(decode(&p, 0, &stored, 1 << 10, &mut scratch).is_err());
    }
}
