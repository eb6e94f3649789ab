//! What new files, groups and headers are to be like.

use super::node::Node;
use super::output::Output;
use super::space::FileSpaceOptions;
use crate::error::{Error, Result};
use crate::format::Libver;
use crate::format::header::v2;
use crate::format::message::{BTreeK, GroupInfo, ModificationTime, flag, kind};
use crate::format::superblock::{Form, Superblock};

/// Bytes of the smallest user block.
const LEAST_USERBLOCK: u64 = 512;

/// What a new file is to be like.
#[derive(Clone, Copy, Debug)]
pub struct CreateOptions {
    /// Every structure is written in the version that this release of the library would choose, or the one that a
    /// feature needs.
    pub low: Libver,
    /// What needs a newer release than this cannot be created.
    pub high: Libver,
    /// Bytes before the file, for other programs: 0, or a power of two from 512 on.
    pub userblock: u64,
    /// How many entries the nodes of version 1 B-trees and of symbol tables have room for.
    pub k: BTreeK,
    /// How space is found in the file, and what becomes of what is given back.
    pub space: FileSpaceOptions,
    /// The root group.
    pub root: GroupOptions,
}

impl Default for CreateOptions {
    /// h5py's: readable for every release as far as that is possible.
    fn default() -> Self {
        CreateOptions {
            low: Libver::Earliest,
            high: Libver::LATEST,
            userblock: 0,
            k: BTreeK::default(),
            space: FileSpaceOptions::default(),
            root: GroupOptions::default(),
        }
    }
}

impl CreateOptions {
    /// A superblock for such a file.
    pub(super) fn superblock(&self) -> Result<Superblock> {
        if self.low > self.high {
            return Err(Error::argument(format!("bounds from {:?} to {:?}", self.low, self.high)));
        }
        let block = self.userblock;
        if block != 0 && (block < LEAST_USERBLOCK || !block.is_power_of_two()) {
            return Err(Error::argument(format!(
                "a user block of {block} bytes: it has 0 bytes, or a power of two from 512 on"
            )));
        }
        let k = self.k.check().map_err(|e| Error::argument(e.what().to_owned()))?;
        let space = self.space.message()?;
        let paged = space.as_ref().filter(|s| s.strategy == 1);
        if paged.is_some_and(|s| !block.is_multiple_of(s.page_size)) {
            return Err(Error::argument(format!("a user block of {block} bytes, which are not whole pages")));
        }
        let version = match self.low {
            Libver::Earliest if space.is_some() => 2,
            Libver::Earliest => u8::from(k.chunk != BTreeK::default().chunk),
            Libver::V18 => 2,
            _ => 3,
        };
        let mut superblock = Superblock::new(version);
        superblock.base = block;
        superblock.k = k;
        Ok(superblock)
    }

    /// Whether the superblock has no room for the K values.
    pub(super) fn needs_k_message(&self, superblock: &Superblock) -> bool {
        matches!(superblock.form, Form::New { .. }) && self.k != BTreeK::default()
    }
}

/// Whether an order of creation is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// No.
    #[default]
    Untracked,
    /// Each has its number.
    Tracked,
    /// And large numbers of them are found by it: h5py's `track_order`.
    Indexed,
}

impl Order {
    /// Whether there are numbers.
    pub fn is_tracked(self) -> bool {
        self != Order::Untracked
    }

    /// Whether there is an index of them.
    pub fn is_indexed(self) -> bool {
        self == Order::Indexed
    }
}

/// What the header of a new object keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderOptions {
    /// Creation order of attributes.
    pub attribute_order: Order,
    /// Most compact and least dense attributes, if not 8 and 6. Old headers have no such thing.
    pub attribute_phase_change: Option<(u16, u16)>,
    /// The time now, in seconds since 1970, if the object is to keep its times.
    pub time: Option<u32>,
}

impl HeaderOptions {
    /// Makes `node`, which is new, such an object. `dated`: old headers of its kind keep a time.
    pub(super) fn apply(&self, out: &Output, node: &mut Node, dated: bool) -> Result<()> {
        let order_tracked = self.attribute_order.is_tracked() || out.tracks_attributes;
        if out.low == Libver::Earliest && !order_tracked {
            if let Some(time) = self.time.filter(|_| dated) {
                node.messages.push(out.message(kind::MODIFICATION_TIME, 0, &ModificationTime(time))?);
            }
            return Ok(());
        }
        let phase_change = self.attribute_phase_change.filter(|p| *p != (8, 6));
        if let Some((most, least)) = phase_change.filter(|(most, least)| most < least) {
            return Err(Error::argument(format!(
                "at most {most} compact and at least {least} dense attributes"
            )));
        }
        let all = |time| v2::Times { access: time, modification: time, change: time, birth: time };
        node.v2 = Some(v2::Prefix {
            order_tracked,
            order_indexed: self.attribute_order.is_indexed(),
            phase_change,
            times: self.time.map(all),
            ..v2::Prefix::default()
        });
        Ok(())
    }
}

/// What a new group is to be like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupOptions {
    /// Creation order of links.
    pub link_order: Order,
    /// Most compact and least dense links, if not 8 and 6. Symbol tables have no such thing.
    pub link_phase_change: Option<(u16, u16)>,
    /// How many links are expected, and how long their names are, if not 4 and 8.
    pub estimates: Option<(u16, u16)>,
    /// The header.
    pub header: HeaderOptions,
}

impl GroupOptions {
    /// h5py's `track_order`: links and attributes keep the order of their creation.
    pub fn in_order() -> GroupOptions {
        GroupOptions {
            link_order: Order::Indexed,
            header: HeaderOptions { attribute_order: Order::Indexed, ..HeaderOptions::default() },
            ..GroupOptions::default()
        }
    }

    /// A new group like this, without links.
    pub(super) fn node(&self, out: &Output) -> Result<Node> {
        let mut node = Node::new_group(out.low);
        self.header.apply(out, &mut node, false)?;
        if self.link_order.is_tracked() {
            node.link_order = Some(self.link_order.is_indexed());
        } else if out.low == Libver::Earliest {
            return Ok(node);
        }
        node.new_style = true;
        let info = GroupInfo {
            phase_change: self.link_phase_change.filter(|p| *p != (8, 6)),
            estimates: self.estimates.filter(|e| *e != (4, 8)),
        };
        if let Some((most, least)) = info.phase_change.filter(|(most, least)| most < least) {
            return Err(Error::argument(format!("at most {most} compact and at least {least} dense links")));
        }
        node.messages.insert(0, out.message(kind::GROUP_INFO, flag::CONSTANT, &info)?);
        Ok(node)
    }
}
