//! Copying objects, within a file or from another one: a dataset's chunks are carried over as they are stored.

mod data;
mod object;

use super::Editor;
use super::names;
use super::node::{NodeId, StagedLink, Target};
use super::transfer::Origin;
use crate::bytes::Addr;
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::object::links::{self, Link, LinkTarget};
use crate::object::path;
use crate::places::Places;
use crate::storage::Medium;

/// What is copied with an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// Of a group only what is in itself: groups in it are copied empty.
    pub shallow: bool,
    /// Copies what soft links lead to in their place.
    pub expand_soft: bool,
    /// Leaves attributes out.
    pub without_attributes: bool,
}

impl Editor {
    /// Copies the object at `from` to `to`, where nothing may be, with everything below it. Objects that have several
    /// names in what is copied have them in the copy. References lead to the same objects as before.
    ///
    /// Errors: `NotFound` if there is nothing to copy; `Argument` if the name is taken; `Unsupported` for what cannot
    /// be carried over.
    pub fn copy(&mut self, from: &str, to: &str, options: &CopyOptions) -> Result<()> {
        self.commit()?;
        let root = self.superblock.root;
        self.whole(to, |editor| Copy::new(Origin::Here, root, options).run(editor, from, to))
    }

    /// Copies the object at `from` of another file, whose root group is at `root`, to `to`. References and region
    /// references in what is copied lead nowhere, as in h5py.
    ///
    /// Errors: as for [`copy`](Editor::copy).
    pub fn copy_from(
        &mut self,
        source: &Medium,
        root: Addr,
        from: &str,
        to: &str,
        options: &CopyOptions,
    ) -> Result<()> {
        self.whole(to, |editor| {
            if (source.ctx.o(), source.ctx.l()) != (editor.out.medium.ctx.o(), editor.out.medium.ctx.l()) {
                return Err(Error::unsupported("copying between files with addresses of different width"));
            }
            Copy::new(Origin::There(source), root, options).run(editor, from, to)
        })
    }
}

/// An object to be copied, and what is to be made of it.
struct Next {
    address: Addr,
    id: NodeId,
    path: String,
    /// How many groups it is below the first one.
    depth: u32,
}

/// A copy on its way.
struct Copy<'a> {
    origin: Origin<'a>,
    root: Addr,
    options: CopyOptions,
    heap: HeapState,
    /// Which copy belongs to which address.
    copies: Places,
    queue: Vec<Next>,
}

impl<'a> Copy<'a> {
    fn new(origin: Origin<'a>, root: Addr, options: &CopyOptions) -> Copy<'a> {
        let (heap, copies, queue) = (HeapState::default(), Places::default(), Vec::new());
        Copy { origin, root, options: *options, heap, copies, queue }
    }

    fn run(mut self, editor: &mut Editor, from: &str, to: &str) -> Result<()> {
        let source = self.origin.medium(&editor.out);
        let address = match names::anonymous(from.as_bytes()) {
            Some(address) => Addr(address),
            None => path::resolve(source, self.root, self.root, from)?.address,
        };
        let place = editor.stage.place(&editor.out, to)?;
        let id = self.copy_of(editor, address, from.trim_end_matches('/').to_owned(), 0);
        while let Some(next) = self.queue.pop() {
            self.object(editor, &next).on(&next.path)?;
        }
        editor.stage.link(&editor.out, place, Target::Node(id))
    }

    /// The copy of the object at `address`, which is made later if it is not there.
    fn copy_of(&mut self, editor: &mut Editor, address: Addr, path: String, depth: u32) -> NodeId {
        if let Some(id) = self.copies.get(address.0) {
            return NodeId(id);
        }
        let id = editor.stage.add(object::unfinished());
        self.copies.insert(address.0, id.0);
        self.queue.push(Next { address, id, path, depth });
        id
    }

    fn object(&mut self, editor: &mut Editor, next: &Next) -> Result<()> {
        let source = self.origin.medium(&editor.out);
        let header = ObjectHeader::open(source, next.address)?;
        let kind = header.kind()?;
        let mut links = Vec::new();
        if kind == ObjectKind::Group && !(self.options.shallow && next.depth > 0) {
            links = links::list(source, &header)?;
        }
        self.messages(editor, next.id, &header, kind)?;
        for link in links {
            self.link(editor, next, link)?;
        }
        Ok(())
    }

    fn link(&mut self, editor: &mut Editor, group: &Next, link: Link) -> Result<()> {
        let path = format!("{}/{}", group.path, String::from_utf8_lossy(&link.name));
        let target = match link.target {
            LinkTarget::Hard(address) => {
                Target::Node(self.copy_of(editor, address, path, group.depth.saturating_add(1)))
            }
            LinkTarget::Soft(to) if self.options.expand_soft => {
                let source = self.origin.medium(&editor.out);
                let text = String::from_utf8_lossy(&to).into_owned();
                match path::resolve(source, self.root, group.address, &text) {
                    Ok(found) => {
                        Target::Node(self.copy_of(editor, found.address, path, group.depth.saturating_add(1)))
                    }
                    // What leads nowhere stays a link, as in the library.
                    Err(e) if e.kind() == crate::Kind::NotFound => Target::Soft(to),
                    Err(e) => return Err(e),
                }
            }
            LinkTarget::Soft(to) => Target::Soft(to),
            LinkTarget::External { file, path } => Target::External { file, path },
            LinkTarget::UserDefined { class, data } => Target::UserDefined { class, data },
        };
        let staged = StagedLink { target, charset: link.charset, order: link.creation_order, serial: 0 };
        editor.stage.insert(group.id, link.name, staged);
        Ok(())
    }
}
