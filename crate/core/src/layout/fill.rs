//! Fill values: what elements are that were never written.

use crate::error::{Context, Error, Result};
use crate::format::message::{FillStatus, FillValue};

/// One element to repeat.
#[derive(Clone, Debug)]
pub(super) struct Fill {
    /// `None` = zeros.
    element: Option<Vec<u8>>,
}

impl Fill {
    /// The fill value of elements of `unit` bytes.
    pub(super) fn new(value: &FillValue, unit: usize) -> Result<Fill> {
        let element = match &value.status {
            FillStatus::User(bytes) if !bytes.is_empty() => bytes,
            // Undefined: nobody is held to them, zeros are as good as anything.
            _ => return Ok(Fill { element: None }),
        };
        if element.len() != unit {
            let what = format!("fill value of {} bytes for elements of {unit}", element.len());
            return Err(Error::malformed(what)).within("fill value");
        }
        Ok(Fill { element: element.iter().any(|b| *b != 0).then(|| element.clone()) })
    }

    /// What it is after a conversion.
    pub(super) fn converted(self, convert: impl FnOnce(&[u8]) -> Result<Vec<u8>>) -> Result<Fill> {
        Ok(Fill { element: self.element.as_deref().map(convert).transpose()? })
    }

    /// Fills `out`, which holds whole elements.
    pub(super) fn write(&self, out: &mut [u8]) {
        let Some(element) = &self.element else { return out.fill(0) };
        let mut done = element.len().min(out.len());
        out[..done].copy_from_slice(&element[..done]);
        while done < out.len() {
            let n = done.min(out.len() - done);
            out.copy_within(..n, done);
            done += n;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::message::{AllocTime, FillTime};

    fn fill(status: FillStatus) -> Result<Fill> {
        let value = FillValue { alloc_time: AllocTime::Late, fill_time: FillTime::IfSet, status };
        Fill::new(&value, 3)
    }

    #[test]
    fn repeats_whole_elements() {
        let f = fill(FillStatus::User(vec![1, 2, 3])).unwrap();
        for n in 0..9 {
            let mut out = vec![9; n * 3];
            f.write(&mut out);
            assert!(out.chunks(3).all(|c| c == [1, 2, 3]));
        }
        let mut out = [7; 6];
        fill(FillStatus::Undefined).unwrap().write(&mut out);
        assert_eq!(out, [0; 6]);
        assert!(fill(FillStatus::User(vec![1, 2])).is_err());
    }
}
