//! In which versions a datatype and the types inside it are written (12-libver).

use super::{ByteOrder, Class, Datatype, ReferenceKind};
use crate::format::Libver;

/// The version of a type and of those inside it: members, or the one base.
///
/// The library's types get theirs while they are put together: an array is of version 2 at least, a compound is raised
/// by a member that needs more, and what is raised takes along what is in it by then. Members that come later keep
/// their own.
#[derive(Debug)]
pub(super) struct Versions {
    pub own: u8,
    pub inside: Vec<Versions>,
}

/// The version of compound, enumeration and array types that `low` asks for.
fn bound(low: Libver) -> u8 {
    match low {
        Libver::Earliest => 1,
        Libver::V18 | Libver::V110 => 3,
        Libver::V112 | Libver::V114 => 4,
        Libver::V200 => 5,
    }
}

impl Versions {
    /// As files with this low bound have them.
    pub fn new(t: &Datatype, low: Libver) -> Versions {
        let mut versions = Versions::of(t);
        if bound(low) > versions.own {
            versions.raise(t, bound(low));
        }
        versions
    }

    fn of(t: &Datatype) -> Versions {
        let with = |base: &Datatype, least: u8| {
            let base = Versions::of(base);
            Versions { own: base.own.max(least), inside: vec![base] }
        };
        let own = match &t.class {
            Class::Float { order: ByteOrder::Vax, .. } => 3,
            Class::Reference(ReferenceKind::Standard) => 4,
            Class::Complex { base } => return with(base, 5),
            Class::Array { base, .. } => return with(base, 2),
            Class::Enum { base, .. } | Class::VlenSequence { base } => return with(base, 1),
            Class::Compound { members } => {
                let mut versions = Versions { own: 1, inside: Vec::with_capacity(members.len()) };
                for member in members {
                    let inside = Versions::of(&member.datatype);
                    let needed = inside.own;
                    versions.inside.push(inside);
                    if needed > versions.own {
                        versions.raise(t, needed);
                    }
                }
                return versions;
            }
            _ => 1,
        };
        Versions { own, inside: Vec::new() }
    }

    /// Raises compounds, enumerations and arrays to version `to`, and sequences to that of their base.
    fn raise(&mut self, t: &Datatype, to: u8) {
        match &t.class {
            Class::Compound { members } => {
                for (inside, member) in self.inside.iter_mut().zip(members) {
                    inside.raise(&member.datatype, to);
                }
            }
            Class::Array { base, .. }
            | Class::Enum { base, .. }
            | Class::VlenSequence { base }
            | Class::Complex { base } => {
                self.inside.iter_mut().for_each(|inside| inside.raise(base, to));
            }
            _ => {}
        }
        let base = self.inside.first().map_or(1, |base| base.own);
        self.own = match t.class {
            Class::Compound { .. } | Class::Array { .. } | Class::Enum { .. } => self.own.max(to),
            Class::VlenSequence { .. } | Class::Complex { .. } => self.own.max(base),
            _ => self.own,
        };
    }
}

impl Datatype {
    #[doc(hidden)]
    /// The version this type is written in.
    pub fn version(&self, low: Libver) -> u8 {
        Versions::new(self, low).own
    }
}
