// The data provider of H5Web, as its viewer takes it. Compiled by types.test.mjs, never run.
import type { DataProviderApi } from "@h5web/app";
import { type File, type FileSync, open } from "hyperslab";
import { HyperslabApi, type HyperslabApiOptions } from "hyperslab/h5web";

const options: HyperslabApiOptions = { filepath: "run.h5", workers: "auto" };
const f: File = await open("run.h5");
export const apis: DataProviderApi[] = [new HyperslabApi(f), new HyperslabApi("run.h5", options), new HyperslabApi({} as FileSync)];
// @ts-expect-error a number is no source
void new HyperslabApi(5);
// @ts-expect-error no such option
void new HyperslabApi("run.h5", { path: "x" });
