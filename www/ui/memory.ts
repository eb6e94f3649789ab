/** The user's choices, which are kept between visits; `open/recents` keeps where files are. Nothing that is in a file is kept. */

const VIEWS = "hyperslab.views";
const LOOK = "hyperslab.look";
/** Shapes whose view is remembered. */
const MOST = 200;

function load<T extends object>(key: string, otherwise: T): T {
  try {
    return { ...otherwise, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<T>) };
  } catch {
    return otherwise;
  }
}

function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be full or forbidden: then choices last until the page is closed.
  }
}

const views = load<Record<string, string>>(VIEWS, {});

/** The view the user chose for datasets of that kind and shape. */
export const chosenView = (shape: string): string | undefined => views[shape];

export function rememberView(shape: string, view: string): void {
  delete views[shape];
  views[shape] = view;
  for (const old of Object.keys(views).slice(0, -MOST)) delete views[old];
  store(VIEWS, views);
}

/** How plots look. */
export interface Look {
  colors: string;
  reverse: boolean;
  scale: "lin" | "log";
  limits: string;
  lineScale: "lin" | "log" | "symlog";
}

export const look = load<Look>(LOOK, { colors: "viridis", reverse: false, scale: "lin", limits: "range", lineScale: "lin" });

export const storeLook = (l: Look): void => store(LOOK, l);
