"""A netCDF-4 file with what xarray looks at: make_netcdf.py FILE."""
import sys

import netCDF4
import numpy as np

rng = np.random.default_rng(5)
with netCDF4.Dataset(sys.argv[1], "w") as nc:
    for name, size in ("time", None), ("lat", 20), ("lon", 30), ("member", 3), ("nchar", 8):
        nc.createDimension(name, size)
    nc.title = "a model"
    nc.history = ["made", "here"]
    nc.version = np.int16(3)
    time = nc.createVariable("time", "f8", ("time",))
    time.units, time.calendar = "hours since 2000-01-01", "standard"
    time[:] = np.arange(12) * 6
    for name, values in ("lat", np.linspace(-90, 90, 20)), ("lon", np.arange(0, 360, 12)):
        v = nc.createVariable(name, "f4", (name,))
        v.units = f"degrees_{'north' if name == 'lat' else 'east'}"
        v[:] = values
    packed = nc.createVariable("packed", "i2", ("time", "lat", "lon"), zlib=True, fletcher32=True, chunksizes=(5, 8, 16), fill_value=-999)
    packed.scale_factor, packed.add_offset, packed.units, packed.valid_range = 0.01, 273.15, "K", np.array([0, 400], "f4")
    packed[:] = np.ma.masked_less(rng.random((12, 20, 30)) * 50 + 260, 265)
    real = nc.createVariable("real", "f4", ("member", "lat", "lon"), fill_value=np.nan, compression="zstd", shuffle=True)
    real[:2] = rng.random((2, 20, 30))
    zeros = nc.createVariable("zeros", "i4", ("lat", "lon"))
    zeros[:] = rng.integers(0, 2, (20, 30))
    big = nc.createVariable("big", "f8", ("lat",), endian="big")
    big[:] = rng.random(20)
    nc.createVariable("unwritten", "f8", ("time", "lat"), fill_value=-1.0, chunksizes=(12, 20), zlib=True)
    chars = nc.createVariable("station", "S1", ("member", "nchar"))
    chars[:] = netCDF4.stringtochar(np.array(["north", "south", "westward"], "S8"))
    words = nc.createVariable("words", str, ("member",))
    words[:] = np.array(["eins", "", "drei \u00e9"], dtype=object)
    scalar = nc.createVariable("crs", "i4")
    scalar.grid_mapping_name, scalar.semi_major_axis = "latitude_longitude", 6378137.0
    scalar[...] = 7
    nc.createVariable("time_bnds", "u8", ("time", "member"))[:] = np.arange(36).reshape(12, 3)
