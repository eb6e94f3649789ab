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

export abstract class HdfObject<M extends Mode, R extends ObjectRecord = ObjectRecord> implements Node<M> {
  private map: Attributes<M> | undefined;
  private version: number;

  /** What was just created has no description yet: it gets one when somebody asks. */
  constructor(
    protected readonly context: Context<M>,
    readonly path: string,
    private known: Described<R> | undefined,
  ) {
    this.version = context.session.version;
  }

  /** The description, asked for again after a change. Files that change are synchronous. */
  protected describe(): Described<R> {
    const { session } = this.context;
    if (!this.known || this.version !== session.version) {
      const fresh = session.once(this.path, (engine) => describeAt(engine, session.root, this.path)) as Reply | undefined;
      if (!fresh) throw new HyperslabError("NotFound", "the object is gone", { path: this.path });
      this.known = described<R>(fresh);
      this.version = session.version;
    }
    return this.known;
  }

  protected get record(): R {
    return this.describe().record;
  }

  get name(): string {
    return this.path === "/" ? "/" : this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  get address(): number {
    return this.record.address;
  }

  get attrs(): Attributes<M> {
    return (this.map ??= new AttributeMap(this.context.session, this.path, () => this.describe()));
  }

  get file(): File<M> {
    return this.context.file;
  }
}
