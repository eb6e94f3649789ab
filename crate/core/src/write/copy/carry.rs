//! Copies in steps: first the stored bytes of datasets are carried over to places of their own, a portion at a time, then
//! the copy is made as one change, in which they are there already. Until then nothing leads to them.

use super::{Copy, CopyOptions, From, check_widths};
use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::limits::Limits;
use crate::storage::Medium;
use crate::write::Editor;
use crate::write::transfer::Origin;
use std::rc::Rc;

/// Bytes that are carried in one change.
const BATCH: u64 = 1 << 20;
/// Bytes carried in one step.
const PORTION: u64 = 4 << 20;
/// Bytes announced together.
const AHEAD: u64 = 16 << 20;

/// Stored bytes that belong together: a dataset in one piece, or a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    file: usize,
    from: Addr,
    size: u64,
    /// Whether it may be anywhere.
    chunk: bool,
}

/// What becomes of stored bytes when a copy is made.
pub(super) enum Stored<'a> {
    /// They are listed, and so is how many there are that cannot be carried as they are.
    Listed { list: Vec<Stretch>, others: u64 },
    /// These were carried, in the order in which they are asked for; others are copied.
    Carried { list: &'a [Stretch], places: &'a [Addr], next: usize },
}

impl Copy<'_> {
    /// Whether the copy is only looked at.
    pub(super) fn is_rehearsal(&self) -> bool {
        matches!(self.stored, Stored::Listed { .. })
    }

    /// Where stored bytes are in the copy, if they need not be copied now.
    pub(super) fn carried(&mut self, of: From<'_>, from: Addr, size: u64, chunk: bool) -> Option<Addr> {
        let stretch = Stretch { file: of.file, from, size, chunk };
        match &mut self.stored {
            Stored::Listed { list, .. } => {
                list.push(stretch);
                Some(from)
            }
            Stored::Carried { list, places, next } => {
                let there = places.get(*next).copied().filter(|_| list.get(*next) == Some(&stretch))?;
                *next += 1;
                Some(there)
            }
        }
    }

    /// Counts bytes that are copied with everything else.
    pub(super) fn count(&mut self, bytes: u64) {
        if let Stored::Listed { others, .. } = &mut self.stored {
            *others = others.saturating_add(bytes);
        }
    }
}

/// A copy that is made in steps. The source, and what is copied to, must not be changed by others until it is finished.
/// What is given up has to be [abandoned](Carry::abandon).
///
/// Every step may fail with [`Kind::Pending`](crate::Kind::Pending): fetch the bytes it asks for and take the same step
/// again.
pub struct Carry {
    root: Addr,
    options: CopyOptions,
    from: String,
    to: String,
    files: Vec<Option<Rc<Medium>>>,
    list: Vec<Stretch>,
    /// Where those are that have been carried, and the next one as far as it has.
    places: Vec<Addr>,
    begun: Option<Addr>,
    within: u64,
    /// Bytes of the stretches that were announced.
    announced: u64,
    done: u64,
    /// With those of what is copied with everything else.
    total: u64,
}

impl Editor {
    /// Changes all or nothing. One function for all that is done in steps, where a generic one would be as many, to be downloaded.
    fn all(&mut self, path: &str, change: &mut dyn FnMut(&mut Editor) -> Result<()>) -> Result<()> {
        self.whole(path, change)
    }
}

impl Carry {
    /// What [`Editor::copy`] or, with a source, [`Editor::copy_from`] would copy; `root` is the root group of the file that is copied
    /// from. If it is [finished](Carry::finish) at once, all of it is copied then.
    pub fn of(root: Addr, from: &str, to: &str, options: &CopyOptions) -> Carry {
        Carry {
            root,
            options: *options,
            from: from.to_owned(),
            to: to.to_owned(),
            files: Vec::new(),
            list: Vec::new(),
            places: Vec::new(),
            begun: None,
            within: 0,
            announced: 0,
            done: 0,
            total: 0,
        }
    }

