//! Object header version 2: checksummed, unaligned, with times and creation order where wanted.

use super::RawMessage;
use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::message::kind;
use crate::format::{fit, length};

/// What a header starts with.
pub const SIGNATURE: &[u8] = b"OHDR";
/// What a continuation chunk starts with.
pub const CONTINUATION: &[u8] = b"OCHK";
/// Bytes of a continuation chunk that are not messages: signature and checksum.
pub const CONTINUATION_OVERHEAD: usize = 8;
/// Bytes of the checksum at the end of every chunk.
pub const CHECKSUM: usize = 4;
/// Most bytes a prefix takes.
pub const MAX_PREFIX: usize = 34;

const ORDER_TRACKED: u8 = 0x04;
const ORDER_INDEXED: u8 = 0x08;
const PHASE_CHANGE: u8 = 0x10;
const TIMES: u8 = 0x20;

/// Seconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Last access.
    pub access: u32,
    /// Last change of raw data.
    pub modification: u32,
    /// Last change of metadata.
    pub change: u32,
    /// Creation.
    pub birth: u32,
}

/// The prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix {
    /// Attributes have creation indexes; every message has room for one.
    pub order_tracked: bool,
    /// Dense attributes are indexed by creation order too.
    pub order_indexed: bool,
    /// Most compact and least dense attributes (8 and 6 where absent).
    pub phase_change: Option<(u16, u16)>,
    /// Times, where stored.
    pub times: Option<Times>,
    /// Bytes of the field that holds `chunk_size`: 1, 2, 4 or 8. Set by [`encode`](Prefix::encode).
    pub size_width: u8,
    /// Bytes of messages and gap in the first chunk.
    pub chunk_size: u64,
}

impl Prefix {
    /// Decodes signature and prefix.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        decode(r).within("object header v2")
    }

    /// Bytes of signature and prefix, for a first chunk with `chunk_size` bytes of messages.
    pub fn stored_size(&self, chunk_size: u64) -> usize {
        let times = if self.times.is_some() { 16 } else { 0 };
        let phase_change = if self.phase_change.is_some() { 4 } else { 0 };
        let width: u8 = match chunk_size {
            0..=0xff => 1,
            0x100..=0xffff => 2,
            0x1_0000..=0xffff_ffff => 4,
            _ => 8,
        };
        let fixed = SIGNATURE.len().saturating_add(2);
        fixed
            .saturating_add(times)
            .saturating_add(phase_change)
            .saturating_add(width.max(self.size_width).into())
    }

    /// Bytes before a message's body.
    pub fn message_prefix(&self) -> usize {
        if self.order_tracked { 6 } else { 4 }
    }

    /// Bytes that these messages take.
    pub fn messages_size(&self, messages: &[RawMessage]) -> usize {
        let one = |m: &RawMessage| m.data.len().saturating_add(self.message_prefix());
        messages.iter().map(one).fold(0, usize::saturating_add)
    }

    /// Writes signature and prefix. The width of the size field is as wide as `chunk_size` needs, or wider if
    /// `size_width` says so.
    pub fn encode(&self, w: &mut Writer) -> Result<()> {
        let needed: u8 = match self.chunk_size {
            0..=0xff => 0,
            0x100..=0xffff => 1,
            0x1_0000..=0xffff_ffff => 2,
            _ => 3,
        };
        let wanted: u8 = match self.size_width {
            0 | 1 => 0,
            2 => 1,
            4 => 2,
            8 => 3,
            n => return Err(Error::argument(format!("an object header size of {n} bytes"))),
        };
        let code = needed.max(wanted);
        if self.order_indexed && !self.order_tracked {
            return Err(Error::argument("an attribute order that is indexed but not tracked"));
        }
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = code
            | flag(self.order_tracked, ORDER_TRACKED)
            | flag(self.order_indexed, ORDER_INDEXED)
            | flag(self.phase_change.is_some(), PHASE_CHANGE)
            | flag(self.times.is_some(), TIMES);
        w.bytes(SIGNATURE).u8(2).u8(flags);
        if let Some(t) = self.times {
            w.u32(t.access).u32(t.modification).u32(t.change).u32(t.birth);
        }
        if let Some((compact, dense)) = self.phase_change {
            w.u16(compact).u16(dense);
        }
        w.uint(self.chunk_size, 1usize << (code & 3));
        Ok(())
    }
}

