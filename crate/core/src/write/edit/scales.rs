//! Dimension scales: attributes of datasets that say which other datasets are the coordinates of their axes, as the
//! library's dimension scale functions keep them.

use crate::bytes::Addr;
use crate::chunk::HeapCache;
use crate::chunk::heap::HeapState;
use crate::error::{Context, Error, Result};
use crate::format::datatype::{CharacterSet, Class, Datatype, Member, ReferenceKind, StringPadding};
use crate::format::message::Dataspace;
use crate::format::reference::Reference;
use crate::object::attributes;
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::value::{self, Column, Number};
use crate::write::{Editor, names};

const CLASS: &str = "CLASS";
const NAME: &str = "NAME";
/// What the class of a scale is.
const SCALE: &[u8] = b"DIMENSION_SCALE";
/// Of a scale: which axes of which datasets it belongs to.
const USERS: &str = "REFERENCE_LIST";
/// Of a dataset: the scales of each axis.
const SCALES: &str = "DIMENSION_LIST";
/// Of a dataset: what each axis is called.
const LABELS: &str = "DIMENSION_LABELS";

/// A dataset that is in the file.
struct Set {
    address: Addr,
    header: ObjectHeader,
    rank: usize,
}

impl Editor {
    /// Makes the dataset at `path` a dimension scale, called `name`. Everything staged so far is committed first, as
    /// by the other functions for scales.
    ///
    /// Errors: `NotFound` if there is no such object, `Argument` if it is no dataset, or one that has scales itself.
    pub fn make_scale(&mut self, path: &str, name: &str) -> Result<()> {
        let set = self.set(path)?;
        self.no_scales_of(&set, path)?;
        self.whole(path, |editor| {
            editor.set_text(path, CLASS, SCALE)?;
            editor.set_text(path, NAME, name.as_bytes())
        })
    }

    /// Makes the dataset at `scale` one more scale of an axis of the dataset at `path`, unless it is one of them.
    ///
    /// Errors: `NotFound` if there is no such object, `Argument` if there is no such axis, if one of them is no dataset,
    /// or if a scale is to have a scale.
    pub fn attach_scale(&mut self, path: &str, axis: usize, scale: &str) -> Result<()> {
        let (set, other) = (self.set(path)?, self.set(scale)?);
        self.no_scales_of(&other, scale)?;
        if self.is_scale(&set)? || set.address == other.address {
            return Err(Error::argument("a scale cannot have scales").on(path));
        }
        let mut lists = self.scales(&set, path)?;
        let Some(list) = lists.get_mut(axis) else { return Err(no_axis(axis, set.rank).on(path)) };
        let mut users = self.users(&other, scale)?;
        let user = (to(set.address), u32::try_from(axis).unwrap_or(u32::MAX));
        // What only one of the two lists knows becomes whole.
        if !list.contains(&to(other.address)) {
            list.push(to(other.address));
        } else if users.contains(&user) {
            return Ok(());
        }
        if !users.contains(&user) {
            users.push(user);
        }
        let new = !self.is_scale(&other)?;
        self.whole(path, |editor| {
            editor.set_scales(path, &lists)?;
            editor.set_users(scale, &users)?;
            // Last, as the library has it: attributes may be listed in the order in which they were made.
            if new { editor.set_text(scale, CLASS, SCALE) } else { Ok(()) }
        })
    }

    /// Takes a scale away from an axis.
    ///
    /// Errors: `NotFound` if it is none of the axis's scales.
    pub fn detach_scale(&mut self, path: &str, axis: usize, scale: &str) -> Result<()> {
        let (set, other) = (self.set(path)?, self.set(scale)?);
        let mut lists = self.scales(&set, path)?;
        let Some(list) = lists.get_mut(axis) else { return Err(no_axis(axis, set.rank).on(path)) };
        let Some(at) = list.iter().position(|r| *r == to(other.address)) else {
            return Err(Error::not_found(format!("{scale:?} is no scale of axis {axis}")).on(path));
        };
        list.remove(at);
        let mut users = self.users(&other, scale)?;
        let user = (to(set.address), u32::try_from(axis).unwrap_or(u32::MAX));
        let at = users.iter().position(|u| *u == user);
        if let Some(at) = at {
            users.remove(at);
        }
        self.whole(path, |editor| {
            match lists.iter().all(Vec::is_empty) {
                true => editor.delete_attribute(path, SCALES)?,
                false => editor.set_scales(path, &lists)?,
            }
            match at {
                None => Ok(()),
                Some(_) if users.is_empty() => editor.delete_attribute(scale, USERS),
                Some(_) => editor.set_users(scale, &users),
            }
        })
    }

