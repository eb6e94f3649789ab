//! The free-space managers of a file: reading what they say, if it can be right, and writing new ones.

use super::persisted::Persisted;
use super::{Pool, Space, Stretch};
use crate::bytes::{Addr, Ctx};
use crate::error::{Context, Error, Result};
use crate::format::space::{Client, Manager, Section, class, decode, encode, stored_size};
use crate::storage::Medium;
use crate::write::output::Output;

/// Managers that a file names, and the space that they take themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Managers {
    pub addresses: Vec<Option<Addr>>,
    pub blocks: Vec<(Addr, u64)>,
}

impl Managers {
    /// As many, but none.
    pub fn none(&self) -> Managers {
        Managers { addresses: vec![None; self.addresses.len()], blocks: Vec::new() }
    }
}

/// Slots for raw data and global heaps; the others are for metadata, those from the seventh on for whole pages.
fn pool(slot: usize) -> Pool {
    match slot {
        2 | 3 => Pool::Raw,
        0..6 => Pool::Metadata,
        _ => Pool::Large,
    }
}

/// Reads the managers at `addresses`. `end`: the file's end when they were written.
pub(super) fn load(
    medium: &Medium,
    space: &Space,
    addresses: &[Option<Addr>],
    end: Option<Addr>,
) -> Result<(Managers, Vec<Stretch>)> {
    let mut managers = Managers { addresses: addresses.to_vec(), blocks: Vec::new() };
    let mut stretches = Vec::new();
    for (slot, address) in addresses.iter().enumerate() {
        let Some(address) = *address else { continue };
        let size = Manager::stored_size(medium.ctx) as u64;
        let bytes = medium.read(address, size)?;
        let manager = Manager::decode(&mut medium.reader(&bytes, address))?;
        managers.blocks.push((address, size));
        if let Some(list) = manager.sections {
            managers.blocks.push((list, manager.allocated));
            let bytes = medium.read(list, manager.allocated)?;
            let sections = decode(&mut medium.reader(&bytes, list), &manager, address)?;
            check(space, &manager, &sections, slot).at(medium.absolute(address))?;
            let stretch = |s: &Section| Stretch { start: s.offset, len: s.size, pool: pool(slot) };
            stretches.extend(sections.iter().map(stretch));
        }
    }
    separate(space, &managers, &stretches)?;
    // Who changes a file without knowing of managers changes its end. Old releases wrote theirs behind the end that
    // they noted, as all do with a cache image.
    let changed = end.is_some_and(|end| {
        end.0 != space.end && medium.newer.is_empty() && managers.blocks.iter().any(|(block, _)| *block < end)
    });
    if changed {
        return Err(Error::malformed("free-space managers of the file as it was before"));
    }
    Ok((managers, stretches))
}

/// What one manager says by itself.
fn check(space: &Space, manager: &Manager, sections: &[Section], slot: usize) -> Result<()> {
    let wrong = |what: &'static str| Err(Error::malformed(what));
    if manager.client != Client::File {
        return wrong("free space of a heap where the file's is expected");
    }
    let total = sections.iter().try_fold(0u64, |sum, s| sum.checked_add(s.size));
    if total != Some(manager.total) {
        return wrong("free sections that are not as many bytes as their manager says");
    }
    for s in sections {
        let Some(end) = s.offset.checked_add(s.size).filter(|end| s.size > 0 && *end <= space.end) else {
            return wrong("a free section that leaves the file");
        };
        let right = match space.page() {
            None => s.class == class::SIMPLE,
            Some(_) if slot >= 6 => s.class == class::LARGE,
            Some(page) => s.class == class::SMALL && s.offset / page == (end - 1) / page,
        };
        if s.offset < space.start || !right {
            return wrong("a free section where none can be");
        }
    }
    Ok(())
}

/// Whether no byte is free twice, or free and a manager's own.
fn separate(space: &Space, managers: &Managers, stretches: &[Stretch]) -> Result<()> {
    let free = stretches.iter().map(|s| (s.start, s.len));
    let own = managers.blocks.iter().map(|(address, len)| (address.0, *len));
    let mut all: Vec<(u64, u64)> = free.chain(own).collect();
    crate::order::sort_by_key(&mut all, |(start, _)| *start);
    let mut end = space.start;
    for (start, len) in all {
        if start < end || len > space.end.saturating_sub(start) {
            return Err(Error::malformed(format!(
                "bytes at {start:#x} that are free twice or not in the file"
            )));
        }
        end = start + len;
    }
    Ok(())
}

