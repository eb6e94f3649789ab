//! Groups, links, and what they lead to.
//!
//! Paths begin at the root, or, as `#0x` and a hexadecimal number, at the object whose header is at that address.

use crate::error::{Error, Kind, Result};
use crate::write::node::{NodeId, Target};
use crate::write::{Data, DatasetSpec, Editor};
use std::borrow::Cow;

impl Editor {
    /// Creates a dataset, and the groups on the way. Its values are stored at once; the dataset is there for
    /// readers after the next commit. If this fails nothing has changed.
    ///
    /// Errors: `Argument` if the name is taken, the values do not fit the shape or the datatype, or `spec`
    /// contradicts itself.
    pub fn create_dataset(&mut self, path: &str, spec: &DatasetSpec, data: Data<'_>) -> Result<()> {
        self.make(path, |editor| {
            let datatype = editor.adapted(&spec.datatype)?;
            let other;
            let spec = match datatype {
                Cow::Borrowed(_) => spec,
                Cow::Owned(datatype) => {
                    other = DatasetSpec { datatype, ..spec.clone() };
                    &other
                }
            };
            let mut node = editor.write_dataset(spec, data)?;
            editor.share_datatype(spec, &mut node)?;
            Ok(Target::Node(editor.stage.add(node)))
        })
    }

    /// Another name, `path`, for the object at `target`.
    pub fn link_hard(&mut self, path: &str, target: &str) -> Result<()> {
        self.make(path, |editor| editor.stage.find(&editor.out, target).map(Target::Node))
    }

    /// A link to whatever is at `target` when it is followed. Nothing needs to be there.
    pub fn link_soft(&mut self, path: &str, target: &str) -> Result<()> {
        check_value(target)?;
        self.make(path, |_| Ok(Target::Soft(target.as_bytes().to_vec())))
    }

    /// A link to the object at `target` in the file called `file`.
    pub fn link_external(&mut self, path: &str, file: &str, target: &str) -> Result<()> {
        check_value(file)?;
        check_value(target)?;
        let (file, target) = (file.as_bytes().to_vec(), target.as_bytes().to_vec());
        self.make(path, |_| Ok(Target::External { file, path: target }))
    }

    /// Takes away the link at `path`, which is not followed. An object that nothing leads to any more is deleted, and
    /// so is what was only to be reached through it.
    ///
    /// Errors: `NotFound` if there is no such link.
    pub fn unlink(&mut self, path: &str) -> Result<()> {
        self.whole(path, |editor| {
            let (group, name, target) = editor.stored_link(path)?;
            editor.stage.remove(group, name, &target);
            Ok(())
        })
    }

    /// Gives the link at `from` another place and name, `to`; the groups on the way are made. What it leads to stays
    /// where it is.
    ///
    /// Errors: `NotFound` if there is no such link, `Argument` if the new name is taken or lies below what is moved.
    pub fn move_link(&mut self, from: &str, to: &str) -> Result<()> {
        self.whole(from, |editor| {
            let (group, name, target) = editor.stored_link(from)?;
            let place = editor.stage.place(&editor.out, to)?;
            // The new link comes first: at no time nothing leads to the object.
            editor.stage.link(&editor.out, place, target.clone())?;
            editor.stage.remove(group, name, &target);
            // Below what was moved there is no way to it any more.
            editor.stage.parent(&editor.out, to).map(|_| ()).map_err(|e| match e.kind() {
                Kind::NotFound => Error::argument(format!("{to:?} lies below what is to be moved there")),
                _ => e,
            })
        })
    }

    /// Adds a link at `path` to what `target` makes.
    pub(in crate::write) fn make(
        &mut self,
        path: &str,
        target: impl FnOnce(&mut Editor) -> Result<Target>,
    ) -> Result<()> {
        self.whole(path, |editor| {
            let place = editor.stage.place(&editor.out, path)?;
            let target = target(editor)?;
            editor.stage.link(&editor.out, place, target)
        })
    }

    /// The link at `path` itself: its group, its name, and what it says.
    fn stored_link(&mut self, path: &str) -> Result<(NodeId, Vec<u8>, Target)> {
        let (group, name) = self.stage.parent(&self.out, path)?;
        match self.stage.child(&self.out, group, &name)? {
            Some(target) => Ok((group, name, target)),
            None => Err(Error::not_found(format!("there is no {:?}", String::from_utf8_lossy(&name)))),
        }
    }
}

fn check_value(text: &str) -> Result<()> {
    if text.is_empty() || text.contains('\0') {
        return Err(Error::argument("a link leads to a path: text without NUL"));
    }
    Ok(())
}
