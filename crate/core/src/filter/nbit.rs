//! Filter 5: only the bits that a datatype uses. Client data describe the datatype as a tree.

use super::Local;
use super::bit_stream::{BitReader, BitWriter};
use super::codecs::Codec;
use crate::error::{Error, Result};
use crate::format::datatype::{ByteOrder, Class, Datatype};

pub(super) const CODEC: Codec = Codec { id: 5, decode, encode, local };

/// Kinds of nodes.
const ATOMIC: u32 = 1;
const ARRAY: u32 = 2;
const COMPOUND: u32 = 3;
const OTHER: u32 = 4;
/// Nodes within one another.
const MOST_DEPTH: u32 = 32;

/// A datatype, as far as its bits go.
enum Node {
    Atomic { size: usize, big: bool, precision: usize, offset: usize },
    Array { size: usize, base: Box<Node> },
    Compound { size: usize, members: Vec<(usize, Node)> },
    Other { size: usize },
}

fn wrong() -> Error {
    Error::malformed("nbit: parameters that contradict each other")
}

/// Client data, taken one after the other.
struct Values<'a>(std::slice::Iter<'a, u32>);

impl Values<'_> {
    fn next(&mut self) -> Result<usize> {
        let v = self.0.next().ok_or_else(wrong)?;
        usize::try_from(*v).map_err(|_| wrong())
    }

    fn node(&mut self, depth: u32) -> Result<Node> {
        let kind = self.0.next().copied().ok_or_else(wrong)?;
        let size = self.next()?;
        if size == 0 || depth == 0 {
            return Err(wrong());
        }
        match kind {
            ATOMIC => {
                let (order, precision, offset) = (self.next()?, self.next()?, self.next()?);
                let end = precision.checked_add(offset).filter(|n| *n <= size.saturating_mul(8));
                if order > 1 || precision == 0 || end.is_none() {
                    return Err(wrong());
                }
                Ok(Node::Atomic { size, big: order == 1, precision, offset })
            }
            ARRAY => {
                let base = Box::new(self.node(depth - 1)?);
                if size % base.size() != 0 {
                    return Err(wrong());
                }
                Ok(Node::Array { size, base })
            }
            COMPOUND => {
                let mut members = Vec::new();
                for _ in 0..self.next()? {
                    let (offset, node) = (self.next()?, self.node(depth - 1)?);
                    if offset.checked_add(node.size()).is_none_or(|end| end > size) {
                        return Err(wrong());
                    }
                    members.push((offset, node));
                }
                Ok(Node::Compound { size, members })
            }
            OTHER => Ok(Node::Other { size }),
            _ => Err(wrong()),
        }
    }
}

/// Calls `each` with every byte that holds bits of a number, the bits' lowest one and their count, highest bits first.
fn each_part(
    (size, big, precision, offset): (usize, bool, usize, usize),
    each: &mut dyn FnMut(usize, u32, u32) -> Result<()>,
) -> Result<()> {
    let mut end = offset + precision;
    while end > offset {
        let start = offset.max((end - 1) / 8 * 8);
        let byte = if big { size - 1 - start / 8 } else { start / 8 };
        let small = |n: usize| u32::try_from(n).unwrap_or(0);
        each(byte, small(start % 8), small(end - start))?;
        end = start;
    }
    Ok(())
}

impl Node {
    fn size(&self) -> usize {
        match self {
            Node::Atomic { size, .. }
            | Node::Array { size, .. }
            | Node::Compound { size, .. }
            | Node::Other { size } => *size,
        }
    }

