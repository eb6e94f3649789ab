/** Objects in h5dump's DDL: what it prints of a file is printed here, byte by byte. */

import { HyperslabError } from "../../errors.js";
import type { FileObject } from "../../file.js";
import type { Dataset, Dtype, Entity, Entry, File, Group, Link, NamedDatatype, Reference } from "../../types.js";
import { COMMENT, find, type Header, headerAt } from "../raw/header.js";
import type { Widths } from "../raw/source.js";
import { widthsOf } from "../raw/superblock.js";
import { dumpAttributes } from "./attributes.js";
import type { Printing } from "./cells.js";
import { dumpData } from "./data.js";
import { datatypeText } from "./datatype.js";
import { dumpProperties } from "./properties.js";
import { Context, Renderer } from "./render.js";
import { referenceText } from "./reference.js";
import type { Stored } from "./stored.js";
import { binary } from "./text.js";

/** What is printed. */
export interface DumpOptions {
  /** Elements of datasets, and values of attributes. */
  readonly data: boolean;
  readonly attributeData: boolean;
  /** Whether special characters in values are escaped. */
  readonly escape: boolean;
  /** Creation properties of datasets. */
  readonly properties: boolean;
}

/** Names and what they are, in the order of their bytes. */
export function byName<T extends { readonly name: string }>(list: readonly T[]): T[] {
  return list.map((item) => [Buffer.from(item.name), item] as const).toSorted((a, b) => a[0].compare(b[0])).map(([, item]) => item);
}

const OBJECTS = { group: "GROUP", dataset: "DATASET", datatype: "DATATYPE" };

/** Paths by which objects are known, by their addresses: the first that a walk by name comes to. */
export async function pathsOf(file: File): Promise<Map<number, string>> {
  const paths = new Map<number, string>([[file.address, "/"]]);
  const walk = async (group: Group, at: string): Promise<void> => {
    for (const { name, link, object } of byName(await group.entries())) {
      if (link.kind !== "hard" || paths.has(link.address)) continue;
      paths.set(link.address, `${at}/${name}`);
      if (object?.kind === "group") await walk(object, `${at}/${name}`);
    }
  };
  await walk(file, "");
  return paths;
}

/** Prints objects of one file. */
export class Dumper {
  readonly renderer: Renderer;
  private readonly shown = new Set<number>();
  private known: Promise<Map<number, string>> | undefined;
  /** Printed, and not yet handed over. */
  private text: string[] = [];

  constructor(
    readonly file: File,
    readonly options: DumpOptions,
    private readonly write: (text: string) => Promise<void>,
    /** Told what cannot be printed; everything else is. */
    private readonly failed: (error: unknown) => Promise<void>,
  ) {
    this.renderer = new Renderer((text) => this.text.push(text));
  }

  /** Prints what may fail: the rest goes on after it. */
  async attempt(part: () => Promise<void>, ctx?: Context): Promise<void> {
    const level = ctx?.level ?? 0;
    try {
      await part();
    } catch (e) {
      if (!(e instanceof HyperslabError || e instanceof RangeError)) throw e;
      if (ctx) ctx.level = level;
      await this.flush();
      await this.failed(e);
    }
  }

  /** Hands over what was printed. */
  async flush(): Promise<void> {
    const text = this.text.join("");
    this.text = [];
    if (text) await this.write(text);
  }

  print(text: string): void {
    this.text.push(text);
  }

  /** Paths of objects by address, in binary text. */
  paths(): Promise<Map<number, string>> {
    return (this.known ??= pathsOf(this.file).then((paths) => new Map([...paths].map(([address, path]) => [address, binary(path)]))));
  }

  widthsOf(): Promise<Widths> {
    return widthsOf(this.file);
  }

  async headerOf(object: Entity): Promise<Header> {
    return headerAt(this.file, object.address, await this.widthsOf());
  }

