//! Putting an object's messages into its header: chunk 0 stays where it is, what does not fit goes into one
//! continuation block.

use super::node::Node;
use super::output::Output;
use crate::bytes::{Addr, Ctx};
use crate::error::{Error, Result};
use crate::format::header::{RawMessage, v1, v2};
use crate::format::message::{Continuation, ModificationTime, ReferenceCount, flag, kind};
use crate::format::{Encode, fit, length};

/// The least room for messages in a first chunk of version 2: a continuation message must fit.
fn smallest(form: &Form, ctx: Ctx) -> usize {
    form.message(ctx.o() + ctx.l())
}

/// What differs between the versions.
enum Form {
    V1 { references: u32 },
    V2(v2::Prefix),
}

impl Form {
    fn of(node: &Node) -> Form {
        match node.v2 {
            None => Form::V1 { references: node.references },
            Some(prefix) => Form::V2(prefix),
        }
    }

    /// Bytes of a message with a body of `body` bytes.
    fn message(&self, body: usize) -> usize {
        match self {
            Form::V1 { .. } => v1::message_size(body),
            Form::V2(prefix) => body.saturating_add(prefix.message_prefix()),
        }
    }

    fn messages(&self, messages: &[RawMessage]) -> usize {
        messages.iter().map(|m| self.message(m.data.len())).fold(0, usize::saturating_add)
    }

    /// Bytes of the first chunk that are not messages, for `room` bytes of them.
    fn first_overhead(&self, room: usize) -> usize {
        match self {
            Form::V1 { .. } => v1::PREFIX,
            Form::V2(prefix) => prefix.stored_size(room as u64) + v2::CHECKSUM,
        }
    }

    /// Bytes of a continuation block that are not messages.
    fn overhead(&self) -> usize {
        match self {
            Form::V1 { .. } => 0,
            Form::V2(_) => v2::CONTINUATION_OVERHEAD,
        }
    }

    /// Room for messages in a first chunk of `len` bytes.
    fn room(&self, len: usize) -> usize {
        match self {
            Form::V1 { .. } => len.saturating_sub(v1::PREFIX),
            Form::V2(prefix) => len.saturating_sub(prefix.stored_size(prefix.chunk_size) + v2::CHECKSUM),
        }
    }

    /// A continuation block of `total` bytes, and how many messages that makes.
    fn continuation(&self, out: &Output, messages: &[RawMessage], total: usize) -> Result<(Vec<u8>, usize)> {
        let mut w = out.writer();
        let count = match self {
            Form::V1 { .. } => v1::encode_messages(messages, total, &mut w)?,
            Form::V2(prefix) => {
                v2::encode_continuation(prefix, messages, total, &mut w)?;
                0
            }
        };
        Ok((w.into_bytes(), count))
    }

    /// The first chunk; `others`: messages in the continuation.
    fn first(&self, out: &Output, messages: &[RawMessage], room: usize, others: usize) -> Result<Vec<u8>> {
        let mut w = out.writer();
        match self {
            Form::V1 { references } => {
                let mut body = out.writer();
                let count = others + v1::encode_messages(messages, room, &mut body)?;
                let prefix = v1::Prefix {
                    messages: fit(count, "the number of header messages")?,
                    reference_count: *references,
                    chunk_size: fit(room, "the object header")?,
                };
                prefix.encode(&mut w, out.low)?;
                w.bytes(body.as_bytes());
            }
            Form::V2(prefix) => {
                v2::encode(&v2::Prefix { chunk_size: room as u64, ..*prefix }, messages, &mut w)?;
            }
        }
        Ok(w.into_bytes())
    }
}

/// Gives a new object a place for the messages it has.
pub(super) fn allocate(out: &mut Output, node: &mut Node) -> Result<()> {
    allocate_with(out, node, 0).map(|_| ())
}

