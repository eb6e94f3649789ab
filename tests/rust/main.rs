//! Tests of the engine as a whole, from outside: one binary, so that they link once.

mod layers;
mod objects;
