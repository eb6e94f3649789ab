//! The staged objects: finding them by path, loading those the file has already, linking new ones.

use super::names;
use super::node::{Node, NodeId, StagedLink, Target};
use super::output::Output;
use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::header::RawMessage;
use crate::format::message::{LinkTarget, kind};
use crate::object::header::ObjectHeader;
use crate::object::links;
use crate::places::Places;

/// Objects that edits have touched since the last commit.
#[derive(Debug)]
pub(super) struct Stage {
    nodes: Vec<Node>,
    by_address: Places,
    root: Root,
}

/// The root group is loaded when an edit needs it.
#[derive(Clone, Copy, Debug)]
enum Root {
    At(Addr),
    Staged(NodeId),
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
        let root = Node { references: 1, ..root };
        Stage { nodes: vec![root], by_address: Places::default(), root: Root::Staged(NodeId(0)) }
    }

    /// The stage of a file whose root group is at `root`. Nothing is touched yet.
    pub fn of_file(root: Addr) -> Stage {
        Stage { nodes: Vec::new(), by_address: Places::default(), root: Root::At(root) }
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

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len()).map(NodeId)
    }

    /// One of them.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// One of them, to be changed.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.0]
    }

    /// Takes a new object in.
    pub fn add(&mut self, node: Node) -> NodeId {
        let id = NodeId(self.nodes.len());
        if let Some(address) = node.address {
            self.by_address.insert(address.0, id.0);
        }
        self.nodes.push(node);
        id
    }

    /// The object whose header is at `address`.
    pub fn at(&mut self, out: &Output, address: Addr) -> Result<NodeId> {
        match self.by_address.get(address.0) {
            Some(id) => Ok(NodeId(id)),
            None => Ok(self.add(load(out, address)?)),
        }
    }

    /// What `name` in `group` leads to.
    fn child(&mut self, out: &Output, group: NodeId, name: &[u8]) -> Result<Option<Target>> {
        let node = self.node(group);
        if let Some(link) = node.links.get(name) {
            return Ok(Some(link.target.clone()));
        }
        let Some(address) = node.address else { return Ok(None) };
        let header = ObjectHeader::open(&out.medium, address)?;
        match links::find(&out.medium, &header, name)?.map(|link| link.target) {
            None => Ok(None),
            Some(LinkTarget::Hard(address)) => Ok(Some(Target::Node(self.at(out, address)?))),
            Some(LinkTarget::Soft(path)) => Ok(Some(Target::Soft(path))),
            Some(LinkTarget::External { file, path }) => Ok(Some(Target::External { file, path })),
            Some(LinkTarget::UserDefined { class, .. }) => {
                Err(Error::unsupported(format!("following a user-defined link of class {class}")))
            }
        }
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
        let mut here = self.root(out)?;
        // Components still to go, the next one last.
        let mut rest: Vec<Vec<u8>> = split(path);
        let mut traversals = 0;
        while let Some(name) = rest.last() {
            if !self.node(here).group {
                return Err(Error::argument("a dataset has no members").on(shown()));
            }
            match self.child(out, here, name).on(&shown())? {
                None => return Ok(Walk::Missing { group: here, rest, soft: traversals > 0 }),
                Some(Target::Node(id)) => {
                    here = id;
                    rest.pop();
                }
                Some(Target::Soft(to)) => {
                    traversals += 1;
                    if traversals > out.medium.limits.link_traversals {
                        return Err(Error::limit("too many soft links on the way").on(shown()));
                    }
                    rest.pop();
                    if to.first() == Some(&b'/') {
                        here = self.root(out)?;
                    }
                    rest.extend(split(&to));
                }
                Some(Target::External { .. }) => {
                    return Err(Error::unsupported("editing through an external link").on(shown()));
                }
            }
        }
        Ok(Walk::Found(here))
    }

    /// Where a new object at `path` goes. Nothing is changed yet.
    pub fn place(&mut self, out: &Output, path: &str) -> Result<Place> {
        let mut components = names::components(path)?;
        let name = components.pop().unwrap_or_default().as_bytes().to_vec();
        match self.walk(out, components.join("/").as_bytes())? {
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

    /// Makes the groups on the way and the link itself.
    pub fn link(&mut self, place: Place, target: Target) {
        let mut group = place.group;
        for name in place.missing {
            let new = self.add(Node::new_group());
            let link = StagedLink::new(&name, Target::Node(new));
            self.insert(group, name, link);
            group = new;
        }
        let link = StagedLink::new(&place.name, target);
        self.insert(group, place.name, link);
    }

    /// Adds a link to a group that has none of this name.
    pub fn insert(&mut self, group: NodeId, name: Vec<u8>, link: StagedLink) {
        if let Target::Node(id) = link.target {
            let node = self.node_mut(id);
            node.references += 1;
            node.changed = true;
        }
        let group = self.node_mut(group);
        group.links.insert(name, link);
        group.changed = true;
    }
}

enum Walk {
    Found(NodeId),
    /// `rest`: components from the missing one on, in reverse.
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
fn load(out: &Output, address: Addr) -> Result<Node> {
    let header = ObjectHeader::open(&out.medium, address)?;
    if header.version != 1 {
        return Err(
            Error::unsupported("changing an object with a version 2 header").at(out.medium.absolute(address))
        );
    }
    let messages = header.messages.iter().filter(|m| m.kind != kind::NIL && m.kind != kind::CONTINUATION);
    let messages: Vec<RawMessage> = messages.cloned().collect();
    let group = messages.iter().any(|m| matches!(m.kind, kind::SYMBOL_TABLE | kind::LINK_INFO));
    Ok(Node {
        address: Some(address),
        blocks: header.chunks.clone(),
        messages,
        references: header.reference_count,
        group,
        ..Node::default()
    })
}
