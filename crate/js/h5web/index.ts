/** A data provider for the H5Web viewer. */

import type {
  AttributeValues,
  BuiltInExporter,
  ChildEntity,
  DataProviderApi,
  Dataset as H5webDataset,
  Entity as H5webEntity,
  ExportFormat,
  ExportURL,
  ProvidedEntity,
  ValuesStoreParams,
} from "@h5web/app";
import { expand } from "../dtype.js";
import { HyperslabError } from "../errors.js";
import type { Dataset, Entity, File, FileSync, Group, Link, Mode, NdArray, OpenOptions, Source, Value } from "../types.js";
import { isArray } from "../conventions/steps.js";
import { npy, type Table, tiff } from "./exports.js";
import { attributesOf, describe, kind, rawType, shapeOf, typeOf } from "./types.js";
import { h5webValue } from "./values.js";

/** Options of {@link HyperslabApi}: with a source, those of `open`, too. */
export interface HyperslabApiOptions extends OpenOptions {
  /** What the viewer calls the file. Default: the name of the source, or its URL or path. */
  filepath?: string;
}

type Open = File | FileSync;
type Opener = (source: Source, options: OpenOptions) => Promise<File>;

let opener: Opener;

/** Called once by each entry point: what opens a source comes when it is needed. */
export function useOpener(open: Opener): void {
  opener = open;
}

/**
 * What the provider of `@h5web/app` takes: `<DataProvider api={new HyperslabApi(file)}><App /></DataProvider>`. Call its
 * `enableBigIntSerialization()` once: integers of 8 bytes are bigints.
 *
 * Everything that can be read can be shown, whatever the filters, and of what is large only the slice that is looked at is
 * read. Integers of more than 8 bytes are text, references say what they lead to by its address.
 */
export class HyperslabApi implements DataProviderApi {
  /** What the viewer calls the file. */
  readonly filepath: string;
  private readonly file: Promise<File<Mode>>;
  private readonly own: boolean;

  /** `source`: an open file, which stays the caller's to close, or what `open` takes. */
  constructor(source: File | FileSync | Source, options: HyperslabApiOptions = {}) {
    const { filepath, ...rest } = options;
    this.own = !isOpen(source);
    this.file = isOpen(source) ? Promise.resolve(source as File<Mode>) : (opener(source, rest) as Promise<File<Mode>>);
    // It is reported where it is used.
    this.file.catch(() => {});
    this.filepath = filepath ?? nameOf(source);
  }

  /** What is at a path: a group with its children, a dataset, a datatype, or a link that leads nowhere. */
  async getEntity(path: string): Promise<ProvidedEntity> {
    const file = await this.file;
    const link = path === "/" ? undefined : await file.getLink(path);
    const object = await file.get(path);
    if (!object && !link) throw new HyperslabError("NotFound", "there is nothing", { path });
    const entity = await entityOf(object, path, link);
    if (object?.kind !== "group") return entity as ProvidedEntity;
    const children: Promise<ChildEntity>[] = [];
    for (const entry of await object.entries()) children.push(entityOf(entry.object, path === "/" ? `/${entry.name}` : `${path}/${entry.name}`, entry.link));
    return { ...entity, children: await Promise.all(children) } as ProvidedEntity;
  }

  /** The elements of a dataset, or of a selection of it, as `"0,:,3"`. */
  async getValue({ dataset, selection }: ValuesStoreParams, abortSignal?: AbortSignal, onProgress?: (value: number) => void): Promise<unknown> {
    const found = await this.at(dataset.path);
    const value = await found.read(selection || undefined, {
      signal: abortSignal,
      onProgress: onProgress && ((done, total) => onProgress(total ? done / total : 1)),
    });
    return h5webValue(value, found.datatype, isSingle(value, found));
  }

  /** The values of an object's attributes. In place of one that cannot be read stands why. */
  async getAttrValues({ path }: H5webEntity): Promise<AttributeValues> {
    const object = await (await this.file).get(path);
    const values: [string, unknown][] = [];
    for (const { name } of object ? attributesOf(object.attrs) : []) values.push([name, await attributeValue(object!, name)]);
    return Object.fromEntries(values);
  }

  /** What the viewer's own exporters write, and numbers as NPY or TIFF. */
  getExportURL(format: ExportFormat, dataset: H5webDataset, selection?: string, builtInExporter?: BuiltInExporter): ExportURL | undefined {
    if (builtInExporter) return () => Promise.resolve(new Blob([builtInExporter()]));
    if (format !== "npy" && format !== "tiff") return undefined;
    return async () => {
      const table = await this.table(dataset.path, selection);
      return format === "npy" ? npy(table) : tiff(table);
    };
  }

