//! Copying objects, within a file or from another one: a dataset's chunks are carried over as they are stored.
//!
//! First everything that will be copied is found and linked, then each object is filled in: by then it is known which
//! committed datatypes have copies, and where what references lead to will be.

mod carry;
mod data;
mod object;
mod plan;
mod references;

pub use carry::Carry;

use super::Editor;
use super::names;
use super::node::{NodeId, StagedLink, Target};
use super::stage::COUNT_MESSAGE;
use super::transfer::{Leading, Origin};
use crate::bytes::Addr;
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::format::header::{v1, v2};
use crate::format::message::kind;
use crate::object::header::ObjectHeader;
use crate::object::path;
use crate::places::Places;
use crate::storage::Medium;
use carry::Stored;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What is copied with an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyOptions {
    /// Of a group only what is in itself: groups in it are copied empty.
    pub shallow: bool,
    /// Copies what soft links lead to in their place.
    pub expand_soft: bool,
    /// Copies what external links lead to in their place, where the other file is found.
    pub expand_external: bool,
    /// Copies what references lead to: those in the copy lead to copies. What has no name there gets one in the root
    /// group, `~obj_pointed_by_` and its address, as in the library.
    pub expand_references: bool,
    /// Leaves attributes out.
    pub without_attributes: bool,
}

impl Editor {
    /// Copies the object at `from` to `to`, where nothing may be, with everything below it. Objects that have several
    /// names in what is copied have them in the copy. Unless they are expanded, references lead to the same objects as
    /// before; committed datatypes that are not copied with their users are shared with them.
    ///
    /// Errors: `NotFound` if there is nothing to copy; `Argument` if the name is taken; `Unsupported` for what cannot
    /// be carried over.
    pub fn copy(&mut self, from: &str, to: &str, options: &CopyOptions) -> Result<()> {
        Carry::of(self.superblock.root, from, to, options).finish(self, None)
    }

    /// Copies the object at `from` of another file, whose root group is at `root`, to `to`. Unless they are expanded,
    /// references in what is copied lead nowhere, as in h5py. Committed datatypes are copied once, without a name if
    /// they are not among what is copied.
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
        Carry::of(root, from, to, options).finish(self, Some(source))
    }
}

/// Addresses and lengths of both files must be alike.
fn check_widths(source: &Medium, to: &Medium) -> Result<()> {
    if (source.ctx.o(), source.ctx.l()) != (to.ctx.o(), to.ctx.l()) {
        return Err(Error::unsupported("copying between files with addresses of different width"));
    }
    Ok(())
}

/// An object to be copied, and what is to be made of it.
#[derive(Clone)]
struct Object {
    /// Which of the files it is in.
    file: usize,
    address: Addr,
    id: NodeId,
    path: String,
    /// How many groups it is below the first one.
    depth: u32,
}

/// A file that something is copied from.
struct File {
    /// `None`: the one that the copy began in.
    medium: Option<Rc<Medium>>,
    root: Addr,
    heap: HeapState,
    /// Which copy belongs to which address.
    copies: Places,
    /// Where these copies are, as far as that is known.
    places: BTreeMap<u64, u64>,
}

/// Where an object that is being copied comes from.
#[derive(Clone, Copy)]
struct From<'a> {
    file: usize,
    origin: Origin<'a>,
}

/// A copy on its way.
struct Copy<'a> {
    origin: Origin<'a>,
    options: CopyOptions,
    files: Vec<File>,
    /// Everything that is copied, in the order in which it was found.
    objects: Vec<Object>,
    /// What becomes of stored bytes.
    stored: Stored<'a>,
}

