//! Making a Blosc chunk.

use super::chunk::{BIT_SHUFFLE, BYTE_SHUFFLE, EXTENDED, Header, NOT_SPLIT, STORED, VERSION1, VERSION2};
use super::stream::Codec;
use crate::error::{Error, Result};
use crate::filter::{bits, shuffle};

/// Streams of a block never hold less when it is split.
const SMALLEST_STREAM: usize = 128;
/// Elements of more bytes are not split.
const MOST_STREAMS: usize = 16;

/// How to make a chunk.
pub(super) struct Encoder {
    /// Bytes of an element.
    pub size: usize,
    /// 0 (stored) … 9.
    pub level: u8,
    /// 0 none, 1 bytes, 2 bits; 3 delta in Blosc 2.
    pub shuffle: u8,
    pub codec: Codec,
    /// Whether for Blosc 2.
    pub extended: bool,
}

impl Encoder {
    /// Bytes of a block: more at higher levels, and whole groups of eight elements.
    pub fn block(&self, plain: usize) -> usize {
        let group = self.size * 8;
        let target = (1usize << 15) << (self.level.max(1) / 2).min(4);
        let target = if self.split() { target * self.size.min(8) } else { target };
        (target / group * group).max(group).min(plain)
    }

    fn split(&self) -> bool {
        self.codec.splits() && self.shuffle != 2 && self.size <= MOST_STREAMS
    }

    /// Encodes `input` as one chunk.
    pub fn encode(&self, input: &[u8]) -> Result<Vec<u8>> {
        let block = self.block(input.len()).max(1);
        let split = self.split() && block.is_multiple_of(self.size) && block / self.size >= SMALLEST_STREAM;
        let mut flags = if split { 0 } else { NOT_SPLIT };
        flags |= match (self.extended, self.shuffle) {
            (true, _) => EXTENDED,
            (false, 1) => BYTE_SHUFFLE,
            (false, 2) => BIT_SHUFFLE,
            _ => 0,
        };
        let mut header = Header {
            version: if self.extended { VERSION2 } else { VERSION1 },
            flags,
            size: self.size,
            plain: input.len(),
            block,
            stored: 0,
            filters: vec![(self.shuffle, 0)],
            more: 0,
            foreign: 0,
            length: if self.extended { 32 } else { 16 },
        };
        if self.level > 0 {
            let blocks = input.len().div_ceil(block);
            let mut body = Vec::with_capacity(input.len() / 2);
            let mut starts = Vec::with_capacity(4 * blocks);
            for part in input.chunks(block) {
                let start = header.length + 4 * blocks + body.len();
                starts.extend_from_slice(&u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
                let streams = if split && part.len() == block { self.size } else { 1 };
                self.encode_block(input, part, streams, &mut body)?;
            }
            header.stored = header.length + starts.len() + body.len();
            if header.stored < header.length + input.len() {
                let mut out = Vec::with_capacity(header.stored);
                header.encode(self.codec.format(), &mut out)?;
                out.extend_from_slice(&starts);
                out.extend_from_slice(&body);
                return Ok(out);
            }
        }
        header.flags |= STORED;
        header.stored = header.length + input.len();
        let mut out = Vec::with_capacity(header.stored);
        header.encode(self.codec.format(), &mut out)?;
        out.extend_from_slice(input);
        Ok(out)
    }

    fn encode_block(&self, chunk: &[u8], block: &[u8], streams: usize, out: &mut Vec<u8>) -> Result<()> {
        let mut made = block.to_vec();
        match self.shuffle {
            1 => shuffle::shuffle(self.size, block, &mut made),
            2 if self.extended || (block.len() / self.size).is_multiple_of(8) => {
                bits::shuffle(self.size, block, &mut made)
            }
            3 => self.delta(chunk, block, &mut made),
            _ => {}
        }
        for stream in made.chunks((made.len() / streams).max(1)) {
            let packed = self.codec.encode(self.level, stream)?;
            let stored = if packed.len() < stream.len() { &packed } else { stream };
            let n = u32::try_from(stored.len()).map_err(|_| Error::argument("a chunk of more than 2 GB"))?;
            out.extend_from_slice(&n.to_le_bytes());
            out.extend_from_slice(stored);
        }
        Ok(())
    }

    /// Differences: from the element before in the first block, from the first block in the others.
    fn delta(&self, chunk: &[u8], block: &[u8], made: &mut [u8]) {
        let first = std::ptr::eq(chunk.as_ptr(), block.as_ptr());
        let size = if matches!(self.size, 2 | 4 | 8) {
            self.size
        } else if self.size.is_multiple_of(8) {
            8
        } else {
            1
        };
        let whole = block.len() / size * size;
        let skipped = if first { size.min(whole) } else { 0 };
        for (byte, reference) in made[skipped..whole].iter_mut().zip(chunk) {
            *byte ^= reference;
        }
    }
}
