//! The staged objects: finding them by path, loading those the file has already, linking new ones.

use super::links::link_order;
use super::node::{LinkEdit, Node, NodeId, Nodes, StagedLink, Target};
use super::options::HeaderOptions;
use super::output::Output;
use super::{header, names};
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::header::RawMessage;
use crate::format::message::{LinkTarget, flag, kind};
use crate::object::header::ObjectHeader;
use crate::object::links;
use crate::places::Places;

/// Objects that edits have touched since the last commit.
#[derive(Debug)]
pub(super) struct Stage {
    nodes: Nodes,
    by_address: Places,
    root: Root,
    /// Links made so far.
    serial: u64,
    /// Addresses of new objects that could not wait for the commit.
    settled: Vec<Addr>,
}

/// Bytes of a reference count message in a version 2 header at most.
pub(super) const COUNT_MESSAGE: usize = 6 + 5;

/// The root group is loaded when an edit needs it.
#[derive(Clone, Copy, Debug)]
enum Root {
    At(Addr),
    Staged(NodeId),
}

/// See [`Stage::mark`].
pub(super) struct Mark {
    nodes: usize,
    len: usize,
    root: Root,
    settled: usize,
}

/// Where a new link goes: a group there is, the groups to make on the way, the name.
pub(super) struct Place {
    group: NodeId,
    missing: Vec<Vec<u8>>,
    name: Vec<u8>,
}

impl Stage {
    /// The stage of a new file, whose root group is not in the file yet.
    pub fn new(root: Node) -> Stage {
        let mut nodes = Nodes::default();
        let root = nodes.push(Node { references: 1, ..root });
        Stage {
            nodes,
            by_address: Places::default(),
            root: Root::Staged(root),
            serial: 0,
            settled: Vec::new(),
        }
    }

    /// The stage of a file whose root group is at `root`. Nothing is touched yet.
    pub fn of_file(root: Addr) -> Stage {
        Stage {
            nodes: Nodes::default(),
            by_address: Places::default(),
            root: Root::At(root),
            serial: 0,
            settled: Vec::new(),
        }
    }

    /// The root group of a new file.
    pub fn top(&self) -> NodeId {
        NodeId(0)
    }

    /// The root group.
    pub fn root(&mut self, out: &Output) -> Result<NodeId> {
        match self.root {
            Root::Staged(id) => Ok(id),
            Root::At(address) => {
                let id = self.at(out, address)?;
                self.root = Root::Staged(id);
                Ok(id)
            }
        }
    }

    /// Whether anything waits to be written.
    pub fn is_changed(&self) -> bool {
        self.nodes.iter().any(|n| n.changed)
    }

