//! Filter 4: adaptive entropy coding (CCSDS 121.0-B) in the form of the szip library.
//!
//! A chunk is its number of bytes (four, little-endian) and one bit stream. Samples are coded in lines ("reference
//! intervals") of blocks; each block has the code that suits it best.

use super::Local;
use super::bit_stream::{BitReader, BitWriter};
use super::codecs::Codec;
use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype};

pub(super) const CODEC: Codec = Codec { id: 4, decode, encode, local };

/// Bits of the mask: leave the choice of code k = 13 open; entropy coding only; little- or big-endian samples; predict
/// each sample by the one before; no header in front of the stream.
const ALLOW_K13: u32 = 1;
const ENTROPY: u32 = 4;
const LITTLE: u32 = 8;
const BIG: u32 = 16;
const NEAREST: u32 = 32;
const RAW: u32 = 128;
/// Blocks in a line at most, and in a segment, within which runs of zeros end.
const MOST_BLOCKS: u64 = 128;
const SEGMENT: usize = 64;
/// The largest number that stands for a pair.
const MOST_PAIR: u32 = 90;

/// What the client data say.
struct Parameters {
    /// Samples of a block and of a line of the dataset.
    block: usize,
    line: usize,
    /// Bits of a sample and bytes that hold it.
    bits: u32,
    bytes: usize,
    big: bool,
    predict: bool,
    /// Elements of this many bytes are coded byte by byte, all first ones first.
    planes: usize,
}

impl Parameters {
    fn new(values: &[u32]) -> Result<Self> {
        let &[mask, block, bits, line, ..] = values else {
            return Err(Error::malformed("szip: too few parameters"));
        };
        let ok = block % 2 == 0
            && (2..=32).contains(&block)
            && line > 0
            && u64::from(line) <= MOST_BLOCKS * u64::from(block);
        if !ok || !(1..=64).contains(&bits) {
            return Err(Error::malformed("szip: parameters out of range"));
        }
        let planes = if bits > 32 {
            8
        } else if bits > 24 {
            4
        } else {
            1
        };
        let bits = if planes > 1 { 8 } else { bits };
        let bytes = if bits > 16 { 4 } else { bits.div_ceil(8) };
        let small = |n: u32| usize::try_from(n).unwrap_or(1);
        Ok(Parameters {
            block: small(block),
            line: small(line),
            bits,
            bytes: small(bytes),
            big: mask & BIG != 0,
            predict: mask & NEAREST != 0,
            planes,
        })
    }

    fn blocks(&self) -> usize {
        self.line.div_ceil(self.block)
    }

    /// Bits of a block's id.
    fn id_bits(&self) -> u32 {
        if self.bits <= 8 {
            3
        } else if self.bits <= 16 {
            4
        } else {
            5
        }
    }

    /// The id of blocks whose samples are stored as they are.
    fn raw_id(&self) -> u32 {
        (1 << self.id_bits()) - 1
    }

    fn max(&self) -> u32 {
        (1 << self.bits) - 1
    }

    fn load(&self, bytes: &[u8]) -> u32 {
        let each = |n, b: &u8| n << 8 | u32::from(*b);
        let value = if self.big { bytes.iter().fold(0, each) } else { bytes.iter().rev().fold(0, each) };
        value & self.max()
    }

    fn store(&self, value: u32, out: &mut Vec<u8>) {
        let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
        out.extend_from_slice(if self.big { &big[4 - self.bytes..] } else { &little[..self.bytes] });
    }

    /// The sample after `previous` whose prediction was wrong by what `d` stands for.
    fn next(&self, previous: u32, d: u32) -> u32 {
        let flip = if previous >> (self.bits - 1) == 0 { 0 } else { self.max() };
        if d.div_ceil(2) > (flip ^ previous) {
            return (flip ^ d) & self.max();
        }
        if d.is_multiple_of(2) { previous.wrapping_add(d / 2) } else { previous.wrapping_sub(d.div_ceil(2)) }
    }

    /// How wrong the prediction of `sample` by `previous` is, the other way round.
    fn difference(&self, previous: u32, sample: u32) -> u32 {
        let most = previous.min(self.max() - previous);
        let (up, d) = (sample >= previous, sample.abs_diff(previous));
        if d > most {
            most + d
        } else if up {
            2 * d
        } else {
            2 * d - 1
        }
    }
}

