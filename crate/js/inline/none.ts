/** Where there are no workers. */

import { HyperslabError } from "../errors.js";
import type { Loader } from "../loader.js";

export const none = {
  spawn(): never {
    throw new HyperslabError("Unsupported", "there are no workers here");
  },
  without: async () => "there are none in this environment",
  processors: () => 1,
} satisfies Pick<Loader, "spawn" | "without" | "processors">;
