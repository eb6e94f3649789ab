//! Heaps (02-groups, 08-heaps-trees): where names, dense links and what has no fixed size are kept.

pub mod fractal;
pub mod global;
pub mod local;
