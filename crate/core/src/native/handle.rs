//! What groups, datasets and committed datatypes are handles of.

use super::File;
use crate::api;
use crate::bytes::Addr;
use crate::error::{Error, Result};
use crate::write::Editor;
use std::cell::Cell;
use std::rc::Rc;

/// An object of a file: where its header is, which does not change, and the path by which it was found, which may.
#[derive(Clone)]
pub(super) struct Handle {
    pub(super) file: File,
    pub(super) address: Addr,
    path: Rc<str>,
    /// The changes of paths that it has outlived.
    born: u64,
    /// The changes after which its path is known to lead to it.
    checked: Cell<u64>,
}

/// `path` from the group at `from`, in its shortest form.
pub(super) fn joined(from: &str, path: &str) -> String {
    let from = if path.starts_with('/') { "" } else { from };
    let mut all = String::new();
    for name in from.split('/').chain(path.split('/')).filter(|name| !name.is_empty() && *name != ".") {
        all.push('/');
        all += name;
    }
    if all.is_empty() { "/".into() } else { all }
}

impl Handle {
    /// The object at `address`, which is there, and to which `path` leads; nobody knows how if that is empty.
    pub(super) fn new(file: &File, address: Addr, path: &str) -> Handle {
        let moves = file.moves();
        Handle { file: file.clone(), address, path: path.into(), born: moves, checked: Cell::new(moves) }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or("")
    }

    /// Says whether the object is still there.
    pub(super) fn check(&self) -> Result<()> {
        if self.born != self.file.moves() && self.file.is_gone(self.address, self.born)? {
            return Err(Error::not_found("the object was deleted").on(self.path()));
        }
        Ok(())
    }

    /// The object as the engine knows it.
    pub(super) fn object(&self) -> Result<api::Object> {
        self.check()?;
        self.file.api()?.object(self.address).map_err(|e| self.blame(e))
    }

    /// Its path, which is certain to lead to it.
    pub(super) fn place(&self) -> Result<&str> {
        self.check()?;
        let moves = self.file.moves();
        if self.path.is_empty() {
            return Err(Error::argument("an object without a path can only be read: open it by its path"));
        }
        if self.checked.get() != moves {
            let file = self.file.api()?;
            let root = file.info()?.root;
            if !matches!(file.resolve(root, self.path()), Ok(address) if address == self.address) {
                let what = "the object is not at its path any more: open it again to change it";
                return Err(Error::not_found(what).on(self.path()));
            }
            self.checked.set(moves);
        }
        Ok(self.path())
    }

    /// Changes the object.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Editor, &str) -> Result<T>) -> Result<T> {
        let path = self.place()?;
        self.file.change(|editor| change(editor, path)).map_err(|e| self.blame(e))
    }

    /// Names the object in an error.
    pub(super) fn blame(&self, e: Error) -> Error {
        if self.path.is_empty() { e } else { e.on(self.path()) }
    }
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn paths_are_joined() {
        for (from, path, whole) in [
            ("/", "a", "/a"),
            ("/a", "b/c", "/a/b/c"),
            ("/a", "/b//c/", "/b/c"),
            ("/a", ".", "/a"),
            ("/", "", "/"),
            ("/a/b", "./c/.", "/a/b/c"),
        ] {
            assert_eq!(joined(from, path), whole);
        }
    }
}
