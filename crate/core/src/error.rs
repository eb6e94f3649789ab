//! What can go wrong, who is at fault, and where.
//!
//! An [`Error`] has a [`Kind`] to branch on, a sentence for people, the absolute address in the file
//! where it was noticed, and a trail of the structures that were being read, outermost first:
//! `bad checksum at 0x1a30 in object header v2 > continuation chunk`.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Result of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The storage below failed.
    Io,
    /// The file's bytes contradict the format.
    Malformed,
    /// The bytes are fine, but this engine does not know how to handle them.
    Unsupported,
    /// The caller asked for something that makes no sense.
    Argument,
    /// There is no such object, link, attribute or file.
    NotFound,
    /// A budget of [`Limits`](crate::limits::Limits) would be exceeded.
    Limit,
    /// A change was asked for in a file that is open for reading only.
    ReadOnly,
    /// The file or object was closed before.
    Closed,
    /// Bytes are missing that can be fetched: see [`Error::pending`]. Fetch them and call again. Only storages that cannot wait
    /// say so: none of this crate's own.
    #[doc(hidden)]
    Pending,
}

impl Kind {
    /// The stable name that reaches users as `code`.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Io => "Io",
            Kind::Malformed => "Malformed",
            Kind::Unsupported => "Unsupported",
            Kind::Argument => "Argument",
            Kind::NotFound => "NotFound",
            Kind::Limit => "Limit",
            Kind::ReadOnly => "ReadOnly",
            Kind::Closed => "Closed",
            Kind::Pending => "Pending",
        }
    }
}

/// A filter that an error is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterRef {
    /// Filter identifier as stored in the pipeline message.
    pub id: u16,
    /// Name stored in the file or registered for the id, empty if neither is known.
    pub name: String,
}

#[derive(Clone, Debug)]
struct Inner {
    kind: Kind,
    what: Cow<'static, str>,
    at: Option<u64>,
    trail: Vec<Cow<'static, str>>,
    path: Option<String>,
    filter: Option<FilterRef>,
    pending: Vec<Range<u64>>,
    source: u32,
    wanted: Option<String>,
    beyond: Option<(String, String)>,
    #[cfg(any(unix, windows))]
    cause: Option<std::sync::Arc<std::io::Error>>,
}

/// An error with its place. Small to pass around: one pointer.
#[derive(Clone)]
pub struct Error(Box<Inner>);

impl Error {
    /// A new error of `kind`; `what` is a sentence fragment without a final period.
    pub fn new(kind: Kind, what: impl Into<Cow<'static, str>>) -> Self {
        Error(Box::new(Inner {
            kind,
            what: what.into(),
            at: None,
            trail: Vec::new(),
            path: None,
            filter: None,
            pending: Vec::new(),
            source: 0,
            wanted: None,
            beyond: None,
            #[cfg(any(unix, windows))]
            cause: None,
        }))
    }

