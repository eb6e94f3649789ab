//! Files on disk: modes, journals, locks, crashes, and what other files are named.

use hyperslab::options::Reach;
use hyperslab::{File, FileSet, Kind, Libver, OpenOptions, RepackOptions, Result, Storing};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder that goes when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("hyperslab-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path.canonicalize().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn kind<T>(result: Result<T>) -> Kind {
    result.err().expect("an error").kind()
}

fn made(path: &Path) {
    let file = File::create(path).unwrap();
    file.create_dataset("d").shape([2, 3]).max_shape([None, None]).write(&[1, 2, 3, 4, 5, 6]).unwrap();
    file.close().unwrap();
}

fn elements(path: &Path) -> Vec<i32> {
    File::open(path).unwrap().dataset("d").unwrap().read().unwrap()
}

#[test]
fn files_are_made_read_and_changed() {
    let folder = Folder::new("modes");
    let path = folder.path("a.h5");
    assert_eq!(kind(File::open(&path)), Kind::NotFound);
    assert_eq!(kind(File::edit(&path)), Kind::NotFound);
    assert!(folder.names().is_empty());
    made(&path);
    assert_eq!(folder.names(), ["a.h5"]);
    assert_eq!(elements(&path), [1, 2, 3, 4, 5, 6]);

    let file = File::edit(&path).unwrap();
    assert_eq!(folder.names(), ["a.h5", "a.h5-journal"]);
    assert_eq!(file.path(), Some(path.as_path()));
    file.dataset("d").unwrap().append(&[7, 8, 9]).unwrap();
    // What is not flushed is seen by nobody else, and this process may look.
    assert_eq!(elements(&path), [1, 2, 3, 4, 5, 6]);
    file.flush().unwrap();
    assert_eq!(elements(&path), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    file.close().unwrap();
    assert_eq!(folder.names(), ["a.h5"]);

    let write = || OpenOptions::new().write(true);
    assert_eq!(kind(write().create_new(true).open(&path)), Kind::Io);
    assert_eq!(kind(OpenOptions::new().create(true).open(&path)), Kind::Argument);
    write().create(true).open(&path).unwrap().close().unwrap();
    assert_eq!(elements(&path).len(), 9);
    let old = File::open(&path).unwrap();
    assert_eq!(kind(old.create_group("g")), Kind::ReadOnly);
    assert_eq!(kind(old.dataset("d").unwrap().write(&[0; 9])), Kind::ReadOnly);
    File::create(&path).unwrap().close().unwrap();
    assert_eq!(kind(File::open(&path).unwrap().dataset("d")), Kind::NotFound);

    let other = folder.path("b.h5");
    write().create_new(true).libver(Libver::V110).open(&other).unwrap().close().unwrap();
    assert_eq!(fs::read(&other).unwrap()[8], 3, "the superblock's version");
    // Options that contradict each other leave nothing behind.
    let wrong = hyperslab::options::CreateOptions { userblock: 100, ..Default::default() };
    assert_eq!(kind(write().create(true).create_options(wrong).open(folder.path("c.h5"))), Kind::Argument);
    let over = write().create(true).truncate(true).create_options(wrong).open(&other);
    assert_eq!((kind(over), fs::read(&other).unwrap()[8]), (Kind::Argument, 3));
    assert_eq!(folder.names(), ["a.h5", "b.h5"]);
    fs::write(folder.path("d.h5"), "this is no file").unwrap();
    assert_eq!(kind(File::open(folder.path("d.h5"))), Kind::Malformed);
    assert_eq!(kind(File::edit(folder.path("d.h5"))), Kind::Malformed);
    assert_eq!(fs::read(folder.path("d.h5")).unwrap(), b"this is no file");
    assert_eq!(kind(File::open(&folder.0)), Kind::Io);
    let error = File::open(folder.path("none.h5")).err().unwrap();
    assert!(error.to_string().contains("none.h5"), "{error}");
    assert!(std::error::Error::source(&error).is_some());
    assert_eq!(folder.names(), ["a.h5", "b.h5", "d.h5"]);
}

#[test]
fn what_is_dropped_is_flushed_and_what_is_discarded_is_not() {
    let folder = Folder::new("dropped");
    let path = folder.path("a.h5");
    made(&path);
    let file = File::edit(&path).unwrap();
    let d = file.dataset("d").unwrap();
    drop(file);
    // The dataset keeps it open.
    d.fill_slice(.., &7).unwrap();
    drop(d);
    assert_eq!(elements(&path), [7; 6]);

    let before = fs::read(&path).unwrap();
    let file = File::edit(&path).unwrap();
    let d = file.dataset("d").unwrap();
    d.fill_slice(.., &8).unwrap();
    // Large enough to be written at once.
    file.create_dataset("large").write(&vec![1.0; 1 << 20]).unwrap();
    file.discard().unwrap();
    assert_eq!(kind(d.read::<i32>()), Kind::Closed);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(folder.names(), ["a.h5"]);
}

#[test]
fn one_writer_at_a_time() {
    let folder = Folder::new("writers");
    let path = folder.path("a.h5");
    made(&path);
    let file = File::edit(&path).unwrap();
    assert_eq!(kind(File::edit(&path)), Kind::Io);
    assert_eq!(kind(File::create(&path)), Kind::Io);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, folder.path("link.h5")).unwrap();
        fs::hard_link(&path, folder.path("hard.h5")).unwrap();
        assert_eq!(kind(File::edit(folder.path("link.h5"))), Kind::Io);
        assert_eq!(kind(File::edit(folder.path("hard.h5"))), Kind::Io);
    }
    file.close().unwrap();

    // Another process, which is alive, and one that is gone.
    let journal = folder.path("a.h5-journal");
    let owner = |pid: u32, host: &str| {
        let line = format!("Hyperslab journal 1\n{{\"id\":\"00\",\"pid\":{pid},\"host\":\"{host}\"}}\n");
        fs::write(&journal, format!("{line:512}")).unwrap();
    };
    owner(1, "elsewhere");
    let busy = File::edit(&path).err().unwrap();
    assert!(busy.to_string().contains("by process 1 on elsewhere"), "{busy}");
    assert_eq!(kind(File::open(&path)), Kind::Io);
    OpenOptions::new().write(true).locking(false).open(&path).unwrap().close().unwrap();
    owner(0, "elsewhere");
    assert_eq!(elements(&path).len(), 6);
    File::edit(&path).unwrap().close().unwrap();
    assert!(!journal.exists());
    fs::write(&journal, "something else").unwrap();
    assert_eq!(kind(File::edit(&path)), Kind::Io);
    assert_eq!(fs::read(&journal).unwrap(), b"something else");
}

