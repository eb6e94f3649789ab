//! Free space that outlives the program: what a file says about its space, and the managers in which it is written down.
//!
//! While a file is being changed it names no managers: they would soon be wrong, and whoever believed them would
//! overwrite objects. [`settle`] takes the names out with the first change, [`store`] writes managers again.

use super::managers::{self, Managers};
use super::options::{PAGE_SIZES, SLOTS};
use super::{Space, Strategy};
use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::format::header::v2;
use crate::format::length;
use crate::format::message::{FileSpace, kind};
use crate::object::header::ObjectHeader;
use crate::storage::Medium;
use crate::write::output::Output;
use std::rc::Rc;

/// What a file whose free space persists says about it.
#[derive(Clone, Debug)]
pub(super) struct Persisted {
    /// The object header with the message.
    extension: Addr,
    /// Free stretches of fewer bytes are not written down.
    pub(super) threshold: u64,
    /// Where the managers are that the file names.
    pub(super) managers: Managers,
}

/// Where the message is.
struct Place {
    /// Body of the message.
    body: Addr,
    len: u64,
    /// Version of the message: 0 has half the managers and says less.
    version: u8,
    /// The piece of the object header in which it is.
    chunk: (Addr, u64),
    /// Whether that ends with a checksum.
    sealed: bool,
}

/// Reads how the file whose superblock extension is at `extension` handles its space, and what of it is free. Managers
/// that cannot be right are not believed; what they may have said is lost.
pub(in crate::write) fn load(out: &mut Output, extension: Option<Addr>) -> Result<()> {
    let Some(extension) = extension else { return Ok(()) };
    let header = ObjectHeader::open(&out.medium, extension).within("superblock extension")?;
    let Some(message) = header.find(kind::FILE_SPACE) else { return Ok(()) };
    let settings = FileSpace::decode(&mut header.reader(&out.medium, message))?;
    out.space.follow(&settings).at(message.address)?;
    let Some(addresses) = &settings.managers else { return Ok(()) };
    let managers = match managers::load(&out.medium, &out.space, addresses, settings.eoa) {
        Ok((managers, stretches)) => {
            stretches.into_iter().for_each(|s| out.space.free.insert(s.start, s.len, s.pool));
            managers
        }
        Err(e) if matches!(e.kind(), Kind::Malformed | Kind::Unsupported | Kind::Limit) => {
            Managers { addresses: addresses.clone(), blocks: Vec::new() }
        }
        Err(e) => return Err(e),
    };
    out.space.persisted = Some(Rc::new(Persisted { extension, threshold: settings.threshold, managers }));
    Ok(())
}

/// Finds the message, which may have moved in its header.
fn place(medium: &Medium, extension: Addr) -> Result<Place> {
    let header = ObjectHeader::open(medium, extension).within("superblock extension")?;
    let missing = || Error::malformed("file space info that is gone").at(medium.absolute(extension));
    let message = header.find(kind::FILE_SPACE).ok_or_else(missing)?;
    let (at, len) = (message.address, message.data.len() as u64);
    let chunk = header.chunks.iter().find(|(address, size)| {
        let start = medium.absolute(*address);
        start < at && at.saturating_add(len) <= start.saturating_add(*size)
    });
    let Some(chunk) = chunk else {
        return Err(Error::unsupported("changing file space info that is not in its header").at(at));
    };
    Ok(Place {
        body: Addr(at.saturating_sub(medium.base)),
        len,
        version: message.data.first().copied().unwrap_or(1),
        chunk: *chunk,
        sealed: header.version == 2,
    })
}

impl Space {
    /// Gives out space as the file says.
    pub(in crate::write) fn follow(&mut self, settings: &FileSpace) -> Result<()> {
        match settings.strategy {
            0 => {}
            1 if PAGE_SIZES.contains(&settings.page_size) => self.use_pages(settings.page_size)?,
            1 => return Err(Error::malformed(format!("pages of {} bytes", settings.page_size))),
            _ => self.strategy = Strategy::Append,
        }
        Ok(())
    }
}

/// Before a change is published: from now on the file names no managers, and their own space is free.
pub(in crate::write) fn settle(out: &mut Output) -> Result<()> {
    let Some(persisted) = out.space.persisted.clone() else { return Ok(()) };
    for (address, len) in &persisted.managers.blocks {
        out.space.release(*address, *len)?;
    }
    out.space.trim();
    write(out, &persisted, persisted.managers.none())
}

/// Whether there is anything for [`store`] to write down.
pub(in crate::write) fn is_due(out: &Output) -> bool {
    let named = |p: &Persisted| p.managers.addresses.iter().any(Option::is_some);
    // Lists of files with short lengths are misread by the library, which then crashes.
    let lists = out.medium.ctx.len_width == 8 && out.space.unused() > 0;
    lists && out.space.persisted.as_ref().is_some_and(|p| !named(p))
}

/// Writes down what is free, after everything else has been published and before the superblock is.
pub(in crate::write) fn store(out: &mut Output) -> Result<()> {
    let Some(persisted) = out.space.persisted.clone() else { return Ok(()) };
    let managers = managers::store(out, &persisted)?;
    write(out, &persisted, managers)
}

/// Names these managers in the message, which keeps its size.
fn write(out: &mut Output, persisted: &Persisted, managers: Managers) -> Result<()> {
    let place = place(&out.medium, persisted.extension)?;
    let ctx = out.medium.ctx;
    let mut w = out.writer();
    // Behind version, strategy, whether it persists, threshold, page size and the page's end.
    let (before, slots) = match place.version {
        0 => (2 + ctx.l(), SLOTS / 2),
        _ => {
            w.addr(Some(Addr(out.space.end())));
            (5 + 2 * ctx.l(), SLOTS)
        }
    };
    managers.addresses.iter().take(slots).for_each(|m| _ = w.addr(*m));
    if before + w.len() > length(place.len)? {
        return Err(
            Error::malformed("file space info without room for managers").at(out.medium.absolute(place.body))
        );
    }
    let (start, len) = place.chunk;
    let mut chunk = out.medium.read(start, len)?;
    let from = length(place.body.0.saturating_sub(start.0))? + before;
    let Some(to) = chunk.get_mut(from..from + w.len()) else {
        return Err(Error::malformed("file space info outside its header").at(out.medium.absolute(start)));
    };
    if to != w.as_bytes() {
        to.copy_from_slice(w.as_bytes());
        if place.sealed {
            chunk.truncate(chunk.len().saturating_sub(v2::CHECKSUM));
            let mut sealed = out.writer();
            sealed.bytes(&chunk).checksum();
            chunk = sealed.into_bytes();
        }
        out.medium.write(start, &chunk)?;
    }
    out.space.persisted = Some(Rc::new(Persisted { managers, ..persisted.clone() }));
    Ok(())
}

#[cfg(test)]
#[path = "persisted_tests.rs"]
mod tests;