    /// The file's bytes contradict the format.
    pub fn malformed(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Malformed, what)
    }

    /// Valid bytes that this engine does not handle.
    pub fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unsupported, what)
    }

    /// The caller's mistake.
    pub fn argument(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Argument, what)
    }

    /// Nothing is there.
    pub fn not_found(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::NotFound, what)
    }

    /// A budget would be exceeded.
    pub fn limit(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Limit, what)
    }

    /// The storage failed.
    pub fn io(what: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Io, what)
    }

    /// The system refused something, and said why: that is the error's [`source`](std::error::Error::source).
    #[cfg(any(unix, windows))]
    pub fn from_io(what: impl Into<Cow<'static, str>>, cause: std::io::Error) -> Self {
        let mut e = Self::io(format!("{}: {cause}", what.into()));
        e.0.cause = Some(std::sync::Arc::new(cause));
        e
    }

    /// Names the file in an error that says nothing of it yet.
    #[cfg(any(unix, windows))]
    #[must_use]
    pub(crate) fn within_file(mut self, path: &std::path::Path) -> Self {
        let name = path.display().to_string();
        if !self.0.what.contains(&name) {
            self.0.trail.insert(0, name.into());
        }
        self
    }

    #[doc(hidden)]
    /// The same, with somebody else at fault.
    #[must_use]
    pub fn of_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    #[doc(hidden)]
    /// The byte ranges (absolute) that must be supplied before the same call can succeed.
    pub fn missing(ranges: Vec<Range<u64>>) -> Self {
        let mut e = Self::new(Kind::Pending, "bytes have to be fetched first");
        e.0.pending = ranges;
        e
    }

    #[doc(hidden)]
    /// Another file, by the name that it has in file number `from`, has to be found before the same call can succeed.
    pub fn wanted(from: u32, name: impl Into<String>) -> Self {
        let mut e = Self::new(Kind::Pending, "another file has to be found first");
        (e.0.source, e.0.wanted) = (from, Some(name.into()));
        e
    }

    #[doc(hidden)]
    /// Says which file the missing ranges are of: 0 is the one that was opened.
    #[must_use]
    pub fn of_source(mut self, source: u32) -> Self {
        if self.0.wanted.is_none() {
            self.0.source = source;
        }
        self
    }

    #[doc(hidden)]
    /// Two errors of kind [`Kind::Pending`] as one: the ranges of both, if they are of the same file.
    #[must_use]
    pub fn and(mut self, other: Error) -> Self {
        let ranges = |e: &Error| e.0.wanted.is_none() && e.0.filter.is_none();
        if ranges(&self) && ranges(&other) && self.0.source == other.0.source {
            self.0.pending.extend(other.0.pending);
        }
        self
    }

    #[doc(hidden)]
    /// The first of two failures; of two that lack bytes, what both lack.
    pub fn both(first: Result<()>, second: Result<()>) -> Result<()> {
        match (first, second) {
            (Err(first), Err(second)) if first.is_pending() && second.is_pending() => Err(first.and(second)),
            (Err(first), _) => Err(first),
            (Ok(()), second) => second,
        }
    }

    #[doc(hidden)]
    /// Notes the absolute address, unless a more precise one is known already.
    #[must_use]
    pub fn at(mut self, address: u64) -> Self {
        self.0.at.get_or_insert(address);
        self
    }

    #[doc(hidden)]
    /// Adds the structure that was being handled, from the inside outwards.
    #[must_use]
    pub fn within(mut self, structure: impl Into<Cow<'static, str>>) -> Self {
        self.0.trail.insert(0, structure.into());
        self
    }

    #[doc(hidden)]
    /// Names the object this is about, unless a more precise path is known already.
    #[must_use]
    pub fn on(mut self, path: impl Into<String>) -> Self {
        self.0.path.get_or_insert_with(|| path.into());
        self
    }

    #[doc(hidden)]
    /// Names the filter this is about.
    #[must_use]
    pub fn by_filter(mut self, id: u16, name: impl Into<String>) -> Self {
        self.0.filter.get_or_insert_with(|| FilterRef { id, name: name.into() });
        self
    }

    /// Who is at fault.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The sentence without place.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Absolute address in the file, where one is known.
    pub fn address(&self) -> Option<u64> {
        self.0.at
    }

    /// Structures being handled, outermost first.
    pub fn trail(&self) -> impl Iterator<Item = &str> {
        self.0.trail.iter().map(|s| s.as_ref())
    }

    /// Path of the object concerned.
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Filter concerned.
    pub fn filter(&self) -> Option<&FilterRef> {
        self.0.filter.as_ref()
    }

    #[doc(hidden)]
    /// Absolute ranges to fetch, for [`Kind::Pending`].
    pub fn pending(&self) -> &[Range<u64>] {
        &self.0.pending
    }

    #[doc(hidden)]
    /// Says that a path goes on in another file: its name, and the path in it.
    #[must_use]
    pub fn leading_to(mut self, file: impl Into<String>, path: impl Into<String>) -> Self {
        self.0.beyond = Some((file.into(), path.into()));
        self
    }

    #[doc(hidden)]
    /// Where a path goes on that leads out of the file: name of the other file, and the path in it.
    pub fn beyond(&self) -> Option<(&str, &str)> {
        self.0.beyond.as_ref().map(|(file, path)| (file.as_str(), path.as_str()))
    }

    #[doc(hidden)]
    /// The file that [`pending`](Self::pending) is about, or in which the name of the wanted one is written.
    pub fn source_number(&self) -> u32 {
        self.0.source
    }

    #[doc(hidden)]
    /// Name of another file that has to be found, for [`Kind::Pending`].
    pub fn wanted_file(&self) -> Option<&str> {
        self.0.wanted.as_deref()
    }

    #[doc(hidden)]
    /// Whether bytes are missing rather than wrong.
    pub fn is_pending(&self) -> bool {
        self.0.kind == Kind::Pending
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.what)?;
        if let Some(at) = self.0.at {
            write!(f, " at {at:#x}")?;
        }
        for (i, s) in self.0.trail.iter().enumerate() {
            write!(f, "{}{s}", if i == 0 { " in " } else { " > " })?;
        }
        if let Some(path) = &self.0.path {
            write!(f, " ({path})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        #[cfg(any(unix, windows))]
        if let Some(cause) = &self.0.cause {
            return Some(cause.as_ref());
        }
        None
    }
}

#[cfg(any(unix, windows))]
impl From<Error> for std::io::Error {
    fn from(e: Error) -> std::io::Error {
        let kind = match e.kind() {
            Kind::NotFound => std::io::ErrorKind::NotFound,
            Kind::Argument => std::io::ErrorKind::InvalidInput,
            Kind::Malformed => std::io::ErrorKind::InvalidData,
            Kind::Unsupported => std::io::ErrorKind::Unsupported,
            Kind::ReadOnly => std::io::ErrorKind::PermissionDenied,
            _ => e.0.cause.as_ref().map_or(std::io::ErrorKind::Other, |cause| cause.kind()),
        };
        std::io::Error::new(kind, e)
    }
}

/// Adds place to the error of a result.
pub trait Context<T> {
    /// See [`Error::within`].
    fn within(self, structure: &'static str) -> Result<T>;
    /// See [`Error::at`].
    fn at(self, address: u64) -> Result<T>;
    /// See [`Error::on`].
    fn on(self, path: &str) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn within(self, structure: &'static str) -> Result<T> {
        self.map_err(|e| e.within(structure))
    }

    fn at(self, address: u64) -> Result<T> {
        self.map_err(|e| e.at(address))
    }

    fn on(self, path: &str) -> Result<T> {
        self.map_err(|e| e.on(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_from_the_outside_in() {
        let e = Error::malformed("bad checksum")
            .at(0x1a30)
            .within("continuation chunk")
            .at(7)
            .within("object header v2");
        assert_eq!(e.to_string(), "bad checksum at 0x1a30 in object header v2 > continuation chunk");
        assert_eq!(e.on("/a").on("/b").to_string().split(' ').next_back(), Some("(/a)"));
    }
}