    /// Calls `each` for every part of an element of this type that starts at byte `at`.
    fn walk(&self, at: usize, each: &mut dyn FnMut(usize, u32, u32) -> Result<()>) -> Result<()> {
        match self {
            Node::Atomic { size, big, precision, offset } => {
                each_part((*size, *big, *precision, *offset), &mut |byte, low, n| each(at + byte, low, n))
            }
            Node::Array { size, base } => {
                (0..*size).step_by(base.size()).try_for_each(|i| base.walk(at + i, each))
            }
            Node::Compound { members, .. } => {
                members.iter().try_for_each(|(offset, node)| node.walk(at + offset, each))
            }
            Node::Other { size } => (0..*size).try_for_each(|i| each(at + i, 0, 8)),
        }
    }

    /// Bits of an element.
    fn bits(&self) -> u64 {
        match self {
            Node::Atomic { precision, .. } => *precision as u64,
            Node::Array { size, base } => base.bits().saturating_mul((size / base.size()) as u64),
            Node::Compound { members, .. } => members.iter().fold(0, |n, (_, m)| n.saturating_add(m.bits())),
            Node::Other { size } => (*size as u64).saturating_mul(8),
        }
    }
}

/// What the elements are, and how many; `None`: they are stored as they are.
fn tree(values: &[u32]) -> Result<Option<(Node, usize)>> {
    let mut values = Values(values.iter());
    let (_, skip, elements) = (values.next()?, values.next()?, values.next()?);
    if skip == 1 {
        return Ok(None);
    }
    Ok(Some((values.node(MOST_DEPTH)?, elements)))
}

fn decode(values: &[u32], input: &[u8], most: usize) -> Result<Vec<u8>> {
    let Some((node, elements)) = tree(values)? else { return Ok(input.to_vec()) };
    let size = elements.checked_mul(node.size()).filter(|n| *n <= most);
    let size = size.ok_or_else(|| Error::malformed("nbit: more elements than the chunk has"))?;
    if node.bits().saturating_mul(elements as u64).div_ceil(8) > input.len() as u64 {
        return Err(Error::malformed("nbit: the chunk is cut off"));
    }
    let mut out = vec![0; size];
    let mut r = BitReader::new(input);
    for at in (0..size).step_by(node.size()) {
        node.walk(at, &mut |byte, low, n| {
            let part = out.get_mut(byte).ok_or_else(wrong)?;
            *part |= u8::try_from(r.bits(n)? << low).unwrap_or(0);
            Ok(())
        })?;
    }
    Ok(out)
}

fn encode(values: &[u32], input: &[u8]) -> Result<Option<Vec<u8>>> {
    let Some((node, elements)) = tree(values)? else { return Ok(Some(input.to_vec())) };
    if Some(input.len()) != elements.checked_mul(node.size()) {
        return Err(Error::argument("nbit: a chunk of another size"));
    }
    let mut w = BitWriter::default();
    for at in (0..input.len()).step_by(node.size()) {
        node.walk(at, &mut |byte, low, n| {
            w.bits(u32::from(input.get(byte).copied().unwrap_or(0)) >> low, n);
            Ok(())
        })?;
    }
    let mut out = w.finish();
    // The library counts one byte more than are full.
    let full = node.bits().saturating_mul(elements as u64) / 8;
    out.resize(usize::try_from(full).unwrap_or(0).saturating_add(1), 0);
    Ok(Some(out))
}

/// Appends the node of a type; `within`: it is part of another one. Says whether any bits can be left out.
fn describe(datatype: &Datatype, within: bool, values: &mut Vec<u32>) -> Result<bool> {
    let mut atomic = |order: &ByteOrder, precision: u16, offset: u16| {
        let order = match order {
            ByteOrder::Little => 0,
            ByteOrder::Big => 1,
            ByteOrder::Vax => return Err(Error::argument("nbit is not for VAX numbers")),
        };
        values.extend([ATOMIC, datatype.size, order, precision.into(), offset.into()]);
        Ok(u32::from(precision) != datatype.size.saturating_mul(8))
    };
    match &datatype.class {
        Class::Integer { order, precision, offset, .. } => atomic(order, *precision, *offset),
        Class::Float { order, layout } => atomic(order, layout.precision, layout.offset),
        Class::Array { base, .. } => {
            values.extend([ARRAY, datatype.size]);
            describe(base, true, values)
        }
        Class::Compound { members } => {
            let count = u32::try_from(members.len()).map_err(|_| wrong())?;
            values.extend([COMPOUND, datatype.size, count]);
            let mut gain = false;
            for member in members {
                values.push(member.offset);
                gain |= describe(&member.datatype, true, values)?;
            }
            // Padding between members is left out, too.
            let used: u64 = members.iter().map(|m| u64::from(m.datatype.size)).sum();
            Ok(gain || used < datatype.size.into())
        }
        _ => {
            if within {
                values.extend([OTHER, datatype.size]);
            }
            Ok(false)
        }
    }
}