/// What is written down: for each slot that has some, its sections, smaller ones first.
fn sections(space: &Space, persisted: &Persisted) -> Vec<(usize, Vec<Section>)> {
    let of_pool = |pool: Pool| {
        let small = if space.page().is_some() { class::SMALL } else { class::SIMPLE };
        let (slot, class) = match pool {
            Pool::Metadata => (0, small),
            Pool::Raw => (2, small),
            Pool::Large => (6, class::LARGE),
        };
        let worth = space.free.by_size(pool).filter(|s| s.len >= persisted.threshold);
        let section = |s: Stretch| Section { offset: s.start, size: s.len, class, rows: None };
        (slot, worth.map(section).collect::<Vec<_>>())
    };
    [Pool::Metadata, Pool::Raw, Pool::Large].map(of_pool).into_iter().filter(|(_, s)| !s.is_empty()).collect()
}

fn manager(ctx: Ctx, sections: &[Section]) -> Manager {
    let mut manager = Manager::new(Client::File, 63, i64::MAX.unsigned_abs());
    manager.total = sections.iter().map(|s| s.size).fold(0, u64::saturating_add);
    manager.count = sections.len() as u64;
    manager.serialized = manager.count;
    manager.used = stored_size(&manager, sections, ctx) as u64;
    manager
}

/// A stretch for something, and how long it is.
type Block = (Addr, u64);

/// Finds space for managers of all free space and writes them.
pub(super) fn store(out: &mut Output, persisted: &Persisted) -> Result<Managers> {
    let mut managers = persisted.managers.none();
    let places = allocate(&mut out.space, persisted, out.medium.ctx)?;
    let mut all = sections(&out.space, persisted);
    for Place { slot, header, list } in places {
        let own = all.iter().position(|(s, _)| *s == slot);
        // The last free bytes of its kind may be where the managers are now.
        let sections = own.map_or_else(Vec::new, |at| all.swap_remove(at).1);
        let mut manager = manager(out.medium.ctx, &sections);
        (manager.sections, manager.allocated) = (Some(list.0), list.1);
        let mut w = out.writer();
        encode(&manager, header.0, &sections, &mut w)?;
        out.medium.write(list.0, w.as_bytes())?;
        // The library expects its lists to be full.
        manager.used = manager.allocated;
        let mut w = out.writer();
        manager.encode(&mut w);
        out.medium.write(header.0, w.as_bytes())?;
        managers.blocks.extend([header, list]);
        if let Some(address) = managers.addresses.get_mut(slot) {
            *address = Some(header.0);
        }
    }
    Ok(managers)
}

/// Where a manager goes.
struct Place {
    slot: usize,
    header: Block,
    list: Block,
}

/// Finds places for the managers. They are taken from the very space that the managers list, so lists may need other
/// sizes afterwards: then everything is tried again with more.
fn allocate(space: &mut Space, persisted: &Persisted, ctx: Ctx) -> Result<Vec<Place>> {
    let mut wanted = sizes(space, persisted, ctx);
    for attempt in 0..TRIES {
        let mark = space.mark();
        let places = wanted.iter().map(|(slot, size)| allocate_one(space, ctx, *slot, *size));
        let places = places.collect::<Result<Vec<_>>>()?;
        let now = sizes(space, persisted, ctx);
        if now.iter().all(|(slot, size)| wanted.iter().any(|(s, n)| s == slot && n >= size)) {
            space.keep(mark);
            return Ok(places);
        }
        space.back_to(mark);
        for (slot, size) in now {
            let more = size.saturating_add(1 << attempt);
            match wanted.iter_mut().find(|(s, _)| *s == slot) {
                Some((_, wanted)) => *wanted = more.max(*wanted),
                None => wanted.push((slot, more)),
            }
        }
    }
    Err(Error::limit("free space that cannot be written down"))
}

/// Allocating the managers adds a few sections; 2^16 bytes have room for more.
const TRIES: u32 = 16;

/// For each slot that has sections, bytes of its list.
fn sizes(space: &Space, persisted: &Persisted, ctx: Ctx) -> Vec<(usize, u64)> {
    sections(space, persisted).into_iter().map(|(slot, s)| (slot, manager(ctx, &s).used)).collect()
}

fn allocate_one(space: &mut Space, ctx: Ctx, slot: usize, size: u64) -> Result<Place> {
    let header = Manager::stored_size(ctx) as u64;
    Ok(Place { slot, header: (space.allocate(header)?, header), list: (space.allocate(size)?, size) })
}
