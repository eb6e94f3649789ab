//! Tests of the engine as a whole, from outside: one binary, so that they link once.

mod data;
mod fetched;
mod layers;
mod objects;
mod repacking;
mod writing;
mod written;