    /// Headers of those that were deleted.
    pub fn deleted(&self) -> impl Iterator<Item = Addr> {
        self.nodes.iter().filter(|n| n.references == 0 && n.blocks.is_empty()).filter_map(|n| n.address)
    }

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId)
    }

    /// One of them.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id)
    }

    /// One of them, to be changed in everything but its links.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        self.nodes.get_mut(id)
    }

    /// Takes a new object in.
    pub fn add(&mut self, node: Node) -> NodeId {
        let address = node.address;
        let id = self.nodes.push(node);
        if let Some(address) = address {
            self.by_address.insert(address.0, id.0);
        }
        id
    }

    /// The stage as it is now, to go back to. Marks are settled in the reverse of their order.
    pub fn mark(&mut self) -> Mark {
        let settled = self.settled.len();
        Mark { nodes: self.nodes.mark(), len: self.nodes.len(), root: self.root, settled }
    }

    /// What was staged since `mark` stays.
    pub fn keep(&mut self, mark: Mark) {
        self.nodes.keep(mark.nodes);
    }

    /// Takes back what was staged since `mark`.
    pub fn back_to(&mut self, mark: Mark) {
        let new: Vec<Addr> =
            (mark.len..self.nodes.len()).filter_map(|n| self.node(NodeId(n)).address).collect();
        new.into_iter().for_each(|address| self.by_address.remove(address.0));
        self.settled.drain(mark.settled..).for_each(|address| self.by_address.remove(address.0));
        self.nodes.back_to(mark.nodes);
        self.root = mark.root;
    }

    /// The object whose header is at `address`.
    pub fn at(&mut self, out: &Output, address: Addr) -> Result<NodeId> {
        match self.by_address.get(address.0) {
            Some(id) => Ok(NodeId(id)),
            None => Ok(self.add(load(out, address)?)),
        }
    }

    /// Where an object is. A new one, which is no group, gets its place now, so that others can name it.
    pub fn settle(&mut self, out: &mut Output, id: NodeId) -> Result<Addr> {
        let node = self.node(id);
        if node.group && node.address.is_none() {
            return Err(Error::argument("a new group has no place yet"));
        }
        // Users of a datatype are counted in a message; other objects have names, mostly one.
        let spare =
            if node.v2.is_some() && node.message(kind::DATASPACE).is_none() { COUNT_MESSAGE } else { 0 };
        self.settle_with(out, id, spare)
    }

    /// Where an object is. A new one gets its place now, with `spare` bytes more than its messages take.
    pub fn settle_with(&mut self, out: &mut Output, id: NodeId, spare: usize) -> Result<Addr> {
        let node = self.nodes.get_mut(id);
        if let Some(address) = node.address {
            return Ok(address);
        }
        let address = header::allocate_with(out, node, spare)?;
        self.by_address.insert(address.0, id.0);
        self.settled.push(address);
        Ok(address)
    }

    /// What `name` in `group` leads to.
    pub fn child(&mut self, out: &Output, group: NodeId, name: &[u8]) -> Result<Option<Target>> {
        let node = self.node(group);
        if let Some(edit) = node.links.get(name) {
            return Ok(edit.link().map(|link| link.target.clone()));
        }
        let Some(address) = node.address else { return Ok(None) };
        let header = ObjectHeader::open(&out.medium, address)?;
        match links::find(&out.medium, &header, name)? {
            Some(link) => self.target(out, link.target).map(Some),
            None => Ok(None),
        }
    }

    /// What a link of the file leads to.
    pub fn target(&mut self, out: &Output, target: LinkTarget) -> Result<Target> {
        Ok(match target {
            LinkTarget::Hard(address) => Target::Node(self.at(out, address)?),
            LinkTarget::Soft(path) => Target::Soft(path),
            LinkTarget::External { file, path } => Target::External { file, path },
            LinkTarget::UserDefined { class, data } => Target::UserDefined { class, data },
        })
    }

    /// The object at `path`, soft links followed.
    pub fn find(&mut self, out: &Output, path: &str) -> Result<NodeId> {
        match self.walk(out, path.as_bytes())? {
            Walk::Found(id) => Ok(id),
            Walk::Missing { rest, .. } => {
                let name = String::from_utf8_lossy(rest.last().map_or(&[], Vec::as_slice)).into_owned();
                Err(Error::not_found(format!("there is no {name:?}")).on(path))
            }
        }
    }

    /// Goes along `path` as far as there is something.
    fn walk(&mut self, out: &Output, path: &[u8]) -> Result<Walk> {
        let shown = || String::from_utf8_lossy(path).into_owned();
        // Components still to go, the next one last.
        let mut rest: Vec<Vec<u8>> = split(path);
        let mut here = match names::anonymous(path) {
            Some(address) => {
                rest.pop();
                self.at(out, Addr(address))?
            }
            None => self.root(out)?,
        };
        let mut traversals = 0;
        // So many components are left when those that a soft link put there are done.
        let mut own = rest.len();
        while let Some(name) = rest.last() {
            if !self.node(here).group {
                return Err(Error::argument("a dataset has no members").on(shown()));
            }
            match self.child(out, here, name).on(&shown())? {
                None => return Ok(Walk::Missing { group: here, soft: rest.len() > own, rest }),
                Some(Target::Node(id)) => {
                    here = id;
                    rest.pop();
                }
                Some(Target::At(address)) => {
                    here = self.at(out, address)?;
                    rest.pop();
                }
                Some(Target::Soft(to)) => {
                    traversals += 1;
                    if traversals > out.medium.limits.link_traversals {
                        return Err(Error::limit("too many soft links on the way").on(shown()));
                    }
                    rest.pop();
                    own = own.min(rest.len());
                    if to.first() == Some(&b'/') {
                        here = self.root(out)?;
                    }
                    rest.extend(split(&to));
                }
                Some(Target::External { .. }) => {
                    return Err(Error::unsupported("editing through an external link").on(shown()));
                }
                Some(Target::UserDefined { class, .. }) => {
                    let what = format!("following a user-defined link of class {class}");
                    return Err(Error::unsupported(what).on(shown()));
                }
            }
        }
        Ok(Walk::Found(here))
    }

    /// Where a new object at `path` goes. Nothing is changed yet.
    pub fn place(&mut self, out: &Output, path: &str) -> Result<Place> {
        let (parent, name) = names::split(path)?;
        match self.walk(out, parent.as_bytes())? {
            Walk::Missing { soft: true, .. } => {
                Err(Error::not_found("a soft link on the way leads nowhere").on(path))
            }
            Walk::Missing { group, rest, .. } => {
                Ok(Place { group, missing: rest.into_iter().rev().collect(), name })
            }
            Walk::Found(group) => {
                if !self.node(group).group {
                    return Err(Error::argument("a dataset has no members").on(path));
                }
                if self.child(out, group, &name).on(path)?.is_some() {
                    return Err(Error::argument("the name is taken").on(path));
                }
                Ok(Place { group, missing: Vec::new(), name })
            }
        }
    }

    /// Group and name of the link at `path` itself; only what is before its last component is followed.
    pub fn parent(&mut self, out: &Output, path: &str) -> Result<(NodeId, Vec<u8>)> {
        let (parent, name) = names::split(path)?;
        let group = self.find(out, &parent)?;
        if !self.node(group).group {
            return Err(Error::argument("a dataset has no members").on(path));
        }
        Ok((group, name))
    }

    /// Makes the groups on the way and the link itself.
    pub fn link(&mut self, out: &Output, place: Place, target: Target) -> Result<()> {
        let mut group = place.group;
        for name in place.missing {
            let parent = self.node(group);
            let order = link_order(out, parent)?;
            let mut node = Node::new_group_in(parent, order, out.low);
            if out.tracks_attributes {
                HeaderOptions::default().apply(out, &mut node, false)?;
            }
            let new = self.add(node);
            let link = StagedLink::new(&name, Target::Node(new));
            self.insert(group, name, link);
            group = new;
        }
        let link = StagedLink::new(&place.name, target);
        self.insert(group, place.name, link);
        Ok(())
    }

    /// Adds a link to a group that has none of this name.
    pub fn insert(&mut self, group: NodeId, name: Vec<u8>, mut link: StagedLink) {
        if let Target::Node(id) = link.target {
            let node = self.node_mut(id);
            node.references = node.references.saturating_add(1);
            node.changed = true;
        }
        self.serial += 1;
        link.serial = self.serial;
        let edit = match self.node(group).links.get(&name) {
            Some(LinkEdit::Remove) => LinkEdit::Replace(link),
            _ => LinkEdit::Add(link),
        };
        self.nodes.set_link(group, name, Some(edit));
    }

    /// Takes the link `name`, which is there, out of a group. What it led to loses a reference.
    pub fn remove(&mut self, group: NodeId, name: Vec<u8>, target: &Target) {
        let edit = match self.node(group).links.get(&name) {
            Some(LinkEdit::Add(_)) => None,
            _ => Some(LinkEdit::Remove),
        };
        self.nodes.set_link(group, name, edit);
        if let Target::Node(id) = target {
            let node = self.node_mut(*id);
            node.references = node.references.saturating_sub(1);
            node.changed = true;
        }
    }
}

