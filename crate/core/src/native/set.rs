//! Files that one of HDF5's drivers spread over several.

use crate::error::{Error, Result};
use crate::format::multi::TYPES;
use crate::storage::Storage;
use crate::storage::disk::{open_members, open_numbered, open_spread};
use std::path::{Path, PathBuf};

/// The endings that libhdf5 gives the files of a set of the multi driver, in the order of their kinds of memory.
const ENDINGS: [&str; TYPES] = ["-s.h5", "-b.h5", "-r.h5", "-g.h5", "-l.h5", "-o.h5"];

/// The files that HDF5's family, split or multi driver made of one: [`File::open_set`](super::File::open_set) reads them as one.
///
/// | h5py | here |
/// |---|---|
/// | `File("run_%05d.h5", driver="family")` | `FileSet::family("run_%05d.h5")` |
/// | `File("run", driver="split")` | `FileSet::split("run")`: `run-m.h5` and `run-r.h5` |
/// | the multi driver, of which h5py knows nothing | `FileSet::multi("run")`: `run-s.h5`, `run-b.h5` and so on |
///
/// ```no_run
/// use hyperslab::{File, FileSet};
///
/// let file = File::open_set(&FileSet::family("run_%05d.h5"))?;
/// let data: Vec<f64> = file.dataset("entry/data")?.read()?;
/// # hyperslab::Result::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct FileSet(Files);

#[derive(Clone, Debug)]
enum Files {
    /// A name with a place for the member's number.
    Numbered(PathBuf),
    Members(Vec<PathBuf>),
    /// In the order of [`multi`](crate::format::multi).
    Spread([Option<PathBuf>; TYPES]),
    /// What they have in common, and their endings.
    Multi(PathBuf),
}

impl FileSet {
    /// A family whose members are called as `pattern` says, with their number in C's notation: `"run_%05d.h5"`, `"run%d.h5"`. The
    /// members are those from number 0 on, up to the first that there is not.
    pub fn family(pattern: impl Into<PathBuf>) -> FileSet {
        FileSet(Files::Numbered(pattern.into()))
    }

    /// A family whose members are these files, in their order.
    pub fn members<P: Into<PathBuf>>(paths: impl IntoIterator<Item = P>) -> FileSet {
        FileSet(Files::Members(paths.into_iter().map(Into::into).collect()))
    }

    /// Metadata in `NAME-m.h5` and raw data in `NAME-r.h5`: the split driver's names unless others were given.
    pub fn split(name: impl AsRef<Path>) -> FileSet {
        FileSet::split_files(ending(name.as_ref(), "-m.h5"), ending(name.as_ref(), "-r.h5"))
    }

    /// The split driver's two files.
    pub fn split_files(meta: impl Into<PathBuf>, raw: impl Into<PathBuf>) -> FileSet {
        FileSet(Files::Spread([Some(meta.into()), None, Some(raw.into()), None, None, None]))
    }

    /// The multi driver's files by its own names: `NAME-s.h5`, and those of `-b` (B-trees), `-r` (raw data), `-g` (global heap),
    /// `-l` (local heaps) and `-o` (object headers) that are there.
    pub fn multi(name: impl Into<PathBuf>) -> FileSet {
        FileSet(Files::Multi(name.into()))
    }

    /// The multi driver's files: superblock, B-trees, raw data, global heap, local heaps, object headers; `None` for what is in
    /// none of its own.
    pub fn multi_files(files: [Option<PathBuf>; 6]) -> FileSet {
        FileSet(Files::Spread(files))
    }

    /// The file by whose name the set is known: the others are beside it.
    pub(super) fn first(&self) -> Result<PathBuf> {
        match &self.0 {
            Files::Numbered(pattern) => Ok(Pattern::of(pattern)?.member(0)),
            Files::Members(members) => Ok(members.first().cloned().unwrap_or_default()),
            Files::Spread(files) => Ok(files.iter().flatten().next().cloned().unwrap_or_default()),
            Files::Multi(name) => Ok(ending(name, "-s.h5")),
        }
    }

