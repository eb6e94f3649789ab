//! Attributes.

use crate::error::{Context, Error, Result};
use crate::format::datatype::Datatype;
use crate::format::header::RawMessage;
use crate::format::message::{AttributeMessage, Dataspace, Shareable, Shared, kind};
use crate::object::shared;
use crate::value::Column;
use crate::write::node::NodeId;
use crate::write::{Editor, attributes, dataset, heap, names, shared_messages};

impl Editor {
    /// Sets an attribute of the object at `path`, in place of one of the same name.
    ///
    /// Errors: `NotFound` if there is no such object; `Argument` if the values do not fit the shape or the datatype, or
    /// together are too large for an object header (about 64 KB).
    pub fn set_attribute(
        &mut self,
        path: &str,
        name: &str,
        datatype: &Datatype,
        dataspace: &Dataspace,
        values: &Column,
    ) -> Result<()> {
        self.set_whole(path, name, datatype, (dataspace, values), false)
    }

    /// The same; `in_place`: one of that name keeps its place in creation order, as if it were written over.
    pub(super) fn set_whole(
        &mut self,
        path: &str,
        name: &str,
        datatype: &Datatype,
        value: (&Dataspace, &Column),
        in_place: bool,
    ) -> Result<()> {
        self.whole(path, |editor| {
            let datatype = editor.adapted(datatype)?;
            let kept = Shareable::Here(datatype.clone().into_owned());
            editor.put_attribute(path, name, (&datatype, kept), value, in_place)
        })
    }

    /// Sets an attribute whose datatype is the committed one at `type_path`.
    ///
    /// Errors: as [`set_attribute`](Editor::set_attribute), and `NotFound` or `Argument` if there is no committed
    /// datatype.
    pub fn set_attribute_of(
        &mut self,
        path: &str,
        name: &str,
        type_path: &str,
        dataspace: &Dataspace,
        values: &Column,
    ) -> Result<()> {
        self.whole(path, |editor| {
            let (shared, datatype) = editor.use_datatype(type_path)?;
            editor.put_attribute(
                path,
                name,
                (&datatype, Shareable::There(shared)),
                (dataspace, values),
                false,
            )
        })
    }

    fn put_attribute(
        &mut self,
        path: &str,
        name: &str,
        (datatype, kept): (&Datatype, Shareable<Datatype>),
        (dataspace, values): (&Dataspace, &Column),
        in_place: bool,
    ) -> Result<()> {
        names::attribute(name)?;
        self.out.check_datatype(datatype)?;
        let node = self.stage.find(&self.out, path)?;
        let attribute = AttributeMessage {
            name: name.as_bytes().to_vec(),
            charset: names::charset(name.as_bytes()),
            datatype: kept,
            dataspace: Shareable::Here(dataset::with_maximum(dataspace)),
            data: self.stored(datatype, dataspace, values)?,
        };
        let before = self.take_attribute(node, name)?;
        let order = before.and_then(|message| message.creation_index).filter(|_| in_place);
        attributes::set(&mut self.out, self.stage.node_mut(node), &attribute, order)
    }

    /// Takes an attribute away, and returns its message if there was one. If no other object shares it, its datatype,
    /// if that is a committed one, loses a user, and nothing leads to its values in the global heap any more.
    fn take_attribute(&mut self, id: NodeId, name: &str) -> Result<Option<RawMessage>> {
        let node = self.stage.node_mut(id);
        let address = node.address;
        let Some(message) = attributes::remove(&mut self.out, node, name.as_bytes())? else {
            return Ok(None);
        };
        let Some(body) = shared_messages::lose(&mut self.out, address, &message)? else {
            return Ok(Some(message));
        };
        let depth = self.out.medium.limits.type_depth;
        let attribute = AttributeMessage::decode(&mut self.out.reader(&body), depth)?;
        let datatype = match &attribute.datatype {
            Shareable::Here(datatype) => datatype.clone(),
            Shareable::There(Shared::Committed(address)) => {
                let id = self.stage.at(&self.out, *address)?;
                let node = self.stage.node_mut(id);
                node.references = node.references.saturating_sub(1);
                node.changed = true;
                self.committed_at(id)?
            }
            Shareable::There(shared) => {
                let medium = &self.out.medium;
                let body = shared::resolve(medium, kind::DATATYPE, shared)?;
                Datatype::decode(&mut body.reader(medium), depth)?
            }
        };
        heap::release_values(&mut self.out, &datatype, &attribute.data)?;
        shared_messages::lose_parts(&mut self.out, &attribute)?;
        Ok(Some(message))
    }

    /// Deletes an attribute.
    ///
    /// Errors: `NotFound` if there is no such object or attribute.
    pub fn delete_attribute(&mut self, path: &str, name: &str) -> Result<()> {
        self.whole(path, |editor| {
            let node = editor.stage.find(&editor.out, path)?;
            match editor.take_attribute(node, name).on(path)? {
                Some(_) => Ok(()),
                None => Err(Error::not_found(format!("there is no attribute {name:?}")).on(path)),
            }
        })
    }
}
