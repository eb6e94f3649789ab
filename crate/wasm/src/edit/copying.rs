//! Copies of objects that are made in steps.

use super::given::flag;
use super::objects::options;
use crate::engine::Engine;
use crate::fault::Throw;
use crate::number::to_f64;
use hyperslab::Result;
use hyperslab::api::File;
use hyperslab::limits::Limits;
use hyperslab::storage::Medium;
use hyperslab::write::Carry;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// A copy on its way.
#[wasm_bindgen]
pub struct Copying {
    /// What is copied from, if that is another file.
    from: Option<File>,
    inner: Carry,
}

#[wasm_bindgen]
impl Engine {
    /// Begins to copy something of `other`, which may be this one, or of a file that was attached here. What is copied in
    /// steps is looked at.
    pub fn carry(
        &self,
        other: &Engine,
        file: Option<u32>,
        from: &str,
        to: &str,
        spec: &JsValue,
    ) -> std::result::Result<Copying, JsValue> {
        let begin = || -> Result<Copying> {
            let source = self.source(other, file, flag(spec, "elsewhere"))?;
            let mut editor = self.file()?.edit()?;
            let root = source.as_ref().map_or(Ok(editor.root()), |file| file.info().map(|info| info.root))?;
            let mut inner = Carry::of(root, from, to, &options(spec));
            if flag(spec, "inSteps") {
                let medium = source.as_ref().map(File::medium).transpose()?;
                inner.look(&mut editor, medium.as_deref())?;
            }
            drop(editor);
            Ok(Copying { from: source, inner })
        };
        begin().throw()
    }
}

impl Engine {
    /// The file that is copied from, if it is another one. `elsewhere`: what is named in it can be found.
    fn source(&self, other: &Engine, file: Option<u32>, elsewhere: bool) -> Result<Option<File>> {
        let Some(file) = file else {
            return if std::ptr::eq(self, other) { Ok(None) } else { Ok(Some(other.file()?.clone())) };
        };
        let mut medium = Medium::new(self.attached(file)?, Limits::default());
        if elsewhere {
            medium.neighbours = self.others_of(file);
        }
        File::from_medium(&mut Some(medium)).map(Some)
    }
}

#[wasm_bindgen]
impl Copying {
    /// Carries some bytes over, or, with a `last` word, makes the copy (`true`) or gives up what has been carried (`false`). How many have
    /// been, how many there are, and 1 when only the copy itself is left to be made.
    pub fn step(&mut self, to: &mut Engine, last: Option<bool>) -> std::result::Result<Vec<f64>, JsValue> {
        to.forget();
        let Copying { from, inner } = self;
        let mut act = || {
            let mut editor = to.file()?.edit()?;
            let medium = from.as_ref().map(File::medium).transpose()?;
            match last {
                None => inner.step(&mut editor, medium.as_deref()),
                Some(true) => inner.finish(&mut editor, medium.as_deref()),
                Some(false) => inner.abandon(&mut editor),
            }
        };
        act().throw()?;
        let (done, total) = self.inner.progress();
        Ok(vec![to_f64(done), to_f64(total), f64::from(u8::from(self.inner.is_ready()))])
    }
}
