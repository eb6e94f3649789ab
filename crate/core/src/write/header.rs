//! Putting an object's messages into its header: chunk 0 stays where it is, what does not fit goes into one
//! continuation block.

use super::node::Node;
use super::output::Output;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::header::v1::{self, PREFIX, Prefix, message_size, messages_size};
use crate::format::header::{RawMessage, v2};
use crate::format::message::{AttributeInfo, Continuation, ReferenceCount, flag, kind};
use crate::format::{Encode, Libver, fit, length};

/// Attributes that stay messages unless the header says otherwise, and how few must be left of dense ones.
const MAX_COMPACT: u16 = 8;
const MIN_DENSE: u16 = 6;

/// Gives a new object a place for the messages it has.
pub(super) fn allocate(out: &mut Output, node: &mut Node) -> Result<()> {
    if node.v2.is_none() && out.low > Libver::Earliest {
        node.v2 = Some(v2::Prefix::default());
    }
    if node.v2.is_some() {
        complete(out, node)?;
    }
    let size = match &node.v2 {
        Some(prefix) => encoded(out, prefix, &node.messages)?.len(),
        None => PREFIX + messages_size(&node.messages),
    };
    let address = out.space.allocate(size as u64)?;
    node.blocks = vec![(address, size as u64)];
    node.address = Some(address);
    Ok(())
}

/// Writes the header of `node`, which has its place.
pub(super) fn write(out: &mut Output, node: &mut Node) -> Result<()> {
    let Some((address, len)) = node.blocks.first().copied() else {
        return Err(Error::argument("an object without a place"));
    };
    if let Some(prefix) = &node.v2 {
        let bytes = encoded(out, prefix, &node.messages)?;
        return out.medium.write(address, &bytes);
    }
    let room = length(len)?.saturating_sub(PREFIX);
    let mut body = out.writer();
    let count = if messages_size(&node.messages) <= room {
        release(out, node.blocks.drain(1..))?;
        v1::encode_messages(&node.messages, room, &mut body)?
    } else {
        let link = message_size(out.medium.ctx.o() + out.medium.ctx.l());
        let (mut stay, go) = split(&node.messages, room.saturating_sub(link));
        let block = continuation(out, &mut node.blocks, messages_size(&go))?;
        let mut rest = out.writer();
        let count = v1::encode_messages(&go, length(block.length)?, &mut rest)?;
        out.medium.write(block.address, rest.as_bytes())?;
        stay.insert(0, out.message(kind::CONTINUATION, 0, &block)?);
        count + v1::encode_messages(&stay, room, &mut body)?
    };
    let prefix = Prefix {
        messages: fit(count, "the number of header messages")?,
        reference_count: node.references,
        chunk_size: fit(room, "the object header")?,
    };
    let mut w = out.writer();
    prefix.encode(&mut w, out.low)?;
    w.bytes(body.as_bytes());
    out.medium.write(address, w.as_bytes())
}

/// Adds what only version 2 headers say in messages, and numbers the attributes.
fn complete(out: &Output, node: &mut Node) -> Result<()> {
    let Some(prefix) = &mut node.v2 else { return Ok(()) };
    let mut next = 0u16;
    for message in node.messages.iter_mut().filter(|m| m.kind == kind::ATTRIBUTE) {
        message.creation_index = Some(next);
        next =
            next.checked_add(1).ok_or_else(|| Error::unsupported("more than 65535 attributes in order"))?;
    }
    if next > MAX_COMPACT {
        prefix.phase_change = Some((next, MIN_DENSE));
    }
    // As in the library: with the first attribute, and before it.
    let first = node.messages.iter().position(|m| m.kind == kind::ATTRIBUTE);
    let info = AttributeInfo {
        max_creation_index: prefix.order_tracked.then_some(next),
        order_btree: prefix.order_indexed.then_some(None),
        ..AttributeInfo::default()
    };
    if let Some(first) = first {
        node.messages.insert(first, out.message(kind::ATTRIBUTE_INFO, flag::DO_NOT_SHARE, &info)?);
    }
    if node.references != 1 {
        let count = ReferenceCount(node.references);
        node.messages.push(out.message(kind::REFERENCE_COUNT, flag::DO_NOT_SHARE, &count)?);
    }
    Ok(())
}

fn encoded(out: &Output, prefix: &v2::Prefix, messages: &[RawMessage]) -> Result<Vec<u8>> {
    let prefix = v2::Prefix { chunk_size: prefix.messages_size(messages) as u64, ..*prefix };
    let mut w = out.writer();
    v2::encode(&prefix, messages, &mut w)?;
    Ok(w.into_bytes())
}

/// Which messages stay in a chunk with `room` bytes for them and which have to go.
fn split(messages: &[RawMessage], room: usize) -> (Vec<RawMessage>, Vec<RawMessage>) {
    let mut left = room;
    messages.iter().cloned().partition(|m| match left.checked_sub(message_size(m.data.len())) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    })
}

/// A continuation block of at least `need` bytes: the one there is, if need be after growing where it is, or a
/// new one with room for a few more messages, so that attributes added one by one do not move it each time.
fn continuation(out: &mut Output, blocks: &mut Vec<(Addr, u64)>, need: usize) -> Result<Continuation> {
    let need = (need as u64).next_multiple_of(8);
    if let [_, (address, length)] = &mut blocks[..] {
        let more = need.saturating_sub(*length);
        if more == 0 || out.space.extend(*address, *length, more) {
            *length += more;
            return Ok(Continuation { address: *address, length: *length });
        }
    }
    release(out, blocks.drain(1..))?;
    let length = (need + need / 4).next_multiple_of(8);
    let address = out.space.allocate(length)?;
    blocks.push((address, length));
    Ok(Continuation { address, length })
}

fn release(out: &mut Output, mut blocks: impl Iterator<Item = (Addr, u64)>) -> Result<()> {
    blocks.try_for_each(|(address, length)| out.space.release(address, length))
}
