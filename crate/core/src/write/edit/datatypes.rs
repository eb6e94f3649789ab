//! Committed datatypes, and references to objects.

use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::message::{Shared, flag, kind};
use crate::write::node::{Node, NodeId, Target};
use crate::write::options::HeaderOptions;
use crate::write::{DatasetSpec, Editor};
use std::borrow::Cow;

impl Editor {
    /// Creates a datatype that datasets and attributes can share, and the groups on the way.
    ///
    /// Errors: `Argument` if the name is taken, or for a datatype that contradicts itself.
    pub fn create_datatype(&mut self, path: &str, datatype: &Datatype, header: &HeaderOptions) -> Result<()> {
        self.make(path, |editor| {
            let datatype = editor.adapted(datatype)?;
            let out = &editor.out;
            out.check_datatype(&datatype)?;
            let message = out.message(kind::DATATYPE, flag::CONSTANT | flag::DO_NOT_SHARE, &*datatype)?;
            let mut node = Node::new(vec![message], out.low);
            header.apply(out, &mut node, false)?;
            Ok(Target::Node(editor.stage.add(node)))
        })
    }

    /// `datatype` as it is in this file, whose addresses may have another width than those of the file it is from.
    pub(super) fn adapted<'a>(&self, datatype: &'a Datatype) -> Result<Cow<'a, Datatype>> {
        if !datatype.uses_heap() && !datatype.holds_references() {
            return Ok(Cow::Borrowed(datatype));
        }
        let adapted = datatype.adapted(self.out.medium.ctx.addr_width)?;
        Ok(if adapted == *datatype { Cow::Borrowed(datatype) } else { Cow::Owned(adapted) })
    }

    /// The committed datatype at `path`.
    ///
    /// Errors: `NotFound` if there is nothing, `Argument` if there is something else.
    pub fn datatype(&mut self, path: &str) -> Result<Datatype> {
        self.committed(path).map(|(_, datatype)| datatype)
    }

    fn committed(&mut self, path: &str) -> Result<(NodeId, Datatype)> {
        let id = self.stage.find(&self.out, path)?;
        let node = self.stage.node(id);
        if node.message(kind::DATATYPE).is_none() || node.message(kind::DATASPACE).is_some() {
            return Err(Error::argument(format!("{path:?} is no datatype")));
        }
        Ok((id, self.committed_at(id)?))
    }

    /// What a committed datatype is.
    pub(super) fn committed_at(&self, id: NodeId) -> Result<Datatype> {
        let message = self.stage.node(id).message(kind::DATATYPE);
        let message = message.ok_or_else(|| Error::malformed("a committed datatype that is none"))?;
        Datatype::decode(&mut self.out.reader(&message.data), self.out.medium.limits.type_depth)
    }

    /// One more user of the committed datatype at `path`: what stands for it, and what it is.
    pub(super) fn use_datatype(&mut self, path: &str) -> Result<(Shared, Datatype)> {
        let (id, datatype) = self.committed(path)?;
        let address = self.stage.settle(&mut self.out, id)?;
        let node = self.stage.node_mut(id);
        node.references = node.references.checked_add(1).ok_or_else(|| Error::limit("2^32 users"))?;
        node.changed = true;
        Ok((Shared::Committed(address), datatype))
    }

    /// Makes a new dataset use the committed datatype that its `spec` names.
    pub(super) fn share_datatype(&mut self, spec: &DatasetSpec, node: &mut Node) -> Result<()> {
        let Some(path) = &spec.committed else { return Ok(()) };
        let (shared, datatype) = self.use_datatype(path)?;
        if datatype != spec.datatype {
            return Err(Error::argument(format!("the datatype at {path:?} is another one")));
        }
        node.put(self.out.message(kind::DATATYPE, flag::CONSTANT | flag::SHARED, &shared)?);
        Ok(())
    }
}