  /** A reference in short. */
  referenceText(reference: Reference, paths: Map<number, string>): string {
    return referenceText(reference, paths, this.kinds);
  }

  /** How cells print. */
  printing(reference: (reference: Reference) => string, stored?: Stored): Printing {
    return { renderer: this.renderer, escape: this.options.escape, stored, reference };
  }

  /** What objects are, of those that references lead to. */
  readonly kinds = new Map<number, string>();

  /** Finds out about what references lead to, before they are printed. */
  async look(references: Iterable<Reference>): Promise<void> {
    for (const reference of references) {
      const { address, file } = reference;
      if (address === 0 || file !== undefined || this.kinds.has(address)) continue;
      const object = await this.file.get({ kind: "object", address }).catch(() => undefined);
      if (object) this.kinds.set(address, OBJECTS[object.kind]);
    }
  }

  /** A dataset, group or datatype, under a name. */
  async object(object: Entity, name: string, level: number): Promise<void> {
    if (object.kind === "group") await this.group(object, name, level);
    else if (object.kind === "dataset") await this.dataset(object, name, level);
    else await this.datatype(object, name, level);
  }

  private async comment(object: Entity, ctx: Context): Promise<void> {
    const comment = find(await this.headerOf(object), COMMENT);
    const text = comment && Buffer.from(comment.body).toString("latin1").replace(/\0[^]*$/, "");
    if (text) this.renderer.line(ctx, `COMMENT "${text}"`);
  }

  private async hardlink(object: Entity, ctx: Context): Promise<void> {
    this.renderer.line(ctx, `HARDLINK "${(await this.paths()).get(object.address) ?? binary(object.path)}"`);
  }

  async group(group: Group, name: string, level: number): Promise<void> {
    const { renderer } = this;
    const ctx = new Context(level);
    renderer.line(ctx, `GROUP "${binary(name)}" {`);
    ctx.level += 1;
    if (name === "/") await this.unnamed(ctx);
    await this.comment(group, ctx);
    if (this.shown.has(group.address)) await this.hardlink(group, ctx);
    else {
      this.shown.add(group.address);
      await dumpAttributes(this, group, level + 1);
      for (const entry of byName(await group.entries())) await this.entry(group, entry, level + 1);
    }
    ctx.level -= 1;
    renderer.line(ctx, "}");
    await this.flush();
  }

  /** Committed datatypes that have no name any more are shown in the root. */
  private async unnamed(ctx: Context): Promise<void> {
    const paths = await this.paths();
    const seen = new Set<number>();
    for (const address of paths.keys()) {
      const object = await this.file.get({ kind: "object", address }).catch(() => undefined);
      const committed = object?.kind === "dataset" ? object.committed : undefined;
      if (committed === undefined || paths.has(committed) || seen.has(committed)) continue;
      seen.add(committed);
      const type = await this.file.get({ kind: "object", address: committed }).catch(() => undefined);
      if (type?.kind === "datatype") await this.datatype(type, `#${committed}`, ctx.level);
    }
  }

  private async entry(group: Group, { name, link, object, error }: Entry, level: number): Promise<void> {
    if (link.kind !== "hard") await this.link(name, link, link.kind === "external" ? await group.get(name).catch(() => undefined) : undefined, level);
    else if (error) await this.attempt(() => Promise.reject(error));
    else if (object) await this.attempt(() => this.object(object, name, level));
  }

  private async link(name: string, link: Exclude<Link, { kind: "hard" }>, object: Entity | undefined, level: number): Promise<void> {
    const { renderer } = this;
    const ctx = new Context(level);
    const word = link.kind === "soft" ? "SOFTLINK" : link.kind === "external" ? "EXTERNAL_LINK" : "USERDEFINED_LINK";
    renderer.line(ctx, `${word} "${binary(name)}" {`);
    ctx.level += 1;
    if (link.kind === "soft") renderer.line(ctx, `LINKTARGET "${binary(link.target)}"`);
    else if (link.kind === "user") renderer.line(ctx, `LINKCLASS ${link.class}`);
    else {
      renderer.line(ctx, `TARGETFILE "${binary(link.file)}"`);
      renderer.line(ctx, `TARGETPATH "${binary(link.target)}"`);
      if (object) await this.beyond(object, link.target, level + 2);
    }
    ctx.level -= 1;
    renderer.line(ctx, "}");
  }

