//! The filter pipeline (10-filters), both directions. One file per filter; [`registry`] knows names for ids.
//!
//! Deflate, shuffle and fletcher32 are always here. The others come with the feature `codecs`, or from outside
//! ([`External`]): a build for small downloads leaves them to a second module.

#[cfg(feature = "codecs")]
mod bit_stream;
#[cfg(feature = "codecs")]
mod bits;
#[cfg(feature = "codecs")]
mod bitshuffle;
#[cfg(feature = "codecs")]
mod blosc;
#[cfg(feature = "codecs")]
mod bzip2;
#[cfg(feature = "codecs")]
pub mod codecs;
mod deflate;
mod external;
mod fletcher32;
#[cfg(feature = "codecs")]
mod framed;
mod local;
#[cfg(feature = "codecs")]
mod lz4;
#[cfg(feature = "codecs")]
mod lzf;
#[cfg(feature = "codecs")]
mod nbit;
pub mod registry;
#[cfg(feature = "codecs")]
mod scaleoffset;
mod shuffle;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod shuffle_simd;
#[cfg(feature = "codecs")]
mod szip;
#[cfg(feature = "codecs")]
mod zfp;
#[cfg(feature = "codecs")]
mod zstd;

use crate::error::{Context, Error, Result};
use crate::format::message::{Filter, FilterPipeline};
pub use external::{External, State, set_external};
pub use local::{Local, set_local};
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

fn is_core(id: u16) -> bool {
    matches!(id, DEFLATE | SHUFFLE | FLETCHER32)
}

fn unknown(filter: &Filter) -> Error {
    // Stored names are whole sentences in some files.
    let stored = || String::from_utf8_lossy(&filter.name).into_owned();
    let name = registry::name(filter.id).map_or_else(stored, str::to_owned);
    let shown = if name.is_empty() { String::new() } else { format!(" ({name})") };
    Error::unsupported(format!("filter {}{shown} is not available", filter.id)).by_filter(filter.id, name)
}

/// Who undoes `filter`, or applies it (`encode`): an error if nobody does, or if it has to be loaded first. None of the
/// three that are always here.
fn provider(filter: &Filter, encode: bool) -> Result<&'static dyn External> {
    if let Some(external) = external::external() {
        match external.state(filter.id, encode) {
            State::Ready => return Ok(external),
            State::Loadable => {
                let name = registry::name(filter.id).unwrap_or("");
                return Err(Error::missing(Vec::new()).by_filter(filter.id, name));
            }
            State::Absent => {}
        }
    }
    #[cfg(feature = "codecs")]
    if codecs::Codecs.state(filter.id, encode) == State::Ready {
        return Ok(&codecs::Codecs);
    }
    Err(unknown(filter))
}

/// Whether `filter` is there: an error if it never will be, or has to be loaded first.
fn available(filter: &Filter, encode: bool) -> Result<()> {
    if !is_core(filter.id) {
        provider(filter, encode)?;
    }
    Ok(())
}

/// Says whether everything that chunks with `mask` went through can be undone.
pub fn check(pipeline: &FilterPipeline, mask: u32) -> Result<()> {
    applied(pipeline, mask).try_for_each(|(_, filter)| available(filter, false))
}

/// Says whether chunks can be stored at all: whether everything that may not be left out can be applied.
pub fn check_encode(pipeline: &FilterPipeline) -> Result<()> {
    pipeline.filters.iter().try_for_each(|filter| match available(filter, true) {
        Err(e) if filter.optional && !e.is_pending() => Ok(()),
        available => available,
    })
}

/// Whether storing a chunk cannot fail because of what is in it.
pub fn always_encodes(pipeline: &FilterPipeline) -> bool {
    pipeline.filters.iter().all(|filter| filter.optional || is_core(filter.id))
}

/// Undoes a filter that is none of the three.
fn decode_other(filter: &Filter, input: &[u8], most: usize) -> Result<Vec<u8>> {
    let data = provider(filter, false)?.decode(filter, input, most)?;
    if data.len() > most {
        return Err(Error::malformed(format!("{} bytes where at most {most} belong", data.len())));
    }
    Ok(data)
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
    applied(pipeline, mask).fold(stored, |n, (_, f)| n.saturating_mul(registry::most_expanded(f.id)))
}

/// Bytes after the first `n` stages, where they can be told in advance: a compressor's cannot.
fn size_before(stages: &[&Filter], n: usize, nominal: usize) -> Option<usize> {
    stages.iter().take(n).try_fold(nominal, |size, f| match f.id {
        SHUFFLE => Some(size),
        FLETCHER32 => size.checked_add(4),
        _ => None,
    })
}

