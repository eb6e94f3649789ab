/** New groups, datasets and links. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Change, DatasetChange } from "../data/changes.js";
import { parseMaxshape, parseShape } from "../data/shape.js";
import { ValueError } from "../data/value-error.js";
import { join } from "../explorer/tree.js";
import { e } from "../ui/edit-strings.js";
import { select } from "../ui/state.js";
import { ChangeDialog } from "./dialog.js";
import { TYPES } from "./types.js";

interface MakeProps {
  path: string;
  title: string;
  /** What is made under that path. */
  make(to: string): Change;
  children?: ComponentChildren;
}

/** A dialog that asks for a name first. */
function MakeDialog({ path, title, make, children }: MakeProps) {
  const [name, setName] = useState("");
  return (
    <ChangeDialog
      title={title}
      action={e.create}
      make={() => {
        if (name === "") return e.nameless;
        try {
          return make(name.startsWith("/") ? name : join(path, name));
        } catch (why) {
          if (why instanceof ValueError) return why.message;
          throw why;
        }
      }}
      then={(c) => void select(c.path)}
    >
      <label class="field">
        <span>{e.nameIn(path)}</span>
        <input type="text" required value={name} spellcheck={false} onInput={(i) => setName(i.currentTarget.value)} />
      </label>
      {children}
    </ChangeDialog>
  );
}

export function GroupDialog({ path }: { path: string }) {
  return <MakeDialog path={path} title={e.newGroup} make={(to) => ({ kind: "group", path: to })} />;
}

/** Stands for text of a fixed number of bytes. */
const FIXED = "S";

export function DatasetDialog({ path }: { path: string }) {
  const [dtype, setDtype] = useState("<f8");
  const [bytes, setBytes] = useState(16);
  const [shape, setShape] = useState("100");
  const [most, setMost] = useState("");
  const [chunks, setChunks] = useState("");
  const [gzip, setGzip] = useState("");
  const make = (to: string): DatasetChange => {
    const extents = parseShape(shape);
    if (dtype === FIXED && !(Number.isInteger(bytes) && bytes > 0)) throw new ValueError(e.noBytes);
    return {
      kind: "dataset",
      path: to,
      dtype: dtype === FIXED ? `S${bytes}` : dtype,
      shape: extents,
      ...(most.trim() === "" ? {} : { maxshape: parseMaxshape(most, extents) }),
      ...(chunks.trim() === "" ? (gzip === "" ? {} : { chunks: "auto" as const }) : { chunks: parseShape(chunks) }),
      ...(gzip === "" ? {} : { gzip: Number(gzip) }),
    };
  };
  return (
    <MakeDialog path={path} title={e.newDataset} make={make}>
      <div class="fields">
        <label class="field">
          <span>{e.type}</span>
          <select value={dtype} onChange={(i) => setDtype(i.currentTarget.value)}>
            {TYPES.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
            <option value={FIXED}>{e.fixedText}</option>
          </select>
        </label>
        {dtype === FIXED && (
          <label class="field">
            <span>{e.bytes}</span>
            <input type="number" min={1} value={bytes} onInput={(i) => setBytes(i.currentTarget.valueAsNumber)} />
          </label>
        )}
        <Text label={e.shape} hint={e.shapeHint} value={shape} onText={setShape} />
        <Text label={e.maxshape} hint={e.maxshapeHint} value={most} onText={setMost} />
        <Text label={e.chunks} hint={e.chunksHint} value={chunks} onText={setChunks} />
        <label class="field">
          <span>{e.compression}</span>
          <select value={gzip} onChange={(i) => setGzip(i.currentTarget.value)}>
            <option value="">{e.noCompression}</option>
            {[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => (
              <option key={level} value={String(level)}>
                {e.gzip(level)}
              </option>
            ))}
          </select>
        </label>
      </div>
    </MakeDialog>
  );
}

function Text({ label, hint = "", value, onText }: { label: string; hint?: string; value: string; onText(text: string): void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input type="text" placeholder={hint} value={value} spellcheck={false} onInput={(i) => onText(i.currentTarget.value)} />
    </label>
  );
}

const KINDS = ["soft", "hard", "external"] as const;

export function LinkDialog({ path }: { path: string }) {
  const [kind, setKind] = useState<(typeof KINDS)[number]>("soft");
  const [target, setTarget] = useState("/");
  const [file, setFile] = useState("");
  const make = (to: string): Change => {
    if (target === "") throw new ValueError(e.noTarget);
    if (kind !== "external") return { kind, path: to, target };
    if (file === "") throw new ValueError(e.noFile);
    return { kind, path: to, file, target };
  };
  return (
    <MakeDialog path={path} title={e.newLink} make={make}>
      <fieldset>
        <legend>{e.linkKind}</legend>
        {KINDS.map((k) => (
          <label key={k} class="check">
            <input type="radio" name="kind" checked={k === kind} onChange={() => setKind(k)} /> {e.linkKinds[k]}
          </label>
        ))}
      </fieldset>
      {kind === "external" && <Text label={e.otherFile} hint="other.h5" value={file} onText={setFile} />}
      <Text label={e.target} value={target} onText={setTarget} />
    </MakeDialog>
  );
}