  /** What an external link leads to is printed as well, each object of the other file once. */
  private readonly others = new Map<File, Dumper>();
  private async beyond(object: Entity, target: string, level: number): Promise<void> {
    let other = this.others.get(object.file);
    if (!other) {
      const write = (text: string): Promise<void> => {
        this.print(text);
        return this.flush();
      };
      other = new Dumper(object.file, this.options, write, this.failed);
      this.others.set(object.file, other);
    }
    await this.flush();
    await other.object(object, target, level);
    await other.flush();
  }

  async dataset(dataset: Dataset, name: string, level: number): Promise<void> {
    const { renderer, options } = this;
    const ctx = new Context(level);
    renderer.own(ctx, `DATASET "${binary(name)}" {`);
    if (this.shown.has(dataset.address)) {
      ctx.level += 1;
      await this.hardlink(dataset, ctx);
      ctx.level -= 1;
      renderer.line(ctx, "}");
      return;
    }
    this.shown.add(dataset.address);
    await this.comment(dataset, ctx);
    ctx.level += 1;
    await this.typeAndSpace(ctx, dataset);
    if (options.properties) await this.attempt(() => dumpProperties(this, dataset, ctx), ctx);
    if (options.data) await dumpData(this, dataset, ctx);
    await dumpAttributes(this, dataset, level + 1);
    ctx.level -= 1;
    renderer.own(ctx, "}");
    await this.flush();
  }

  /** The type and the dataspace of a dataset or an attribute. */
  async typeAndSpace(ctx: Context, of: { dtype: Dtype; committed: number | undefined; shape: number[] | null; maxshape?: (number | null)[] | null }): Promise<void> {
    const { renderer } = this;
    ctx.needPrefix = true;
    renderer.render(ctx, await this.typeText(ctx, of));
    renderer.line(ctx, `DATASPACE  ${spaceText(of.shape, of.maxshape)}`);
  }

  private async typeText(ctx: Context, { dtype, committed }: { dtype: Dtype; committed: number | undefined }): Promise<string> {
    if (committed === undefined) return datatypeText(this.renderer, ctx, "DATATYPE  ", dtype);
    return `DATATYPE  "${(await this.paths()).get(committed) ?? `/#${committed}`}"`;
  }

  private async datatype(named: NamedDatatype, name: string, level: number): Promise<void> {
    const { renderer } = this;
    const ctx = new Context(level);
    renderer.line(ctx, `DATATYPE "${binary(name)}" `);
    if (this.shown.has(named.address)) {
      renderer.render(ctx, `HARDLINK "${(await this.paths()).get(named.address)}"`);
      return;
    }
    this.shown.add(named.address);
    const text = datatypeText(renderer, ctx, "", named.dtype);
    renderer.render(ctx, named.datatype.class === "compound" ? text : `${text};`);
    await dumpAttributes(this, named, level + 1);
  }
}

/** A dataspace. */
export function spaceText(shape: number[] | null, maxshape: (number | null)[] | null = shape): string {
  if (shape === null) return "NULL";
  if (shape.length === 0) return "SCALAR";
  const most = (maxshape ?? shape).map((d) => d ?? "H5S_UNLIMITED");
  return `SIMPLE { ( ${shape.join(", ")} ) / ( ${most.join(", ")} ) }`;
}

/** The session of an object's file. */
export function sessionOf(object: { readonly file: File }): FileObject<"async">["context"]["session"] {
  return (object.file as unknown as FileObject<"async">).context.session;
}