enum Walk {
    Found(NodeId),
    /// `rest`: components from the missing one on, in reverse; `soft`: the missing one is in what a soft link says.
    Missing {
        group: NodeId,
        rest: Vec<Vec<u8>>,
        soft: bool,
    },
}

/// Components of a path, the first one last.
fn split(path: &[u8]) -> Vec<Vec<u8>> {
    let components = path.split(|b| *b == b'/').filter(|s| !s.is_empty() && *s != b".");
    components.rev().map(<[u8]>::to_vec).collect()
}

/// An object of the file, ready to be changed.
pub(super) fn load(out: &Output, address: Addr) -> Result<Node> {
    let header = ObjectHeader::open(&out.medium, address)?;
    for message in &header.messages {
        if message.kind > kind::CACHE_IMAGE && message.flags & flag::FAIL_IF_UNKNOWN_AND_WRITING != 0 {
            let what = format!("changing an object with a message of type {:#x}", message.kind);
            return Err(Error::unsupported(what).at(message.address));
        }
    }
    let v2 = header.prefix;
    let counted = |m: &RawMessage| v2.is_some() && m.kind == kind::REFERENCE_COUNT;
    let messages = header.messages.into_iter();
    let messages = messages.filter(|m| !matches!(m.kind, kind::NIL | kind::CONTINUATION) && !counted(m));
    let messages: Vec<RawMessage> = messages.collect();
    let group = messages.iter().any(|m| matches!(m.kind, kind::SYMBOL_TABLE | kind::LINK_INFO));
    Ok(Node {
        address: Some(address),
        blocks: header.chunks,
        messages,
        references: header.reference_count,
        group,
        v2,
        ..Node::default()
    })
}