  /** The paths of everything below a group that can be read, each object by its first name. */
  async getSearchablePaths(root: string): Promise<string[]> {
    const start = await (await this.file).get(root);
    const found: string[] = [];
    if (start?.kind === "group") await collect(start, root === "/" ? "" : root, new Set([start.address]), found);
    return found;
  }

  /** Closes the file, if it was opened here. */
  async close(): Promise<void> {
    if (this.own) await (await this.file).close();
  }

  private async table(path: string, selection: string | undefined): Promise<Table> {
    const dataset = await this.at(path);
    const value = (await dataset.read(selection || undefined)) as NdArray;
    return { data: h5webValue(value, dataset.datatype, false) as ArrayLike<unknown>, shape: isArray(value) ? value.shape : [] };
  }

  private async at(path: string): Promise<Dataset<Mode>> {
    const object = await (await this.file).get(path);
    if (object?.kind === "dataset") return object;
    throw new HyperslabError("NotFound", "there is no dataset", { path });
  }
}

const isOpen = (source: Open | Source): source is Open => typeof source === "object" && "kind" in source && source.kind === "group";

/** What an open file or a source is called. */
function nameOf(source: Open | Source): string {
  if (typeof source === "string") return source;
  if (source instanceof URL) return decodeURIComponent(source.pathname);
  return !isOpen(source) && "name" in source && typeof source.name === "string" ? source.name : "file";
}

/** Whether what was read is one element: of a scalar, or of a selection without ranges. */
function isSingle(value: Value, dataset: Dataset<Mode>): boolean {
  if (!isArray(value)) return true;
  let inner = 0;
  for (let type = dataset.datatype; type.class === "array"; type = expand(type.base)) inner += type.dims.length;
  return value.shape.length === inner;
}

async function entityOf(object: Entity<Mode> | undefined, path: string, link: Link | undefined): Promise<ChildEntity> {
  const name = path === "/" ? path : path.slice(path.lastIndexOf("/") + 1);
  const common = { name, path, attributes: object ? attributesOf(object.attrs) : [], ...linkOf(link) };
  switch (object?.kind) {
    case undefined:
      return { ...common, kind: kind("unresolved") };
    case "group":
      return { ...common, kind: kind("group") };
    case "datatype":
      return { ...common, kind: kind("datatype"), type: typeOf(object.datatype), rawType: rawType(object.datatype) };
    case "dataset":
      return { ...common, kind: kind("dataset"), ...(await storageOf(object)), shape: shapeOf(object.shape), type: typeOf(object.datatype), rawType: rawType(object.datatype) };
  }
}

function linkOf(link: Link | undefined): Pick<H5webEntity, "link"> {
  switch (link?.kind) {
    case "hard":
      return { link: { class: "Hard" } };
    case "soft":
      return { link: { class: "Soft", path: link.target } };
    case "external":
      return { link: { class: "External", file: link.file, path: link.target } };
    default:
      return {};
  }
}

/** How a dataset is stored; nothing where the file does not say it rightly: reading its values says what is wrong. */
async function storageOf(dataset: Dataset<Mode>): Promise<Pick<H5webDataset, "chunks" | "filters" | "virtualSources">> {
  try {
    const { chunks, filters, layout } = dataset;
    const sources = layout === "virtual" ? await dataset.sources() : [];
    return {
      ...(chunks && { chunks }),
      ...(filters.length > 0 && { filters: filters.map(({ id, name }) => ({ id, name: name || String(id) })) }),
      ...(sources.length > 0 && { virtualSources: sources.map((s) => ({ file: s.file, path: "dataset" in s ? s.dataset : "" })) }),
    };
  } catch {
    return {};
  }
}

async function attributeValue(object: Entity<Mode>, name: string): Promise<unknown> {
  const info = describe(object.attrs, name);
  if (info instanceof Error) return info.message;
  if (info.shape === null) return null;
  try {
    return h5webValue((await object.attrs.get(name)) ?? null, info.datatype, info.shape.length === 0);
  } catch (e) {
    return e instanceof Error ? e.message : String(e);
  }
}

async function collect(group: Group<Mode>, path: string, seen: Set<number>, found: string[]): Promise<void> {
  const below: [Group<Mode>, string][] = [];
  for (const { name, link, object } of await group.entries()) {
    if (link.kind !== "hard" || !object || seen.has(object.address)) continue;
    seen.add(object.address);
    found.push(`${path}/${name}`);
    if (object.kind === "group") below.push([object, `${path}/${name}`]);
  }
  for (const [inner, where] of below) await collect(inner, where, seen, found);
}