/// Gives a new object a place for the messages it has, and for `spare` bytes more.
pub(super) fn allocate_with(out: &mut Output, node: &mut Node, spare: usize) -> Result<Addr> {
    let form = Form::of(node);
    let room = form.messages(&messages(out, node)?).max(smallest(&form, out.medium.ctx)) + spare;
    let size = (form.first_overhead(room) + room) as u64;
    if let Some(prefix) = &mut node.v2 {
        prefix.chunk_size = room as u64;
    }
    let address = out.space.allocate(size)?;
    node.blocks = vec![(address, size)];
    node.address = Some(address);
    Ok(address)
}

/// Bytes of the first chunk of a new object with the messages it has, and how many of them are for messages.
pub(super) fn size(out: &Output, node: &Node) -> Result<(u64, usize)> {
    let form = Form::of(node);
    let room = form.messages(&messages(out, node)?).max(smallest(&form, out.medium.ctx));
    Ok(((form.first_overhead(room) + room) as u64, room))
}

/// Gives a new object the `len` bytes at `address`, which were allocated for as many as it needs.
pub(super) fn place(out: &Output, node: &mut Node, address: Addr, len: u64) -> Result<()> {
    let (size, room) = size(out, node)?;
    if size != len {
        return Err(Error::io("an object has changed while it was copied"));
    }
    if let Some(prefix) = &mut node.v2 {
        prefix.chunk_size = room as u64;
    }
    (node.blocks, node.address) = (vec![(address, len)], Some(address));
    Ok(())
}

/// All messages as they stand in the header: version 2 counts references in one of them.
fn messages(out: &Output, node: &Node) -> Result<Vec<RawMessage>> {
    let mut messages = node.messages.clone();
    if node.v2.is_some() && node.references != 1 {
        let count = ReferenceCount(node.references);
        messages.push(out.message(kind::REFERENCE_COUNT, flag::DO_NOT_SHARE, &count)?);
    }
    Ok(messages)
}

/// Writes the header of `node`, which has its place.
pub(super) fn write(out: &mut Output, node: &mut Node) -> Result<()> {
    let Some((address, len)) = node.blocks.first().copied() else {
        return Err(Error::argument("an object without a place"));
    };
    touch(out, node)?;
    let form = Form::of(node);
    let all = messages(out, node)?;
    let room = form.room(length(len)?);
    let (mut stay, mut others) = (all, 0);
    if form.messages(&stay) <= room {
        release(out, node.blocks.drain(1..))?;
    } else {
        let link = form.message(out.medium.ctx.o() + out.medium.ctx.l());
        let left = room.checked_sub(link).ok_or_else(|| {
            Error::unsupported("adding to an object header that is too small to be continued")
                .at(out.medium.absolute(address))
        })?;
        let go;
        (stay, go) = split(&form, stay, left);
        let block = continuation(out, &mut node.blocks, form.messages(&go) + form.overhead())?;
        let bytes;
        (bytes, others) = form.continuation(out, &go, length(block.length)?)?;
        out.medium.write(block.address, &bytes)?;
        stay.insert(0, out.message(kind::CONTINUATION, 0, &block)?);
    }
    let bytes = form.first(out, &stay, room, others)?;
    out.medium.write(address, &bytes)
}

/// Notes the time of the change where the object has one.
fn touch(out: &Output, node: &mut Node) -> Result<()> {
    let Some(now) = out.now.filter(|_| node.changed) else { return Ok(()) };
    if let Some(times) = node.v2.as_mut().and_then(|prefix| prefix.times.as_mut()) {
        times.change = now;
    }
    if node.message(kind::MODIFICATION_TIME).is_some() {
        let message = out.message(kind::MODIFICATION_TIME, 0, &ModificationTime(now))?;
        node.put(message);
    }
    Ok(())
}

/// Which messages stay in a chunk with `room` bytes for them and which have to go.
fn split(form: &Form, messages: Vec<RawMessage>, room: usize) -> (Vec<RawMessage>, Vec<RawMessage>) {
    let mut left = room;
    messages.into_iter().partition(|m| match left.checked_sub(form.message(m.data.len())) {
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

/// Gives back blocks of headers.
pub(super) fn release(out: &mut Output, mut blocks: impl Iterator<Item = (Addr, u64)>) -> Result<()> {
    blocks.try_for_each(|(address, length)| out.space.release(address, length))
}
