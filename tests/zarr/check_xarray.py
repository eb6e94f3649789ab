"""A netCDF-4 file and its references are the same datasets for xarray: check_xarray.py FILE REFERENCES."""
import json
import sys

import fsspec
import xarray as xr
from zarr.storage import FsspecStore

file, references = sys.argv[1:]
refs = json.load(open(references))


def by_zarr(**options):
    fs = fsspec.filesystem("reference", fo=refs, asynchronous=True, remote_protocol="file", remote_options={"asynchronous": True})
    return xr.open_dataset(FsspecStore(fs, read_only=True), engine="zarr", consolidated=False, zarr_format=2, **options)


for options in {}, {"mask_and_scale": False}:
    want = xr.open_dataset(file, engine="netcdf4", **options).load()
    for name, got in {
        "h5netcdf": xr.open_dataset(file, engine="h5netcdf", **options),
        "kerchunk": xr.open_dataset(references, engine="kerchunk", storage_options={"remote_protocol": "file"}, **options),
        "zarr": by_zarr(**options),
    }.items():
        print(name, options)
        got = got.load()
        xr.testing.assert_identical(want, got)
        # Text may be of one kind or another.
        assert all(v.dtype == got[n].dtype for n, v in want.variables.items() if v.dtype.kind not in "OTU")
