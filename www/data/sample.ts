/** A small file to try the app with, made on the spot. */

import { create, softLink } from "hyperslab";

const ROWS = 256;
const COLS = 384;
const SAMPLES = 20_000;
const FRAMES = 24;
const SIDE = 96;

/** The file's bytes. */
export function sampleFile(): Promise<Blob> {
  const f = create();
  f.attrs.set("title", "A sample made in your browser");
  const waves = f.createDataset("waves/image", { data: ripples(), shape: [ROWS, COLS], chunks: [64, 96], compression: "gzip", shuffle: true });
  waves.attrs.set("units", "mm");
  waves.attrs.set("long_name", "Two sources in a ripple tank");
  const stack = f.createDataset("waves/frames", { data: frames(), shape: [FRAMES, SIDE, SIDE], chunks: [1, SIDE, SIDE], compression: "gzip" });
  stack.attrs.set("frame_time", 0.04);
  f.createDataset("signal/voltage", { data: voltage(), chunks: true, compression: "gzip", shuffle: true }).attrs.set("units", "V");
  for (let k = 1; k <= 10; k++) {
    for (const [name, value] of [["temperature", 15 + ((k * 7) % 11)], ["wind_speed", (k * 5) % 9]] as const) {
      const d = f.createDataset(`stations/${k}/${name}`, { data: BigInt(value) });
      d.attrs.set("date", 1n);
      d.attrs.set("month", "Jan");
      d.attrs.set("year", 2017n);
    }
  }
  f.createDataset("notes", { data: ["Drop your own file anywhere on this page.", "Nothing leaves this computer."], dtype: "string" });
  f.link("latest", softLink("/waves/image"));
  return f.toBlob();
}

function ripples(): Float32Array {
  const out = new Float32Array(ROWS * COLS);
  for (let r = 0; r < ROWS; r++) {
    for (let c = 0; c < COLS; c++) {
      const a = Math.hypot(r - 128, c - 130);
      const b = Math.hypot(r - 128, c - 254);
      out[r * COLS + c] = Math.cos(a / 5) / (1 + a / 60) + Math.cos(b / 5) / (1 + b / 60);
    }
  }
  return out;
}

function frames(): Uint16Array {
  const out = new Uint16Array(FRAMES * SIDE * SIDE);
  for (let t = 0; t < FRAMES; t++) {
    const [y, x] = [48 + 28 * Math.sin((t * 2 * Math.PI) / FRAMES), 48 + 28 * Math.cos((t * 2 * Math.PI) / FRAMES)];
    for (let r = 0; r < SIDE; r++) {
      for (let c = 0; c < SIDE; c++) {
        out[(t * SIDE + r) * SIDE + c] = Math.round(1000 * Math.exp(-((r - y) ** 2 + (c - x) ** 2) / 120));
      }
    }
  }
  return out;
}

function voltage(): Float64Array {
  return Float64Array.from({ length: SAMPLES }, (_, i) => Math.sin(i / 400) * Math.exp(-i / 9000) + (i === 12_345 ? 0.9 : 0));
}
