//! Header messages (04-messages): one file per message.

mod attribute;
mod attribute_info;
mod btree_k;
mod cache_image;
mod comment;
mod continuation;
mod dataspace;
mod driver_info;
mod external_files;
mod file_space;
mod fill_value;
mod filter_pipeline;
mod group_info;
mod layout;
mod link;
mod link_info;
mod modification_time;
mod reference_count;
mod shared;
mod shared_table;
mod symbol_table;

pub use attribute::AttributeMessage;
pub use attribute_info::AttributeInfo;
pub use btree_k::BTreeK;
pub use cache_image::CacheImage;
pub use comment::Comment;
pub use continuation::Continuation;
pub use dataspace::{Dataspace, Extent, MAX_RANK};
pub use driver_info::DriverInfo;
pub use external_files::{ExternalFiles, ExternalSlot};
pub use file_space::FileSpace;
pub use fill_value::{AllocTime, FillStatus, FillTime, FillValue};
pub use filter_pipeline::{Filter, FilterPipeline};
pub use group_info::GroupInfo;
pub use layout::{ChunkIndex, Layout};
pub use link::{Link, LinkTarget};
pub use link_info::LinkInfo;
pub use modification_time::ModificationTime;
pub use reference_count::ReferenceCount;
pub use shared::{Shareable, Shared};
pub use shared_table::SharedTable;
pub use symbol_table::SymbolTable;

/// Message types.
pub mod kind {
    /// Unused space.
    pub const NIL: u16 = 0x00;
    /// [`Dataspace`](super::Dataspace).
    pub const DATASPACE: u16 = 0x01;
    /// [`LinkInfo`](super::LinkInfo).
    pub const LINK_INFO: u16 = 0x02;
    /// [`Datatype`](crate::format::datatype::Datatype).
    pub const DATATYPE: u16 = 0x03;
    /// [`FillValue`](super::FillValue), the form of old files.
    pub const FILL_VALUE_OLD: u16 = 0x04;
    /// [`FillValue`](super::FillValue).
    pub const FILL_VALUE: u16 = 0x05;
    /// [`Link`](super::Link).
    pub const LINK: u16 = 0x06;
    /// [`ExternalFiles`](super::ExternalFiles).
    pub const EXTERNAL_FILES: u16 = 0x07;
    /// [`Layout`](super::Layout).
    pub const LAYOUT: u16 = 0x08;
    /// [`GroupInfo`](super::GroupInfo).
    pub const GROUP_INFO: u16 = 0x0a;
    /// [`FilterPipeline`](super::FilterPipeline).
    pub const FILTER_PIPELINE: u16 = 0x0b;
    /// [`AttributeMessage`](super::AttributeMessage).
    pub const ATTRIBUTE: u16 = 0x0c;
    /// [`Comment`](super::Comment).
    pub const COMMENT: u16 = 0x0d;
    /// [`ModificationTime`](super::ModificationTime), the form of old files.
    pub const MODIFICATION_TIME_OLD: u16 = 0x0e;
    /// [`SharedTable`](super::SharedTable).
    pub const SHARED_TABLE: u16 = 0x0f;
    /// [`Continuation`](super::Continuation).
    pub const CONTINUATION: u16 = 0x10;
    /// [`SymbolTable`](super::SymbolTable).
    pub const SYMBOL_TABLE: u16 = 0x11;
    /// [`ModificationTime`](super::ModificationTime).
    pub const MODIFICATION_TIME: u16 = 0x12;
    /// [`BTreeK`](super::BTreeK).
    pub const BTREE_K: u16 = 0x13;
    /// [`DriverInfo`](super::DriverInfo).
    pub const DRIVER_INFO: u16 = 0x14;
    /// [`AttributeInfo`](super::AttributeInfo).
    pub const ATTRIBUTE_INFO: u16 = 0x15;
    /// [`ReferenceCount`](super::ReferenceCount).
    pub const REFERENCE_COUNT: u16 = 0x16;
    /// [`FileSpace`](super::FileSpace).
    pub const FILE_SPACE: u16 = 0x17;
    /// [`CacheImage`](super::CacheImage).
    pub const CACHE_IMAGE: u16 = 0x18;
}

/// Message flags.
pub mod flag {
    /// The message will not change.
    pub const CONSTANT: u8 = 0x01;
    /// The data is a shared-message record.
    pub const SHARED: u8 = 0x02;
    /// Must not be shared.
    pub const DO_NOT_SHARE: u8 = 0x04;
    /// Who does not know the message must not write the object.
    pub const FAIL_IF_UNKNOWN_AND_WRITING: u8 = 0x08;
    /// Who does not know the message and writes the object says so in its flags.
    pub const MARK_IF_UNKNOWN: u8 = 0x10;
    /// The file's table of shared messages may know the message by its place.
    pub const SHAREABLE: u8 = 0x40;
    /// Who does not know the message must not touch the object.
    pub const FAIL_IF_UNKNOWN: u8 = 0x80;
}

#[cfg(test)]
pub(crate) mod testing {
    use crate::bytes::{Ctx, Reader, Writer};
    use crate::error::Result;
    use crate::format::{Encode, Libver};
    use std::fmt::Debug;

    pub fn decoded<T>(bytes: &[u8], decode: impl Fn(&mut Reader) -> Result<T>) -> Result<T> {
        decode(&mut Reader::new(bytes, 0, Ctx::WIDE))
    }

    pub fn encoded(value: &impl Encode, low: Libver) -> Vec<u8> {
        let mut w = Writer::new(Ctx::WIDE);
        value.encode(&mut w, low).unwrap();
        w.into_bytes()
    }

    /// Encodes, decodes, compares, and checks that every shorter input is refused or at least survived.
    pub fn round_trip<T: Encode + PartialEq + Debug>(
        value: &T,
        decode: impl Fn(&mut Reader) -> Result<T>,
        ctx: Ctx,
        low: Libver,
    ) {
        let mut w = Writer::new(ctx);
        value.encode(&mut w, low).unwrap();
        let bytes = w.into_bytes();
        assert_eq!(bytes.len(), value.size(ctx, low).unwrap());
        let mut r = Reader::new(&bytes, 0, ctx);
        let back = decode(&mut r).unwrap();
        assert_eq!(&back, value);
        assert!(r.is_empty(), "{} bytes left of {value:?}", r.remaining());
        let mut again = Writer::new(ctx);
        back.encode(&mut again, low).unwrap();
        assert_eq!(again.as_bytes(), bytes);
        for n in 0..bytes.len() {
            let _ = decode(&mut Reader::new(&bytes[..n], 0, ctx));
        }
    }
}
