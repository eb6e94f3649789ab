//! Filter 6: numbers as differences from the smallest one, in as few bits as hold them all. Floats are rounded to a
//! number of decimal digits first (the "D-scale").

use super::Local;
use super::bit_stream::{BitReader, BitWriter};
use super::codecs::Codec;
use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class};

pub(super) const CODEC: Codec = Codec { id: 6, decode, encode, local };

/// Client data there are.
const VALUES: usize = 20;
/// Bytes before the bits: their number, the size of the minimum, the minimum, and eight of nothing.
const HEADER: usize = 21;
/// Scale types.
const FLOAT_D: u32 = 0;
const FLOAT_E: u32 = 1;
const INTEGER: u32 = 2;

/// What the client data say.
struct Parameters {
    float: bool,
    /// Decimal digits of floats.
    digits: i32,
    /// Bits of integers; 0: as many as needed.
    bits: u32,
    elements: usize,
    size: usize,
    signed: bool,
    big: bool,
    fill: Option<u64>,
}

fn wrong(what: &'static str) -> Error {
    Error::malformed(what)
}

impl Parameters {
    fn new(values: &[u32]) -> Result<Self> {
        let get = |i: usize| values.get(i).copied().unwrap_or(0);
        if values.len() < 8 {
            return Err(wrong("scaleoffset: too few parameters"));
        }
        let (scale, class) = (get(0), get(3));
        if scale == FLOAT_E {
            return Err(Error::unsupported("scaleoffset: the E-scale, which no library has"));
        }
        let size = usize::try_from(get(4)).unwrap_or(0);
        let float = match (scale, class, size) {
            (INTEGER, 0, 1 | 2 | 4 | 8) => false,
            (FLOAT_D, 1, 4 | 8) => true,
            _ => return Err(wrong("scaleoffset: parameters that contradict each other")),
        };
        Ok(Parameters {
            float,
            digits: get(1).cast_signed(),
            bits: get(1),
            elements: usize::try_from(get(2)).unwrap_or(usize::MAX),
            size,
            signed: get(5) == 1,
            big: get(6) == 1,
            fill: (get(7) == 1).then(|| u64::from(get(9)) << 32 | u64::from(get(8))),
        })
    }

    fn whole(&self) -> u32 {
        if self.size == 8 { 64 } else { 8 * u32::try_from(self.size).unwrap_or(4) }
    }

    /// Whether chunks are stored as they are, even without a header.
    fn is_plain(&self) -> bool {
        !self.float && self.bits == self.whole()
    }

    fn mask(&self) -> u64 {
        ones(self.whole())
    }

    /// The number whose bits are `v`.
    #[allow(clippy::cast_possible_truncation)] // as wide as the element
    fn signed(&self, v: u64) -> i64 {
        let shift = 64 - self.whole();
        (v << shift).cast_signed() >> shift
    }

    fn load(&self, bytes: &[u8]) -> u64 {
        let each = |n, b: &u8| n << 8 | u64::from(*b);
        if self.big { bytes.iter().fold(0, each) } else { bytes.iter().rev().fold(0, each) }
    }

    fn store(&self, v: u64, out: &mut Vec<u8>) {
        let (little, big) = (v.to_le_bytes(), v.to_be_bytes());
        let bytes = if self.big { big.get(8 - self.size..) } else { little.get(..self.size) };
        out.extend_from_slice(bytes.unwrap_or(&[]));
    }
}

/// `n` ones.
fn ones(n: u32) -> u64 {
    u64::MAX.checked_shr(64 - n).unwrap_or(0)
}

fn read(r: &mut BitReader, n: u32) -> Result<u64> {
    let high = if n > 32 { r.bits(n - 32)? } else { 0 };
    Ok(u64::from(high) << 32 | u64::from(r.bits(n.min(32))?))
}

#[allow(clippy::cast_possible_truncation)] // in two halves
fn write(w: &mut BitWriter, v: u64, n: u32) {
    if n > 32 {
        w.bits((v >> 32) as u32, n - 32);
    }
    w.bits(v as u32, n.min(32));
}

