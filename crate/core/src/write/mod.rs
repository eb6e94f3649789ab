//! Writing: edits are staged over a file, then sized, allocated, encoded and published, the superblock last.
//!
//! ```
//! use hyperslab::format::{datatype::Datatype, message::Dataspace};
//! use hyperslab::write::{Data, DatasetSpec, Editor};
//!
//! let mut file = Editor::create()?;
//! let values: Vec<u8> = (0..6i32).flat_map(i32::to_le_bytes).collect();
//! let spec = DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(vec![2, 3]));
//! file.create_dataset("/run/counts", &spec, Data::Bytes(&values))?;
//! file.create_group("/run/raw")?;
//! let bytes = file.into_bytes()?;
//! assert_eq!(&bytes[1..4], b"HDF");
//! # Ok::<(), hyperslab::Error>(())
//! ```
//!
//! What an [`Editor`] writes is what h5py writes by default: superblock 0, version 1 object headers, symbol
//! tables, version 1 B-trees over chunks. After [`Editor::commit`] the [`Medium`] below is a valid file that
//! the reading side opens, and editing goes on from there: object headers keep their addresses and grow by
//! continuation blocks, a new link touches one node of its group.

mod attributes;
mod commit;
mod create;
mod cut;
mod dataset;
pub mod dtype;
mod elements;
mod extension;
mod fill;
mod guess;
mod header;
mod heap;
mod links;
mod names;
mod node;
mod options;
mod output;
mod repack;
mod space;
mod spec;
mod stage;
mod tree1;
#[allow(dead_code)] // Until all structures that are kept in such trees are edited.
mod tree2;

pub use elements::{Elements, Made, Ready};
pub use guess::guess_chunk;
pub use options::{CreateOptions, GroupOptions, HeaderOptions, Order};
pub use repack::{Progress, Repack, RepackOptions};
pub use spec::{Chunks, DatasetSpec, Fill};

use crate::bytes::Addr;
use crate::error::{Context, Error, Result};
use crate::format::datatype::Datatype;
use crate::format::length;
use crate::format::message::Dataspace;
use crate::format::superblock::Superblock;
use crate::storage::Medium;
use crate::value::{Column, store};
use node::{Node, Target};
use output::Output;
use stage::Stage;

