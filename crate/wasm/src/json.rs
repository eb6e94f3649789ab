//! Just enough JSON, written in one pass: descriptions cross the boundary as one string instead of one call per
//! property.

use std::fmt::Write;

/// JSON text under construction. Commas are put where they belong.
#[derive(Default)]
pub struct Json {
    text: String,
}

impl Json {
    /// Ends the text.
    pub fn finish(self) -> String {
        self.text
    }

    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.text.push(',');
        }
    }

    /// An object with the members that `fill` writes.
    pub fn object(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('{');
        fill(self);
        self.text.push('}');
    }

    /// An array with the items that `fill` writes.
    pub fn array(&mut self, fill: impl FnOnce(&mut Self)) {
        self.separate();
        self.text.push('[');
        fill(self);
        self.text.push(']');
    }

    /// The name of a member, whose value comes next. Names are plain words.
    pub fn key(&mut self, name: &'static str) -> &mut Self {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
        self
    }

    /// A string.
    pub fn string(&mut self, value: &str) {
        self.separate();
        self.text.push('"');
        let mut clean = 0;
        for (i, byte) in value.bytes().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            // All of these are ASCII, so this is a boundary of characters.
            self.text.push_str(&value[clean..i]);
            clean = i + 1;
            match byte {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                _ => {
                    let _ = write!(self.text, "\\u{byte:04x}");
                }
            }
        }
        self.text.push_str(&value[clean..]);
        self.text.push('"');
    }

    /// Bytes of a file that should be text: what is not UTF-8 becomes U+FFFD.
    pub fn bytes(&mut self, value: &[u8]) {
        self.string(&String::from_utf8_lossy(value));
    }

    /// A whole number. There are many of them, and the library's formatting is built for more than that.
    pub fn number(&mut self, value: impl Into<i128>) {
        self.separate();
        let value = value.into();
        let mut rest = match u64::try_from(value.unsigned_abs()) {
            Ok(rest) => rest,
            Err(_) => {
                let _ = write!(self.text, "{value}");
                return;
            }
        };
        if value < 0 {
            self.text.push('-');
        }
        let mut digits = [b'0'; 20];
        let mut first = digits.len();
        while rest > 0 || first == digits.len() {
            first -= 1;
            digits[first] += u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
        self.text.push_str(std::str::from_utf8(&digits[first..]).unwrap_or("0"));
    }

    /// True or false.
    pub fn boolean(&mut self, value: bool) {
        self.separate();
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// No value.
    pub fn null(&mut self) {
        self.separate();
        self.text.push_str("null");
    }

    /// A list of numbers.
    pub fn numbers<T: Copy + Into<i128>>(&mut self, values: &[T]) {
        self.array(|j| values.iter().for_each(|v| j.number(*v)));
    }
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn commas_and_escapes() {
        let mut j = Json::default();
        j.object(|j| {
            j.key("a").numbers(&[1u32, 2]);
            j.key("b").string("x\"\\\n€");
            j.key("c").array(|j| {
                j.null();
                j.boolean(true);
                j.object(|_| {});
                j.array(|_| {});
            });
        });
        assert_eq!(j.finish(), r#"{"a":[1,2],"b":"x\"\\\u000a€","c":[null,true,{},[]]}"#);
    }

    #[test]
    fn numbers_of_any_size() {
        for n in [
            0i128,
            7,
            -7,
            10,
            1_234_567_890,
            i128::from(u64::MAX),
            i128::from(i64::MIN),
            i128::MIN,
            i128::MAX,
        ] {
            let mut j = Json::default();
            j.number(n);
            assert_eq!(j.finish(), n.to_string());
        }
    }

    #[test]
    fn bytes_that_are_no_text() {
        let mut j = Json::default();
        j.bytes(b"a\xffb");
        assert_eq!(j.finish(), "\"a\u{fffd}b\"");
    }
}