/// A power of ten, as exact as the type allows.
fn power_of_ten(digits: i32) -> f64 {
    let power = (0..digits.unsigned_abs().min(400)).fold(1.0, |p, _| p * 10.0);
    if digits < 0 { 1.0 / power } else { power }
}

fn decode(values: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let p = Parameters::new(values)?;
    if p.is_plain() {
        return Ok(input.to_vec());
    }
    let total = p.elements.checked_mul(p.size).filter(|n| *n <= most);
    let total = total.ok_or_else(|| wrong("scaleoffset: more elements than the chunk has"))?;
    let (header, body) = input.split_at_checked(HEADER).ok_or_else(|| wrong("scaleoffset: no header"))?;
    let little = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let bits = u32::try_from(little(&header[..4])).unwrap_or(u32::MAX);
    let minimum = little(&header[5..5 + usize::from(header[4]).min(8)]);
    if bits > p.whole() {
        return Err(wrong("scaleoffset: more bits than elements have"));
    }
    let needed = (p.elements as u64).saturating_mul(bits.into()).div_ceil(8);
    if needed > body.len() as u64 {
        return Err(wrong("scaleoffset: the chunk is cut off"));
    }
    let mut r = BitReader::new(body);
    let mut out = Vec::with_capacity(total);
    let whole = bits == p.whole();
    for element in 0..p.elements {
        let v = if whole {
            let at = element * p.size;
            little(body.get(at..at + p.size).unwrap_or(&[]))
        } else {
            let v = read(&mut r, bits)?;
            match p.fill {
                Some(fill) if v == ones(bits) => fill,
                _ => p.restore(v, minimum),
            }
        };
        p.store(v, &mut out);
    }
    Ok(out)
}

impl Parameters {
    /// The element that was packed as `v`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // the library's own arithmetic
    fn restore(&self, v: u64, minimum: u64) -> u64 {
        let power = power_of_ten(self.digits);
        match (self.float, self.size) {
            (false, _) => v.wrapping_add(minimum) & self.mask(),
            (_, 4) => {
                let x = (v as u32).cast_signed() as f32 / power as f32 + f32::from_bits(minimum as u32);
                x.to_bits().into()
            }
            _ => (v.cast_signed() as f64 / power + f64::from_bits(minimum)).to_bits(),
        }
    }

    /// Bits, minimum, and the numbers to be packed; `None` for the numbers: they stay as they are.
    fn pack_integers(&self, elements: &[u64]) -> (u32, u64, Option<Vec<u64>>) {
        // In an order in which all compare as they should.
        let flip = if self.signed { 1 << (self.whole() - 1) } else { 0 };
        let used = || elements.iter().filter(|v| Some(**v) != self.fill).map(|v| v ^ flip);
        let (min, max) = (used().min().unwrap_or(flip), used().max().unwrap_or(flip));
        let minimum = min ^ flip;
        let mut bits = self.bits;
        if bits == 0 {
            let span = max - min;
            if span > self.mask() - 2 {
                return (self.whole(), 0, None);
            }
            bits = bits_for(span + 1 + u64::from(self.fill.is_some()));
        }
        if bits >= self.whole() {
            return (self.whole(), minimum, None);
        }
        let pack = |v: &u64| {
            if Some(*v) == self.fill { ones(bits) } else { v.wrapping_sub(minimum) & ones(bits) }
        };
        (bits, self.signed(minimum).cast_unsigned(), Some(elements.iter().map(pack).collect()))
    }

