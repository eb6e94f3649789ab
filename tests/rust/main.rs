//! Tests of the engine as a whole, from outside: one binary, so that they link once.

mod crash;
mod created;
mod created_scales;
mod created_values;
mod data;
mod disk;
mod editing;
mod elements;
mod fetched;
mod following;
mod layers;
mod native;
mod objects;
mod refreshing;
mod repack_choices;
mod repacking;
mod space;
mod writing;
mod written;
