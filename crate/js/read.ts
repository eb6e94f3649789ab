/** Reading a selection, batch by batch, into an array that is made once. */

import type { Choice, Reading } from "#glue";
import { choose, plan } from "./choose.js";
import { makeColumn, NumberColumn, type NumericConstructor, Parts } from "./columns.js";
import { type Session, step, type Steps } from "./drive.js";
import { argument, HyperslabError } from "./errors.js";
import { pauses } from "./pauses.js";
import { sourceFailure } from "./sources/source.js";
import type { ReadingRecord } from "./records.js";
import type { Dtype, Filter, NumericArray, ReadOptions, Selection, Value, VirtualSource } from "./types.js";
import { NUMERIC, retype, toArray, toScalar } from "./values.js";

/** The array that numbers are read into, or its type. */
function targetOf({ as, into }: ReadOptions): NumericArray | NumericConstructor | undefined {
  if (into !== undefined && as !== undefined && !(into instanceof (NUMERIC[as] ?? Object))) {
    throw argument("`into` is not an array of the type given in `as`");
  }
  if (into !== undefined) {
    if (Object.values(NUMERIC).some((Type) => into instanceof Type)) return into;
    throw argument("`into` must be an array of numbers");
  }
  if (as === undefined) return undefined;
  if (Object.hasOwn(NUMERIC, as)) return NUMERIC[as] as NumericConstructor;
  throw argument(`cannot convert to "${String(as)}": it must be one of ${Object.keys(NUMERIC).join(", ")}`);
}

/** What has to be known of a dataset. */
interface Readable {
  readonly address: number;
  readonly shape: number[] | null;
  readonly dtype: Dtype;
  readonly path: string;
  readonly filters: readonly Filter[];
  readonly chunks: number[] | null;
}

/** Reads a selection of a dataset; `always`: as an array, even if it is one element. */
export function* readSteps(
  session: Session,
  dataset: Readable,
  selection: Selection | null | undefined,
  options: ReadOptions,
  always = options.into !== undefined,
): Steps<Value> {
  const { address, shape: extent } = dataset;
  const target = targetOf(options);
  options.signal?.throwIfAborted();
  if (extent === null) {
    if (always) throw argument("a null dataspace has no elements");
    return null;
  }
  const choice = choose(selection, () => extent, address);
  const { crew } = session;
  // Workers see the file as it was at one moment.
  const done = crew && session.writable ? yield* step(() => crew.hold()) : undefined;
  try {
    return yield* readChosen(session, dataset, choice, options, { target, always });
  } finally {
    done?.();
  }
}

function* readChosen(
  session: Session,
  dataset: Readable,
  choice: Choice,
  options: ReadOptions,
  { target, always }: { target: ReturnType<typeof targetOf>; always: boolean },
): Steps<Value> {
  const { address, dtype } = dataset;
  const reading = yield* step(() => plan(session.raw, address, choice));
  try {
    const { shape, total, plan: parts, piece } = JSON.parse(reading.header()) as ReadingRecord;
    const column = makeColumn(parts, dtype, total, target);
    const progress = watch(session, total, options);
    const { signal, onProgress } = options;
    const apart = session.crew?.read(reading, { dataset, choice, total, column, signal, onProgress });
    const bytes = piece && column instanceof NumberColumn ? column.bytes : undefined;
    if (piece && bytes && !session.writable && piece[1] <= session.source.size) {
      yield* takePiece(session, piece[0], bytes, session.stoppedBy(signal), (done) => progress((done / bytes.length) * total));
    } else if (apart) yield* apart;
    else {
      for (let done = 0; done < total; ) {
        const n = yield* step(() => session.raw && reading.next());
        if (n === 0) throw new HyperslabError("Internal", "a read ended before all elements were there");
        column.take(partsOf(reading, session), n);
        done += n;
        yield* progress(done);
      }
    }
    const result = target ? retype(dtype, column, options.as !== undefined) : dtype;
    const missing = reading.missing();
    const value = shape.length === 0 && !always ? toScalar(column, result) : toArray(column, shape, result);
    if (missing !== undefined) report(value, JSON.parse(missing) as VirtualSource[]);
    return value;
  } finally {
    if (session.alive) reading.free();
  }
}

/** Says in a result, or in those of its columns, which sources were not found. */
function report(value: Value, missing: VirtualSource[]): void {
  if (typeof value !== "object" || value === null) return;
  if ("stride" in value && Array.isArray(value.stride)) Object.assign(value, { missing });
  else if (!ArrayBuffer.isView(value)) for (const column of Object.values(value)) report(column as Value, missing);
}

/** Bytes taken at a time where all are in one piece: enough for progress to be seen, few calls. */
const PIECE = 8 << 20;

/** Fills `bytes` from the source directly: the engine has nothing to add. */
function* takePiece(
  session: Session,
  from: number,
  bytes: Uint8Array,
  signal: AbortSignal | undefined,
  progress: (done: number) => Steps<void>,
): Steps<void> {
  const { source } = session;
  // Of what is fetched in several requests at the same time, more.
  const most = source.fetchAll ? 4 * PIECE : PIECE;
  for (let at = 0; at < bytes.length; at += most) {
    const part = bytes.subarray(at, at + most);
    yield* step(() => {
      if (!source.immediate) {
        return source.fetch(from + at, part.length, signal).then((fetched) => part.set(fetched));
      }
      if (source.read(from + at, part) !== 1) throw sourceFailure(source);
      return undefined;
    });
    yield* progress(at + part.length);
  }
}

/** What is done after each batch: report, stop if asked to, let others work now and then. */
function watch(session: Session, total: number, { signal, onProgress }: ReadOptions): (done: number) => Steps<void> {
  const pause = pauses(session);
  return function* (done) {
    onProgress?.(done, total);
    yield* pause(signal);
  };
}

/** The buffers of the batch that was just decoded, where they lie in the engine's memory. */
function partsOf(reading: Reading, session: Session): Parts {
  const places = reading.parts();
  const memory = session.instance.heap;
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < places.length; i += 2) buffers.push(new Uint8Array(memory, places[i]!, places[i + 1]!));
  return new Parts(buffers);
}