/// What is written before its time, so that a crash leaves a file that has to be put back.
fn half_write(path: &Path) -> File {
    let file = File::edit(path).unwrap();
    let d = file.dataset("d").unwrap();
    d.fill_slice(.., &-1.0).unwrap();
    file.delete("other").unwrap();
    file
}

#[test]
#[ignore = "what `crashes_are_put_back` runs, and no test"]
fn crash() {
    let Some(path) = std::env::var_os("HYPERSLAB_CRASH") else { return };
    let _file = half_write(Path::new(&path));
    std::process::abort();
}

#[test]
fn crashes_are_put_back() {
    let folder = Folder::new("crash");
    let path = folder.path("a.h5");
    let file = File::create(&path).unwrap();
    // More than waits in memory.
    file.create_dataset("d").write(&vec![0.5; 4 << 20]).unwrap();
    file.create_group("other").unwrap();
    file.close().unwrap();
    let before = fs::read(&path).unwrap();
    let crash = || {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["disk::crash", "--exact", "--ignored", "--test-threads=1"])
            .env("HYPERSLAB_CRASH", &path)
            .output()
            .unwrap();
        assert!(!child.status.success());
        assert_eq!(folder.names(), ["a.h5", "a.h5-journal"]);
        assert!(fs::read(&path).unwrap() != before, "nothing was half written");
    };
    crash();
    let file = File::open(&path).unwrap();
    assert!(file.root().unwrap().contains("other").unwrap());
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(folder.names(), ["a.h5"]);
    drop(file);
    crash();
    let file = OpenOptions::new().write(true).journal(false).open(&path).unwrap();
    assert_eq!(file.dataset("d").unwrap().read_slice::<f64>(..2).unwrap(), [0.5, 0.5]);
    file.close().unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    crash();
    File::create(&path).unwrap().close().unwrap();
    assert_eq!(folder.names(), ["a.h5"]);
    assert_eq!(File::open(&path).unwrap().root().unwrap().names().unwrap(), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn only_what_is_asked_for_is_read() {
    let folder = Folder::new("lazy");
    let path = folder.path("a.h5");
    let file = File::create(&path).unwrap();
    file.create_dataset("one/piece").write(&vec![0.5; 4 << 20]).unwrap();
    file.create_dataset("in/chunks").chunks([1 << 16]).write(&vec![0.5f32; 4 << 20]).unwrap();
    file.close().unwrap();
    let read = || -> u64 {
        let io = fs::read_to_string("/proc/thread-self/io").unwrap();
        io.lines().find_map(|l| l.strip_prefix("rchar: ")).unwrap().parse().unwrap()
    };
    let before = read();
    let file = File::open(&path).unwrap();
    let piece = file.dataset("one/piece").unwrap();
    assert_eq!(piece.read_slice::<f64>(3_000_000..3_000_010).unwrap(), [0.5; 10]);
    assert_eq!(file.dataset("in/chunks").unwrap().read_slice::<f64>(3_000_000).unwrap(), [0.5]);
    let bytes = read() - before;
    assert!(bytes < 1 << 20, "{bytes} bytes read of {}", file.size().unwrap());
}

#[test]
fn other_files_are_found_beside() {
    let folder = Folder::new("beside");
    made(&folder.path("other.h5"));
    fs::create_dir(folder.path("in")).unwrap();
    made(&folder.path("in/up.h5"));
    let outside = Folder::new("outside");
    made(&outside.path("far.h5"));
    let path = folder.path("a.h5");
    let file = File::create(&path).unwrap();
    let root = file.root().unwrap();
    root.create_external_link("other", "other.h5", "/d").unwrap();
    root.create_external_link("whole", "other.h5", "/").unwrap();
    root.create_external_link("in", "in/up.h5", "d").unwrap();
    root.create_external_link("far", &outside.path("far.h5").display().to_string(), "/d").unwrap();
    root.create_external_link("moved", "/no/such/folder/other.h5", "/d").unwrap();
    root.create_external_link("none", "none.h5", "/d").unwrap();
    root.create_external_link("circle", "a.h5", "/circle").unwrap();
    file.close().unwrap();

    let file = File::open(&path).unwrap();
    for name in ["other", "whole/d", "in", "moved"] {
        let d = file.dataset(name).unwrap();
        assert_eq!(d.read::<i32>().unwrap(), [1, 2, 3, 4, 5, 6], "{name}");
        assert_eq!(d.path(), "/d");
    }
    assert_eq!(kind(file.dataset("far")), Kind::NotFound);
    assert_eq!(kind(file.dataset("none")), Kind::NotFound);
    assert_eq!(kind(file.dataset("circle")), Kind::Limit);
    let anywhere = OpenOptions::new().reach(Reach::Anywhere).open(&path).unwrap();
    assert_eq!(anywhere.dataset("far").unwrap().len().unwrap(), 6);
    let nothing = OpenOptions::new().reach(Reach::Nothing).open(&path).unwrap();
    assert_eq!(kind(nothing.dataset("other")), Kind::NotFound);
}

#[test]
fn readers_follow_a_writer() {
    let folder = Folder::new("swmr");
    let path = folder.path("a.h5");
    let writer = OpenOptions::new().write(true).create(true).libver(Libver::V110).open(&path).unwrap();
    let d =
        writer.create_dataset("d").shape([0]).max_shape([None]).chunks([4]).dtype("<i4").create().unwrap();
    d.append(&[1, 2]).unwrap();
    writer.start_swmr().unwrap();
    let reader = File::open(&path).unwrap();
    let seen = reader.dataset("d").unwrap();
    assert_eq!(seen.read::<i32>().unwrap(), [1, 2]);
    d.append(&[3, 4, 5, 6, 7]).unwrap();
    writer.flush().unwrap();
    assert_eq!(seen.read::<i32>().unwrap(), [1, 2]);
    reader.refresh().unwrap();
    assert_eq!(seen.read::<i32>().unwrap(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(kind(writer.create_group("g")), Kind::Unsupported);
    writer.close().unwrap();
    assert_eq!(folder.names(), ["a.h5"]);
    File::edit(&path).unwrap().close().unwrap();

    made(&path);
    let old = File::edit(&path).unwrap();
    assert_eq!(kind(old.start_swmr()), Kind::Unsupported);
}

#[test]
fn copies_replace_files() {
    let folder = Folder::new("repack");
    let (path, small) = (folder.path("a.h5"), folder.path("small.h5"));
    let file = File::create(&path).unwrap();
    file.create_dataset("d").write(&vec![7i64; 1 << 20]).unwrap();
    let mut last = None;
    fs::write(&small, "what was there before").unwrap();
    let gzip = RepackOptions::storing(Storing::gzip(6));
    file.repack_to(&small, &gzip, &mut |at| last = Some(at)).unwrap();
    assert!(last.unwrap().finished && last.unwrap().done_bytes == 8 << 20);
    assert!(fs::metadata(&small).unwrap().len() < 1 << 17);
    assert_eq!(File::open(&small).unwrap().dataset("d").unwrap().read::<i64>().unwrap(), [7; 1 << 20]);
    assert_eq!(kind(file.repack_to(&path, &gzip, &mut |_| {})), Kind::Argument);
    let wrong = RepackOptions { subtree: Some("none".into()), ..RepackOptions::default() };
    assert_eq!(kind(file.repack_to(folder.path("b.h5"), &wrong, &mut |_| {})), Kind::NotFound);
    file.close().unwrap();
    assert_eq!(folder.names(), ["a.h5", "small.h5"]);
}

/// Cuts a file into members of a family.
fn cut(bytes: &[u8], size: usize, name: impl Fn(usize) -> PathBuf) -> usize {
    let members = bytes.chunks(size);
    members.enumerate().map(|(i, member)| fs::write(name(i), member).unwrap()).count()
}

#[test]
fn families_are_read_as_one_and_grow() {
    let folder = Folder::new("family");
    let file = File::in_memory().unwrap();
    let all: Vec<i32> = (0..5000).collect();
    file.create_dataset("d").write(&all).unwrap();
    fs::write(folder.path("other.h5"), file.to_bytes().unwrap()).unwrap();
    file.root().unwrap().create_external_link("other", "other.h5", "/d").unwrap();
    let bytes = file.to_bytes().unwrap();
    let name = |i: usize| folder.path(&format!("f{i:03}.h5"));
    let count = cut(&bytes, 1500, name);
    let pattern = FileSet::family(folder.path("f%03d.h5"));
    let set = File::open_set(&pattern).unwrap();
    assert_eq!(set.dataset("d").unwrap().read::<i32>().unwrap(), all);
    assert_eq!(set.path(), Some(name(0).as_path()));
    // What it names is beside it.
    assert_eq!(set.dataset("other").unwrap().read_slice::<i32>(-1).unwrap(), [4999]);
    assert_eq!(set.to_bytes().unwrap(), bytes);
    assert!(!set.is_writable());
    let members = FileSet::members((0..count).map(name));
    assert_eq!(File::open_set(&members).unwrap().size().unwrap(), bytes.len() as u64);

    for wrong in [FileSet::family(folder.path("f.h5")), FileSet::members(Vec::<PathBuf>::new())] {
        assert_eq!(kind(File::open_set(&wrong)), Kind::Argument);
    }
    for missing in [
        FileSet::family(folder.path("g%d")),
        FileSet::split(folder.path("g")),
        FileSet::multi(folder.path("g")),
    ] {
        assert_eq!(kind(File::open_set(&missing)), Kind::NotFound);
    }
    assert_eq!(kind(OpenOptions::new().write(true).open_set(&pattern)), Kind::Unsupported);
    assert_eq!(kind(OpenOptions::new().create(true).open_set(&pattern)), Kind::Argument);

    // The same file, later: longer, in more members.
    let file = File::edit_bytes(bytes).unwrap();
    file.create_dataset("e").write(&[0.5; 1000]).unwrap();
    let longer = cut(&file.to_bytes().unwrap(), 1500, name);
    assert!(longer > count);
    set.refresh().unwrap();
    assert_eq!(set.dataset("e").unwrap().read_slice::<f64>(999).unwrap(), [0.5]);
    fs::remove_file(name(1)).unwrap();
    assert_eq!(kind(File::open_set(&pattern)), Kind::Malformed);
}

#[test]
fn no_file_of_a_set_is_replaced_by_its_copy() {
    let folder = Folder::new("own-copy");
    let file = File::in_memory().unwrap();
    file.create_dataset("d").write(&[3i32; 1000]).unwrap();
    let bytes = file.to_bytes().unwrap();
    let name = |i: usize| folder.path(&format!("f{i}.h5"));
    let count = cut(&bytes, 1500, name);
    let options = RepackOptions::default();
    let family = FileSet::family(folder.path("f%d.h5"));
    for set in [family.clone(), FileSet::members((0..count).map(name))] {
        let set = File::open_set(&set).unwrap();
        for i in 0..count {
            assert_eq!(kind(set.repack_to(name(i), &options, &mut |_| {})), Kind::Argument, "member {i}");
        }
        assert_eq!(set.to_bytes().unwrap(), bytes);
        set.repack_to(folder.path("copy.h5"), &options, &mut |_| {}).unwrap();
    }
    // The next one would be another member.
    let set = File::open_set(&family).unwrap();
    assert_eq!(kind(set.repack_to(name(count), &options, &mut |_| {})), Kind::Argument);
}
