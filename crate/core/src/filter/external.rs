//! Filters from outside of this crate: another WebAssembly module, a program's own.

use super::Local;
use crate::error::Result;
use crate::format::message::Filter;
use std::sync::OnceLock;

/// Whether a filter can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// At once.
    Ready,
    /// After it was loaded: what needs it is `Pending` until then, which only the bindings for JavaScript can make use of.
    Loadable,
    /// Not at all.
    Absent,
}

/// Filters that somebody else has. They are asked before those of the feature `codecs`; deflate, shuffle and
/// fletcher32 are always this crate's own.
pub trait External: Sync {
    /// Whether `id` can be undone, or applied (`encode`).
    fn state(&self, id: u16, encode: bool) -> State;
    /// What `input` was before the filter: `most` bytes at most.
    fn decode(&self, filter: &Filter, input: &[u8], most: usize) -> Result<Vec<u8>>;
    /// `input` filtered; `None` if the filter cannot do anything with these bytes, or makes them longer.
    fn encode(&self, filter: &Filter, input: &[u8]) -> Result<Option<Vec<u8>>>;
    /// Client data of a filter for a dataset, from what its user gave.
    fn local(&self, filter: &Filter, local: &Local<'_>) -> Result<Vec<u32>>;
}

static EXTERNAL: OnceLock<&'static dyn External> = OnceLock::new();

/// Makes filters available to everything in this process. The first call counts: says whether this was it.
pub fn set_external(external: &'static dyn External) -> bool {
    EXTERNAL.set(external).is_ok()
}

/// Those that were given.
pub(super) fn external() -> Option<&'static dyn External> {
    EXTERNAL.get().copied()
}
