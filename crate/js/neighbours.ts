/** Other files: those that external links, external raw data and virtual datasets name. */

import type { Engine } from "#glue";
import { argument, HyperslabError } from "./errors.js";
import type { GroupObject } from "./group.js";
import { toSource } from "./sources/index.js";
import type { ByteSource } from "./sources/source.js";
import type { Mode, OpenOptions, Source } from "./types.js";

export type Resolve = NonNullable<OpenOptions["resolve"]>;
type Found = Source | null | undefined;
type Opened = GroupObject<Mode> | undefined;

/** Opens a file for links that lead into it. */
type OpenFile = (source: Source, others: Neighbours) => Opened | Promise<Opened>;

/** Bytes of metadata kept of each of them. */
const CACHE = 4 << 20;

/** What makes two names the same file: a path, or the very same object. */
const keyOf = (source: Source): unknown => (source instanceof URL ? source.href : source);

/** Whether opening failed because nothing usable is there. */
function isMissing(e: unknown): boolean {
  return e instanceof HyperslabError && (e.code === "NotFound" || e.code === "Io");
}

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
    /** Files that links lead to, shared by all of them. */
    readonly family = new Map<unknown, Opened | Promise<Opened>>(),
  ) {
    this.labels = [home];
  }

  /** The same for another engine, which knows the file as number `home`. */
  elsewhere(home: number, driven: Mode): Neighbours {
    const others = new Neighbours(this.resolve, driven, undefined, this.openFile, this.family);
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
    const tell = (found: Found): void => engine.answer(from, name, found ? this.attach(engine, found, name) : undefined);
    const found = this.locate(from, name);
    return found instanceof Promise ? found.then(tell) : tell(found);
  }

  private attach(engine: Engine, found: Source, name: string): number | undefined {
    const known = this.numbers.get(keyOf(found));
    if (known !== undefined) return known;
    let source: ByteSource;
    try {
      source = toSource(found, this.driven);
    } catch (e) {
      if (isMissing(e)) return undefined;
      throw e;
    }
    const number = engine.attach(source, source.page, CACHE);
    this.numbers.set(keyOf(found), number);
    this.sources[number - 1] = source;
    this.labels[number] = typeof found === "string" ? found : name;
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
    return this.sources.find((source) => source.failure !== undefined);
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
    const file = found instanceof Promise ? found.then((f) => this.openFound(f, name)) : this.openFound(found, name);
    return file instanceof Promise ? file.then(keep) : keep(file);
  }

  private openFound(found: Found, name: string): Opened | Promise<Opened> {
    if (!found) return undefined;
    const key = keyOf(found);
    const known = this.family.get(key);
    if (known) return known;
    const label = typeof found === "string" ? found : name;
    const others = new Neighbours(this.resolve, this.driven, label, this.openFile, this.family);
    const missing = (e: unknown): undefined => {
      this.family.delete(key);
      if (isMissing(e)) return undefined;
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
