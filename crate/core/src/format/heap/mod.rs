//! Heaps (02-groups, 08-heaps-trees): where names and other things of no fixed size are.

pub mod global;
pub mod local;
