"""Files to start from: what the random files for reading are made by, and some of many links, many names, many chunks, holes."""
import os
import shutil

import h5py
import numpy as np

import files
from make_random import apart

LIBVERS = ("earliest", "v108", "v110", "v112", "v114", "latest")


def crowded(path, r, dropped):
    """Symbol tables of several levels, dense groups, objects with several names, holes, and every way to handle free space."""
    low = r.choice(LIBVERS)
    kw = {}
    if r.random() < 0.5:
        kw["fs_strategy"] = r.choice(("fsm", "page", "aggregate", "none"))
        kw["fs_persist"] = kw["fs_strategy"] in ("fsm", "page") and r.random() < 0.7
        if kw["fs_strategy"] == "page":
            kw["fs_page_size"] = r.choice((512, 1000, 4096))
        if r.random() < 0.2:
            kw["fs_threshold"] = r.choice((1, 10, 200))
    if r.random() < 0.2:
        kw["userblock_size"] = r.choice((512, 2048))
    g = np.random.default_rng(r.getrandbits(32))
    with h5py.File(path, "w", libver=(low, "latest"), track_order=r.random() < 0.3, **kw) as f:
        groups = [f]
        for k in range(r.randrange(1, 5)):
            groups.append(r.choice(groups).require_group("g%d" % k))
        for k in range(r.choice((5, 30, 120, 400))):
            o = r.choice(groups)
            name = r.choice(("n%d", "a long name for an object %d", "ü%d")) % k
            way = r.random()
            if way < 0.5:
                o.create_group(name, track_order=r.random() < 0.2)
            elif way < 0.7:
                o[name] = g.random(r.choice((1, 5, 300)))
            elif way < 0.8:
                o[name] = h5py.SoftLink(r.choice(("/g0", "nowhere")))
            else:
                o[name] = r.choice(groups)
        chunks(f, r, g)
        for o in r.sample(groups, min(2, len(groups))):
            for k in range(r.choice((0, 3, 9, 40))):
                o.attrs["a%d" % k] = r.choice((k, "text %d" % k, np.arange(k)))
        holes(f, r)


def chunks(f, r, g):
    """Datasets with many chunks, of every index."""
    for k in range(r.randrange(0, 5)):
        shape = (r.randrange(1, 60), r.randrange(1, 40))
        most = tuple(r.choice((None, x, x + 20)) for x in shape)
        d = f.create_dataset("many chunks %d" % k, shape, r.choice(("i2", ">f8", "S3")), maxshape=most, chunks=(r.randint(1, min(4, shape[0])), r.randint(1, min(9, shape[1]))),
                             compression=r.choice((None, None, "gzip", "lzf")), fletcher32=r.random() < 0.2)
        if d.dtype.kind != "S":
            for _ in range(r.randrange(0, 3)):
                a, b = r.randrange(shape[0]), r.randrange(shape[1])
                d[a:, b:] = g.random((shape[0] - a, shape[1] - b)) * 100


def holes(f, r):
    found = []
    f.visit(found.append)
    for name in r.sample(found, len(found) // 5):
        if name in f:
            del f[name]


def nothing(path, r, dropped):
    with h5py.File(path, "w", libver=(r.choice(LIBVERS), "latest"), track_order=r.random() < 0.3):
        pass


MAKERS = ((files.written, 45), (files.through_h5py, 15), (crowded, 30), (nothing, 10))


def start(path, r):
    """Makes a file; returns the name of its maker. What kills its own library is nothing to start from: another one then."""
    folder = os.path.dirname(path)
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        make = r.choices([m for m, _ in MAKERS], [n for _, n in MAKERS])[0]
        own = type(r)(r.getrandbits(64))

        def run():
            os.chdir(folder)
            make(path, own, [])
            return []
        if apart(run) == []:
            return make.__name__
    raise RuntimeError("no file to start from")
