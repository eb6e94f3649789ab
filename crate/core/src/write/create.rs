//! Making files and groups.

use super::node::Target;
use super::options::{CreateOptions, GroupOptions};
use super::output::Output;
use super::space::persisted;
use super::stage::Stage;
use super::{Editor, extension};
use crate::error::{Error, Kind, Result};
use crate::format::Libver;
use crate::format::header::RawMessage;
use crate::format::message::{flag, kind};
use crate::format::superblock::{Form, Superblock};
use crate::storage::{Memory, Storage};

impl Editor {
    /// A new file in memory, as h5py makes it without being told otherwise. It holds nothing before the first
    /// [`commit`](Editor::commit).
    pub fn create() -> Result<Editor> {
        Editor::create_with(&CreateOptions::default())
    }

    /// A new file in memory.
    ///
    /// Errors: `Argument` for options that contradict each other.
    pub fn create_with(options: &CreateOptions) -> Result<Editor> {
        Editor::create_in(Box::new(Memory::default()), options)
    }

    /// A new file in `storage`, in which there is nothing yet.
    ///
    /// Errors: `Argument` for options that contradict each other, or if there is something; `ReadOnly` if the storage
    /// cannot be written.
    pub fn create_in(storage: Box<dyn Storage>, options: &CreateOptions) -> Result<Editor> {
        let (out, superblock) = begin(storage, options)?;
        let stage = Stage::new(options.root.node(&out)?);
        Ok(Editor { out, stage, superblock, deleted: Vec::new() })
    }

    /// Creates a group, and the groups on the way.
    ///
    /// Errors: `Argument` if the name is taken or cannot be one.
    pub fn create_group(&mut self, path: &str) -> Result<()> {
        self.create_group_with(path, &GroupOptions::default())
    }

    /// Creates a group like this, and plain groups on the way.
    ///
    /// Errors: `Argument` if the name is taken or cannot be one, or for options that contradict each other.
    pub fn create_group_with(&mut self, path: &str, options: &GroupOptions) -> Result<()> {
        self.make(path, |editor| {
            let node = options.node(&editor.out)?;
            Ok(Target::Node(editor.stage.add(node)))
        })
    }
}

/// A new file in `storage`, without a root group.
pub(super) fn begin(mut storage: Box<dyn Storage>, options: &CreateOptions) -> Result<(Output, Superblock)> {
    if storage.writer().is_none() {
        return Err(Error::new(Kind::ReadOnly, "a new file needs a place where it can be written"));
    }
    if !storage.is_empty() {
        return Err(Error::argument("a new file in the place of one that is there"));
    }
    let mut superblock = options.superblock()?;
    let mut out = Output::over(storage, &superblock)?;
    (out.low, out.high) = (options.low, options.high);
    let mut about: Vec<RawMessage> = Vec::new();
    if options.needs_k_message(&superblock) {
        about.push(out.message(kind::BTREE_K, flag::CONSTANT | flag::DO_NOT_SHARE, &options.k)?);
    }
    if let Some(space) = options.space.message()? {
        out.need(Libver::V110, "options for file space")?;
        out.space.follow(&space)?;
        let flags = flag::DO_NOT_SHARE | flag::MARK_IF_UNKNOWN;
        about.push(out.message(kind::FILE_SPACE, flags, &space)?);
    }
    if let Form::New { extension } = &mut superblock.form {
        *extension = extension::create(&mut out, about)?;
        persisted::load(&mut out, *extension)?;
    }
    Ok((out, superblock))
}
