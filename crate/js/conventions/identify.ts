/** Which convention an object follows, by the attributes that say so. */

import { type Any, type Steps, text } from "./steps.js";

/** What an object says about itself in the words of a convention. */
export interface Convention {
  /** The convention, or the program whose it is. */
  readonly name: "matlab" | "anndata" | "pandas" | "nexus" | "pytables" | "table" | "image" | "palette" | "scale";
  /** Its own word for such objects: `MATLAB_class`, `encoding-type`, `pandas_type`, `NX_class`, `CLASS`. */
  readonly type: string;
  /** Version of the convention, where it is stored. */
  readonly version?: string;
  /** A title that is no name: PyTables' and tables' `TITLE`, a dimension scale's `NAME`. */
  readonly title?: string;
  /** PyTables: what the object was in Python (`numpy`, `python`). Images: their `IMAGE_SUBCLASS`. */
  readonly flavor?: string;
}

type Rule = [word: string, name: Convention["name"], more: { version?: string; title?: string; flavor?: string }];

const RULES: Rule[] = [
  ["MATLAB_class", "matlab", {}],
  ["encoding-type", "anndata", { version: "encoding-version" }],
  ["pandas_type", "pandas", { version: "pandas_version" }],
  ["NX_class", "nexus", {}],
];

const CLASSES: { [type: string]: Rule } = {
  DIMENSION_SCALE: ["CLASS", "scale", { title: "NAME" }],
  IMAGE: ["CLASS", "image", { version: "IMAGE_VERSION", flavor: "IMAGE_SUBCLASS" }],
  PALETTE: ["CLASS", "palette", { version: "PAL_VERSION", flavor: "PAL_TYPE" }],
};

const PYTABLES: Rule = ["CLASS", "pytables", { version: "VERSION", title: "TITLE", flavor: "FLAVOR" }];
/** Classes that only PyTables writes. A TABLE may also be the high-level library's. */
const PYTABLES_CLASSES = /^(GROUP|[CE]?ARRAY|VLARRAY|TINDEX|UNIMPLEMENTED)$/;

function* rule(object: Any): Steps<[Rule, type: string] | undefined> {
  for (const one of RULES) {
    const type = yield* text(object, one[0]);
    if (type !== undefined) return [one, type];
  }
  const type = yield* text(object, "CLASS");
  if (type === undefined) return undefined;
  if (Object.hasOwn(CLASSES, type)) return [CLASSES[type]!, type];
  if (PYTABLES_CLASSES.test(type) || object.attrs.has("NROWS") || object.attrs.has("FLAVOR")) return [PYTABLES, type];
  return type === "TABLE" ? [["CLASS", "table", { version: "VERSION", title: "TITLE" }], type] : undefined;
}

export function* identifySteps(object: Any): Steps<Convention | undefined> {
  const found = yield* rule(object);
  if (!found) return undefined;
  const [[, name, more], type] = found;
  const convention: { -readonly [K in keyof Convention]: Convention[K] } = { name, type };
  for (const key of ["version", "title", "flavor"] as const) {
    const value = more[key] === undefined ? undefined : yield* text(object, more[key]);
    if (value !== undefined) convention[key] = value;
  }
  return convention;
}