    /// Says what an axis of the dataset at `path` is called.
    ///
    /// Errors: `NotFound` if there is no such object, `Argument` if it is no dataset with such an axis.
    pub fn set_axis_label(&mut self, path: &str, axis: usize, label: &str) -> Result<()> {
        let set = self.set(path)?;
        let mut labels = match self.value(&set, LABELS).on(path)? {
            Some(Column::Strings { bytes, ends }) if ends.len() == set.rank => texts(&bytes, &ends),
            Some(_) => {
                return Err(Error::malformed("axis labels that are no texts, one for each axis").on(path));
            }
            None => vec![Vec::new(); set.rank],
        };
        match labels.get_mut(axis) {
            Some(place) => *place = label.as_bytes().to_vec(),
            None => return Err(no_axis(axis, set.rank).on(path)),
        }
        let before = attributes::find(&self.out.medium, &set.header, LABELS.as_bytes()).on(path)?;
        let class = labels_class(before.map(|a| a.datatype.class), label, &labels.concat());
        let mut ends = Vec::with_capacity(labels.len());
        let mut bytes = Vec::new();
        for label in labels {
            bytes.extend(label);
            ends.push(end(bytes.len())?);
        }
        let values = Column::Strings { bytes, ends };
        self.set_whole(path, LABELS, &of_any_length(class), (&list_of(set.rank), &values), true)
    }

    /// The dataset at `path` as it is in the file.
    fn set(&mut self, path: &str) -> Result<Set> {
        self.commit()?;
        let id = self.stage.find(&self.out, path)?;
        let address = self.stage.node(id).address.ok_or_else(|| Error::not_found("a new object").on(path))?;
        let header = ObjectHeader::open(&self.out.medium, address)?;
        if header.kind()? != ObjectKind::Dataset {
            return Err(Error::argument("dimension scales are datasets, and of datasets").on(path));
        }
        // A single element has one axis, too.
        let rank = header.dataspace(&self.out.medium)?.dims().len().max(1);
        Ok(Set { address, header, rank })
    }

    fn value(&self, set: &Set, name: &str) -> Result<Option<Column>> {
        let medium = &self.out.medium;
        let Some(attribute) = attributes::find(medium, &set.header, name.as_bytes())? else {
            return Ok(None);
        };
        let mut state = HeapState::default();
        value::decode(&attribute.datatype, &attribute.data, &mut HeapCache::new(medium, &mut state)).map(Some)
    }

    fn is_scale(&self, set: &Set) -> Result<bool> {
        let class = self.value(set, CLASS)?;
        Ok(matches!(class, Some(Column::Strings { bytes, .. }) if bytes == SCALE))
    }

    fn no_scales_of(&self, set: &Set, path: &str) -> Result<()> {
        match attributes::find(&self.out.medium, &set.header, SCALES.as_bytes())? {
            Some(_) => Err(Error::argument("a dataset that has scales cannot be one").on(path)),
            None => Ok(()),
        }
    }

    /// The scales of each axis.
    fn scales(&self, set: &Set, path: &str) -> Result<Vec<Vec<Reference>>> {
        let wrong = || Error::malformed("a list of scales that has no references for each axis").on(path);
        match self.value(set, SCALES).on(path)? {
            None => Ok(vec![Vec::new(); set.rank]),
            Some(Column::Vlen { ends, base }) if ends.len() == set.rank => {
                let Column::References(all) = *base else { return Err(wrong()) };
                let mut from = 0;
                let list = |end: u32| {
                    let end = usize::try_from(end).unwrap_or(usize::MAX);
                    let list = all.get(from..end).map(<[_]>::to_vec);
                    from = end;
                    list
                };
                ends.into_iter().map(list).collect::<Option<_>>().ok_or_else(wrong)
            }
            Some(_) => Err(wrong()),
        }
    }