fn decode(values: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let p = Parameters::new(values)?;
    let (size, stream) = input.split_first_chunk::<4>().ok_or_else(|| Error::malformed("szip: no header"))?;
    let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
    if size > most || size % p.bytes != 0 {
        return Err(Error::malformed(format!("szip: a chunk of {size} bytes")));
    }
    let samples = size / p.bytes;
    let mut out = Vec::new();
    let mut r = BitReader::new(stream);
    let mut line = Vec::new();
    let mut left = samples;
    while left > 0 {
        line.clear();
        let wanted = left.min(p.line);
        read_line(&p, &mut r, wanted, &mut line)?;
        let mut previous = None;
        for d in line.iter().take(wanted) {
            let sample = match previous {
                Some(previous) if p.predict => p.next(previous, *d),
                _ => *d,
            };
            p.store(sample, &mut out);
            previous = Some(sample);
        }
        left -= wanted;
    }
    Ok(if p.planes > 1 { join_planes(&out, p.planes) } else { out })
}

/// Bytes of elements that were taken apart.
fn join_planes(data: &[u8], planes: usize) -> Vec<u8> {
    let mut out = vec![0; data.len()];
    super::shuffle::unshuffle(planes, data, &mut out);
    out
}

/// Decodes blocks until the line has `wanted` values.
fn read_line(p: &Parameters, r: &mut BitReader, wanted: usize, line: &mut Vec<u32>) -> Result<()> {
    let blocks = p.blocks();
    while line.len() < wanted {
        let block = line.len() / p.block;
        // The first sample of a line is there itself, the others are predicted.
        let first = p.predict && block == 0;
        let id = r.bits(p.id_bits())?;
        if id == 0 {
            let pairs = r.bits(1)? == 1;
            if first {
                line.push(r.bits(p.bits)?);
            }
            if pairs {
                read_pairs(p, r, first, line)?;
            } else {
                let n = match r.unary()? {
                    4 => (SEGMENT - block % SEGMENT).min(blocks - block),
                    n if n > 4 => usize::try_from(n).unwrap_or(usize::MAX),
                    n => usize::try_from(n + 1).unwrap_or(1),
                };
                if n > blocks - block {
                    return Err(Error::malformed("szip: zeros beyond the end of a line"));
                }
                line.resize((block + n) * p.block, 0);
            }
        } else if id == p.raw_id() {
            for _ in 0..p.block {
                line.push(r.bits(p.bits)?);
            }
        } else {
            read_split(p, r, id - 1, first, line)?;
        }
    }
    Ok(())
}

/// Values as a unary part, and `k` low bits of each behind.
fn read_split(p: &Parameters, r: &mut BitReader, k: u32, first: bool, line: &mut Vec<u32>) -> Result<()> {
    if first {
        line.push(r.bits(p.bits)?);
    }
    let start = line.len();
    for _ in usize::from(first)..p.block {
        let high = r.unary()?;
        if high > p.max() >> k.min(31) {
            return Err(Error::malformed("szip: a value of too many bits"));
        }
        line.push(high << k);
    }
    for value in &mut line[start..] {
        *value |= r.bits(k)?;
    }
    Ok(())
}

/// Pairs of small values as one number each.
fn read_pairs(p: &Parameters, r: &mut BitReader, first: bool, line: &mut Vec<u32>) -> Result<()> {
    for i in 0..p.block / 2 {
        let m = r.unary()?;
        if m > MOST_PAIR {
            return Err(Error::malformed("szip: a pair out of range"));
        }
        let mut sum = 0;
        while (sum + 1) * (sum + 2) / 2 <= m {
            sum += 1;
        }
        let second = m - sum * (sum + 1) / 2;
        if i > 0 || !first {
            line.push(sum - second);
        }
        line.push(second);
    }
    Ok(())
}

/// How a block is coded.
#[derive(Clone, Copy, PartialEq)]
enum Code {
    Zeros,
    Pairs,
    Split(u32),
    Raw,
}

fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let p = Parameters::new(values)?;
    let size = u32::try_from(input.len()).map_err(|_| Error::argument("szip: a chunk of 4 GiB or more"))?;
    if !input.len().is_multiple_of(p.bytes) {
        return Ok(None);
    }
    let mut planes = Vec::new();
    let mut data = input;
    if p.planes > 1 {
        planes.resize(input.len(), 0);
        super::shuffle::shuffle(p.planes, input, &mut planes);
        data = &planes;
    }
    let samples: Vec<u32> = data.chunks_exact(p.bytes).map(|b| p.load(b)).collect();
    let mut w = BitWriter::after(size.to_le_bytes().to_vec());
    for line in samples.chunks(p.line) {
        write_line(&p, line, &mut w);
        if w.len() >= input.len() {
            return Ok(None);
        }
    }
    let out = w.finish();
    Ok((out.len() < input.len()).then_some(out))
}

