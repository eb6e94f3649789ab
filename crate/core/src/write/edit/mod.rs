//! What an [`Editor`](super::Editor) does, by what it is done to.

mod attributes;
mod objects;
mod values;
