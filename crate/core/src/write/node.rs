//! An object as the staged edits see it: its messages, and where its header is if it has one already.

use super::names;
use super::output::MAX_MESSAGE;
use crate::bytes::Addr;
use crate::format::Libver;
use crate::format::datatype::CharacterSet;
use crate::format::header::{RawMessage, v2};
use crate::format::message::kind;
use std::collections::BTreeMap;

/// A staged object, by its place in the list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NodeId(pub usize);

/// What a new link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An object of this file.
    Node(NodeId),
    /// The object whose header is, or will be, there. Nobody counts this link.
    At(Addr),
    /// A path, looked up when the link is followed.
    Soft(Vec<u8>),
    /// A path in another file.
    External { file: Vec<u8>, path: Vec<u8> },
    /// Something only its application knows.
    UserDefined { class: u8, data: Vec<u8> },
}

/// A link to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StagedLink {
    /// Where it leads.
    pub target: Target,
    /// Character set the name is flagged with.
    pub charset: CharacterSet,
    /// Position in creation order, where that is known already.
    pub order: Option<i64>,
    /// Tells which of two new links was made first.
    pub serial: u64,
}

impl StagedLink {
    /// A link whose name says itself what it is.
    pub fn new(name: &[u8], target: Target) -> StagedLink {
        StagedLink { target, charset: names::charset(name), order: None, serial: 0 }
    }
}

/// What happens to a name of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LinkEdit {
    /// The link that the file has goes.
    Remove,
    /// A link comes that the file does not have.
    Add(StagedLink),
    /// A link comes in the place of the one that the file has.
    Replace(StagedLink),
}

impl LinkEdit {
    /// The link that will be there.
    pub fn link(&self) -> Option<&StagedLink> {
        match self {
            LinkEdit::Remove => None,
            LinkEdit::Add(link) | LinkEdit::Replace(link) => Some(link),
        }
    }

    /// Whether a link that the file has goes.
    pub fn removes(&self) -> bool {
        !matches!(self, LinkEdit::Add(_))
    }
}

/// Changes to the links of a group, by name.
pub(super) type LinkEdits = BTreeMap<Vec<u8>, LinkEdit>;

/// A group, dataset or committed datatype with its pending changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// Where its header is; `None` until the commit that writes it first.
    pub address: Option<Addr>,
    /// Stretches of the file the header occupies: chunk 0 (prefix included), then continuation blocks.
    pub blocks: Vec<(Addr, u64)>,
    /// Messages as they are to be, without NILs, continuations and, in version 2 headers, the reference count.
    pub messages: Vec<RawMessage>,
    /// Hard links that lead here, and users of a committed datatype.
    pub references: u32,
    /// Whether it is a group.
    pub group: bool,
    /// Links to add and to remove.
    pub links: LinkEdits,
    /// The same with places in creation order, while a commit is under way.
    pub ordered: LinkEdits,
    /// While a commit is under way: links in messages, and new ones, become dense.
    pub to_dense: bool,
    /// For a new group: its links are messages even if a symbol table could hold them.
    pub new_style: bool,
    /// For a new group: whether it tracks the order of its links, and indexes it.
    pub link_order: Option<bool>,
    /// Its header is of version 2, with these properties.
    pub v2: Option<v2::Prefix>,
    /// Whether anything differs from the file.
    pub changed: bool,
}

impl Node {
    /// A new group without links, in the form that `low` chooses.
    pub fn new_group(low: Libver) -> Node {
        let v2 = (low >= Libver::V18).then(v2::Prefix::default);
        Node { group: true, changed: true, new_style: v2.is_some(), v2, ..Node::default() }
    }

    /// A new group on the way to another object, in the group `parent`: it keeps the order of its links if that one does
    /// (`order`: and whether it is indexed), and converts between its forms where that one does, as libhdf5 has it.
    pub fn new_group_in(parent: &Node, order: Option<bool>, low: Libver) -> Node {
        let mut node = Node::new_group(low);
        node.link_order = order;
        node.new_style |= node.link_order.is_some();
        if node.new_style {
            let info = parent.message(kind::GROUP_INFO).cloned();
            node.messages.extend(info.map(|m| RawMessage { creation_index: None, ..m }));
        }
        node
    }

