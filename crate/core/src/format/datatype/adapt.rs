//! Datatypes from one file in another, whose addresses have another width.

use super::{Class, Datatype, Member, ReferenceKind};
use crate::error::{Error, Result};
use crate::order;

impl Datatype {
    #[doc(hidden)]
    /// This type in a file whose addresses have `width` bytes: elements that hold addresses have another size there, and
    /// what is behind them in a compound another place.
    pub fn adapted(&self, width: u8) -> Result<Datatype> {
        let wide = u32::from(width);
        let many = || Error::limit("elements of more than 4 GiB");
        Ok(match &self.class {
            Class::VlenSequence { base } => {
                let base = Box::new(base.adapted(width)?);
                Datatype { size: wide.saturating_add(8), class: Class::VlenSequence { base } }
            }
            Class::VlenString { .. } => Datatype { size: wide.saturating_add(8), class: self.class.clone() },
            Class::Reference(kind) => {
                let beside = match kind {
                    ReferenceKind::Object => 0,
                    ReferenceKind::Region => 4,
                    ReferenceKind::Standard => 10,
                };
                Datatype { size: wide.saturating_add(beside), class: self.class.clone() }
            }
            Class::Array { dims, base } => {
                let base = base.adapted(width)?;
                let size = dims.iter().try_fold(base.size, |n, d| n.checked_mul(*d)).ok_or_else(many)?;
                Datatype { size, class: Class::Array { dims: dims.clone(), base: Box::new(base) } }
            }
            Class::Compound { members } => {
                let mut moved = members.clone();
                // Bytes that the members so far are longer.
                let mut longer = 0i64;
                for i in
                    order::indices(members.len(), &mut |a, b| offset(members, a).cmp(&offset(members, b)))
                {
                    let Some(member) = moved.get_mut(i) else { continue };
                    let datatype = member.datatype.adapted(width)?;
                    member.offset = shifted(member.offset, longer).ok_or_else(many)?;
                    let more = i64::from(datatype.size).saturating_sub(member.datatype.size.into());
                    longer = longer.saturating_add(more);
                    member.datatype = datatype;
                }
                let size = shifted(self.size, longer).ok_or_else(many)?;
                Datatype { size, class: Class::Compound { members: moved } }
            }
            _ => self.clone(),
        })
    }
}

fn offset(members: &[Member], i: usize) -> u32 {
    members.get(i).map_or(0, |m| m.offset)
}

fn shifted(n: u32, by: i64) -> Option<u32> {
    u32::try_from(i64::from(n).checked_add(by)?).ok()
}

#[cfg(test)]
mod tests {
    use super::super::{CharacterSet, StringPadding};
    use super::*;

    fn text(size: u32) -> Datatype {
        let class = Class::VlenString { padding: StringPadding::NullTerminated, charset: CharacterSet::Utf8 };
        Datatype { size, class }
    }

    fn record(width: u32) -> Datatype {
        let reference = Datatype { size: width + 4, class: Class::Reference(ReferenceKind::Region) };
        let array = Datatype {
            size: 3 * (width + 8),
            class: Class::Array { dims: vec![3], base: Box::new(text(width + 8)) },
        };
        let member = |name: &[u8], offset, datatype| Member { name: name.to_vec(), offset, datatype };
        let n = Datatype::integer(4, true);
        // Not in the order of their places, and with a hole of two bytes.
        let members = vec![
            member(b"n", 2 + width + 4, n),
            member(b"r", 2, reference),
            member(b"a", 2 + width + 8, array),
        ];
        Datatype { size: 2 + width + 8 + 3 * (width + 8), class: Class::Compound { members } }
    }

    #[test]
    fn places_follow_the_width_of_addresses() {
        assert_eq!(record(4).adapted(8).unwrap(), record(8));
        assert_eq!(record(8).adapted(4).unwrap(), record(4));
        assert_eq!(record(8).adapted(8).unwrap(), record(8));
        let nested = |width| Datatype {
            size: width + 8,
            class: Class::VlenSequence { base: Box::new(record(width)) },
        };
        assert_eq!(nested(4).adapted(8).unwrap(), nested(8));
        assert_eq!(Datatype::integer(4, true).adapted(4).unwrap(), Datatype::integer(4, true));
    }
}
