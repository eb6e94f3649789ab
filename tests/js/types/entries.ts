// The other entry points, used the way users do. Compiled by types.test.mjs, never run.
import * as main from "hyperslab";
import * as inline from "hyperslab/inline";
import h5wasm, { Dataset as OldDataset, File as OldFile, FS, Group as OldGroup, ready } from "hyperslab/h5wasm";
import * as inNode from "hyperslab/h5wasm/node";
import * as conventions from "hyperslab/conventions";
import * as zarr from "hyperslab/zarr";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function is<A, B>(equal: Equal<A, B>): void {
  void equal;
}

// Everything in one file is the same module.
is<keyof typeof inline, keyof typeof main>(true);
is<typeof inline.open, typeof main.open>(true);
is<inline.Dataset<"sync", "<f4">, main.Dataset<"sync", "<f4">>(true);

// h5wasm's names, by both addresses.
const { FS: files } = await ready;
if (FS) is<typeof files, typeof FS>(true);
is<typeof inNode.File, typeof OldFile>(true);
const old = new h5wasm.File("x.h5", "w");
is<typeof old, OldFile>(true);
const made = old.create_dataset({ name: "d", data: new Float32Array(3), shape: [3], dtype: "<f4" });
is<typeof made, OldDataset>(true);
const group = old.create_group("g");
is<typeof group, OldGroup>(true);
const found = old.get("d");
if (found instanceof OldDataset) is<typeof found.shape, number[] | null>(true);
// @ts-expect-error no such mode
void new h5wasm.File("x.h5", "rw");
// @ts-expect-error a dataset needs data
old.create_dataset({ name: "e" });

// Those for objects of other entries take what these give, and answer as it does.
declare const f: main.File;
declare const g: main.FileSync;
is<ReturnType<typeof conventions.identify<typeof g>>, conventions.Convention | undefined>(true);
is<ReturnType<typeof conventions.identify<typeof f>>, Promise<conventions.Convention | undefined>>(true);
is<ReturnType<typeof conventions.netcdf<typeof f>>, Promise<conventions.NetcdfGroup>>(true);
is<ReturnType<typeof conventions.netcdf<typeof g>>, conventions.NetcdfGroup<"sync">>(true);
is<ReturnType<typeof zarr.zarrStore<typeof f>>, zarr.ZarrStore>(true);
is<ReturnType<typeof zarr.references<typeof g>>, zarr.References>(true);
declare const floats: main.DatasetSync<"<f4", [number]>;
void conventions.interpret(floats);
void zarr.zarrStore(floats);
g.link("floats", floats);
g.copy(floats, f, { name: "floats" });
floats.attachScale(0, floats);
// @ts-expect-error a path is no object
conventions.identify("x");
// @ts-expect-error a dataset is no group
conventions.netcdf(floats);
// @ts-expect-error a number is no group
zarr.zarrStore(5);
