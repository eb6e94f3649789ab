/** Lines and where they break, by h5dump's rules: what it prints can be compared byte by byte. */

/** Columns of a line. */
const COLUMNS = 80;
/** What one step of indentation is. */
export const INDENT = "   ";
/** Marks in a text where a line may break. */
export const BREAK = "\u0001";

/** Where printing is: what h5dump keeps in its context. */
export class Context {
  column: number;
  /** Elements in this line. */
  elements = 0;
  needPrefix = false;
  wasMultiline = false;
  prefixLength = 0;
  /** Position of the first element of a stretch. */
  position = 0;
  /** Extents, and elements for each step along an axis. */
  dims: readonly number[] = [];
  strides: readonly number[] = [];
  lastDim = 0;
  /** Whether a stretch came before this one. */
  continued = false;

  constructor(public level: number) {
    this.column = level * INDENT.length;
  }

  /** A context of its own for what is nested. */
  copy(): Context {
    return Object.assign(new Context(this.level), this);
  }

  /** For elements in these extents. */
  extend(dims: readonly number[]): void {
    this.dims = dims;
    let step = 1;
    this.strides = dims.toReversed().map((d) => (step *= d) / d).toReversed();
    this.lastDim = dims.at(-1) ?? 0;
  }

  indent(): string {
    return INDENT.repeat(this.level);
  }
}

/** Control characters take no place when it is asked whether an element fits; nor do bytes beyond ASCII. */
function visible(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c < 0x80) n += 1;
  }
  return n;
}

/** Prints. What it gives out is binary text. */
export class Renderer {
  /** h5dump remembers the end of an array in the next one. */
  arrayEnded = false;

  constructor(private readonly out: (text: string) => void) {}

  /** Begins a line if one is due; `indexed`: with the position of an element. */
  prefix(ctx: Context, indexed = false, position = 0): void {
    if (!ctx.needPrefix) return;
    if (ctx.column) this.out("\n");
    const index = indexed ? `(${positionOf(ctx, position)}): ` : "";
    this.out(INDENT.repeat(indexed ? Math.max(ctx.level - 1, 0) : ctx.level) + index);
    // Positions are one step to the left, and counted as if they were not.
    ctx.column = ctx.prefixLength = index.length + INDENT.length * ctx.level;
    ctx.elements = 0;
    ctx.needPrefix = false;
  }

  /** Prints a piece of a line, or an element: the `local`th of its stretch. Whether a row goes on. */
  render(ctx: Context, text: string, indexed = false, local = 0, counter = 0): boolean {
    let goesOn = true;
    const width = visible(text) + 1;
    if (ctx.column + width > COLUMNS && (ctx.wasMultiline || ctx.prefixLength + width <= COLUMNS)) ctx.needPrefix = true;
    if (ctx.elements) {
      if (ctx.lastDim && ctx.elements % ctx.lastDim === 0) ctx.needPrefix = true;
      if (counter === ctx.lastDim) {
        ctx.needPrefix = true;
        goesOn = false;
      }
    }
    let sections = 0;
    let multiline = false;
    for (const section of text.includes(BREAK) ? text.split(BREAK) : [text]) {
      if (section === "") continue;
      if (ctx.column + section.length + 1 > COLUMNS) ctx.needPrefix = true;
      if (ctx.needPrefix) {
        if (sections) multiline = true;
        this.prefix(ctx, indexed, ctx.position + local);
      } else if ((local || ctx.continued) && sections === 0) {
        this.out(" ");
        ctx.column += 1;
      }
      this.out(section);
      ctx.column += section.length;
      sections += 1;
    }
    ctx.wasMultiline = multiline;
    return goesOn;
  }

  /** The same, but in an empty line first if there is no room behind the indentation. */
  own(ctx: Context, text: string): void {
    ctx.needPrefix = true;
    this.prefix(ctx);
    this.render(ctx, text);
  }

  /** Prints a line of its own. */
  line(ctx: Context, text: string): void {
    ctx.needPrefix = true;
    this.render(ctx, text);
  }
}

function positionOf({ strides }: Context, position: number): string {
  if (strides.length === 0) return "0";
  return strides
    .map((step) => {
      const at = Math.floor(position / step);
      position -= at * step;
      return at;
    })
    .join(",");
}