    fn set_scales(&mut self, path: &str, lists: &[Vec<Reference>]) -> Result<()> {
        let mut total = 0;
        let mut ends = Vec::with_capacity(lists.len());
        for list in lists {
            total += list.len();
            ends.push(end(total)?);
        }
        let base = Box::new(Column::References(lists.concat()));
        let class = Class::VlenSequence { base: Box::new(object_reference()) };
        let datatype = of_any_length(class);
        self.set_whole(path, SCALES, &datatype, (&list_of(lists.len()), &Column::Vlen { ends, base }), true)
    }

    /// The datasets and axes that a scale belongs to.
    fn users(&self, set: &Set, path: &str) -> Result<Vec<(Reference, u32)>> {
        let wrong = || Error::malformed("a list of users that are no datasets with axes").on(path);
        let members = match self.value(set, USERS).on(path)? {
            None => return Ok(Vec::new()),
            Some(Column::Compound(members)) => members,
            // Whatever it is, it is not ours to replace.
            Some(_) => return Err(wrong()),
        };
        let mut members = members.into_iter().map(|(_, column)| column);
        match (members.next(), members.next()) {
            (Some(Column::References(all)), Some(Column::Numbers { kind, bytes })) => {
                let axes = value::numeric::convert(kind, &bytes, Number::U32);
                let axes = axes.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b));
                Ok(all.into_iter().zip(axes).collect())
            }
            _ => Err(wrong()),
        }
    }

    fn set_users(&mut self, path: &str, users: &[(Reference, u32)]) -> Result<()> {
        let member = |name: &[u8], offset, datatype| Member { name: name.to_vec(), offset, datatype };
        let members = vec![
            member(b"dataset", 0, object_reference()),
            member(b"dimension", 8, Datatype::integer(4, false)),
        ];
        // The library's has the size of its structure in memory.
        let datatype = Datatype { size: 16, class: Class::Compound { members } };
        let axes = users.iter().flat_map(|(_, axis)| axis.to_le_bytes()).collect();
        let values = Column::Compound(vec![
            (b"dataset".to_vec(), Column::References(users.iter().map(|(r, _)| r.clone()).collect())),
            (b"dimension".to_vec(), Column::Numbers { kind: Number::U32, bytes: axes }),
        ]);
        self.set_attribute(path, USERS, &datatype, &list_of(users.len()), &values)
    }

    /// A text of fixed size with its NUL.
    fn set_text(&mut self, path: &str, name: &str, text: &[u8]) -> Result<()> {
        let class = Class::String { padding: StringPadding::NullTerminated, charset: names::charset(text) };
        let size = end(text.len() + 1)?;
        let values = Column::Strings { bytes: text.to_vec(), ends: vec![end(text.len())?] };
        self.set_attribute(path, name, &Datatype { size, class }, &Dataspace::simple(Vec::new()), &values)
    }
}

fn to(address: Addr) -> Reference {
    Reference { address: Some(address), ..Reference::default() }
}

/// As in files with addresses of 8 bytes; others have their own sizes.
fn object_reference() -> Datatype {
    Datatype { size: 8, class: Class::Reference(ReferenceKind::Object) }
}

fn of_any_length(class: Class) -> Datatype {
    Datatype { size: 16, class }
}

fn list_of(count: usize) -> Dataspace {
    Dataspace::simple(vec![count as u64])
}

fn no_axis(axis: usize, rank: usize) -> Error {
    Error::argument(format!("axis {axis} of {rank}"))
}

/// What the text of all labels is: the type stays, unless it cannot say what the new one is.
fn labels_class(before: Option<Class>, new: &str, all: &[u8]) -> Class {
    match before {
        Some(Class::VlenString { padding, charset }) if charset == CharacterSet::Utf8 || new.is_ascii() => {
            Class::VlenString { padding, charset }
        }
        _ => Class::VlenString { padding: StringPadding::NullTerminated, charset: names::charset(all) },
    }
}

fn end(n: usize) -> Result<u32> {
    u32::try_from(n).map_err(|_| Error::limit("4 GiB in one attribute"))
}

fn texts(bytes: &[u8], ends: &[u32]) -> Vec<Vec<u8>> {
    let mut from = 0;
    let text = |end: &u32| {
        let end = usize::try_from(*end).unwrap_or(usize::MAX);
        let text = bytes.get(from..end).unwrap_or(&[]).to_vec();
        from = end;
        text
    };
    ends.iter().map(text).collect()
}
