#!/usr/bin/env python3
"""Do we and libhdf5 agree about the free space of a file that both change?

    python3 tests/interop/check_space.py EDIT FOLDER [SEED]      EDIT: the program of tests/rust/examples/edit.rs

h5py and we make files with every way to handle file space. Then h5py and we change each in turn, at random; after every turn h5py
finds in it what ought to be there, as much free space as we say, pages where there are pages, and h5stat can tell what every
byte is for. Prints a line a file; exit status 0 when all is right.
"""
import os
import random
import re
import shutil
import subprocess
import sys

import h5py
import numpy as np

TURNS = 8
CHANGES = 40

FILES = {
    "plain": {},
    "none": dict(fs_strategy="none"),
    "aggregate": dict(fs_strategy="aggregate"),
    "fsm": dict(fs_strategy="fsm", fs_persist=True),
    "fsm_dropped": dict(fs_strategy="fsm", fs_threshold=10),
    "fsm_threshold": dict(fs_strategy="fsm", fs_persist=True, fs_threshold=500),
    "fsm_v108": dict(fs_strategy="fsm", fs_persist=True, libver=("v108", "latest")),
    "fsm_v110": dict(fs_strategy="fsm", fs_persist=True, libver=("v110", "latest")),
    "fsm_userblock": dict(fs_strategy="fsm", fs_persist=True, userblock_size=1024),
    "page": dict(fs_strategy="page", fs_persist=True),
    "page_dropped": dict(fs_strategy="page"),
    "page_512": dict(fs_strategy="page", fs_persist=True, fs_page_size=512),
    "page_1000": dict(fs_strategy="page", fs_persist=True, fs_page_size=1000, libver=("v110", "latest")),
    "page_v108": dict(fs_strategy="page", fs_persist=True, fs_page_size=8192, libver=("v108", "latest")),
    "page_userblock": dict(fs_strategy="page", fs_persist=True, userblock_size=4096),
}


USUAL = dict(strategy="fsm", persist=0, threshold=1, page_size=4096)


