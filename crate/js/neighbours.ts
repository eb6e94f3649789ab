/** Other files: those that external links, external raw data and virtual datasets name. */

import type { Engine } from "#glue";
import { argument, HyperslabError } from "./errors.js";
import type { GroupObject } from "./group.js";
import { toSource } from "./sources/index.js";
import type { ByteSource } from "./sources/source.js";
import { urlOf } from "./sources/urls.js";
import type { Mode, OpenOptions, Source } from "./types.js";

export type Resolve = NonNullable<OpenOptions["resolve"]>;
type Found = Source | null | undefined;
type Opened = GroupObject<Mode> | undefined;

/** What becomes of a value, at once if it is here. */
export function after<A, B>(value: A | Promise<A>, then: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** Opens a file for links that lead into it. */
type OpenFile = (source: Source, others: Neighbours) => Opened | Promise<Opened>;

/** Bytes of metadata kept of each of them. */
const CACHE = 4 << 20;

/** What makes two names the same file: a path, or the very same object. */
const keyOf = (source: Source): unknown => (source instanceof URL ? source.href : source);

/** Whether opening failed because nothing usable is there. What a server says when it has troubles says nothing of that. */
function isMissing(e: unknown, found: Source): boolean {
  return e instanceof HyperslabError && (e.code === "NotFound" || (e.code === "Io" && urlOf(found) === undefined));
}

/** What a file is called where it names others. */
const labelOf = (found: Source, name: string): string => urlOf(found) ?? (typeof found === "string" ? found : name);

/** The other files of one open file. */
export class Neighbours {
  private readonly sources: ByteSource[] = [];
  /** Names of the files by their numbers; the first is the one that was opened. */
  private readonly labels: (string | undefined)[];
  private readonly numbers = new Map<unknown, number>();
  /** Files that were opened for links, by their names in this one. */
  private readonly opened = new Map<string, Opened>();

  constructor(
    private readonly resolve: Resolve,
    private readonly driven: Mode,
    home: string | undefined,
    private readonly openFile: OpenFile,
    /** Makes a source of what was found, which takes time if that is a URL. */
    private readonly ready: (found: Source) => Source | Promise<Source>,
    /** Files that links lead to, shared by all of them. */
    readonly family = new Map<unknown, Opened | Promise<Opened>>(),
  ) {
    this.labels = [home];
  }

  /** The same for another engine, which knows the file as number `home`. */
  elsewhere(home: number, driven: Mode): Neighbours {
    const others = new Neighbours(this.resolve, driven, undefined, this.openFile, this.ready, this.family);
    const [label] = this.labels;
    others.labels.length = 0;
    others.labels[home] = label;
    if (label !== undefined) others.numbers.set(label, home);
    return others;
  }

  /** Whether file `number` was found here. */
  has(number: number): boolean {
    return number in this.labels;
  }

  /** What `name` is when it is written in file `from`. */
  private locate(from: number, name: string): Found | Promise<Found> {
    const found = this.resolve(name, this.labels[from]);
    if (!(found instanceof Promise) || this.driven === "async") return found;
    found.catch(() => {}); // nobody will look at it
    throw argument("`resolve` answers by promise: use open instead of openSync");
  }

  /** Tells the engine what a name is that it asked for. */
  answer(engine: Engine, from: number, name: string): void | Promise<void> {
    const number = after(this.locate(from, name), (found) => this.numberOf(engine, found, name));
    return after(number, (n) => engine.answer(from, name, n));
  }

  private numberOf(engine: Engine, found: Found, name: string): number | undefined | Promise<number | undefined> {
    const known = found ? this.numbers.get(keyOf(found)) : undefined;
    if (!found || known !== undefined) return known;
    const missing = (e: unknown): undefined => {
      if (!isMissing(e, found)) throw e;
    };
    try {
      const number = after(this.ready(found), (source) => this.attach(engine, found, source, name));
      return number instanceof Promise ? number.catch(missing) : number;
    } catch (e) {
      return missing(e);
    }
  }

  private attach(engine: Engine, found: Source, ready: Source, name: string): number {
    const known = this.numbers.get(keyOf(found));
    if (known !== undefined) return known;
    const source = toSource(ready, this.driven);
    const number = engine.attach(source, source.page, CACHE);
    this.numbers.set(keyOf(found), number);
    this.sources[number - 1] = source;
    this.labels[number] = labelOf(found, name);
    return number;
  }

  /** The source of file `number`, which is not the one that was opened. */
  source(number: number): ByteSource {
    return this.sources[number - 1]!;
  }

  /** All that were found. */
  all(): ByteSource[] {
    return this.sources.filter((source) => source !== undefined);
  }

  /** A source that has just failed. */
  failed(): ByteSource | undefined {
    return this.all().find((source) => source.failure !== undefined);
  }

  /** The file called `name`, for links and references that lead into it. */
  open(name: string): Opened | Promise<Opened> {
    const known = this.opened.get(name);
    if (known) return known;
    const keep = (file: Opened): Opened => {
      // What is not there may be later.
      if (file) this.opened.set(name, file);
      return file;
    };
    const found = this.locate(0, name);
    return after(after(found, (f) => this.openFound(f, name)), keep);
  }

  private openFound(found: Found, name: string): Opened | Promise<Opened> {
    if (!found) return undefined;
    const key = keyOf(found);
    const known = this.family.get(key);
    if (known) return known;
    const label = labelOf(found, name);
    const others = new Neighbours(this.resolve, this.driven, label, this.openFile, this.ready, this.family);
    const missing = (e: unknown): undefined => {
      this.family.delete(key);
      if (isMissing(e, found)) return undefined;
      throw e;
    };
    try {
      const opened = this.openFile(found, others);
      const here = (file: Opened): Opened => {
        this.family.set(key, file);
        return file;
      };
      if (!(opened instanceof Promise)) return here(opened);
      const coming = opened.then(here, missing);
      this.family.set(key, coming);
      return coming;
    } catch (e) {
      return missing(e);
    }
  }

  close(): void {
    for (const source of this.sources) source?.close();
  }
}
