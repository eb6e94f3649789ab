//! Objects as JSON, with the bytes of small values beside it: everything about an object in one call.

use crate::json::Json;
use crate::{batch, dtype, fault};
use hyperslab::api::{Attributes, Dataset, Group, Object};
use hyperslab::format::message::{ChunkIndex, Dataspace, Extent, FillStatus, Filter, Layout};
use hyperslab::object::attributes::Attribute;
use hyperslab::object::links::{Link, LinkTarget};
use hyperslab::{Error, Result};

/// Attribute values of more bytes stay in the file until they are asked for.
const INLINE: usize = 4096;

/// JSON and payload under construction.
#[derive(Default)]
pub struct Description {
    /// The text.
    pub json: Json,
    /// The values.
    pub payload: Vec<u8>,
}

impl Description {
    /// Describes an object.
    pub fn object(&mut self, object: &Object) -> Result<()> {
        let payload = &mut self.payload;
        let mut result = Ok(());
        self.json.object(|j| result = write_object(j, payload, object, false));
        result
    }

    /// Describes every child of a group. Values of attributes that are elsewhere in the file are fetched, too: for all children
    /// together that is little, for each of them later it would be a lot.
    pub fn children(&mut self, group: &Group, follow: bool) -> Result<()> {
        let payload = &mut self.payload;
        let mut result = Ok(());
        self.json.array(|j| {
            result = group.children(follow, &mut |child| {
                let mut result = Ok(());
                j.object(|j| {
                    j.key("name").bytes(&child.link.name);
                    j.key("link").object(|j| write_link(j, &child.link));
                    match &child.object {
                        Ok(Some(object)) => {
                            j.key("object").object(|j| result = write_object(j, payload, object, true));
                        }
                        Ok(None) => {}
                        Err(e) => fault::write(j.key("error"), e),
                    }
                });
                result
            });
        });
        result
    }
}

/// Writes what a link says.
pub fn write_link(j: &mut Json, link: &Link) {
    let kind = |j: &mut Json, kind| j.key("kind").string(kind);
    match &link.target {
        LinkTarget::Hard(address) => {
            kind(j, "hard");
            j.key("address").number(address.0);
        }
        LinkTarget::Soft(path) => {
            kind(j, "soft");
            j.key("target").bytes(path);
        }
        LinkTarget::External { file, path } => {
            kind(j, "external");
            j.key("file").bytes(file);
            j.key("target").bytes(path);
        }
        LinkTarget::UserDefined { class, .. } => {
            kind(j, "user");
            j.key("class").number(*class);
        }
    }
    if let Some(order) = link.creation_order {
        j.key("creationOrder").number(order);
    }
}

/// `values`: whether values of attributes are worth a request of their own.
fn write_object(j: &mut Json, payload: &mut Vec<u8>, object: &Object, values: bool) -> Result<()> {
    j.key("kind").string(match object {
        Object::Group(_) => "group",
        Object::Dataset(_) => "dataset",
        Object::Datatype(_) => "datatype",
    });
    j.key("address").number(object.address().0);
    match object {
        Object::Group(_) => {}
        Object::Dataset(dataset) => write_dataset(j, payload, dataset)?,
        Object::Datatype(named) => dtype::write(j.key("dtype"), named.datatype()),
    }
    let attributes = object.attributes();
    let list = attributes.list();
    let mut result = Ok(());
    if list.as_ref().is_ok_and(Vec::is_empty) {
        return Ok(());
    }
    j.key("attrs").array(|j| {
        for attribute in list.iter().flatten() {
            let one = match attribute {
                Ok(attribute) => write_attribute(j, payload, attributes, attribute, INLINE, values),
                Err((name, e)) => {
                    broken_attribute(j, name, e);
                    Ok(())
                }
            };
            result = Error::both(std::mem::replace(&mut result, Ok(())), one);
        }
    });
    match list {
        Err(e) if e.is_pending() => return Err(e),
        Err(e) => fault::write(j.key("attrsError"), &e),
        Ok(_) => {}
    }
    result
}

fn broken_attribute(j: &mut Json, name: &[u8], e: &Error) {
    j.object(|j| {
        j.key("name").bytes(name);
        fault::write(j.key("error"), e);
    });
}

