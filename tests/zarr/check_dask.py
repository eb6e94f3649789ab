"""Two workers compute from references what h5py's values give: check_dask.py FILE REFERENCES."""
import sys

import fsspec
import h5py
import numpy as np
import xarray as xr
from dask.distributed import Client, LocalCluster
from zarr.storage import FsspecStore

if __name__ == "__main__":
    file, references = sys.argv[1:]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        fs = fsspec.filesystem("reference", fo=references, asynchronous=True, remote_protocol="file", remote_options={"asynchronous": True})
        data = xr.open_dataset(FsspecStore(fs, read_only=True), engine="zarr", group="entry", zarr_format=2, chunks={})
        stack, flat = data["stack"], data["flat"]
        assert stack.chunks[0] == (4,) * 10, stack.chunks
        assert len(flat.chunks[0]) > 1, flat.chunks
        means = stack.mean(stack.dims[1:]).compute()
        total = float(flat.sum())
    with h5py.File(file) as f:
        want = f["entry/stack"][...]
        np.testing.assert_allclose(means, want.mean((1, 2), dtype="f8"), rtol=1e-5)
        assert total == f["entry/flat"][...].sum()
