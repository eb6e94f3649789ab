//! Finding everything that is to be copied.

use super::{Copy, From, Object, check_widths};
use crate::bytes::Addr;
use crate::error::{Context, Error, Kind, Result};
use crate::object::header::{ObjectHeader, ObjectKind};
use crate::object::links::{self, Link, LinkTarget};
use crate::object::{neighbour, path};
use crate::write::Editor;
use crate::write::node::{StagedLink, Target};

impl Copy<'_> {
    /// Goes through all that is found, until nothing new is.
    pub(super) fn find(&mut self, editor: &mut Editor) -> Result<()> {
        let mut next = 0;
        while let Some(object) = self.objects.get(next).cloned() {
            self.with(object.file, &mut |copy, from| copy.look(editor, from, &object)).on(&object.path)?;
            next += 1;
        }
        Ok(())
    }

    /// Looks at one object: its links, and where its references lead.
    fn look(&mut self, editor: &mut Editor, from: From<'_>, object: &Object) -> Result<()> {
        let source = from.origin.medium(&editor.out);
        let header = ObjectHeader::open(source, object.address)?;
        if header.kind()? == ObjectKind::Group && !(self.options.shallow && object.depth > 0) {
            for link in links::list(source, &header)? {
                self.link(editor, from, object, link)?;
            }
        }
        if self.options.expand_references {
            self.referenced(editor, from, object, &header)?;
        }
        Ok(())
    }

    fn link(&mut self, editor: &mut Editor, from: From<'_>, group: &Object, link: Link) -> Result<()> {
        let path = format!("{}/{}", group.path, String::from_utf8_lossy(&link.name));
        let depth = group.depth.saturating_add(1);
        let found = match &link.target {
            LinkTarget::Hard(address) => Some((from.file, *address)),
            LinkTarget::Soft(to) if self.options.expand_soft => {
                self.follow(editor, from.file, group.address, to).on(&path)?
            }
            LinkTarget::External { file, path: to } if self.options.expand_external => {
                match self.neighbour(editor, from, file).on(&path)? {
                    Some(file) => self.follow(editor, file, self.files[file].root, to).on(&path)?,
                    None => None,
                }
            }
            _ => None,
        };
        let target = match (found, link.target) {
            (Some((file, address)), _) => Target::Node(self.copy_of(editor, file, address, path, depth)?),
            (None, LinkTarget::Hard(_)) => return Err(Error::argument("a hard link that leads nowhere")),
            // What leads nowhere stays a link, as in the library.
            (None, LinkTarget::Soft(to)) => Target::Soft(to),
            (None, LinkTarget::External { file, path }) => Target::External { file, path },
            (None, LinkTarget::UserDefined { class, data }) => Target::UserDefined { class, data },
        };
        let staged = StagedLink { target, charset: link.charset, order: link.creation_order, serial: 0 };
        editor.stage.insert(group.id, link.name, staged);
        Ok(())
    }

    /// What `path` leads to from the group at `start` of a file, through other files if need be.
    fn follow(
        &mut self,
        editor: &Editor,
        file: usize,
        start: Addr,
        path: &[u8],
    ) -> Result<Option<(usize, Addr)>> {
        let (mut file, mut start, mut path) = (file, start, path.to_vec());
        for _ in 0..editor.out.medium.limits.link_traversals {
            let root = self.files[file].root;
            let found = self.with(file, &mut |copy, from| match path::resolve_bytes(
                from.origin.medium(&editor.out),
                root,
                start,
                &path,
            ) {
                Ok(found) => Ok(Some((from.file, Ok(found.address)))),
                Err(e) if e.kind() == Kind::NotFound => Ok(None),
                Err(e) => match e.beyond() {
                    Some((name, rest)) => {
                        let file = copy.neighbour(editor, from, name.as_bytes())?;
                        Ok(file.map(|file| (file, Err(rest.as_bytes().to_vec()))))
                    }
                    None => Err(e),
                },
            })?;
            match found {
                None => return Ok(None),
                Some((file, Ok(address))) => return Ok(Some((file, address))),
                Some((other, Err(rest))) => (file, start, path) = (other, self.files[other].root, rest),
            }
        }
        Err(Error::limit("too many external links on the way"))
    }

    /// The file that is called `name` in another one, if it can be opened.
    fn neighbour(&mut self, editor: &Editor, from: From<'_>, name: &[u8]) -> Result<Option<usize>> {
        let home = from.origin.medium(&editor.out);
        let Some(medium) = neighbour::file(home, name)? else { return Ok(None) };
        check_widths(&medium, &editor.out.medium)?;
        let number = medium.neighbours.number();
        let base = self.origin.medium(&editor.out).neighbours.number();
        let known = self.files.iter().position(|file| match &file.medium {
            Some(other) => other.neighbours.number() == number,
            None => base == number,
        });
        if known.is_some() {
            return Ok(known);
        }
        let root = medium.root.ok_or_else(|| Error::malformed("a file without a root group"))?;
        self.add_file(Some(medium), root);
        Ok(Some(self.files.len() - 1))
    }
}
