//! One writer at a time: a journal is made exclusively, and says who made it. One whose owner is gone is taken over, and never
//! by two at once: who does so first makes a file that is named after the owner that is gone.

use super::file::DiskFile;
use super::owner::{OWNER, Owner};
use crate::error::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Times that a journal without an owner is looked at again: its maker may be about to say who it is.
const PATIENCE: u32 = 20;
/// Owners that went while they took over from others that had gone.
const DEPTH: u32 = 4;

/// A journal that belongs to this process.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: DiskFile,
    owner: Owner,
}

/// Who a journal says it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// It does not say.
    Nobody,
    Somebody(Owner),
}

impl Holder {
    fn id(&self) -> &str {
        match self {
            Holder::Nobody => "nobody",
            Holder::Somebody(owner) => &owner.id,
        }
    }
}

/// `path` with something behind it.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes a file with these bytes, if there is none.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
}

/// Makes a file whole or not at all, if there is none: whether it did.
fn make(path: &Path, bytes: &[u8], id: &str) -> std::io::Result<bool> {
    let whole = suffixed(path, &format!(".{id}"));
    write_new(&whole, bytes)?;
    let linked = fs::hard_link(&whole, path);
    fs::remove_file(&whole)?;
    match linked {
        Ok(()) => return Ok(true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(false),
        Err(_) => {}
    }
    // Without hard links, it may be seen before it says who made it.
    match write_new(path, bytes) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        made => made.map(|()| true),
    }
}

/// The names in a folder are on the disk, where that can be asked for.
pub(super) fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // There are systems that do not let folders be opened, and need none of this.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// Who a journal says it belongs to; nothing if there is no journal.
fn holder_of(path: &Path) -> Result<Option<Holder>> {
    let file = match File::open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        file => DiskFile::new(file.map_err(|e| failed(path, e))?),
    };
    let there = file.measure()?;
    let mut bytes = [0; OWNER];
    let n = usize::try_from(there).unwrap_or(OWNER).min(OWNER);
    file.fill(0, bytes.get_mut(..n).unwrap_or_default())?;
    match Owner::decode(&bytes) {
        Some(owner) => Ok(Some(Holder::Somebody(owner))),
        None if there == 0 => Ok(Some(Holder::Nobody)),
        None => {
            let what = format!("{} is in the way: it is not a journal of this program", path.display());
            Err(Error::io(what))
        }
    }
}

fn failed(path: &Path, cause: std::io::Error) -> Error {
    Error::from_io(format!("there can be no journal at {}", path.display()), cause)
}

/// The error for a file that somebody else writes.
pub(super) fn busy(what: &Path, who: &Owner, journal: &Path) -> Error {
    let (what, journal) = (what.display(), journal.display());
    Error::io(format!("{what} is open for writing already: {who}, says {journal}"))
}

fn open(path: &Path) -> Result<DiskFile> {
    let file = OpenOptions::new().read(true).write(true).open(path);
    file.map(DiskFile::new).map_err(|e| failed(path, e))
}

impl Lock {
    /// Makes the journal at `path`, of the file `what`, this process's own. With `force` whoever has it loses it.
    pub fn take(path: &Path, what: &Path, readers: bool, force: bool) -> Result<Lock> {
        Lock::at(path, what, readers, force, 0)
    }

    fn at(path: &Path, what: &Path, readers: bool, force: bool, depth: u32) -> Result<Lock> {
        let owner = Owner::new(readers);
        let mut attempt = 0;
        loop {
            if make(path, &owner.encode(), &owner.id).map_err(|e| failed(path, e))? {
                sync_folder(path);
                return Ok(Lock { path: path.to_owned(), file: open(path)?, owner });
            }
            attempt += 1;
            let other = match holder_of(path)? {
                None => continue,
                Some(Holder::Nobody) if attempt <= PATIENCE => {
                    std::thread::sleep(Duration::from_millis(10));
                    continue;
                }
                Some(other) => other,
            };
            if let Holder::Somebody(owner) = &other
                && !force
                && owner.is_alive()
            {
                return Err(busy(what, owner, path));
            }
            if depth > DEPTH {
                return Err(Error::io(format!("{} cannot be taken over", path.display())));
            }
            if take_over(path, &other, &owner, what, depth)? {
                return Ok(Lock { path: path.to_owned(), file: open(path)?, owner });
            }
        }
    }

    /// The journal behind what is for its owner.
    pub fn journal(&self) -> Result<DiskFile> {
        let file = OpenOptions::new().read(true).write(true).open(&self.path);
        file.map(|file| DiskFile::from(file, OWNER as u64)).map_err(|e| failed(&self.path, e))
    }

    /// Says that the file may be read meanwhile.
    pub fn let_read(&mut self) -> Result<()> {
        self.owner.readers = true;
        self.file.put(0, &self.owner.encode())
    }

    /// Empties it, behind its owner.
    pub fn empty(&self) -> Result<()> {
        self.file.cut(OWNER as u64)?;
        self.file.settle()
    }

    /// Whether there is something to restore.
    pub fn is_hot(&self) -> Result<bool> {
        is_hot(&self.file)
    }

    /// Lets go of the journal, which is removed or, if it is still needed, left for the next one.
    pub fn release(self) {
        // Somebody may have taken it by force.
        let Ok(Some(Holder::Somebody(owner))) = holder_of(&self.path) else { return };
        if owner.id != self.owner.id {
            return;
        }
        if matches!(self.is_hot(), Ok(false)) {
            drop(self.file);
            let _ = fs::remove_file(&self.path);
        } else {
            let _ = self.file.put(0, &Owner { pid: 0, ..owner }.encode());
        }
    }
}

/// Takes the journal over from `other`, if that still has it.
fn take_over(path: &Path, other: &Holder, owner: &Owner, what: &Path, depth: u32) -> Result<bool> {
    let claim = Lock::at(&suffixed(path, &format!("-{}", other.id())), what, false, false, depth + 1)?;
    let taken = match holder_of(path) {
        Ok(Some(now)) if now == *other || now.id() == other.id() => open(path).and_then(|file| {
            file.put(0, &owner.encode())?;
            file.settle().map(|()| true)
        }),
        Ok(_) => Ok(false),
        Err(e) => Err(e),
    };
    claim.release();
    taken
}

/// Whether a journal has something to restore, or may have: the engine looks more closely.
fn is_hot(file: &DiskFile) -> Result<bool> {
    let behind = file.measure()?.saturating_sub(OWNER as u64);
    if behind == 0 {
        return Ok(false);
    }
    let mut header = [0; 36];
    let n = usize::try_from(behind).unwrap_or(header.len()).min(header.len());
    file.fill(OWNER as u64, header.get_mut(..n).unwrap_or_default())?;
    let state = header.get(20..24).is_some_and(|state| state.iter().any(|b| *b != 0));
    Ok(header.iter().any(|b| *b != 0) && state)
}

/// What there is to know about the journal at `path`: its owner, and whether it has something to restore. Nothing if there is
/// none, or none of ours.
pub(super) fn look(path: &Path) -> Option<(Holder, bool)> {
    let holder = holder_of(path).ok()??;
    let hot = File::open(path).ok().is_some_and(|file| is_hot(&DiskFile::new(file)).unwrap_or(true));
    Some((holder, hot))
}
