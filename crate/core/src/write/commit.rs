//! Publishing: sizes, then addresses, then bytes from the bottom up, the superblock last.

use super::node::NodeId;
use super::output::Output;
use super::space::persisted;
use super::stage::Stage;
use super::{attributes, delete, header, links, swmr};
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::format::message::{SymbolTable, kind};
use crate::format::superblock::{Form, Superblock};
use crate::format::symbol_table::Cache;
use crate::storage::Turn;

/// Gives every new object its address. What each object will hold decides how large its header is; addresses
/// in its messages may still be unknown. Objects that nothing leads to any more are deleted.
pub(super) fn place(out: &mut Output, stage: &mut Stage) -> Result<Vec<NodeId>> {
    delete::unreferenced(out, stage)?;
    let changed: Vec<NodeId> = stage.ids().filter(|id| stage.node(*id).changed).collect();
    for id in &changed {
        if stage.node(*id).group {
            links::size(out, stage, *id)?;
        }
    }
    for id in &changed {
        let node = stage.node_mut(*id);
        if node.address.is_none() {
            attributes::complete(out, node)?;
            header::allocate(out, node)?;
        }
    }
    Ok(changed)
}

/// Writes the objects that [`place`] returned, and the superblock.
pub(super) fn publish(
    out: &mut Output,
    stage: &mut Stage,
    changed: &[NodeId],
    superblock: &mut Superblock,
) -> Result<()> {
    for id in changed {
        if stage.node(*id).group {
            links::fill(out, stage, *id)?;
        }
    }
    for id in changed {
        if out.space.is_shared() {
            swmr::patch(out, stage.node(*id))?;
        } else {
            header::write(out, stage.node_mut(*id))?;
        }
    }
    out.heap.flush(&mut out.medium, &mut out.space)?;

    let root = stage.root(out)?;
    let root = stage.node(root);
    superblock.root = root.address.ok_or_else(|| Error::argument("a file without a root group"))?;
    out.medium.root = Some(superblock.root);
    let table = root.message(kind::SYMBOL_TABLE).map(|m| SymbolTable::decode(&mut out.reader(&m.data)));
    if let (Form::Old { root_entry, .. }, Some(table)) = (&mut superblock.form, table.transpose()?) {
        root_entry.cache = Cache::Group { btree: table.btree, heap: table.heap };
    }
    persisted::settle(out)?;
    seal(out, superblock)
}

/// Writes the superblock. The file ends where its space ends.
pub(super) fn seal(out: &mut Output, superblock: &mut Superblock) -> Result<()> {
    superblock.eof = out.medium.absolute(Addr(out.space.end()));
    let bytes = out.encoded(superblock)?;
    out.medium.write_in_turn(Turn::End, Addr(0), &bytes)?;
    out.space.published();
    Ok(())
}

/// Cuts off what is behind the end of a file that was published.
pub(super) fn cut(out: &mut Output, superblock: &Superblock) -> Result<()> {
    if out.medium.storage_len() != superblock.eof {
        out.medium.writer()?.set_len(superblock.eof)?;
    }
    Ok(())
}
