//! Files that were closed with a metadata cache image: what the image holds goes to where it belongs before anything
//! else is changed, and the image goes.

use super::output::Output;
use super::{header, stage};
use crate::error::{Error, Result};
use crate::format::message::{CacheImage, kind};
use crate::format::superblock::Superblock;

/// Puts the pieces of the image in their places. The file says the same before and after.
pub(super) fn settle(out: &mut Output, superblock: &Superblock) -> Result<()> {
    let extension = superblock.extension();
    let extension =
        extension.ok_or_else(|| Error::malformed("a cache image without a superblock extension"))?;
    let mut node = stage::load(out, extension)?;
    let position = node.messages.iter().position(|m| m.kind == kind::CACHE_IMAGE);
    let position = position.ok_or_else(|| Error::malformed("a cache image without a message"))?;
    let message = node.messages.remove(position);
    let image = CacheImage::decode(&mut out.reader(&message.data))?;
    for (address, bytes) in out.medium.newer.pieces().to_vec() {
        out.medium.write(address, &bytes)?;
    }
    if let Some(address) = image.address {
        out.space.release(address, image.length)?;
    }
    header::write(out, &mut node)
}