    /// The same for floats.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // the library's own arithmetic
    fn pack_floats(&self, elements: &[u64]) -> (u32, u64, Option<Vec<u64>>) {
        let power = power_of_ten(self.digits);
        let number =
            |v: u64| if self.size == 4 { f32::from_bits(v as u32).into() } else { f64::from_bits(v) };
        let close = power_of_ten(self.digits.saturating_neg());
        let is_fill = |x: f64| self.fill.is_some_and(|fill| (x - number(fill)).abs() < close);
        let used = || elements.iter().map(|v| number(*v)).filter(|x| !is_fill(*x));
        let min = used().reduce(|a, b| if b < a { b } else { a }).unwrap_or(0.0);
        let max = used().reduce(|a, b| if b > a { b } else { a }).unwrap_or(0.0);
        // Elements of four bytes are scaled in their own precision.
        let scaled = |x: f64| {
            if self.size == 4 {
                f64::from((x as f32 * power as f32 - min as f32 * power as f32).round())
            } else {
                (x * power - min * power).round()
            }
        };
        let span = scaled(max);
        let finite = elements.iter().all(|v| number(*v).is_finite());
        if !finite || span >= ones(self.whole() - 1) as f64 {
            return (self.whole(), 0, None);
        }
        let bits = bits_for(span as u64 + 1 + u64::from(self.fill.is_some()));
        if bits >= self.whole() {
            return (self.whole(), 0, None);
        }
        let minimum = if self.size == 4 { (min as f32).to_bits().into() } else { min.to_bits() };
        let pack = |v: &u64| if is_fill(number(*v)) { ones(bits) } else { scaled(number(*v)) as u64 };
        (bits, minimum, Some(elements.iter().map(pack).collect()))
    }
}

/// Bits that tell `n` things apart.
fn bits_for(n: u64) -> u32 {
    64 - n.saturating_sub(1).leading_zeros()
}

fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let p = Parameters::new(values)?;
    if p.is_plain() {
        return Ok(Some(input.to_vec()));
    }
    if Some(input.len()) != p.elements.checked_mul(p.size) {
        return Err(Error::argument("scaleoffset: a chunk of another size"));
    }
    let elements: Vec<u64> = input.chunks_exact(p.size).map(|bytes| p.load(bytes)).collect();
    let (bits, minimum, packed) = if p.float { p.pack_floats(&elements) } else { p.pack_integers(&elements) };
    let mut out = Vec::with_capacity(HEADER + input.len() / 2);
    out.extend(bits.to_le_bytes());
    out.push(8);
    out.extend(minimum.to_le_bytes());
    out.resize(HEADER, 0);
    let Some(packed) = packed else {
        let native = Parameters { big: false, ..p };
        elements.iter().for_each(|v| native.store(*v, &mut out));
        out.push(0);
        return Ok(Some(out));
    };
    let mut w = BitWriter::after(out);
    packed.iter().for_each(|v| write(&mut w, *v, bits));
    let mut out = w.finish();
    // The library has a byte more than it needs.
    let total = packed.len().saturating_mul(usize::try_from(bits).unwrap_or(64)) / 8;
    out.resize(HEADER + total + 1, 0);
    Ok(Some(out))
}

