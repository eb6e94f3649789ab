//! Object header version 1: no checksum, everything in multiples of 8 bytes.

use super::RawMessage;
use crate::bytes::{Reader, Writer};
use crate::error::{Context, Error, Result};
use crate::format::message::kind;
use crate::format::{Encode, Libver, fit};

/// Bytes of the prefix with its padding: the first message starts here.
pub const PREFIX: usize = 16;
/// Bytes before a message's body.
pub const MESSAGE_PREFIX: usize = 8;

/// The prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// Messages in all chunks, NIL and continuation messages included.
    pub messages: u16,
    /// Hard links to the object.
    pub reference_count: u32,
    /// Bytes of messages in the first chunk.
    pub chunk_size: u32,
}

impl Prefix {
    /// Decodes the prefix.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        let prefix = |r: &mut Reader| {
            let at = r.address();
            match r.u8()? {
                1 => r.skip(1)?,
                v => return Err(Error::malformed(format!("no object header here (version {v})")).at(at)),
            }
            let prefix = Prefix { messages: r.u16()?, reference_count: r.u32()?, chunk_size: r.u32()? };
            r.skip(4)?;
            Ok(prefix)
        };
        prefix(r).within("object header v1")
    }
}

impl Encode for Prefix {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.u8(1).u8(0).u16(self.messages).u32(self.reference_count).u32(self.chunk_size).zeros(4);
        Ok(())
    }
}

/// Decodes the messages of one chunk, at most `budget` of them.
pub fn decode_messages(r: &mut Reader, budget: usize) -> Result<Vec<RawMessage>> {
    let mut messages = Vec::new();
    while messages.len() < budget && r.remaining() >= MESSAGE_PREFIX {
        messages.push(decode_message(r).within("object header v1")?);
    }
    Ok(messages)
}

fn decode_message(r: &mut Reader) -> Result<RawMessage> {
    let at = r.address();
    let kind = r.u16()?;
    let size = r.u16()?;
    let flags = r.u8()?;
    r.skip(3)?;
    if size % 8 != 0 {
        return Err(Error::malformed(format!("message of {size} bytes, not a multiple of 8")).at(at));
    }
    let address = r.address();
    let data = r.bytes(size.into())?.to_vec();
    Ok(RawMessage { kind, flags, creation_index: None, address, data })
}

/// Bytes that a message with a body of `body` bytes takes.
pub fn message_size(body: usize) -> usize {
    body.next_multiple_of(8).saturating_add(MESSAGE_PREFIX)
}

/// Bytes that these messages take.
pub fn messages_size(messages: &[RawMessage]) -> usize {
    messages.iter().map(|m| message_size(m.data.len())).fold(0, usize::saturating_add)
}

/// Writes the messages of one chunk and fills the rest of its `space` bytes with NIL messages. Returns how many
/// messages that makes.
pub fn encode_messages(messages: &[RawMessage], space: usize, w: &mut Writer) -> Result<usize> {
    let mut left = space
        .checked_sub(messages_size(messages))
        .filter(|n| n % 8 == 0)
        .ok_or_else(|| Error::argument(format!("messages do not fit into {space} bytes of 8 each")))?;
    let mut count = messages.len();
    for m in messages {
        encode_message(m, w)?;
    }
    while left > 0 {
        // One NIL body has at most 65528 bytes, and no rest may be smaller than a message.
        let body = left.saturating_sub(MESSAGE_PREFIX).min(0xfff8);
        encode_message(&RawMessage::new(kind::NIL, 0, vec![0; body]), w)?;
        left = left.saturating_sub(body).saturating_sub(MESSAGE_PREFIX);
        count = count.saturating_add(1);
    }
    Ok(count)
}

fn encode_message(m: &RawMessage, w: &mut Writer) -> Result<()> {
    let padded = m.data.len().next_multiple_of(8);
    let size: u16 = fit(padded, "a header message")?;
    w.u16(m.kind).u16(size).u8(m.flags).zeros(3).bytes(&m.data).zeros(padded.saturating_sub(m.data.len()));
    Ok(())
}

/// A whole header whose messages, NILs filling up, take `space` bytes in its only chunk.
pub fn encode(messages: &[RawMessage], reference_count: u32, space: usize, w: &mut Writer) -> Result<()> {
    let mut body = Writer::new(w.ctx());
    let count = encode_messages(messages, space, &mut body)?;
    let prefix = Prefix {
        messages: fit(count, "the number of header messages")?,
        reference_count,
        chunk_size: fit(space, "the object header")?,
    };
    prefix.encode(w, Libver::Earliest)?;
    w.bytes(body.as_bytes());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::round_trip;

    #[test]
    fn prefix() {
        let prefix = Prefix { messages: 3, reference_count: 1, chunk_size: 256 };
        round_trip(&prefix, Prefix::decode, Ctx::WIDE, Libver::Earliest);
    }

    #[test]
    fn header_with_room_to_grow() {
        let messages =
            [RawMessage::new(0x11, 0, vec![7; 16]), RawMessage::new(0x0d, 1, b"comment\0 padded".to_vec())];
        for (space, nils) in [(48, 0), (56, 1), (256, 1), (48 + 65536, 1), (48 + 65544, 2), (48 + 140_000, 3)]
        {
            let mut w = Writer::new(Ctx::WIDE);
            encode(&messages, 2, space, &mut w).unwrap();
            assert_eq!(w.len(), PREFIX + space);
            let mut r = Reader::new(w.as_bytes(), 0, Ctx::WIDE);
            let prefix = Prefix::decode(&mut r).unwrap();
            assert_eq!((prefix.messages, prefix.reference_count), (2 + nils, 2));
            let back = decode_messages(&mut r, prefix.messages.into()).unwrap();
            assert!(r.is_empty());
            assert_eq!(back.len(), usize::from(prefix.messages));
            assert_eq!((back[0].kind, back[0].address), (0x11, 24));
            assert_eq!(back[1].data, b"comment\0 padded\0");
            assert!(back[2..].iter().all(|m| m.kind == kind::NIL));
        }
        let mut w = Writer::new(Ctx::WIDE);
        assert!(encode(&messages, 1, 40, &mut w).is_err());
        assert!(encode(&messages, 1, 52, &mut w).is_err());
        assert!(encode(&[RawMessage::new(1, 0, vec![0; 65536])], 1, 65544, &mut w).is_err());
    }

    #[test]
    fn stops_at_the_stated_number() {
        let mut w = Writer::new(Ctx::WIDE);
        encode_messages(&[RawMessage::new(5, 0, vec![1; 8])], 48, &mut w).unwrap();
        let mut r = Reader::new(w.as_bytes(), 0, Ctx::WIDE);
        assert_eq!(decode_messages(&mut r, 1).unwrap().len(), 1);
    }

    #[test]
    fn lies_are_caught() {
        for bytes in [[1, 0, 16, 0, 0, 0, 0, 0, 9], [1, 0, 1, 0, 0, 0, 0, 0, 9]] {
            assert!(decode_messages(&mut Reader::new(&bytes, 0, Ctx::WIDE), 9).is_err());
        }
    }
}
