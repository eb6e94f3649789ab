//! Values on their way into the file.

use crate::error::{Error, Result};
use crate::format::datatype::Datatype;
use crate::format::length;
use crate::format::message::Dataspace;
use crate::value::{Column, store};
use crate::write::node::Node;
use crate::write::{Data, DatasetSpec, Editor, Made, Ready, dataset};

impl Editor {
    /// A new dataset, its elements stored.
    pub(super) fn write_dataset(&mut self, spec: &DatasetSpec, data: Data<'_>) -> Result<Node> {
        let size = spec.datatype.size;
        match data {
            Data::Late => dataset::create(&mut self.out, spec, None),
            Data::Bytes(bytes) => {
                check_bytes(bytes, &spec.datatype, &spec.dataspace)?;
                dataset::create(&mut self.out, spec, Some(&mut Ready::new(bytes, size)))
            }
            Data::Elements(elements) => dataset::create(&mut self.out, spec, Some(elements)),
            Data::Column(column) => {
                check_count(column, &spec.dataspace)?;
                if !spec.datatype.uses_heap() {
                    let mut convert = Made(|first, count, out: &mut Vec<u8>| {
                        let range = length(first)?..length(first.saturating_add(count))?;
                        store::store(&spec.datatype, column, range, &mut store::no_heap, out)
                    });
                    return dataset::create(&mut self.out, spec, Some(&mut convert));
                }
                let bytes = self.stored(&spec.datatype, &spec.dataspace, column)?;
                dataset::create(&mut self.out, spec, Some(&mut Ready::new(&bytes, size)))
            }
        }
    }

    /// Values as bytes of a file datatype; what has no fixed length goes to the global heap.
    pub(super) fn stored(
        &mut self,
        datatype: &Datatype,
        space: &Dataspace,
        column: &Column,
    ) -> Result<Vec<u8>> {
        check_count(column, space)?;
        let mut bytes = Vec::new();
        let out = &mut self.out;
        store::store(
            datatype,
            column,
            0..store::count(column),
            &mut |object| out.put_in_heap(object),
            &mut bytes,
        )?;
        out.trim_heap()?;
        Ok(bytes)
    }
}

fn check_count(column: &Column, space: &Dataspace) -> Result<()> {
    let (given, wanted) = (store::count(column) as u64, space.elements()?);
    if given != wanted {
        return Err(Error::argument(format!("{given} values for a shape of {wanted} elements")));
    }
    Ok(())
}

fn check_bytes(bytes: &[u8], datatype: &Datatype, space: &Dataspace) -> Result<()> {
    if datatype.uses_heap() {
        return Err(Error::argument("values of variable length cannot be given as bytes"));
    }
    let wanted = space.elements()?.checked_mul(datatype.size.into());
    if wanted != Some(bytes.len() as u64) {
        return Err(Error::argument(format!(
            "{} bytes of data for shape {:?} with {} bytes per element",
            bytes.len(),
            space.dims(),
            datatype.size
        )));
    }
    Ok(())
}