/// The values of a new dataset.
pub enum Data<'a> {
    /// None yet: nothing is stored, everything reads as the fill value.
    Late,
    /// Bytes of the file's datatype, in C order. Not for datatypes that keep values in the global heap.
    Bytes(&'a [u8]),
    /// Native values, converted to the file's datatype.
    Column(&'a Column),
    /// Bytes of the file's datatype, made on demand.
    Elements(&'a mut dyn Elements),
}

/// Staged edits over a file.
pub struct Editor {
    out: Output,
    stage: Stage,
    superblock: Superblock,
}

impl Editor {
    /// Whether there are edits that [`commit`](Editor::commit) would publish.
    pub fn is_changed(&self) -> bool {
        self.stage.is_changed()
    }

    /// Creates a dataset, and the groups on the way. Its values are stored at once; the dataset is there for
    /// readers after the next commit. If this fails nothing has changed.
    ///
    /// Errors: `Argument` if the name is taken, the values do not fit the shape or the datatype, or `spec`
    /// contradicts itself.
    pub fn create_dataset(&mut self, path: &str, spec: &DatasetSpec, data: Data<'_>) -> Result<()> {
        let place = self.stage.place(&self.out, path)?;
        let before = self.out.mark();
        match self.write_dataset(spec, data).on(path) {
            Ok(node) => {
                self.out.keep(before);
                let node = self.stage.add(node);
                self.stage.link(place, Target::Node(node));
                Ok(())
            }
            Err(e) => self.out.back_to(before).and(Err(e)),
        }
    }

    fn write_dataset(&mut self, spec: &DatasetSpec, data: Data<'_>) -> Result<Node> {
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
    fn stored(&mut self, datatype: &Datatype, space: &Dataspace, column: &Column) -> Result<Vec<u8>> {
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
        out.heap.trim(&mut out.space)?;
        Ok(bytes)
    }

    /// Sets an attribute of the object at `path`, in place of one of the same name.
    ///
    /// Errors: `NotFound` if there is no such object; `Argument` if the values do not fit the shape or the
    /// datatype, or together are too large for an object header (about 64 KB).
    pub fn set_attribute(
        &mut self,
        path: &str,
        name: &str,
        datatype: &Datatype,
        dataspace: &Dataspace,
        values: &Column,
    ) -> Result<()> {
        let node = self.stage.find(&self.out, path)?;
        let before = self.out.mark();
        let data = self.stored(datatype, dataspace, values);
        let space = dataset::with_maximum(dataspace);
        let set = data.and_then(|data| {
            attributes::set(&self.out, self.stage.node_mut(node), name, datatype, &space, data)
        });
        match set {
            Ok(()) => self.out.keep(before),
            Err(_) => self.out.back_to(before)?,
        }
        set.on(path)
    }

    /// Deletes an attribute.
    ///
    /// Errors: `NotFound` if there is no such object or attribute.
    pub fn delete_attribute(&mut self, path: &str, name: &str) -> Result<()> {
        let node = self.stage.find(&self.out, path)?;
        attributes::delete(&self.out, self.stage.node_mut(node), name).on(path)
    }

    /// Another name, `path`, for the object at `target`.
    pub fn link_hard(&mut self, path: &str, target: &str) -> Result<()> {
        let place = self.stage.place(&self.out, path)?;
        let target = self.stage.find(&self.out, target)?;
        self.stage.link(place, Target::Node(target));
        Ok(())
    }

    /// A link to whatever is at `target` when it is followed. Nothing needs to be there.
    pub fn link_soft(&mut self, path: &str, target: &str) -> Result<()> {
        check_value(target)?;
        let place = self.stage.place(&self.out, path)?;
        self.stage.link(place, Target::Soft(target.as_bytes().to_vec()));
        Ok(())
    }

    /// A link to the object at `target` in the file called `file`.
    pub fn link_external(&mut self, path: &str, file: &str, target: &str) -> Result<()> {
        check_value(file)?;
        check_value(target)?;
        let place = self.stage.place(&self.out, path)?;
        let (file, path) = (file.as_bytes().to_vec(), target.as_bytes().to_vec());
        self.stage.link(place, Target::External { file, path });
        Ok(())
    }

    /// Publishes all edits. Afterwards [`medium`](Editor::medium) is a valid file.
    pub fn commit(&mut self) -> Result<()> {
        if self.is_changed() {
            let changed = commit::place(&mut self.out, &mut self.stage)?;
            commit::publish(&mut self.out, &mut self.stage, &changed, &mut self.superblock)?;
        }
        Ok(())
    }

    /// The file as of the last commit, for the reading side.
    pub fn medium(&self) -> &Medium {
        &self.out.medium
    }

    /// Root group of the file as of the last commit.
    pub fn root(&self) -> Addr {
        self.superblock.root
    }

    /// The superblock as of the last commit.
    pub fn superblock(&self) -> &Superblock {
        &self.superblock
    }

    /// Commits, and returns the file's bytes.
    pub fn to_bytes(&mut self) -> Result<Vec<u8>> {
        self.commit()?;
        let storage = self.out.medium.storage();
        let mut bytes = vec![0; length(storage.len())?];
        storage.read_at(0, &mut bytes)?;
        Ok(bytes)
    }

    /// Commits, and gives the file's bytes away.
    pub fn into_bytes(mut self) -> Result<Vec<u8>> {
        self.commit()?;
        self.out.medium.into_storage().into_bytes()
    }
}

fn check_value(text: &str) -> Result<()> {
    if text.is_empty() || text.contains('\0') {
        return Err(Error::argument("a link leads to a path: text without NUL"));
    }
    Ok(())
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
