//! Comment message 0x000D: a text about the object.

use crate::bytes::{Reader, Writer};
use crate::error::{Context, Result};
use crate::format::{Encode, Libver};

/// A comment, without its NUL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment(pub Vec<u8>);

impl Comment {
    /// Decodes the message.
    pub fn decode(r: &mut Reader) -> Result<Self> {
        Ok(Comment(r.c_str().within("comment")?.to_vec()))
    }
}

impl Encode for Comment {
    fn encode(&self, w: &mut Writer, _: Libver) -> Result<()> {
        w.bytes(&self.0).u8(0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::Ctx;
    use crate::format::message::testing::{decoded, round_trip};

    #[test]
    fn round() {
        round_trip(&Comment(b"hello".to_vec()), Comment::decode, Ctx::WIDE, Libver::Earliest);
        assert!(decoded(b"endless", Comment::decode).is_err());
    }
}