/// Codes a line; the last one may be shorter than the others.
fn write_line(p: &Parameters, samples: &[u32], w: &mut BitWriter) {
    let Some(last) = samples.last() else { return };
    let mut values = samples.to_vec();
    // Readers that pad lines take whole ones.
    values.resize(p.blocks() * p.block, if p.predict { *last } else { 0 });
    if p.predict {
        for i in (1..values.len()).rev() {
            values[i] = p.difference(values[i - 1], values[i]);
        }
    }
    let blocks: Vec<&[u32]> = values.chunks(p.block).collect();
    let codes: Vec<Code> = blocks
        .iter()
        .enumerate()
        .map(|(i, block)| best(p, &block[usize::from(p.predict && i == 0)..]))
        .collect();
    let mut i = 0;
    while let (Some(code), Some(block)) = (codes.get(i), blocks.get(i)) {
        let first = p.predict && i == 0;
        let rest = &block[usize::from(first)..];
        let reference = |w: &mut BitWriter| {
            if first {
                w.bits(block[0], p.bits);
            }
        };
        let mut n = 1;
        match *code {
            Code::Zeros => {
                let end = (i + SEGMENT - i % SEGMENT).min(codes.len());
                n = codes[i..end].iter().take_while(|c| **c == Code::Zeros).count();
                w.bits(0, p.id_bits() + 1);
                reference(w);
                let run = u32::try_from(n).unwrap_or(0);
                w.unary(if run < 5 {
                    run - 1
                } else if i + n == end {
                    4
                } else {
                    run
                });
            }
            Code::Pairs => {
                w.bits(1, p.id_bits() + 1);
                reference(w);
                // With a reference sample the first pair is zero and the second value.
                let padded = if first { [&[0], rest].concat() } else { rest.to_vec() };
                padded.chunks_exact(2).for_each(|pair| w.unary(pair_number(pair)));
            }
            Code::Split(k) => {
                w.bits(k + 1, p.id_bits());
                reference(w);
                rest.iter().for_each(|v| w.unary(v >> k));
                rest.iter().for_each(|v| w.bits(*v, k));
            }
            Code::Raw => {
                w.bits(p.raw_id(), p.id_bits());
                block.iter().for_each(|v| w.bits(*v, p.bits));
            }
        }
        i += n;
    }
}

fn pair_number(pair: &[u32]) -> u32 {
    let sum = pair[0] + pair[1];
    sum * (sum + 1) / 2 + pair[1]
}

/// The shortest code for a block's values, without the reference sample.
fn best(p: &Parameters, values: &[u32]) -> Code {
    if values.iter().all(|v| *v == 0) {
        return Code::Zeros;
    }
    let n = values.len() as u64;
    let raw = n * u64::from(p.bits);
    let most_k = p.raw_id() - 2;
    let split = |k: u32| values.iter().map(|v| u64::from(v >> k) + 1).sum::<u64>() + n * u64::from(k);
    let (cost, k) = (0..=most_k.min(p.bits - 1)).map(|k| (split(k), k)).min().unwrap_or((u64::MAX, 0));
    let mut best = if cost < raw { (cost, Code::Split(k)) } else { (raw, Code::Raw) };
    if values.iter().all(|v| *v < 10) {
        // An odd number of values has its first pair begin with nothing.
        let (head, pairs) = values.split_at(values.len() % 2);
        let head = head.first().map_or(0, |v| pair_number(&[0, *v]) + 1);
        let pairs: Vec<u32> = pairs.chunks_exact(2).map(pair_number).collect();
        let cost = u64::from(head) + pairs.iter().map(|m| u64::from(*m) + 1).sum::<u64>() + 1;
        if pairs.iter().all(|m| *m <= MOST_PAIR) && head <= MOST_PAIR && cost < best.0 {
            best = (cost, Code::Pairs);
        }
    }
    best.1
}

/// Order and used bits of numbers, which are all that this filter knows.
fn number(datatype: &Datatype) -> Option<(ByteOrder, u32)> {
    let whole = datatype.size.saturating_mul(8);
    let used = |precision: u16, offset: u16| if offset == 0 { precision.into() } else { whole };
    match &datatype.class {
        Class::Integer { order, precision, offset, .. } | Class::Bitfield { order, precision, offset } => {
            Some((*order, used(*precision, *offset)))
        }
        Class::Float { order, layout } => Some((*order, used(layout.precision, layout.offset))),
        Class::Enum { base, .. } => number(base),
        _ => None,
    }
}