fn local(_: &[u32], local: &Local<'_>) -> Result<Vec<u32>> {
    let mut values = vec![0, 0, local.chunk_elements()?];
    let gain = describe(local.datatype, false, &mut values)?;
    values[0] = u32::try_from(values.len()).map_err(|_| wrong())?;
    values[1] = u32::from(!gain);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::datatype::Member;

    fn bits(size: u32, order: ByteOrder, offset: u16, precision: u16) -> Datatype {
        Datatype { size, class: Class::Integer { order, signed: false, offset, precision } }
    }

    #[test]
    fn only_used_bits_are_kept() {
        let datatype = bits(2, ByteOrder::Big, 3, 10);
        let values = local(&[], &Local { datatype: &datatype, chunk: &[2], fill: None }).unwrap();
        assert_eq!(values, [8, 0, 2, 1, 2, 1, 10, 3]);
        // 0b000_1010101011_001: what is outside becomes zero.
        let stored = encode(&values, &[0b0001_0101, 0b0101_1001, 0xff, 0xff]).unwrap().unwrap();
        assert_eq!(stored, [0b1010_1010, 0b1111_1111, 0b1111_0000]);
        assert_eq!(decode(&values, &stored, 4).unwrap(), [0b0001_0101, 0b0101_1000, 0x1f, 0xf8]);
        assert!(decode(&values, &stored[..2], 4).is_err() && decode(&values, &stored, 3).is_err());
    }

    #[test]
    fn nested_types_come_back() {
        let member = |name: &[u8], offset, datatype| Member { name: name.to_vec(), offset, datatype };
        let text = Datatype { size: 3, class: Class::Opaque { tag: Vec::new() } };
        let array = |base: Datatype| Datatype {
            size: base.size * 6,
            class: Class::Array { dims: vec![2, 3], base: Box::new(base) },
        };
        let members = vec![
            member(b"a", 0, bits(4, ByteOrder::Little, 5, 20)),
            member(b"b", 6, array(bits(2, ByteOrder::Big, 0, 16))),
            member(b"c", 20, array(text.clone())),
            member(b"d", 40, Datatype::float(8).unwrap()),
        ];
        let datatype = array(Datatype { size: 48, class: Class::Compound { members } });
        let values = local(&[], &Local { datatype: &datatype, chunk: &[5], fill: None }).unwrap();
        let data: Vec<u8> = (0..datatype.size * 5).map(|i| (i * 37) as u8).collect();
        let stored = encode(&values, &data).unwrap().unwrap();
        let once = decode(&values, &stored, data.len()).unwrap();
        assert_ne!(once, data);
        assert_eq!(encode(&values, &once).unwrap().unwrap(), stored);
        assert_eq!(once[40..48], data[40..48]);
        for i in 0..values.len() {
            for v in [0, 1, 7, u32::MAX] {
                let mut bad = values.clone();
                bad[i] = v;
                let _ = decode(&bad, &stored, data.len());
            }
        }
        let plain = local(&[], &Local { datatype: &text, chunk: &[5], fill: None }).unwrap();
        assert_eq!(plain, [3, 1, 5]);
        assert_eq!(encode(&plain, b"abc").unwrap().unwrap(), b"abc");
    }
}