/// The most bytes that earlier stages may have made of a chunk of `nominal`: headers cost something in small chunks.
fn bound(nominal: usize) -> usize {
    nominal.saturating_mul(2).saturating_add(1024)
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
        if Some(i) == last && i == 0 && matches!(filter.id, DEFLATE | SHUFFLE) {
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
            _ if !matches!(filter.id, DEFLATE | SHUFFLE) => {
                decode_other(filter, &input, exact.unwrap_or(bound(out.len()))).map_err(done)?
            }
            Some(size) => {
                let mut next = std::mem::take(&mut scratch.spare);
                next.resize(size, 0);
                decode_stage(filter, &input, &mut next, scratch).map_err(done)?;
                next
            }
            // The output of an earlier deflate: no longer than deflate can make of the chunk.
            None => scratch.inflate.decode_growing(&input, bound(out.len())).map_err(done)?,
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

/// What `filter` makes of `data`; `None` if there is no such filter, but it may be left out, or if it cannot do it.
fn encode_other(filter: &Filter, data: &[u8]) -> Result<Option<Vec<u8>>> {
    let provider = match provider(filter, true) {
        Err(e) if filter.optional && !e.is_pending() => return Ok(None),
        provider => provider?,
    };
    let name = registry::name(filter.id).unwrap_or("");
    match provider.encode(filter, data) {
        // Client data that make no sense, for example: the chunk is stored without the filter.
        Err(e) if filter.optional && !e.is_pending() => Ok(None),
        done => done.map_err(|e| e.by_filter(filter.id, name)).within("filter pipeline"),
    }
}

fn refused(filter: &Filter) -> Error {
    let name = registry::name(filter.id).unwrap_or("");
    let what = format!("filter {} cannot store this chunk, and may not be left out", filter.id);
    Error::unsupported(what).by_filter(filter.id, name)
}

/// Whether the library could not apply the filter for want of client data: it does not tell the filters of datasets of
/// variable-length types how large elements are, and skips the shuffle of each of their chunks.
fn lacks_values(filter: &Filter) -> bool {
    match filter.values[..] {
        [0] => filter.id == SHUFFLE,
        [level] => filter.id == DEFLATE && level > 9,
        _ => true,
    }
}

/// Applies the filters to a chunk. Returns what to store and the filter mask: a filter that is optional and not
/// available, or of no use, is skipped.
pub fn encode(pipeline: &FilterPipeline, bytes: &[u8], scratch: &mut Scratch) -> Result<(Vec<u8>, u32)> {
    let mut mask = 0u32;
    let mut data = Cow::Borrowed(bytes);
    for (i, filter) in pipeline.filters.iter().enumerate() {
        let next = match filter.id {
            DEFLATE | SHUFFLE if lacks_values(filter) && filter.optional && i < 32 => {
                mask |= 1 << i;
                continue;
            }
            DEFLATE => scratch.deflate.encode(&data, filter.values.first().copied())?,
            SHUFFLE => {
                let mut next = std::mem::take(&mut scratch.spare);
                next.resize(data.len(), 0);
                shuffle::shuffle(shuffle::element_size(filter), &data, &mut next);
                next
            }
            FLETCHER32 => fletcher32::append(data.into_owned()),
            _ => match encode_other(filter, &data)? {
                Some(next) => next,
                None if filter.optional && i < 32 => {
                    mask |= 1 << i;
                    continue;
                }
                None => return Err(refused(filter)),
            },
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
    fn what_lacks_its_values_is_skipped() {
        let mut p = pipeline(&[(SHUFFLE, &[]), (DEFLATE, &[12]), (DEFLATE, &[1])]);
        p.filters.iter_mut().for_each(|f| f.optional = true);
        let data = sample(400);
        let (stored, mask) = encode(&p, &data, &mut Scratch::default()).unwrap();
        assert_eq!(mask, 3);
        assert_eq!(decode(&p, mask, &stored, 400, &mut Scratch::default()).unwrap(), data);
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
        let p = pipeline(&[(SHUFFLE, &[4]), (32017, &[]), (FLETCHER32, &[])]);
        let mut scratch = Scratch::default();
        let (stored, mask) = encode(&p, b"12345678", &mut scratch).unwrap();
        assert_eq!(mask, 2);
        assert_eq!(decode(&p, mask, &stored, 8, &mut scratch).unwrap(), b"12345678");
        assert_eq!(decode(&p, 7, b"abc", 3, &mut scratch).unwrap(), b"abc");
        assert!(is_plain(&p, 7) && !is_plain(&p, 2));
        let e = decode(&p, 0, &stored, 8, &mut scratch).unwrap_err();
        assert_eq!(e.filter().map(|f| (f.id, f.name.as_str())), Some((32017, "sz")));
        assert_eq!(e.kind(), crate::Kind::Unsupported);
    }

    #[test]
    #[cfg(feature = "codecs")]
    fn what_may_be_left_out_never_fails() {
        // Bitshuffle of elements without bytes.
        let mut p = pipeline(&[(32008, &[0, 2])]);
        let mut scratch = Scratch::default();
        assert!(always_encodes(&p));
        assert_eq!(encode(&p, b"1234", &mut scratch).unwrap(), (b"1234".to_vec(), 1));
        p.filters[0].optional = false;
        assert!(!always_encodes(&p));
        assert!(encode(&p, b"1234", &mut scratch).is_err());
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
