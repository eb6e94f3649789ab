/** What groups, datasets and committed datatypes have in common. */

import type { Reply } from "#glue";
import { AttributeMap } from "./attribute.js";
import type { Session } from "./drive.js";
import { HyperslabError } from "./errors.js";
import { type Described, described, type ObjectRecord } from "./records.js";
import { describeAt } from "./reference.js";
import type { Attributes, File, Mode, Node } from "./types.js";

/** What objects share: the open file. */
export interface Context<M extends Mode> {
  readonly session: Session<M>;
  readonly file: File<M>;
}

/**
 * An object is known by the address of its header as soon as it has been described, so that it is the same one after
 * its links have been moved.
 */
export abstract class HdfObject<M extends Mode, R extends ObjectRecord = ObjectRecord> implements Node<M> {
  private map: Attributes<M> | undefined;
  private known: Described<R> | undefined;
  /** Where it was created, if that is all that is known. */
  private readonly created: string | undefined;
  /** The version of the file that `known` is about. */
  private version: number;
  /** The version at which the address became known. */
  private since: number;

  /** `known`: the description, or a path for the engine: what was just created gets its address when somebody asks. */
  constructor(
    readonly context: Context<M>,
    readonly path: string,
    known: Described<R> | string,
  ) {
    const { session } = context;
    this.version = this.since = session.version;
    if (typeof known !== "string") this.known = known;
    else session.unsettled.add(this);
    session.hand(this);
    this.created = typeof known === "string" ? known : undefined;
  }

  /** Finds out what was created at the path, while that still leads to it. */
  settle(): void {
    const { session } = this.context;
    if (this.known) return;
    session.unsettled.delete(this);
    const reply = session.now(this.path, (engine) => describeAt(engine, session.root, this.created!));
    this.know(reply);
    this.since = session.version;
  }

  /** Takes a new description. */
  know(reply: Reply | undefined): void {
    if (!reply) throw this.gone();
    this.known = described<R>(reply);
    this.version = this.context.session.version;
  }

  private gone(): HyperslabError {
    return new HyperslabError("NotFound", "the object was deleted", { path: this.path });
  }

  /** The description, renewed after a change. */
  describe(): Described<R> {
    const { session } = this.context;
    const { address } = this;
    if (this.version !== session.version) {
      const renewed = session.renewed?.get(address) as Described<R> | undefined;
      if (renewed) this.known = renewed;
      else if (!session.renewed) this.know(session.now(this.path, (engine) => engine.resolve(address, "")));
      this.version = session.version;
    }
    return this.known!;
  }

  protected get record(): R {
    return this.describe().record;
  }

  /** What of the description never changes can be taken from an old one. */
  protected get lasting(): R {
    if (!this.known) this.settle();
    return this.known!.record;
  }

  get name(): string {
    return this.path === "/" ? "/" : this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** Known without asking again: headers stay where they are. */
  get address(): number {
    if (!this.known) this.settle();
    const { address } = this.known!.record;
    if ((this.context.session.deleted.get(address) ?? -1) >= this.since) throw this.gone();
    return address;
  }

  /** A path for the engine, whatever links lead here by now. */
  get place(): string {
    if (!this.known) return this.created!;
    const { address } = this;
    return address === this.context.session.root ? "/" : `#0x${address.toString(16)}`;
  }

  /** Such a path for what is at `path`, from here. */
  placeOf(path: string): string {
    if (path.startsWith("/")) return path;
    const { place } = this;
    return place === "/" ? `/${path}` : `${place}/${path}`;
  }

  get attrs(): Attributes<M> {
    return (this.map ??= new AttributeMap(this.context.session, this));
  }

  get file(): File<M> {
    return this.context.file;
  }
}
