//! Object headers (03-object-headers): messages in chunks, two versions.

pub mod v1;
pub mod v2;

/// A message as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawMessage {
    /// Message type, see [`kind`](crate::format::message::kind).
    pub kind: u16,
    /// Message flags, see [`flag`](crate::format::message::flag).
    pub flags: u8,
    /// Creation index, in version 2 headers that track the order of attributes.
    pub creation_index: Option<u16>,
    /// Absolute address of the body, for errors. Means nothing when a message is written.
    pub address: u64,
    /// The body; in version 1 headers with its padding.
    pub data: Vec<u8>,
}

impl RawMessage {
    /// A message to be written.
    pub fn new(kind: u16, flags: u8, data: Vec<u8>) -> Self {
        RawMessage { kind, flags, creation_index: None, address: 0, data }
    }
}