class Model:
    """What ought to be in a file, and changes to make to it."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.values = {}  # of datasets, by path
        self.groups = [""]
        self.attrs = {}  # by path and name
        self.count = 0

    def name(self):
        self.count += 1
        return "%s/n%d" % (self.dice.choice(self.groups), self.count)

    def numbers(self, most):
        n = self.dice.choice([1, 3, self.dice.randint(1, 60), self.dice.randint(1, most)])
        return [float(self.dice.randint(0, 999)) for _ in range(n)]

    def change(self):
        kind = self.dice.randrange(12)
        if kind < 4:
            path, values = self.name(), self.numbers(3000)
            self.values[path] = values
            return ("dataset", path, values)
        if kind < 5:
            path = self.name()
            self.groups.append(path)
            return ("group", path)
        if kind < 8:
            path = self.dice.choice(list(self.values) + self.groups)
            name, values = "a%d" % self.dice.randrange(20), self.numbers(200)
            self.attrs[path, name] = values
            return ("attr", path or "/", name, values)
        if kind < 9 and self.attrs:
            path, name = self.dice.choice(list(self.attrs))
            del self.attrs[path, name]
            return ("delattr", path or "/", name)
        paths = list(self.values) + self.groups[1:]
        if not paths:
            return self.change()
        path = self.dice.choice(paths)
        below = [p for p in paths if p == path or p.startswith(path + "/")]
        for p in below:
            self.values.pop(p, None)
            if p in self.groups:
                self.groups.remove(p)
        self.attrs = {k: v for k, v in self.attrs.items() if k[0] not in below}
        return ("unlink", path)

    def problems(self, file):
        found = []
        with h5py.File(file) as f:
            seen = {}
            f.visititems(lambda name, o: seen.update({"/" + name: o}))
            if set(seen) != set(self.values) | set(self.groups[1:]):
                found.append("other objects")
            for path, values in self.values.items():
                if path in seen and not np.array_equal(seen[path][()], values):
                    found.append("values of " + path)
            attrs = {}
            for path, o in [("", f), *seen.items()]:
                attrs.update({(path, name): o.attrs[name].tolist() for name in o.attrs})
            if attrs != self.attrs:
                found.append("attributes")
        return found


def by_us(edit, file, changes, first=()):
    """Changes a file with our program; what it says of free space, and of what failed."""
    lines = list(first)
    for kind, *words in changes:
        if isinstance(words[-1], list):
            values = words.pop()
            words += ["<f8", str(len(values)), ",".join(map(str, values))]
        lines.append("\t".join([kind, *words]))
        if len(lines) % 13 == 0:
            lines.append("flush")
    script = "\n".join([*lines, "flush", "free"])
    done = subprocess.run([edit, file], input=script, capture_output=True, text=True, timeout=300)
    said = done.stdout.splitlines()
    if done.returncode or not said or not said[-1].isdigit():
        return None, [done.stderr + done.stdout]
    return int(said[-1]), said[:-1]


def by_h5py(file, changes):
    with h5py.File(file, "r+") as f:
        for kind, path, *words in changes:
            if kind == "dataset":
                f[path] = np.array(words[0], "<f8")
            elif kind == "group":
                f.create_group(path)
            elif kind == "attr":
                f[path].attrs[words[0]] = np.array(words[1], "<f8")
            elif kind == "delattr":
                del f[path].attrs[words[0]]
            else:
                del f[path]


def unaccounted(file):
    """Bytes that are neither used nor free. (libhdf5 loses some itself, for instance behind user blocks.)"""
    if not shutil.which("h5stat"):
        return 0
    done = subprocess.run(["h5stat", "-S", file], capture_output=True, text=True, timeout=300)
    found = re.search(r"Unaccounted space: (-?\d+)", done.stdout)
    return int(found[1]) if found else "h5stat: " + done.stderr.strip()


def spaces(file, free, settings, lost):
    """What is wrong with the space of a file that we closed, with `free` bytes free as we say, and `lost` before."""
    found = []
    with h5py.File(file) as f:
        plist = f.id.get_create_plist()
        strategy, persist, threshold = plist.get_file_space_strategy()
        said = f.id.get_freespace()
        base = plist.get_userblock()
        page = plist.get_file_space_page_size()
    names = {"page": 1, "aggregate": 2, "none": 3}
    wanted = (names.get(settings.get("fs_strategy"), 0), settings.get("fs_persist", False), settings.get("fs_threshold", 1))
    if (strategy, bool(persist), threshold) != wanted:
        found.append("strategy is %s" % ((strategy, persist, threshold),))
    if persist and (said != free if threshold == 1 else said > free):
        found.append("%d bytes are free, we say %d" % (said, free))
    if strategy == 1 and (os.path.getsize(file) - base) % page:
        found.append("%d bytes are no pages of %d" % (os.path.getsize(file), page))
    if persist and threshold == 1 and unaccounted(file) != lost:
        found.append("unaccounted for: %s bytes, %s before" % (unaccounted(file), lost))
    return found


def check(edit, folder, name, settings, seed, ours):
    file = os.path.join(folder, name + ".h5")
    model, found = Model("%s %s" % (name, seed)), []
    if ours:
        bound = settings.get("libver", ("earliest",))[0]
        space = [settings.get("fs_" + key, usual) for key, usual in USUAL.items()]
        free, found = by_us(edit, file, [], ["\t".join(["create", bound, *(str(int(s) if s is True else s) for s in space)])])
        if free is None:
            return found
        found += spaces(file, free, settings, 0)
    else:
        h5py.File(file, "w", **settings).close()
    for turn in range(TURNS):
        changes = [model.change() for _ in range(CHANGES)]
        # libhdf5 2.0 may look for space for ever where pages are small, also in files that nobody else has changed.
        if turn % 2 or settings.get("fs_page_size", 4096) < 4096:
            lost = unaccounted(file)
            free, failed = by_us(edit, file, changes)
            found += failed
            if free is None:
                return found
            found += spaces(file, free, settings, lost)
        else:
            by_h5py(file, changes)
        found += model.problems(file)
        if found:
            return ["turn %d: %s" % (turn, what) for what in found]
    return []


def main():
    edit, folder = sys.argv[1:3]
    seed = sys.argv[3] if len(sys.argv) > 3 else "1"
    bad = 0
    ours = {"our_" + name: settings for name, settings in FILES.items() if "userblock_size" not in settings}
    for name, settings in [*FILES.items(), *ours.items()]:
        found = check(edit, folder, name, settings, seed, name in ours)
        bad += bool(found)
        print("%-18s %8d bytes  %s" % (name, os.path.getsize(os.path.join(folder, name + ".h5")), "WRONG" if found else "right"))
        for what in found[:5]:
            print("    " + what[:300])
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
