/** Names in groups. */

/** What every link has. */
interface AnyLink {
  /** Its number in the order in which links were made, where the group keeps that; of no account when a link is made. */
  readonly creationOrder?: number;
}

/** One of the names of an object in the same file. */
export interface HardLink extends AnyLink {
  /** Tells links apart. */
  readonly kind: "hard";
  /** Address of the object's header. */
  readonly address: number;
}

/** A name for a path, which is looked up each time it is followed. To be made with `Group.link`, `softLink` gives it. */
export interface SoftLink extends AnyLink {
  /** Tells links apart. */
  readonly kind: "soft";
  /** The path, from the group of the link or from the root; it may lead nowhere. */
  readonly target: string;
}

/** A name for an object in another file. To be made with `Group.link`, `externalLink` gives it. */
export interface ExternalLink extends AnyLink {
  /** Tells links apart. */
  readonly kind: "external";
  /** Name of the other file, as stored. */
  readonly file: string;
  /** The path there. */
  readonly target: string;
}

/** A link of a class that a program has defined for itself: only that program follows it. */
export interface UserLink extends AnyLink {
  /** Tells links apart. */
  readonly kind: "user";
  /** Number of the class, 65 to 255. */
  readonly class: number;
}

/** What a name in a group stands for. Links are never followed behind your back. */
export type Link = HardLink | SoftLink | ExternalLink | UserLink;
