//! Filter pipeline message 0x000B.

/// One filter of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Registered id: 1 deflate, 2 shuffle, 3 fletcher32 …
    pub id: u16,
    /// Whether a chunk may be stored without this filter.
    pub optional: bool,
    /// Name as stored, without NULs; empty where none is.
    pub name: Vec<u8>,
    /// Client data.
    pub values: Vec<u32>,
}

/// Filters in the order they are applied when writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterPipeline {
    /// First applied first.
    pub filters: Vec<Filter>,
}