    /// A new object with these messages, in the form that `low` chooses.
    pub fn new(messages: Vec<RawMessage>, low: Libver) -> Node {
        let v2 = (low >= Libver::V18).then(v2::Prefix::default);
        Node { messages, changed: true, v2, ..Node::default() }
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

    /// Bytes of a message in its header at most.
    pub fn largest_message(&self) -> usize {
        if self.v2.is_some() { usize::from(u16::MAX) } else { MAX_MESSAGE }
    }

    /// The same without changes to links, which are kept apart.
    fn without_links(&self) -> Node {
        Node {
            address: self.address,
            blocks: self.blocks.clone(),
            messages: self.messages.clone(),
            references: self.references,
            group: self.group,
            links: LinkEdits::new(),
            ordered: LinkEdits::new(),
            to_dense: false,
            new_style: self.new_style,
            link_order: self.link_order,
            v2: self.v2,
            changed: self.changed,
        }
    }
}

/// Staged objects, with what they were like before changes that may have to be taken back.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    all: Vec<Node>,
    log: Vec<Before>,
    marks: Vec<usize>,
    /// Objects saved since the last mark.
    saved: Vec<NodeId>,
}

#[derive(Debug)]
enum Before {
    Node(NodeId, Box<Node>),
    Link(NodeId, Vec<u8>, Option<LinkEdit>),
    Added,
    Saved(Vec<NodeId>),
}

impl Nodes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Node> {
        self.all.iter()
    }

    /// One of them.
    pub fn get(&self, id: NodeId) -> &Node {
        &self.all[id.0]
    }

    /// One of them, to be changed in everything but its links.
    pub fn get_mut(&mut self, id: NodeId) -> &mut Node {
        if self.marks.last().is_some_and(|first| id.0 < *first) && !self.saved.contains(&id) {
            self.saved.push(id);
            self.log.push(Before::Node(id, Box::new(self.all[id.0].without_links())));
        }
        &mut self.all[id.0]
    }

    /// Adds one.
    pub fn push(&mut self, node: Node) -> NodeId {
        if !self.marks.is_empty() {
            self.log.push(Before::Added);
        }
        self.all.push(node);
        NodeId(self.all.len() - 1)
    }

    /// Says what happens to a name of a group; `None`: nothing.
    pub fn set_link(&mut self, group: NodeId, name: Vec<u8>, edit: Option<LinkEdit>) {
        self.get_mut(group).changed = true;
        let links = &mut self.all[group.0].links;
        let old = match edit {
            Some(edit) => links.insert(name.clone(), edit),
            None => links.remove(&name),
        };
        if !self.marks.is_empty() {
            self.log.push(Before::Link(group, name, old));
        }
    }

    /// A moment to go back to. Marks are settled in the reverse of their order.
    pub fn mark(&mut self) -> usize {
        self.log.push(Before::Saved(std::mem::take(&mut self.saved)));
        self.marks.push(self.all.len());
        self.log.len() - 1
    }

    /// What was done since the mark stays.
    pub fn keep(&mut self, mark: usize) {
        self.marks.pop();
        if self.marks.is_empty() {
            self.log.clear();
            self.saved.clear();
        } else if let Some(Before::Saved(outer)) = self.log.get_mut(mark) {
            // What is in the log for this mark serves the one around it, too.
            self.saved.append(outer);
        }
    }

    /// Takes back what was done since the mark.
    pub fn back_to(&mut self, mark: usize) {
        self.marks.pop();
        for before in self.log.drain(mark..).rev() {
            match before {
                Before::Added => {
                    self.all.pop();
                }
                Before::Node(id, mut old) => {
                    let node = &mut self.all[id.0];
                    old.links = std::mem::take(&mut node.links);
                    *node = *old;
                }
                Before::Link(id, name, Some(old)) => {
                    self.all[id.0].links.insert(name, old);
                }
                Before::Link(id, name, None) => {
                    self.all[id.0].links.remove(&name);
                }
                Before::Saved(outer) => self.saved = outer,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_taken_back_or_kept() {
        let mut nodes = Nodes::default();
        let group = nodes.push(Node::new_group(Libver::Earliest));
        let link = |n| LinkEdit::Add(StagedLink::new(b"x", Target::Node(NodeId(n))));
        let outer = nodes.mark();
        nodes.set_link(group, b"a".to_vec(), Some(link(1)));
        nodes.get_mut(group).references = 7;
        let inner = nodes.mark();
        let added = nodes.push(Node::default());
        nodes.get_mut(added).references = 3;
        nodes.get_mut(group).references = 8;
        nodes.set_link(group, b"a".to_vec(), None);
        nodes.set_link(group, b"b".to_vec(), Some(link(2)));
        nodes.back_to(inner);
        assert_eq!((nodes.len(), nodes.get(group).references), (1, 7));
        assert_eq!(nodes.get(group).links.keys().collect::<Vec<_>>(), [b"a"]);
        let inner = nodes.mark();
        nodes.get_mut(group).references = 9;
        nodes.keep(inner);
        nodes.back_to(outer);
        assert_eq!((nodes.get(group).references, nodes.get(group).links.len()), (0, 0));
        let mark = nodes.mark();
        nodes.get_mut(group).references = 1;
        nodes.keep(mark);
        assert_eq!(nodes.get(group).references, 1);
    }
}
