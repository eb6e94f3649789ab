//! What an [`Editor`](super::Editor) does, by what it is done to.

mod attributes;
mod datatypes;
mod elements;
mod objects;
mod references;
mod scales;
mod through;
mod values;
