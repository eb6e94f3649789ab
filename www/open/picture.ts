/** The plot that is shown, as a picture with everything around it. */

/** Room above it for what it shows, in pixels of the page. */
const TITLE = 28;

const plot = (): HTMLElement | null => document.querySelector(".plot:not(.gone)");

export const hasPicture = (): boolean => plot()?.querySelector(".uplot canvas") != null;

/** A PNG as sharp as it is on the screen. */
export async function picture(title: string): Promise<Blob> {
  const box = plot() as HTMLElement;
  const drawn = box.querySelector(".uplot canvas") as HTMLCanvasElement;
  const scale = drawn.width / drawn.getBoundingClientRect().width;
  const { left, top, width, height } = box.getBoundingClientRect();
  const { backgroundColor, color } = getComputedStyle(box);
  const made = document.createElement("canvas");
  made.width = Math.round(width * scale);
  made.height = Math.round((height + TITLE) * scale);
  const ctx = made.getContext("2d") as CanvasRenderingContext2D;
  ctx.fillStyle = backgroundColor;
  ctx.fillRect(0, 0, made.width, made.height);
  ctx.scale(scale, scale);
  ctx.translate(-left, TITLE - top);
  for (const canvas of box.querySelectorAll("canvas")) {
    const at = canvas.getBoundingClientRect();
    ctx.imageSmoothingEnabled = canvas === drawn;
    ctx.drawImage(canvas, at.left, at.top, at.width, at.height);
  }
  write(ctx, title, { x: left + 12, y: top - TITLE / 2, color, font: `600 15px ${getComputedStyle(document.body).fontFamily}` }, width - 24);
  for (const text of box.querySelectorAll<HTMLElement>(".ends > span, .bar-title")) {
    const at = text.getBoundingClientRect();
    const style = getComputedStyle(text);
    const look = { color: style.color, font: `${style.fontSize} ${style.fontFamily}` };
    if (style.writingMode === "horizontal-tb") {
      write(ctx, text.textContent ?? "", { x: at.left, y: at.top + at.height / 2, ...look });
    } else if (at.width > 0) {
      ctx.save();
      ctx.translate(at.left + at.width / 2, at.top + at.height / 2);
      ctx.rotate(Math.PI / 2);
      ctx.textAlign = "center";
      write(ctx, text.textContent ?? "", { x: 0, y: 0, ...look }, at.height);
      ctx.restore();
    }
  }
  return new Promise((resolve, reject) => made.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no picture"))), "image/png"));
}

function write(ctx: CanvasRenderingContext2D, text: string, at: { x: number; y: number; color: string; font: string }, most?: number): void {
  ctx.fillStyle = at.color;
  ctx.font = at.font;
  ctx.textBaseline = "middle";
  ctx.fillText(text, at.x, at.y, most);
}
