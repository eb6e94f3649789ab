/** What reading a file has taken. */

import type { Session } from "./drive.js";
import { type ByteSource, noCounts } from "./sources/source.js";
import type { FileStats } from "./types.js";

export function statsOf(session: Session): FileStats {
  const sum = noCounts();
  const add = ({ counts, members }: ByteSource): void => {
    members?.forEach(add);
    if (!counts) return;
    for (const name of ["requests", "bytes", "hits", "memory"] as const) sum[name] += counts[name];
    sum.notices.push(...counts.notices);
  };
  session.sources().forEach(add);
  sum.notices.push(...(session.notices ?? []));
  const [memory, hits] = session.alive ? session.raw.stats() : [0, 0];
  sum.memory += memory!;
  sum.hits += hits!;
  return sum;
}
