//! Fill value messages 0x0005 and, for old files, 0x0004.

/// When storage is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocTime {
    /// At creation.
    Early,
    /// At the first write.
    Late,
    /// Chunk by chunk.
    Incremental,
}

/// When fill values are written into new storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillTime {
    /// On allocation.
    OnAllocation,
    /// Never.
    Never,
    /// If the user set a value.
    IfSet,
}

/// What unwritten elements read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FillStatus {
    /// Not defined: zeros are handed out, but nobody is held to them.
    Undefined,
    /// Zeros.
    Default,
    /// These bytes, one element in the file's type.
    User(Vec<u8>),
}

/// A fill value message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FillValue {
    /// When storage is allocated.
    pub alloc_time: AllocTime,
    /// When fill values are written.
    pub fill_time: FillTime,
    /// The value.
    pub status: FillStatus,
}
