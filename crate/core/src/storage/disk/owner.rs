//! Who is writing a file: the first bytes of its journal say so, as one line of JSON.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::process::Command;
use std::sync::OnceLock;

/// Bytes of a journal that are for its owner; what follows is the engine's.
pub(super) const OWNER: usize = 512;

const TITLE: &str = "Hyperslab journal 1\n";

/// Somebody who writes a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner {
    /// Another one each time.
    pub id: String,
    /// 0 once it has let go.
    pub pid: u32,
    pub host: String,
    /// When the process was started, where that can be known: numbers of processes are used again.
    pub started: Option<String>,
    /// Whether the file may be read meanwhile.
    pub readers: bool,
}

/// When a process was started, as this machine counts; nothing if it cannot be known, or there is no such process.
fn started(pid: u32) -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat).into_owned();
    // After the name, which may have anything in it, the time is the twentieth field.
    let (_, fields) = stat.rsplit_once(')')?;
    Some(format!("{} {}", boot.trim(), fields.split_whitespace().nth(19)?))
}

/// What a program of the system prints.
fn printed(program: &str, arguments: &[&str]) -> Option<std::process::Output> {
    Command::new(program).args(arguments).env("LC_ALL", "C").output().ok()
}

/// The name of this machine.
fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let known = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let asked = || Some(String::from_utf8_lossy(&printed("hostname", &[])?.stdout).into_owned());
        let name = known.or_else(asked).unwrap_or_default();
        name.trim().to_owned()
    })
}

impl Owner {
    /// This process.
    pub fn new(readers: bool) -> Owner {
        let pid = std::process::id();
        // Each of these states begins with numbers that nobody can know.
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u32(pid);
        let now = std::time::UNIX_EPOCH.elapsed().map_or(0, |t| t.subsec_nanos());
        hasher.write_u32(now);
        let id = format!("{:016x}", hasher.finish());
        Owner { id, pid, host: host().to_owned(), started: started(pid), readers }
    }

    /// Whether this is the process that asks.
    pub fn is_self(&self) -> bool {
        let pid = std::process::id();
        self.pid == pid && self.host == host() && self.started == started(pid)
    }

    /// Whether an owner may still be at work. Of other machines nobody knows.
    pub fn is_alive(&self) -> bool {
        if self.pid == 0 {
            return false;
        }
        if self.host != host() {
            return true;
        }
        if !exists(self.pid) {
            return false;
        }
        match (started(self.pid), &self.started) {
            (Some(now), Some(then)) => now == *then,
            _ => true,
        }
    }

    /// The first bytes of a journal.
    pub fn encode(&self) -> [u8; OWNER] {
        let mut text = format!("{TITLE}{{\"id\":{},\"pid\":{}", quoted(&self.id), self.pid);
        text += &format!(",\"host\":{}", quoted(&self.host));
        if let Some(started) = &self.started {
            text += &format!(",\"started\":{}", quoted(started));
        }
        text += if self.readers { ",\"readers\":true}\n" } else { "}\n" };
        let mut bytes = [b' '; OWNER];
        for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
            *place = byte;
        }
        bytes
    }

    /// The owner that the first bytes of a journal name; nothing if they name none.
    pub fn decode(bytes: &[u8]) -> Option<Owner> {
        let text = String::from_utf8_lossy(bytes);
        let line = text.strip_prefix(TITLE)?.split('\n').next()?;
        let mut owner = Owner::default();
        let (mut id, mut pid, mut host) = (None, None, None);
        for (name, value) in members(line)? {
            match (name.as_str(), value) {
                ("id", Value::Text(text)) => id = Some(text),
                ("pid", Value::Word(word)) => pid = Some(word.parse().ok()?),
                ("host", Value::Text(text)) => host = Some(text),
                ("started", Value::Text(text)) => owner.started = Some(text),
                ("readers", Value::Word(word)) => owner.readers = word == "true",
                _ => {}
            }
        }
        let id =
            id.filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))?;
        Some(Owner { id, pid: pid?, host: host?, ..owner })
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_self() {
            return write!(f, "by this process ({})", self.pid);
        }
        write!(f, "by process {}", self.pid)?;
        if self.host == host() { Ok(()) } else { write!(f, " on {}", self.host) }
    }
}