fn decode(r: &mut Reader) -> Result<Prefix> {
    r.expect(SIGNATURE, "object header")?;
    let at = r.address();
    match r.u8()? {
        2 => {}
        v => return Err(Error::unsupported(format!("object header version {v}")).at(at)),
    }
    let flags = r.u8()?;
    let (order_tracked, order_indexed) = (flags & ORDER_TRACKED != 0, flags & ORDER_INDEXED != 0);
    if flags & 0xc0 != 0 || order_indexed && !order_tracked {
        return Err(Error::malformed(format!("object header flags {flags:#04x}")).at(at));
    }
    let times = match flags & TIMES {
        0 => None,
        _ => Some(Times { access: r.u32()?, modification: r.u32()?, change: r.u32()?, birth: r.u32()? }),
    };
    let phase_change = if flags & PHASE_CHANGE != 0 { Some((r.u16()?, r.u16()?)) } else { None };
    let size_width = 1u8 << (flags & 3);
    let chunk_size = r.uint(size_width.into())?;
    Ok(Prefix { order_tracked, order_indexed, phase_change, times, size_width, chunk_size })
}

/// Decodes the messages of one chunk. `r` ends where they end: before the checksum. A rest too small for a
/// message is a gap.
pub fn decode_messages(r: &mut Reader, order_tracked: bool, budget: usize) -> Result<Vec<RawMessage>> {
    let prefix = if order_tracked { 6 } else { 4 };
    let mut messages = Vec::new();
    while r.remaining() >= prefix {
        if messages.len() >= budget {
            return Err(Error::limit("too many messages in an object header").at(r.address()));
        }
        let kind = r.u8()?.into();
        let size = r.u16()?;
        let flags = r.u8()?;
        let creation_index = if order_tracked { Some(r.u16()?) } else { None };
        let address = r.address();
        let data = r.bytes(size.into()).within("object header v2")?.to_vec();
        messages.push(RawMessage { kind, flags, creation_index, address, data });
    }
    Ok(messages)
}

/// Writes messages and fills the rest of `space` bytes: with one NIL message where one fits, else with a gap.
fn encode_messages(prefix: &Prefix, messages: &[RawMessage], space: usize, w: &mut Writer) -> Result<()> {
    let left = space
        .checked_sub(prefix.messages_size(messages))
        .ok_or_else(|| Error::argument(format!("messages do not fit into {space} bytes")))?;
    for m in messages {
        encode_message(prefix, m, w)?;
    }
    let mut left = left;
    while left >= prefix.message_prefix() {
        let body = left.saturating_sub(prefix.message_prefix()).min(0xffff);
        encode_message(prefix, &RawMessage::new(kind::NIL, 0, vec![0; body]), w)?;
        left = left.saturating_sub(body).saturating_sub(prefix.message_prefix());
    }
    w.zeros(left);
    Ok(())
}

fn encode_message(prefix: &Prefix, m: &RawMessage, w: &mut Writer) -> Result<()> {
    w.u8(fit(u64::from(m.kind), "a message type")?).u16(fit(m.data.len(), "a header message")?).u8(m.flags);
    if prefix.order_tracked {
        w.u16(m.creation_index.unwrap_or(0));
    }
    w.bytes(&m.data);
    Ok(())
}

/// The first chunk with its checksum; `prefix.chunk_size` is the room for messages.
pub fn encode(prefix: &Prefix, messages: &[RawMessage], w: &mut Writer) -> Result<()> {
    let mut chunk = Writer::new(w.ctx());
    prefix.encode(&mut chunk)?;
    encode_messages(prefix, messages, length(prefix.chunk_size)?, &mut chunk)?;
    chunk.checksum();
    w.bytes(chunk.as_bytes());
    Ok(())
}

