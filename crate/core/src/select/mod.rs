//! What to read: NumPy's slices and HDF5's hyperslabs.

mod hyperslab;
mod numpy;
pub mod scatter;

pub use hyperslab::{Axis, Hyperslab};
pub use numpy::{Item, Resolved, Selection};
