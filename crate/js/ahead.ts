/**
 * Groups listed before they are visited, many at the same time: each listing takes a few fetches that follow from one another, and
 * where they take time those of many groups are made together.
 */

import type { Reply } from "#glue";
import type { Session, Steps } from "./drive.js";
import type { Fault } from "./faults.js";
import type { Described, EntryRecord } from "./records.js";

type Listing = Described<EntryRecord[]>;

/** Groups listed together at first; the further somebody goes, the more. */
const FIRST = 16;
const MOST = 512;
/** Links listed ahead at most, about. */
const LINKS = 4000;

/** Listings of one walk that nobody has asked for yet, where bytes have to be fetched. */
export class Ahead {
  private readonly listings = new Map<number, Listing>();
  private most = FIRST;
  private version: number;

  constructor(
    private readonly session: Session,
    private readonly described: (reply: Reply) => Listing,
  ) {
    this.version = session.version;
  }

  /** The listing of the group at `address`, unless that fails; `later` are groups whose listings will be asked for next. */
  *list(address: number, later: () => Iterable<number>): Steps<Listing | undefined> {
    const { session, listings } = this;
    if (this.version !== session.version) listings.clear();
    this.version = session.version;
    if (!listings.has(address)) yield* this.listAll([address, ...later()].slice(0, this.most));
    const listing = listings.get(address);
    listings.delete(address);
    return listing;
  }

  /** Lists groups, and those in them, as long as they are not too many. */
  private *listAll(groups: readonly number[]): Steps<void> {
    const { listings } = this;
    let links = 0;
    for (let level = groups; level.length > 0 && links < LINKS; ) {
      const missing = level.filter((address) => !listings.has(address)).slice(0, this.most);
      if (missing.length > 0) yield () => this.attempt(missing);
      const below: number[] = [];
      for (const { object, link } of missing.flatMap((address) => listings.get(address)?.record ?? [])) {
        links += 1;
        if (object?.kind === "group" && link.kind === "hard") below.push(object.address);
      }
      level = [...new Set(below)];
    }
    this.most = Math.min(this.most * 4, MOST);
  }

  /** Lists as many as is possible with the bytes that are here, and asks for those of all others. What fails otherwise is left out. */
  private attempt(groups: readonly number[]): void {
    let pending: Fault | undefined;
    for (const address of groups) {
      if (this.listings.has(address)) continue;
      try {
        this.listings.set(address, this.described(this.session.raw.list(address, false)));
      } catch (e) {
        if (typeof e !== "string") throw e;
        const fault = JSON.parse(e) as Fault;
        if (!fault.pending || fault.filter || fault.source) continue;
        if (pending) pending.pending!.push(...fault.pending);
        else pending = fault;
      }
    }
    if (pending) throw JSON.stringify(pending);
  }
}