impl<'a> Copy<'a> {
    fn new(origin: Origin<'a>, root: Addr, options: &CopyOptions) -> Copy<'a> {
        let mut copy = Copy {
            origin,
            options: *options,
            files: Vec::new(),
            objects: Vec::new(),
            stored: Stored::Carried { list: &[], places: &[], next: 0 },
        };
        copy.add_file(None, root);
        copy
    }

    fn add_file(&mut self, medium: Option<Rc<Medium>>, root: Addr) {
        let (heap, copies, places) = (HeapState::default(), Places::default(), BTreeMap::new());
        self.files.push(File { medium, root, heap, copies, places });
    }

    fn run(&mut self, editor: &mut Editor, from: &str, to: &str) -> Result<()> {
        let root = self.files.first().map_or(Addr(0), |file| file.root);
        let source = self.origin.medium(&editor.out);
        let address = match names::anonymous(from.as_bytes()) {
            Some(address) => Addr(address),
            None => path::resolve(source, root, root, from)?.address,
        };
        let place = editor.stage.place(&editor.out, to)?;
        let id = self.copy_of(editor, 0, address, from.trim_end_matches('/').to_owned(), 0)?;
        self.find(editor)?;
        editor.stage.link(&editor.out, place, Target::Node(id))?;
        if self.options.expand_references {
            self.place_all(editor)?;
        }
        // Committed datatypes may be found on the way.
        let mut next = 0;
        while let Some(object) = self.objects.get(next).cloned() {
            self.with(object.file, &mut |copy, from| copy.fill(editor, from, &object)).on(&object.path)?;
            next += 1;
        }
        self.name_all(editor)
    }

    /// Does something with one of the files.
    fn with<T>(
        &mut self,
        file: usize,
        work: &mut dyn FnMut(&mut Copy<'a>, From<'_>) -> Result<T>,
    ) -> Result<T> {
        let medium = self.files.get(file).and_then(|f| f.medium.clone());
        let origin = medium.as_deref().map_or(self.origin, Origin::There);
        work(self, From { file, origin })
    }

    /// The copy of an object, which is made later if it is not there.
    fn copy_of(
        &mut self,
        editor: &mut Editor,
        file: usize,
        address: Addr,
        path: String,
        depth: u32,
    ) -> Result<NodeId> {
        let Some(known) = self.files.get_mut(file) else {
            return Err(Error::argument("a file that is none of those copied from"));
        };
        if let Some(id) = known.copies.get(address.0) {
            return Ok(NodeId(id));
        }
        let id = editor.stage.add(object::unfinished());
        known.copies.insert(address.0, id.0);
        self.objects.push(Object { file, address, id, path, depth });
        Ok(id)
    }

    /// Gives every copy its place.
    fn place_all(&mut self, editor: &mut Editor) -> Result<()> {
        self.objects.clone().iter().try_for_each(|object| {
            self.with(object.file, &mut |copy, from| copy.place(editor, from, object).map(drop))
                .on(&object.path)
        })
    }

    /// Gives what nothing but references leads to a name.
    fn name_all(&self, editor: &mut Editor) -> Result<()> {
        for object in &self.objects {
            let node = editor.stage.node(object.id);
            let Some(there) = node.address.filter(|_| node.references == 0) else { continue };
            let mut name = format!("~obj_pointed_by_{}", there.0).into_bytes();
            let root = editor.stage.root(&editor.out)?;
            while editor.stage.child(&editor.out, root, &name)?.is_some() {
                name.push(b'_');
            }
            editor.stage.insert(root, name.clone(), StagedLink::new(&name, Target::Node(object.id)));
        }
        Ok(())
    }

    /// Where a copy is. If it has no place yet, it gets one that is as large as that of the object: what then does not
    /// fit goes into a continuation block.
    fn place(&mut self, editor: &mut Editor, from: From<'_>, object: &Object) -> Result<Addr> {
        if let Some(there) = editor.stage.node(object.id).address {
            return Ok(there);
        }
        let header = ObjectHeader::open(from.origin.medium(&editor.out), object.address)?;
        let without = self.options.without_attributes;
        let gone = |kind: u16| match kind {
            kind::NIL | kind::CONTINUATION => true,
            kind::ATTRIBUTE => without,
            _ => false,
        };
        let messages = header.messages.iter().filter(|m| !gone(m.kind)).map(|m| m.data.len());
        let prefix = header.prefix.map(|prefix| v2::Prefix { size_width: 0, chunk_size: 0, ..prefix });
        let room: usize = match &prefix {
            None => messages.map(v1::message_size).sum(),
            Some(prefix) => messages.map(|len| len + prefix.message_prefix()).sum::<usize>() + COUNT_MESSAGE,
        };
        editor.stage.node_mut(object.id).v2 = prefix;
        let there = editor.stage.settle_with(&mut editor.out, object.id, room)?;
        if let Some(file) = self.files.get_mut(from.file) {
            file.places.insert(object.address.0, there.0);
        }
        Ok(there)
    }

    /// Where references in what is copied from a file lead.
    fn leading(&mut self, from: From<'_>) -> (&mut HeapState, Leading<'_>) {
        let expand = self.options.expand_references;
        let file = &mut self.files[from.file];
        let leading = match from.origin {
            _ if expand => Leading::ToCopies(&file.places),
            Origin::Here => Leading::Same,
            Origin::There(_) => Leading::Nowhere,
        };
        (&mut file.heap, leading)
    }
}
