//! Library-version bounds (12-libver): which version of a structure is written.

/// The low bound: structures are written in the oldest version that this release of the reference library
/// would choose, raised where a feature needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Libver {
    /// The oldest form of everything: superblock 0, v1 object headers, symbol tables.
    #[default]
    Earliest,
    /// HDF5 1.8: superblock 2, v2 object headers, link messages.
    V18,
    /// HDF5 1.10: superblock 3, layout 4.
    V110,
    /// HDF5 1.12.
    V112,
    /// HDF5 1.14.
    V114,
    /// HDF5 2.0.
    V200,
}

impl Libver {
    /// The newest there is.
    pub const LATEST: Libver = Libver::V200;

    /// What h5py calls it.
    pub fn name(self) -> &'static str {
        match self {
            Libver::Earliest => "earliest",
            Libver::V18 => "v108",
            Libver::V110 => "v110",
            Libver::V112 => "v112",
            Libver::V114 => "v114",
            Libver::V200 => "v200",
        }
    }
}
