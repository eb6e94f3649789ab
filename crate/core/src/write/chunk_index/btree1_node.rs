//! Nodes of a v1 B-tree of chunks while it is edited: read once, and of what changes only the changed bytes are
//! written, once.

use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::index::Entry;
use crate::format::tree::btree1::{self, ChunkKeys};
use crate::places::Places;
use crate::write::changes;
use crate::write::output::Output;

pub(super) type Node = btree1::Node<ChunkKeys>;

/// Nodes that are held at most before they are written and forgotten.
const MOST: usize = 1024;

/// What stands for one chunk in a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub size: u32,
    pub mask: u32,
    /// Offset of its first element, the element-size coordinate included.
    pub offset: Vec<u64>,
}

impl Key {
    /// The key of the chunk at `offset` that is stored as `entry` says.
    pub(super) fn new(offset: Vec<u64>, entry: &Entry) -> Result<Key> {
        let size = u32::try_from(entry.size);
        let size = size.map_err(|_| Error::unsupported("a stored chunk of 4 GiB or more in a v1 B-tree"))?;
        Ok(Key { size, mask: entry.mask, offset })
    }

    /// A key that bounds: it stands for no chunk.
    pub(super) fn bound(offset: Vec<u64>) -> Key {
        Key { size: 0, mask: 0, offset }
    }

    /// Key `i` of `keys`.
    pub(super) fn of(keys: &ChunkKeys, i: usize) -> Key {
        let number = |list: &[u32]| list.get(i).copied().unwrap_or(0);
        Key { size: number(&keys.sizes), mask: number(&keys.masks), offset: keys.offset(i).to_vec() }
    }

    /// Puts this in place of key `i`.
    pub(super) fn replace(&self, keys: &mut ChunkKeys, i: usize) {
        if let (Some(size), Some(mask)) = (keys.sizes.get_mut(i), keys.masks.get_mut(i)) {
            (*size, *mask) = (self.size, self.mask);
            let from = i * keys.ranks;
            keys.offsets[from..from + keys.ranks].copy_from_slice(&self.offset);
        }
    }

    /// Puts this before key `i`.
    pub(super) fn insert(&self, keys: &mut ChunkKeys, i: usize) {
        keys.sizes.insert(i, self.size);
        keys.masks.insert(i, self.mask);
        let from = i * keys.ranks;
        keys.offsets.splice(from..from, self.offset.iter().copied());
    }
}

/// Takes key `i` out.
pub(super) fn remove_key(keys: &mut ChunkKeys, i: usize) {
    keys.sizes.remove(i);
    keys.masks.remove(i);
    keys.offsets.drain(i * keys.ranks..(i + 1) * keys.ranks);
}

/// Takes the keys from the `i`th on out; it stays here as well.
pub(super) fn split_keys(keys: &mut ChunkKeys, i: usize) -> ChunkKeys {
    let taken = ChunkKeys {
        ranks: keys.ranks,
        sizes: keys.sizes.get(i..).unwrap_or(&[]).to_vec(),
        masks: keys.masks.get(i..).unwrap_or(&[]).to_vec(),
        offsets: keys.offsets.get(i * keys.ranks..).unwrap_or(&[]).to_vec(),
    };
    keys.sizes.truncate(i + 1);
    keys.masks.truncate(i + 1);
    keys.offsets.truncate((i + 1) * keys.ranks);
    taken
}

/// The nodes that are held.
pub(super) struct Nodes {
    /// Offsets per key.
    ranks: usize,
    held: Vec<Held>,
    places: Places,
}

struct Held {
    at: Addr,
    node: Node,
    /// As it is in the file, as much of it as is there.
    stored: Vec<u8>,
    changed: bool,
}

impl Nodes {
    pub(super) fn new(ranks: usize) -> Nodes {
        Nodes { ranks, held: Vec::new(), places: Places::default() }
    }

    /// Children a node has room for.
    pub(super) fn capacity(out: &Output) -> usize {
        2 * usize::from(out.k.chunk)
    }

    /// Bytes of a node.
    pub(super) fn size(&self, out: &Output) -> u64 {
        Node::size(out.medium.ctx, self.ranks, Nodes::capacity(out)) as u64
    }

    /// Makes room. Asked for between edits, so that nodes stay where they are during one.
    pub(super) fn trim(&mut self, out: &mut Output) -> Result<()> {
        if self.held.len() > MOST {
            self.flush(out)?;
            self.held.clear();
            self.places.clear();
        }
        Ok(())
    }

    /// The node at `at` and its bytes in the file.
    fn read(&self, out: &Output, at: Addr) -> Result<(Node, Vec<u8>)> {
        let bytes = out.medium.read_up_to(at, self.size(out))?;
        let node = Node::decode(&mut out.medium.reader(&bytes, at), self.ranks)?;
        let (n, capacity) = (node.children.len(), Nodes::capacity(out));
        if n > capacity || capacity < 2 {
            let what = format!("{n} children in a B-tree node for {capacity}");
            return Err(Error::malformed(what).at(out.medium.absolute(at)));
        }
        Ok((node, bytes))
    }

    fn load(&mut self, out: &Output, at: Addr) -> Result<usize> {
        if let Some(place) = self.places.get(at.0) {
            return Ok(place);
        }
        let (node, stored) = self.read(out, at)?;
        Ok(self.hold(Held { at, node, stored, changed: false }))
    }

    fn hold(&mut self, held: Held) -> usize {
        self.places.insert(held.at.0, self.held.len());
        self.held.push(held);
        self.held.len() - 1
    }

    /// The node at `at`.
    pub(super) fn get(&mut self, out: &Output, at: Addr) -> Result<&Node> {
        let place = self.load(out, at)?;
        Ok(&self.held[place].node)
    }

    /// A copy of the node at `at`, which is not held for this.
    pub(super) fn peek(&self, out: &Output, at: Addr) -> Result<Node> {
        match self.places.get(at.0).and_then(|place| self.held.get(place)) {
            Some(held) => Ok(held.node.clone()),
            None => Ok(self.read(out, at)?.0),
        }
    }

    /// The node at `at`, to be changed.
    pub(super) fn change(&mut self, out: &Output, at: Addr) -> Result<&mut Node> {
        let place = self.load(out, at)?;
        let held = &mut self.held[place];
        held.changed = true;
        Ok(&mut held.node)
    }

    /// Gives a new node a place.
    pub(super) fn add(&mut self, out: &mut Output, node: Node) -> Result<Addr> {
        let at = out.space.allocate(self.size(out))?;
        self.places.remove(at.0);
        self.hold(Held { at, node, stored: Vec::new(), changed: true });
        Ok(at)
    }

    /// Gives the place of a node back.
    pub(super) fn release(&mut self, out: &mut Output, at: Addr) -> Result<()> {
        out.space.release(at, self.size(out))?;
        if let Some(place) = self.places.get(at.0) {
            self.held[place].changed = false;
        }
        self.places.remove(at.0);
        Ok(())
    }

    /// Writes what has changed.
    pub(super) fn flush(&mut self, out: &mut Output) -> Result<()> {
        let capacity = Nodes::capacity(out);
        for held in self.held.iter_mut().filter(|held| held.changed) {
            let mut w = out.writer();
            held.node.encode(&mut w, self.ranks, capacity)?;
            changes::write(out, held.at, &held.stored, w.as_bytes())?;
            held.stored = w.into_bytes();
            held.changed = false;
        }
        Ok(())
    }
}