    fn begin<'a>(&self, editor: &Editor, source: Option<&'a Medium>) -> Result<Copy<'a>> {
        let origin = match source {
            None => Origin::Here,
            Some(source) => {
                check_widths(source, &editor.out.medium).on(&self.to)?;
                Origin::There(source)
            }
        };
        Ok(Copy::new(origin, self.root, &self.options))
    }

    /// Looks at what will be copied, so that it can be carried over. Nothing is changed. `source`: the file that is copied from, if it
    /// is another one.
    ///
    /// Errors: those of [`Editor::copy`].
    pub fn look(&mut self, editor: &mut Editor, source: Option<&Medium>) -> Result<()> {
        editor.commit()?;
        let mut copy = self.begin(editor, source)?;
        copy.stored = Stored::Listed { list: Vec::new(), others: 0 };
        // What it finds out is what counts: all of it is undone.
        let mut found = false;
        let undone = editor.all(&self.to, &mut |editor| {
            copy.run(editor, &self.from, &self.to)?;
            found = true;
            Err(Error::argument("a rehearsal"))
        });
        match undone {
            Err(e) if found && e.kind() == Kind::Argument => {}
            other => other?,
        }
        if let Stored::Listed { list, others } = copy.stored {
            self.total = list.iter().fold(others, |n, stretch| n.saturating_add(stretch.size));
            self.list = list;
        }
        self.files = copy.files.into_iter().map(|file| file.medium).collect();
        Ok(())
    }

    /// Bytes that are there, and how many there will be, as they are stored.
    pub fn progress(&self) -> (u64, u64) {
        (self.done, self.total)
    }

    /// Whether nothing is left to carry.
    pub fn is_ready(&self) -> bool {
        self.places.len() == self.list.len()
    }

    /// Carries some bytes over.
    pub fn step(&mut self, editor: &mut Editor, source: Option<&Medium>) -> Result<()> {
        let before = self.done;
        while !self.is_ready() && self.done - before < PORTION {
            match self.piece(editor, source) {
                // What was done stands: missing bytes are asked for by the next step.
                Err(e) if e.is_pending() && self.done > before => break,
                done => done?,
            }
        }
        Ok(())
    }

    fn piece(&mut self, editor: &mut Editor, source: Option<&Medium>) -> Result<()> {
        let Some(stretch) = self.list.get(self.places.len()).copied() else { return Ok(()) };
        self.announce(editor, source)?;
        let n = (stretch.size - self.within).min(BATCH);
        let mut bytes = vec![0; Limits::check(n, BATCH, "a part of a chunk")?];
        self.medium(stretch, editor, source).read_into(stretch.from.offset(self.within)?, &mut bytes)?;
        let (mut begun, within) = (self.begun, self.within);
        editor.all(&self.to, &mut |editor| {
            let out = &mut editor.out;
            let there = match begun {
                Some(there) => there,
                None if stretch.chunk => out.space.allocate_unaligned(stretch.size)?,
                None => out.space.allocate_raw(stretch.size)?,
            };
            begun = Some(there);
            out.medium.write(there.offset(within)?, &bytes)
        })?;
        let Some(there) = begun else { return Ok(()) };
        self.done += n;
        (self.begun, self.within) = (Some(there), within + n);
        if self.within == stretch.size {
            self.places.push(there);
            (self.begun, self.within) = (None, 0);
        }
        Ok(())
    }

    fn medium<'b>(&'b self, stretch: Stretch, editor: &'b Editor, source: Option<&'b Medium>) -> &'b Medium {
        let other = self.files.get(stretch.file).and_then(Option::as_deref);
        other.or(source).unwrap_or(&editor.out.medium)
    }

    /// Announces what is read next, as much as makes a good portion, so that it is fetched together.
    fn announce(&mut self, editor: &Editor, source: Option<&Medium>) -> Result<()> {
        if self.done < self.announced {
            return Ok(());
        }
        let Some(first) = self.list.get(self.places.len()) else { return Ok(()) };
        let (mut ranges, mut sum, mut within) = (Vec::new(), 0, self.within);
        for stretch in self.list.iter().skip(self.places.len()).take_while(|s| s.file == first.file) {
            if sum >= AHEAD {
                break;
            }
            let n = (stretch.size - within).min(AHEAD - sum);
            ranges.push((stretch.from.offset(within)?, n));
            sum += n;
            within = 0;
        }
        self.medium(*first, editor, source).want(ranges)?;
        self.announced = self.done.saturating_add(sum);
        Ok(())
    }

    /// Makes the copy: all of it, or nothing.
    ///
    /// Errors: those of [`Editor::copy`].
    pub fn finish(&mut self, editor: &mut Editor, source: Option<&Medium>) -> Result<()> {
        if source.is_none() || self.options.expand_references {
            editor.commit()?;
        }
        let mut copy = self.begin(editor, source)?;
        copy.stored = Stored::Carried { list: &self.list, places: &self.places, next: 0 };
        let mut run = |editor: &mut Editor| copy.run(editor, &self.from, &self.to);
        match self.options.expand_references {
            false => editor.all(&self.to, &mut run)?,
            // New groups get their places before they can be read there: nothing else may come in between.
            true => editor.publish(&self.to, &mut run)?,
        }
        let used = match copy.stored {
            Stored::Carried { next, .. } => next,
            _ => 0,
        };
        self.release(editor, used)
    }

    /// Gives back the space of what was carried and is not in a copy.
    pub fn abandon(&mut self, editor: &mut Editor) -> Result<()> {
        self.release(editor, 0)
    }

    /// The same, but for the first ones.
    fn release(&mut self, editor: &mut Editor, used: usize) -> Result<()> {
        self.places.extend(self.begun.take());
        if self.places.len() > used {
            editor.all(&self.to, &mut |editor| {
                for (there, stretch) in self.places.iter().zip(&self.list).skip(used) {
                    editor.out.space.release_raw(*there, stretch.size)?;
                }
                Ok(())
            })?;
        }
        self.list.clear();
        self.places.clear();
        Ok(())
    }
}
