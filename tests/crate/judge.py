"""What a program that uses the crate wrote, as h5py reads it, and the other way round: judge.py (check | write | sets) PLACE."""

import sys

import h5py
import hdf5plugin
import numpy as np


def check(path):
    with h5py.File(path) as f:
        image = np.arange(60, dtype="f4").reshape(3, 4, 5) / 4
        image[0, :, 0] = [-1, -2, -3, -4]
        d = f["entry/image"]
        assert d.dtype == "<f4" and d.chunks == (1, 4, 5), d
        assert d.compression == "gzip" and d.shuffle and d.fletcher32
        np.testing.assert_array_equal(d[...], image)
        np.testing.assert_array_equal(f["latest"][...], image)
        assert d.attrs["units"] == "K"
        np.testing.assert_array_equal(d.attrs["range"], [0, 14.75])
        assert len(f["packed"]) == 10
        for name, packed in f["packed"].items():
            np.testing.assert_array_equal(packed[...], np.arange(1000) % 77, name)
            assert packed.id.get_storage_size() < 4000, name
        assert [s.decode() for s in f["entry/names"][...]] == ["eins", "zwei", "drü"]
        assert "flags" not in f["entry"]
        assert [list(row) for row in f["entry/ragged"][...]] == [[1, 2], [], [3]]
        assert f["constants/pi"][()] == np.pi and "pi" not in f["entry"]
        assert f["entry/big"].dtype == ">i2" and (f["entry/big"][...] == -1).all()
        assert f["entry/log"].maxshape == (None,)
        np.testing.assert_array_equal(f["entry/log"][...], [1, 2, 3, 4, 5])
        table = f["entry/table"]
        np.testing.assert_array_equal(table["id"], [1, 2])
        np.testing.assert_array_equal(table["xyz"], [[0, 0.5, 1], [1, 1.5, 2]])
        assert f[f.attrs["default"]] == d


def sets(folder):
    """Sets of h5py's own, with what those of the corpus have."""
    for name, options in [("h5py_%05d.h5", {"driver": "family", "memb_size": 5000}), ("h5py", {"driver": "split"})]:
        with h5py.File(f"{folder}/{name}", "w", **options) as f:
            f["x"] = np.arange(200, dtype="i4")
            f.create_dataset("y", data=np.arange(400.0).reshape(20, 20), chunks=(7, 7), compression="gzip", shuffle=True)
            f["strings"] = np.array(["alpha", "", "omega"], dtype=h5py.string_dtype())
            g = f.create_group("g")
            for k in range(40):
                g.attrs[f"a{k:02}"] = np.arange(3) + k


def write(path):
    with h5py.File(path, "w", libver="latest") as f:
        f["a"] = np.arange(10, dtype=">i4")
        f.create_dataset("g/b", data=np.arange(1000) / 8, chunks=(100,), compression="lzf", maxshape=(None,))
        f.create_dataset("g/c", data=np.arange(1000, dtype="u2"), chunks=(300,), **hdf5plugin.Blosc2(cname="zstd"))
        f.create_dataset("g/h/bits", data=np.array([True, False, True]))


if __name__ == "__main__":
    {"check": check, "write": write, "sets": sets}[sys.argv[1]](sys.argv[2])
