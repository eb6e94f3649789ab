/** Names in groups. */

/** What a name in a group stands for. Links are never followed behind your back. */
export type Link =
  | { kind: "hard"; address: number; creationOrder?: number }
  | { kind: "soft"; target: string; creationOrder?: number }
  | { kind: "external"; file: string; target: string; creationOrder?: number }
  | { kind: "user"; class: number; creationOrder?: number };

/** A soft link to be made with `Group.link`. */
export interface SoftLink {
  readonly kind: "soft";
  readonly target: string;
}

/** An external link to be made with `Group.link`. */
export interface ExternalLink {
  readonly kind: "external";
  readonly file: string;
  readonly target: string;
}