/// Given: the mask (4 entropy coding only, 32 nearest neighbour) and samples per block; 32 and 8 where nothing is.
fn local(given: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    let kind = given.first().copied().unwrap_or(NEAREST) & (NEAREST | ENTROPY);
    let block = given.get(1).copied().unwrap_or(8);
    if block % 2 != 0 || !(2..=32).contains(&block) || kind.count_ones() != 1 {
        return Err(Error::argument(
            "szip takes one of nn and ec, and 2 to 32 samples per block, an even number",
        ));
    }
    let (order, bits) = match number(local.datatype) {
        Some((ByteOrder::Little, bits)) if bits <= 64 => (LITTLE, bits),
        Some((ByteOrder::Big, bits)) if bits <= 64 => (BIG, bits),
        _ => return Err(Error::argument("szip is for numbers of at most 64 bits")),
    };
    let bits = match bits {
        25..=32 => 32,
        33.. => 64,
        bits => bits,
    };
    let elements = u64::from(local.chunk_elements()?);
    let most = MOST_BLOCKS * u64::from(block);
    let line = match local.chunk.last() {
        Some(last) if *last >= u64::from(block) => most.min(*last),
        _ if elements < u64::from(block) => {
            return Err(Error::argument("szip needs chunks of at least one block of samples"));
        }
        _ => most.min(elements),
    };
    Ok(vec![kind | order | RAW | ALLOW_K13, block, bits, u32::try_from(line).unwrap_or(u32::MAX)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 20
    }

    #[test]
    fn predictions_undo_themselves() {
        for bits in 1..=10 {
            let p = Parameters::new(&[RAW | LITTLE | NEAREST, 8, bits, 8]).unwrap();
            for previous in 0..=p.max() {
                for sample in 0..=p.max() {
                    let d = p.difference(previous, sample);
                    assert!(d <= p.max());
                    assert_eq!(p.next(previous, d), sample, "{bits}: {previous} {sample} {d}");
                }
            }
        }
    }

    #[test]
    fn every_kind_of_samples_comes_back() {
        let mut seed = 7;
        for bits in [1u32, 3, 7, 8, 11, 12, 16, 20, 24, 32, 64] {
            let bytes = match bits {
                0..=8 => 1,
                9..=16 => 2,
                17..=32 => 4,
                _ => 8,
            };
            for (block, line) in [(2, 2), (4, 30), (8, 8), (10, 33), (16, 1000), (32, 4096)] {
                for mask in [NEAREST | LITTLE, NEAREST | BIG, ENTROPY | LITTLE, ENTROPY | BIG] {
                    let values = [mask | RAW | ALLOW_K13, block, bits, line];
                    for spread in [1u64, 2, 5, 300, 1 << 40] {
                        let mut data = Vec::new();
                        for i in 0..700u64 {
                            let v = if i % 300 < 200 { noise(&mut seed) % spread + i / 50 } else { 9 };
                            let v = if bits == 64 { v } else { v & ((1 << bits) - 1) };
                            let big = mask & BIG != 0;
                            let (l, b) = (v.to_le_bytes(), v.to_be_bytes());
                            data.extend_from_slice(if big { &b[8 - bytes..] } else { &l[..bytes] });
                        }
                        let Some(stored) = encode(&values, &data).unwrap() else { continue };
                        assert_eq!(
                            decode(&values, &stored, data.len()).unwrap(),
                            data,
                            "{values:?} {spread}"
                        );
                        assert!(decode(&values, &stored[..stored.len() / 2], data.len()).is_err());
                        let mut bad = stored.clone();
                        for _ in 0..3 {
                            let at = noise(&mut seed) as usize % bad.len();
                            bad[at] ^= 1 << (noise(&mut seed) % 8);
                            let _ = decode(&values, &bad, data.len());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn parameters_of_the_library() {
        let of = |given: &[u32], datatype: Datatype, chunk: &[u64]| {
            local(given, &Local { datatype: &datatype, chunk, fill: None })
        };
        assert_eq!(of(&[], Datatype::integer(4, true), &[10, 100]).unwrap(), [169, 8, 32, 100]);
        assert_eq!(of(&[4, 16], Datatype::float(8).unwrap(), &[1000, 3]).unwrap(), [141, 16, 64, 2048]);
        assert_eq!(of(&[4, 2], Datatype::integer(2, true), &[5, 1000]).unwrap(), [141, 2, 16, 256]);
        assert!(of(&[], Datatype::integer(4, true), &[3, 2]).is_err());
        assert!(of(&[32, 7], Datatype::integer(4, true), &[100]).is_err());
        assert!(of(&[], Datatype { size: 4, class: Class::Opaque { tag: Vec::new() } }, &[100]).is_err());
    }
}