    /// The same set, whatever becomes of the folder that the program is in.
    pub(super) fn absolute(&self) -> FileSet {
        let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        FileSet(match &self.0 {
            Files::Numbered(pattern) => Files::Numbered(whole(pattern)),
            Files::Members(members) => Files::Members(members.iter().map(whole).collect()),
            Files::Spread(files) => Files::Spread(files.each_ref().map(|file| file.as_ref().map(whole))),
            Files::Multi(name) => Files::Multi(whole(name)),
        })
    }

    /// Whether the file at `path`, or one that would be made there, is one of them. A family has one more when another member is there.
    pub(super) fn has(&self, path: &Path) -> bool {
        let place = really(path);
        let is = |member: &PathBuf| really(member) == place;
        match &self.0 {
            Files::Numbered(pattern) => Pattern::of(pattern).is_ok_and(|pattern| {
                let mut number = 0;
                loop {
                    let member = pattern.member(number);
                    if is(&member) || !member.exists() {
                        return is(&member);
                    }
                    number += 1;
                }
            }),
            Files::Members(members) => members.iter().any(is),
            Files::Spread(files) => files.iter().flatten().any(is),
            Files::Multi(name) => ENDINGS.iter().any(|end| is(&ending(name, end))),
        }
    }

    /// All of them as one.
    pub(super) fn open(&self) -> Result<Box<dyn Storage>> {
        match &self.0 {
            Files::Numbered(pattern) => {
                let pattern = Pattern::of(pattern)?;
                open_numbered(Box::new(move |number| pattern.member(number)))
            }
            Files::Members(members) => open_members(members),
            Files::Spread(files) => open_spread(files),
            Files::Multi(name) => {
                // Without the first there is nothing to be read: that it is missing is said.
                let there = |(i, end)| Some(ending(name, end)).filter(|path| i == 0 || path.is_file());
                let mut endings = ENDINGS.into_iter().enumerate().map(there);
                open_spread(&std::array::from_fn(|_| endings.next().flatten()))
            }
        }
    }
}

/// Where a file is, or would be.
fn really(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let beside = || Some(whole.parent()?.canonicalize().ok()?.join(whole.file_name()?));
    whole.canonicalize().ok().or_else(beside).unwrap_or_else(|| whole.clone())
}

fn ending(name: &Path, end: &str) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A name with a place for a number.
struct Pattern {
    before: String,
    after: String,
    width: usize,
    zeros: bool,
}

impl Pattern {
    fn of(path: &Path) -> Result<Pattern> {
        let wrong = || {
            let name = path.display();
            Error::argument(format!("\"{name}\" needs one place for the member's number, such as %05d"))
        };
        let text = path.to_str().ok_or_else(wrong)?;
        let (before, rest) = text.split_once('%').ok_or_else(wrong)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (width, rest) = rest.split_at(digits);
        let after =
            rest.strip_prefix(['d', 'i', 'u']).filter(|after| !after.contains('%')).ok_or_else(wrong)?;
        Ok(Pattern {
            before: before.to_owned(),
            after: after.to_owned(),
            // No name is longer.
            width: if width.is_empty() {
                0
            } else {
                width.parse().ok().filter(|n| *n < 256).ok_or_else(wrong)?
            },
            zeros: width.starts_with('0'),
        })
    }

    fn member(&self, number: usize) -> PathBuf {
        let Pattern { before, after, width, zeros } = self;
        if *zeros {
            format!("{before}{number:0width$}{after}").into()
        } else {
            format!("{before}{number:width$}{after}").into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_called_as_in_c() {
        let name = |pattern: &str, number| Pattern::of(Path::new(pattern)).map(|p| p.member(number)).ok();
        let is =
            |name: Option<PathBuf>, expected: &str| assert_eq!(name.as_deref(), Some(Path::new(expected)));
        is(name("a/run_%05d.h5", 12), "a/run_00012.h5");
        is(name("run%d", 1234), "run1234");
        is(name("%3u.h5", 7), "  7.h5");
        is(name("%02i", 345), "345");
        for pattern in ["run.h5", "run%", "run%s", "%d%d", "%05x", "%d%%", "%99999999999d"] {
            assert!(name(pattern, 0).is_none(), "{pattern}");
        }
        assert!(matches!(FileSet::multi("x").first(), Ok(path) if path == Path::new("x-s.h5")));
    }
}
