//! The engine's face: files, and the groups, datasets and attributes in them.
//!
//! Handles are cheap to clone and keep their file open. Everything that reads may answer with an error of kind
//! [`Pending`](crate::Kind::Pending), see [`crate::storage::Pages`]; the same call may then be repeated.
//!
//! ```
//! use hyperslab::api::{File, Object};
//! use hyperslab::format::{datatype::Datatype, message::Dataspace};
//! use hyperslab::select::Selection;
//! use hyperslab::value::Column;
//! use hyperslab::write::{Data, DatasetSpec};
//!
//! let file = File::create()?;
//! let values: Vec<u8> = (0..6i32).flat_map(i32::to_le_bytes).collect();
//! let spec = DatasetSpec::new(Datatype::integer(4, true), Dataspace::simple(vec![2, 3]));
//! file.edit()?.create_dataset("/run/counts", &spec, Data::Bytes(&values))?;
//!
//! let Some(Object::Dataset(counts)) = file.root()?.get("run/counts")? else { panic!("no dataset") };
//! assert_eq!(counts.dataspace().dims(), [2, 3]);
//! let mut reading = counts.read(&Selection::parse("1, ::2")?)?;
//! let (n, values) = reading.next()?.expect("one batch");
//! let Column::Numbers { bytes, .. } = values else { panic!("no numbers") };
//! assert_eq!((n, bytes), (2, [3i32, 5].iter().flat_map(|v| v.to_le_bytes()).collect()));
//! # Ok::<(), hyperslab::Error>(())
//! ```

mod dataset;
mod file;
mod group;
mod object;
mod reading;

pub use dataset::{Dataset, StoredChunk};
pub use file::{Edit, File, Info};
pub use group::{Child, Group};
pub use object::{Attributes, Listed, NamedDatatype, Object};
pub use reading::Reading;
