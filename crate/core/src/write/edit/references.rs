//! References to what is in the file, to be stored as values.

use crate::error::{Error, Result};
use crate::format::message::{Dataspace, kind};
use crate::format::reference::{Reference, Target};
use crate::format::selection::{Chosen, Selection};
use crate::write::Editor;
use crate::write::node::NodeId;

impl Editor {
    /// A reference to the object at `path`. A new group has a place to refer to only in the file: for one, everything
    /// staged so far is committed.
    ///
    /// Errors: `NotFound` if there is no such object.
    pub fn reference(&mut self, path: &str) -> Result<Reference> {
        self.point_at(path, |_, _| Ok(Target::Object))
    }

    /// A reference to elements of the dataset at `path`.
    ///
    /// Errors: `NotFound` if there is no such object, `Argument` if it is no dataset of the selection's rank.
    pub fn region_reference(&mut self, path: &str, chosen: &Chosen) -> Result<Reference> {
        self.point_at(path, |editor, id| {
            let node = editor.stage.node(id);
            let space =
                node.message(kind::DATASPACE).ok_or_else(|| Error::argument("regions are of datasets"))?;
            let space = Dataspace::decode(&mut editor.out.reader(&space.data))?;
            let rank = match chosen {
                Chosen::None | Chosen::All => None,
                Chosen::Points { rank, .. } | Chosen::Blocks { rank, .. } => Some(*rank),
                Chosen::Regular(axes) => Some(axes.len()),
            };
            if rank.is_some_and(|rank| rank != space.dims().len()) {
                return Err(Error::argument(format!(
                    "a selection of another rank than shape {:?}",
                    space.dims()
                )));
            }
            let selection = Selection::new(chosen.clone(), editor.out.low);
            editor.out.encoded(&selection).map(Target::Region)
        })
    }

    /// A reference to an attribute, for the references of HDF5 1.12.
    ///
    /// Errors: `NotFound` if there is no such object.
    pub fn attribute_reference(&mut self, path: &str, name: &str) -> Result<Reference> {
        self.point_at(path, |_, _| Ok(Target::Attribute(name.as_bytes().to_vec())))
    }

    fn point_at(
        &mut self,
        path: &str,
        target: impl FnOnce(&mut Editor, NodeId) -> Result<Target>,
    ) -> Result<Reference> {
        let node = self.stage.find(&self.out, path)?;
        let node = self.stage.node(node);
        if node.group && node.address.is_none() {
            self.commit()?;
        }
        self.whole(path, |editor| {
            let id = editor.stage.find(&editor.out, path)?;
            let address = editor.stage.settle(&mut editor.out, id)?;
            Ok(Reference { address: Some(address), target: target(editor, id)?, file: None })
        })
    }
}