/// A continuation chunk of `total` bytes, signature and checksum included.
pub fn encode_continuation(
    prefix: &Prefix,
    messages: &[RawMessage],
    total: usize,
    w: &mut Writer,
) -> Result<()> {
    let mut chunk = Writer::new(w.ctx());
    chunk.bytes(CONTINUATION);
    encode_messages(prefix, messages, total.saturating_sub(CONTINUATION_OVERHEAD), &mut chunk)?;
    chunk.checksum();
    w.bytes(chunk.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;

    fn prefixes() -> Vec<Prefix> {
        let times = Some(Times { access: 1, modification: 2, change: 3, birth: 4 });
        let all = Prefix {
            order_tracked: true,
            order_indexed: true,
            phase_change: Some((9, 5)),
            times,
            ..Prefix::default()
        };
        vec![Prefix::default(), all, Prefix { times, ..Prefix::default() }]
    }

    #[test]
    fn header_with_gap_or_nil() {
        let messages = [RawMessage::new(1, 0, vec![7; 5]), RawMessage::new(3, 1, vec![8; 300])];
        for mut prefix in prefixes() {
            let needed = prefix.messages_size(&messages);
            for extra in [0, 1, 3, 5, 6, 7, 100, 70_000] {
                prefix.chunk_size = (needed + extra) as u64;
                let mut w = Writer::new(Ctx::WIDE);
                encode(&prefix, &messages, &mut w).unwrap();
                let mut r = Reader::new(w.as_bytes(), 0, Ctx::WIDE);
                let back = Prefix::decode(&mut r).unwrap();
                assert_eq!(Prefix { size_width: prefix.size_width, ..back }, prefix);
                let mut body = r.sub(back.chunk_size as usize).unwrap();
                r.checksum().unwrap();
                assert!(r.is_empty());
                let all = decode_messages(&mut body, back.order_tracked, 99).unwrap();
                assert!(body.remaining() < prefix.message_prefix());
                assert_eq!(all[1].data, vec![8; 300]);
                assert!(all[2..].iter().all(|m| m.kind == kind::NIL));
                assert_eq!(all[0].creation_index.is_some(), prefix.order_tracked);
            }
        }
    }

    #[test]
    fn continuation() {
        let prefix = Prefix::default();
        let mut w = Writer::new(Ctx::WIDE);
        encode_continuation(&prefix, &[RawMessage::new(0x0c, 0, vec![1; 10])], 40, &mut w).unwrap();
        assert_eq!(w.len(), 40);
        let mut r = Reader::new(w.as_bytes(), 0, Ctx::WIDE);
        r.expect(CONTINUATION, "continuation chunk").unwrap();
        let mut body = r.sub(32).unwrap();
        r.checksum().unwrap();
        assert_eq!(decode_messages(&mut body, false, 9).unwrap().len(), 2);
        assert!(encode_continuation(&prefix, &[RawMessage::new(1, 0, vec![1; 10])], 21, &mut w).is_err());
    }

    #[test]
    fn lies_are_caught() {
        for bytes in [
            b"OHDS\x02\0\0".as_slice(),
            b"OHDR\x03\0\0",
            b"OHDR\x02\x40\0",
            b"OHDR\x02\x08\0",
            b"OHDR\x02\x03\0",
        ] {
            assert!(Prefix::decode(&mut Reader::new(bytes, 0, Ctx::WIDE)).is_err());
        }
        let overrun = [1, 9, 0, 0, 1];
        assert!(decode_messages(&mut Reader::new(&overrun, 0, Ctx::WIDE), false, 9).is_err());
        let many = [0; 40];
        assert!(decode_messages(&mut Reader::new(&many, 0, Ctx::WIDE), false, 5).is_err());
    }
}
