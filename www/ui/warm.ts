/** Fetches in a quiet moment what the first file will need. */

import { views } from "../viewers/registry.js";
import { client } from "./state.js";

export function warmUp(): void {
  // A failure is no problem yet: it will be told when something is really asked for.
  void client.call("warm", {}).catch(() => undefined);
  for (const view of views) void view.load().catch(() => undefined);
}
