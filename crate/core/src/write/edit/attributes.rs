//! Attributes.

use crate::error::{Context, Result};
use crate::format::datatype::Datatype;
use crate::format::message::{AttributeMessage, Dataspace, Shareable};
use crate::value::Column;
use crate::write::{Editor, attributes, dataset, names};

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
        self.whole(path, |editor| {
            names::attribute(name)?;
            editor.out.check_datatype(datatype)?;
            let node = editor.stage.find(&editor.out, path)?;
            let attribute = AttributeMessage {
                name: name.as_bytes().to_vec(),
                charset: names::charset(name.as_bytes()),
                datatype: Shareable::Here(datatype.clone()),
                dataspace: Shareable::Here(dataset::with_maximum(dataspace)),
                data: editor.stored(datatype, dataspace, values)?,
            };
            attributes::set(&mut editor.out, editor.stage.node_mut(node), &attribute)
        })
    }

    /// Deletes an attribute.
    ///
    /// Errors: `NotFound` if there is no such object or attribute.
    pub fn delete_attribute(&mut self, path: &str, name: &str) -> Result<()> {
        self.whole(path, |editor| {
            let node = editor.stage.find(&editor.out, path)?;
            attributes::delete(&mut editor.out, editor.stage.node_mut(node), name).on(path)
        })
    }
}
