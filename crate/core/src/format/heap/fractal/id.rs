//! Ids of fractal heap objects.

use super::header::FractalHeap;
use super::table::log2;
use crate::bytes::{Addr, Ctx, Reader, Writer, bytes_for};
use crate::error::{Context, Error, Result};

/// Ids of so many bytes and more say the length of a tiny object with one byte more.
const EXTENDED: u16 = 19;

/// A heap id, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeapId {
    /// In a direct block.
    Managed {
        /// Heap offset, block headers counted.
        offset: u64,
        /// Bytes.
        length: u64,
    },
    /// In a place of its own, found by this key.
    Huge(u64),
    /// In a place of its own.
    HugeAt {
        /// Where.
        address: Addr,
        /// Stored bytes.
        length: u64,
        /// Filters skipped and unfiltered bytes, in filtered heaps.
        filtered: Option<(u32, u64)>,
    },
    /// In the id itself.
    Tiny(Vec<u8>),
}

impl FractalHeap {
    /// Takes an id apart. `r` holds exactly one.
    pub fn decode_id(&self, r: &mut Reader) -> Result<HeapId> {
        self.id(r).within("fractal heap id")
    }

    fn id(&self, r: &mut Reader) -> Result<HeapId> {
        let at = r.address();
        let ctx = r.ctx();
        let first = r.u8()?;
        if first & 0xc0 != 0 {
            return Err(Error::unsupported(format!("heap id version {}", first >> 6)).at(at));
        }
        match first >> 4 & 3 {
            0 => Ok(HeapId::Managed {
                offset: r.uint(self.table.offset_width())?,
                length: r.uint(self.length_width())?,
            }),
            1 if self.huge_direct(ctx) => Ok(HeapId::HugeAt {
                address: r.defined_addr("huge object")?,
                length: r.len()?,
                filtered: if self.filtering.is_some() { Some((r.u32()?, r.len()?)) } else { None },
            }),
            1 => Ok(HeapId::Huge(r.uint(self.key_width())?)),
            2 => {
                let low = usize::from(first & 0x0f);
                // Longer ids have room for longer tiny objects, and a second length byte.
                let length = match self.id_len {
                    EXTENDED.. => low << 8 | usize::from(r.u8()?),
                    _ => low,
                };
                Ok(HeapId::Tiny(r.bytes(length.saturating_add(1))?.to_vec()))
            }
            kind => Err(Error::malformed(format!("heap id of type {kind}")).at(at)),
        }
    }

    /// Bytes of a managed object's length in its id.
    fn length_width(&self) -> usize {
        let by_block = log2(self.table.max_direct).div_ceil(8);
        usize::try_from(by_block).unwrap_or(8).min(bytes_for(self.max_managed.into()).into()).max(1)
    }

    /// Whether ids are long enough to hold the place of a huge object.
    pub fn huge_direct(&self, ctx: Ctx) -> bool {
        let plain = ctx.o().saturating_add(ctx.l()).saturating_add(1);
        let filtered = if self.filtering.is_some() { ctx.l().saturating_add(4) } else { 0 };
        usize::from(self.id_len) >= plain.saturating_add(filtered)
    }

    /// Bytes of the key of a huge object in its id.
    fn key_width(&self) -> usize {
        usize::from(self.id_len).saturating_sub(1).min(8)
    }

    /// The largest key that an id of a huge object can hold.
    pub fn last_key(&self) -> u64 {
        let bits = u32::try_from(self.key_width().saturating_mul(8)).unwrap_or(64);
        1u64.checked_shl(bits).map_or(u64::MAX, |n| n.saturating_sub(1))
    }

    /// Bytes of the largest object that fits into an id.
    pub fn most_tiny(&self) -> usize {
        match usize::from(self.id_len) {
            n if n < usize::from(EXTENDED) => n.saturating_sub(1).min(16),
            n => n.saturating_sub(2).min(4096),
        }
    }

    /// The id of a managed object.
    pub fn encode_managed_id(&self, offset: u64, length: u64) -> Vec<u8> {
        self.encode_id(&HeapId::Managed { offset, length }, Ctx::WIDE)
    }

    /// Puts an id together. Its numbers fit: the heap gave them out.
    pub fn encode_id(&self, id: &HeapId, ctx: Ctx) -> Vec<u8> {
        let mut w = Writer::new(ctx);
        match id {
            HeapId::Managed { offset, length } => {
                w.u8(0).uint(*offset, self.table.offset_width()).uint(*length, self.length_width());
            }
            HeapId::Huge(key) => {
                w.u8(0x10).uint(*key, self.key_width());
            }
            HeapId::HugeAt { address, length, filtered } => {
                w.u8(0x10).addr(Some(*address)).length(*length);
                if let Some((mask, size)) = filtered {
                    w.u32(*mask).length(*size);
                }
            }
            HeapId::Tiny(data) => {
                let last = u16::try_from(data.len().saturating_sub(1)).unwrap_or(u16::MAX).to_be_bytes();
                match (self.id_len, last) {
                    (EXTENDED.., [high, low]) => w.u8(0x20 | high & 0x0f).u8(low),
                    (_, [_, low]) => w.u8(0x20 | low & 0x0f),
                };
                w.bytes(data);
            }
        }
        w.pad_to(self.id_len.into());
        w.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::testing::links;
    use super::*;
    use crate::format::message::testing::decoded;

    #[test]
    fn ids() {
        let heap = links();
        let id = |heap: &FractalHeap, bytes: &[u8]| decoded(bytes, |r| heap.decode_id(r));
        let managed = HeapId::Managed { offset: 0x1234, length: 40 };
        assert_eq!(id(&heap, &heap.encode_managed_id(0x1234, 40)).unwrap(), managed);
        assert_eq!(id(&heap, &[0x10, 3, 0, 0, 0, 0, 0]).unwrap(), HeapId::Huge(3));
        let tiny = id(&heap, &[0x25, 1, 0, 1, 0x67, 0xf6, 0]).unwrap();
        assert_eq!(tiny, HeapId::Tiny(vec![1, 0, 1, 0x67, 0xf6, 0]));
        assert!(id(&heap, &[0x40, 0, 0, 0, 0, 0, 0]).is_err());
        assert!(id(&heap, &[0x30, 0, 0, 0, 0, 0, 0]).is_err());
        let wide = FractalHeap { id_len: 19, ..links() };
        let mut bytes = vec![0x10];
        bytes.extend([7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0]);
        let expected = HeapId::HugeAt { address: Addr(7), length: 9, filtered: None };
        assert_eq!(id(&wide, &bytes).unwrap(), expected);
        assert_eq!(id(&wide, &[0x20, 1, 5, 6]).unwrap(), HeapId::Tiny(vec![5, 6]));
        assert_eq!((heap.last_key(), heap.most_tiny(), wide.most_tiny()), ((1 << 48) - 1, 6, 17));
        let direct = |filtered| HeapId::HugeAt { address: Addr(7), length: 9, filtered };
        for id_len in [7, 8, 16, 17, 18, 19, 29, 300] {
            let heap = FractalHeap { id_len, ..links() };
            let mut ids =
                vec![managed.clone(), HeapId::Tiny(vec![7]), HeapId::Tiny(vec![1; heap.most_tiny()])];
            ids.push(if heap.huge_direct(Ctx::WIDE) { direct(None) } else { HeapId::Huge(heap.last_key()) });
            for expected in ids {
                let bytes = heap.encode_id(&expected, Ctx::WIDE);
                assert_eq!((bytes.len(), id(&heap, &bytes).unwrap()), (id_len.into(), expected));
            }
        }
    }
}