/// Given: nothing (as few bits as hold all integers), or the bits of integers or the decimal digits of floats.
fn local(given: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    let cannot = |what| Err(Error::argument(what));
    let size = local.datatype.size;
    let (scale, factor, class, signed, order) = match (&local.datatype.class, size) {
        (Class::Integer { order, signed, .. }, 1 | 2 | 4 | 8) => {
            (INTEGER, given.first().copied().unwrap_or(0), 0, *signed, order)
        }
        (Class::Float { order, .. }, 4 | 8) => match given.first() {
            Some(digits) => (FLOAT_D, *digits, 1, false, order),
            None => return cannot("scaleoffset for floats needs a number of decimal digits"),
        },
        _ => return cannot("scaleoffset is for integers and for floats of 4 or 8 bytes"),
    };
    if scale == INTEGER && factor > size * 8 {
        return cannot("scaleoffset with more bits than elements have");
    }
    let big = match order {
        ByteOrder::Little => 0,
        ByteOrder::Big => 1,
        ByteOrder::Vax => return cannot("scaleoffset is not for VAX numbers"),
    };
    let mut values = vec![scale, factor, local.chunk_elements()?, class, size, u32::from(signed), big, 1];
    let mut fill = local.fill.unwrap_or(&[]).to_vec();
    if big == 1 {
        fill.reverse();
    }
    fill.resize(8, 0);
    values.extend(fill.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)));
    values.resize(VALUES, 0);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::datatype::Datatype;

    fn there_and_back(
        datatype: &Datatype,
        given: &[u32],
        data: &[u8],
        fill: Option<&[u8]>,
    ) -> (usize, Vec<u8>) {
        let n = (data.len() as u32 / datatype.size).into();
        let values = local(given, &Local { datatype, chunk: &[n], fill }).unwrap();
        assert_eq!(values.len(), VALUES);
        let stored = encode(&values, data).unwrap().unwrap();
        for cut in 0..stored.len() - 1 {
            let _ = decode(&values, &stored[..cut], data.len());
        }
        assert!(decode(&values, &stored, data.len() - 1).is_err());
        (stored.len(), decode(&values, &stored, data.len()).unwrap())
    }

    #[test]
    fn integers_come_back_exactly() {
        for (size, signed) in [(1, false), (1, true), (2, false), (2, true), (4, true), (8, false), (8, true)]
        {
            let mut datatype = Datatype::integer(size, signed);
            for big in [false, true] {
                if let (Class::Integer { order, .. }, true) = (&mut datatype.class, big) {
                    *order = ByteOrder::Big;
                }
                for spread in [1u64, 2, 3, 100, 5000, 1 << 33, u64::MAX] {
                    for fill in [0u64, 7] {
                        let number = |i: u64| (i.wrapping_mul(i) % spread).wrapping_sub(3);
                        let cut = |v: u64| {
                            let mut b = v.to_le_bytes()[..size as usize].to_vec();
                            if big {
                                b.reverse();
                            }
                            b
                        };
                        let data: Vec<u8> = (0..50).flat_map(|i| cut(number(i))).collect();
                        let (_, back) = there_and_back(&datatype, &[], &data, Some(&cut(fill)));
                        assert_eq!(back, data, "{size} {signed} {spread} {fill}");
                    }
                }
            }
        }
    }

    #[test]
    fn few_bits_take_few_bytes() {
        let data: Vec<u8> = (0..800i32).flat_map(|i| (1_000_000 + i % 7).to_le_bytes()).collect();
        let (n, back) = there_and_back(&Datatype::integer(4, true), &[], &data, None);
        // Seven numbers and the fill value are eight.
        assert_eq!((n, back), (HEADER + 300 + 1, data));
    }

    #[test]
    fn floats_keep_their_digits() {
        for size in [4usize, 8] {
            let datatype = Datatype::float(size as u32).unwrap();
            let bytes =
                |x: f64| if size == 4 { (x as f32).to_le_bytes().to_vec() } else { x.to_le_bytes().to_vec() };
            let data: Vec<u8> = (0..100).flat_map(|i| bytes(f64::from(i) * 0.37 - 5.0)).collect();
            let (n, back) = there_and_back(&datatype, &[2], &data, None);
            assert!(n < data.len() / 2);
            for (a, b) in data.chunks(size).zip(back.chunks(size)) {
                let number = |b: &[u8]| match b {
                    [a, b, c, d] => f64::from(f32::from_le_bytes([*a, *b, *c, *d])),
                    _ => f64::from_le_bytes(b.try_into().unwrap()),
                };
                assert!((number(a) - number(b)).abs() < 0.0051);
            }
            let wild: Vec<u8> = [1e30, f64::NAN, f64::INFINITY, -0.5].into_iter().flat_map(bytes).collect();
            assert_eq!(there_and_back(&datatype, &[3], &wild, None).1, wild);
        }
        let no_digits =
            local(&[], &Local { datatype: &Datatype::float(4).unwrap(), chunk: &[4], fill: None });
        assert!(no_digits.is_err());
    }
}
