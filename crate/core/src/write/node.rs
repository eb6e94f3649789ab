//! An object as the staged edits see it: its messages, and where its header is if it has one already.

use super::names;
use crate::bytes::Addr;
use crate::format::datatype::CharacterSet;
use crate::format::header::{RawMessage, v2};
use std::collections::BTreeMap;

/// A staged object, by its place in the list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NodeId(pub usize);

/// What a new link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An object of this file.
    Node(NodeId),
    /// A path, looked up when the link is followed.
    Soft(Vec<u8>),
    /// A path in another file.
    External { file: Vec<u8>, path: Vec<u8> },
}

/// A link to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StagedLink {
    /// Where it leads.
    pub target: Target,
    /// Character set the name is flagged with.
    pub charset: CharacterSet,
    /// Position in creation order, in groups that track it.
    pub order: Option<i64>,
}

impl StagedLink {
    /// A link whose name says itself what it is.
    pub fn new(name: &[u8], target: Target) -> StagedLink {
        StagedLink { target, charset: names::charset(name), order: None }
    }
}

/// A group, dataset or committed datatype with its pending changes.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Where its header is; `None` until the commit that writes it first.
    pub address: Option<Addr>,
    /// Stretches of the file the header occupies: chunk 0 (prefix included), then continuation blocks.
    pub blocks: Vec<(Addr, u64)>,
    /// Messages as they are to be, without NILs and continuations.
    pub messages: Vec<RawMessage>,
    /// Hard links that lead here.
    pub references: u32,
    /// Whether it is a group.
    pub group: bool,
    /// Links to add, by name.
    pub links: BTreeMap<Vec<u8>, StagedLink>,
    /// For a new group: its links are messages even if a symbol table could hold them.
    pub new_style: bool,
    /// For a new group: whether it tracks the order of its links, and indexes it.
    pub link_order: Option<bool>,
    /// For a new object: its header is of version 2, with these properties.
    pub v2: Option<v2::Prefix>,
    /// Whether anything differs from the file.
    pub changed: bool,
}

impl Node {
    /// A new group without links.
    pub fn new_group() -> Node {
        Node { group: true, changed: true, ..Node::default() }
    }

    /// A new object with these messages.
    pub fn new(messages: Vec<RawMessage>) -> Node {
        Node { messages, changed: true, ..Node::default() }
    }

    /// The first message of this type.
    pub fn message(&self, kind: u16) -> Option<&RawMessage> {
        self.messages.iter().find(|m| m.kind == kind)
    }

    /// Puts `message` in place of the one of its type, or adds it.
    pub fn put(&mut self, message: RawMessage) {
        match self.messages.iter_mut().find(|m| m.kind == message.kind) {
            Some(old) => *old = message,
            None => self.messages.push(message),
        }
    }
}