/// Whether there is such a process. Where nobody can say, there may be.
fn exists(pid: u32) -> bool {
    if std::path::Path::new("/proc/self/stat").exists() {
        return std::path::Path::new(&format!("/proc/{pid}")).exists();
    }
    let pid = pid.to_string();
    if cfg!(windows) {
        let list = printed("tasklist", &["/NH", "/FI", &format!("PID eq {pid}")]);
        return list.is_none_or(|o| !o.status.success() || String::from_utf8_lossy(&o.stdout).contains(&pid));
    }
    printed("kill", &["-0", &pid]).is_none_or(|o| !says_none(&o))
}

/// Whether `kill -0` says that there is no such process, and not that it is somebody else's.
fn says_none(output: &std::process::Output) -> bool {
    !output.status.success() && String::from_utf8_lossy(&output.stderr).contains("No such process")
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => out += &format!("\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

enum Value {
    Text(String),
    Word(String),
}

/// The members of a flat JSON object; nothing if it is none.
fn members(line: &str) -> Option<Vec<(String, Value)>> {
    let mut rest = line.trim().strip_prefix('{')?.trim_start();
    let mut all = Vec::new();
    while !rest.starts_with('}') {
        let (name, after) = text(rest)?;
        rest = after.trim_start().strip_prefix(':')?.trim_start();
        let (value, after) = if rest.starts_with('"') {
            let (value, after) = text(rest)?;
            (Value::Text(value), after)
        } else {
            let end = rest.find([',', '}'])?;
            (Value::Word(rest.get(..end)?.trim().to_owned()), rest.get(end..)?)
        };
        all.push((name, value));
        rest = after.trim_start();
        rest = rest.strip_prefix(',').map_or(rest, str::trim_start);
    }
    Some(all)
}

/// A JSON string and what is behind it.
fn text(from: &str) -> Option<(String, &str)> {
    let mut units = Vec::new();
    let mut chars = from.strip_prefix('"')?.chars();
    loop {
        let c = match chars.next()? {
            '"' => return Some((String::from_utf16_lossy(&units), chars.as_str())),
            '\\' => match chars.next()? {
                'u' => {
                    let digits = chars.as_str().get(..4)?;
                    units.push(u16::from_str_radix(digits, 16).ok()?);
                    chars = chars.as_str().get(4..)?.chars();
                    continue;
                }
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                c => c,
            },
            c => c,
        };
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_come_back() {
        let odd = Owner { host: "a \"b\"\\\u{1}é😀".into(), readers: true, ..Owner::new(false) };
        for owner in [Owner::new(false), Owner::new(true), odd] {
            assert_eq!(Owner::decode(&owner.encode()), Some(owner));
        }
    }

    #[test]
    fn owners_of_node_are_read() {
        let text =
            "Hyperslab journal 1\n{\"id\":\"00ff\",\"pid\":0,\"host\":\"b\\u00e9\\\"\",\"more\":null}\n   ";
        let owner = Owner { id: "00ff".into(), host: "bé\"".into(), ..Owner::default() };
        assert_eq!(Owner::decode(text.as_bytes()), Some(owner));
    }

    #[test]
    fn what_names_no_owner() {
        for text in [
            "",
            "Hyperslab journal 1\n",
            "Hyperslab journal 1\n{",
            "Hyperslab journal 1\n{}",
            "Hyperslab journal 2\n{\"id\":\"a\",\"pid\":1,\"host\":\"h\"}",
            "Hyperslab journal 1\n{\"id\":\"../a\",\"pid\":1,\"host\":\"h\"}",
            "Hyperslab journal 1\n{\"id\":\"a\",\"pid\":-1,\"host\":\"h\"}",
            "Hyperslab journal 1\n{\"id\":\"a\",\"pid\":1.5,\"host\":\"h\"}",
            "Hyperslab journal 1\n{\"id\":\"\\u12\",\"pid\":1,\"host\":\"h\"}",
        ] {
            assert_eq!(Owner::decode(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn who_is_alive() {
        let me = Owner::new(false);
        assert!(me.is_self() && me.is_alive());
        assert!(!Owner { pid: 0, ..me.clone() }.is_alive());
        assert!(Owner { host: "elsewhere".into(), pid: u32::MAX, ..me.clone() }.is_alive());
        assert!(!Owner { pid: u32::MAX >> 1, ..me.clone() }.is_alive());
        if me.started.is_some() {
            // The number is used again by another process.
            assert!(!Owner { started: Some("then".into()), ..me }.is_alive());
        }
    }

    #[cfg(unix)]
    #[test]
    fn kill_says_who_is_not_there() {
        let asked = |pid: u32| says_none(&printed("kill", &["-0", &pid.to_string()]).unwrap());
        assert!(!asked(std::process::id()));
        assert!(asked(0x3fff_fffe));
    }
}
