//! Filter 32013: zfp, bit planes of transformed blocks of 4 x 4 x … numbers, exact or to a given precision.

mod bits;
mod block;
mod header;
mod order;
mod planes;
mod transform;

use super::Local;
use super::codecs::Codec;
use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype};
use bits::{Reader, Writer};
use block::Scalar;
use header::{Header, Kind, Mode};

pub(super) const CODEC: Codec = Codec { id: 32013, decode, encode, local };

/// Where a block begins, and how much of it is there, for each of up to four axes.
struct Blocks<'a> {
    extents: &'a [usize],
    /// How many blocks along each axis.
    counts: Vec<usize>,
}

impl<'a> Blocks<'a> {
    fn new(extents: &'a [usize]) -> Self {
        Blocks { extents, counts: extents.iter().map(|n| n.div_ceil(4)).collect() }
    }

    fn len(&self) -> usize {
        self.counts.iter().product()
    }

    /// For each place of block `i`, the element there, or the one that stands in for it where the array ends.
    fn places(&self, i: usize, out: &mut Vec<(usize, bool)>) {
        out.clear();
        out.push((0, true));
        let (mut rest, mut stride) = (i, 1);
        for (extent, count) in self.extents.iter().zip(&self.counts) {
            let start = rest % count * 4;
            rest /= count;
            let there = (extent - start).min(4);
            // The axes so far, once for each of four places along this one.
            let row = std::mem::take(out);
            for k in 0..4 {
                // Beyond the end: the element before, in the last place the first one.
                let source = if k < there {
                    k
                } else if k == 3 {
                    0
                } else {
                    there - 1
                };
                let at = (start + source) * stride;
                out.extend(row.iter().map(|(place, real)| (place + at, *real && k < there)));
            }
            stride *= extent;
        }
    }
}

fn decode_as<S: Scalar, const N: usize>(
    header: &Header,
    input: &[u8],
    of: fn([u8; N]) -> S,
    to: fn(S) -> [u8; N],
) -> Result<Vec<u8>> {
    let zero = to(of([0; N]));
    let rank = u32::try_from(header.extents.len()).unwrap_or(4);
    let mut from = Reader::new(input);
    let mut out = vec![zero; header.bytes()? / N];
    let blocks = Blocks::new(&header.extents);
    let mut values = [S::default(); 256];
    let values = &mut values[..1 << (2 * rank)];
    let mut places = Vec::with_capacity(256);
    for i in 0..blocks.len() {
        block::decode(&mut from, header.mode, values, rank);
        from.finish()?;
        blocks.places(i, &mut places);
        for ((place, real), value) in places.iter().zip(values.iter()) {
            if *real {
                out[*place] = to(*value);
            }
        }
    }
    Ok(out.into_flattened())
}

fn encode_as<S: Scalar, const N: usize>(header: &Header, input: &[u8], of: fn([u8; N]) -> S) -> Vec<u8> {
    let rank = u32::try_from(header.extents.len()).unwrap_or(4);
    let elements = input.as_chunks::<N>().0;
    let mut out = Writer::default();
    let blocks = Blocks::new(&header.extents);
    let mut values = [S::default(); 256];
    let values = &mut values[..1 << (2 * rank)];
    let mut places = Vec::with_capacity(256);
    for i in 0..blocks.len() {
        blocks.places(i, &mut places);
        for ((place, _), value) in places.iter().zip(values.iter_mut()) {
            *value = of(elements[*place]);
        }
        block::encode(&mut out, header.mode, values, rank);
    }
    out.finish()
}

/// Reverses the bytes of every element.
fn swap(size: usize, bytes: &mut [u8]) {
    for element in bytes.chunks_exact_mut(size) {
        element.reverse();
    }
}

/// Decodes a chunk of at most `most` bytes.
fn decode(values: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let header = Header::decode(values)?;
    let bytes = header.bytes()?;
    // A block has a bit at least.
    let blocks = Blocks::new(&header.extents).len();
    if bytes > most || blocks > input.len().saturating_mul(8) {
        return Err(Error::malformed(format!(
            "zfp: {bytes} bytes where {most} belong, of {} stored",
            input.len()
        )));
    }
    let mut out = match header.kind {
        Kind::I32 => decode_as(&header, input, i32::from_le_bytes, i32::to_le_bytes),
        Kind::I64 => decode_as(&header, input, i64::from_le_bytes, i64::to_le_bytes),
        Kind::F32 => decode_as(&header, input, f32::from_le_bytes, f32::to_le_bytes),
        Kind::F64 => decode_as(&header, input, f64::from_le_bytes, f64::to_le_bytes),
    }?;
    if header.swapped {
        swap(header.kind.size(), &mut out);
    }
    Ok(out)
}

/// Encodes a chunk as its client data says.
fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let header = Header::decode(values)?;
    if header.bytes()? != input.len() {
        return Err(Error::argument(format!("zfp: {} bytes for {:?} elements", input.len(), header.extents)));
    }
    let mut swapped;
    let mut input = input;
    if header.swapped {
        swapped = input.to_vec();
        swap(header.kind.size(), &mut swapped);
        input = &swapped;
    }
    Ok(Some(match header.kind {
        Kind::I32 => encode_as(&header, input, i32::from_le_bytes),
        Kind::I64 => encode_as(&header, input, i64::from_le_bytes),
        Kind::F32 => encode_as(&header, input, f32::from_le_bytes),
        Kind::F64 => encode_as(&header, input, f64::from_le_bytes),
    }))
}

/// What zfp takes `datatype` for, and in which byte order it is.
fn kind(datatype: &Datatype) -> Option<(Kind, ByteOrder)> {
    Some(match (&datatype.class, datatype.size) {
        (Class::Integer { order, .. }, 4) => (Kind::I32, *order),
        (Class::Integer { order, .. }, 8) => (Kind::I64, *order),
        (Class::Float { order, .. }, 4) => (Kind::F32, *order),
        (Class::Float { order, .. }, 8) => (Kind::F64, *order),
        _ => return None,
    })
}

/// The header, from what [`Mode::asked`] describes.
fn local(values: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    let Some((kind, order)) = kind(local.datatype) else {
        return Err(Error::argument("zfp is for integers and floats of 4 and 8 bytes"));
    };
    let extents = local.chunk.iter().rev().filter(|n| **n > 1);
    let mut extents: Vec<usize> = extents.map(|n| usize::try_from(*n).unwrap_or(usize::MAX)).collect();
    if extents.len() > 4 {
        return Err(Error::argument("zfp is for chunks with up to four extents beyond 1"));
    }
    if extents.is_empty() {
        extents.push(1);
    }
    let mode = Mode::asked(values, kind, extents.len())?;
    if order != ByteOrder::Little && !mode.is_reversible() {
        return Err(Error::argument("zfp keeps big-endian numbers only without loss"));
    }
    Header { kind, extents, mode, swapped: false }.encode()
}

#[cfg(test)]
mod tests;
