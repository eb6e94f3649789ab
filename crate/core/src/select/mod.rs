//! What to read: NumPy's slices, HDF5's hyperslabs, and selections of any shape.

mod hyperslab;
mod numpy;
mod region;
pub mod scatter;
mod spans;

pub use hyperslab::{Axis, Hyperslab};
pub use numpy::{Item, Resolved, Selection};
pub use region::{EachRun, Region, bounded};
