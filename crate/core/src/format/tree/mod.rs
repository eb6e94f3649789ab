//! Nodes of the two kinds of B-tree. Following their addresses is up to `object::tree1` and `object::tree2`.

pub mod btree1;
pub mod btree2;