/// Writes an attribute, with its value if that has no more than `most` bytes in the file, and is at hand or worth to `fetch`.
pub fn write_attribute(
    j: &mut Json,
    payload: &mut Vec<u8>,
    attributes: Attributes<'_>,
    attribute: &Attribute,
    most: usize,
    fetch: bool,
) -> Result<()> {
    let mut result = Ok(());
    j.object(|j| {
        j.key("name").bytes(&attribute.name);
        write_shape(j.key("shape"), &attribute.dataspace);
        dtype::write(j.key("dtype"), &attribute.datatype);
        if let Some(committed) = attribute.committed {
            j.key("committed").number(committed.0);
        }
        if attribute.data.len() > most || attribute.dataspace.is_null() {
            return;
        }
        match attributes.decode(attribute) {
            Ok(column) => batch::value(j.key("value"), &attribute.datatype, column, payload),
            // What is not at hand is not worth a request unless somebody asks.
            Err(e) if e.is_pending() && !fetch => {}
            Err(e) if e.is_pending() => result = Err(e),
            Err(e) => fault::write(j.key("error"), &e),
        }
    });
    result
}

fn write_shape(j: &mut Json, space: &Dataspace) {
    match &space.extent {
        Extent::Null => j.null(),
        _ => j.numbers(space.dims()),
    }
}

fn write_dataset(j: &mut Json, payload: &mut Vec<u8>, dataset: &Dataset) -> Result<()> {
    let space = dataset.dataspace();
    write_shape(j.key("shape"), space);
    let max = space.max_dims();
    if !max.iter().copied().eq(space.dims().iter().map(|d| Some(*d))) {
        j.key("maxshape").array(|j| {
            for max in max {
                match max {
                    Some(n) => j.number(n),
                    None => j.null(),
                }
            }
        });
    }
    dtype::write(j.key("dtype"), dataset.datatype());
    if let Some(committed) = dataset.committed() {
        j.key("committed").number(committed.0);
    }
    match write_storage(j, payload, dataset) {
        Err(e) if e.is_pending() => return Err(e),
        Err(e) => fault::write(j.key("error"), &e),
        Ok(()) => {}
    }
    Ok(())
}

fn write_storage(j: &mut Json, payload: &mut Vec<u8>, dataset: &Dataset) -> Result<()> {
    let (layout, filters, fill) = (dataset.layout()?, dataset.filters()?, dataset.fill()?);
    let (name, chunks, index) = match &layout {
        Layout::Compact { .. } => ("compact", None, None),
        Layout::Contiguous { .. } => ("contiguous", None, None),
        Layout::Virtual { .. } => ("virtual", None, None),
        Layout::Chunked { chunk, index, .. } => ("chunked", Some(chunk), Some(index_name(index))),
    };
    j.key("layout").string(name);
    if let (Some(chunk), Some(index)) = (chunks, index) {
        j.key("chunks").numbers(chunk);
        j.key("index").string(index);
    }
    if let Layout::Chunked { edge_unfiltered: true, .. } = layout {
        j.key("plainEdges").boolean(true);
    }
    if !filters.filters.is_empty() {
        j.key("filters").array(|j| filters.filters.iter().for_each(|f| write_filter(j, f)));
    }
    match &fill.status {
        FillStatus::Default => return Ok(()),
        FillStatus::Undefined => j.key("fill").string("undefined"),
        FillStatus::User(_) => j.key("fill").string("user"),
    }
    // A type that cannot be read has no fill value to show either; reading it says why.
    match dataset.fill_value() {
        Ok(Some(column)) => batch::value(j.key("fillvalue"), dataset.datatype(), column, payload),
        Err(e) if e.is_pending() => return Err(e),
        Ok(None) | Err(_) => {}
    }
    Ok(())
}

fn index_name(index: &ChunkIndex) -> &'static str {
    match index {
        ChunkIndex::BTree1 => "btree1",
        ChunkIndex::Single { .. } => "single",
        ChunkIndex::Implicit => "implicit",
        ChunkIndex::FixedArray { .. } => "farray",
        ChunkIndex::ExtensibleArray { .. } => "earray",
        ChunkIndex::BTree2 { .. } => "btree2",
    }
}

/// Writes what is known of a filter.
pub fn write_filter(j: &mut Json, filter: &Filter) {
    j.object(|j| {
        j.key("id").number(filter.id);
        if filter.name.is_empty() {
            j.key("name").string(hyperslab::filter::registry::name(filter.id).unwrap_or(""));
        } else {
            j.key("name").bytes(&filter.name);
        }
        j.key("optional").boolean(filter.optional);
        j.key("values").numbers(&filter.values);
    });
}
