/** Programs that read what is shown. Pure. */

export interface Shown {
  /** Name of the file, or its address. */
  file: string;
  path: string;
  /** As NumPy spells it; empty for everything. */
  selection: string;
}

/** Quoted for Python and JavaScript, which agree on this. */
const quoted = (text: string): string => JSON.stringify(text);

const isAddress = (file: string): boolean => /^https?:/.test(file);

export const snippets = {
  python({ file, path, selection }: Shown): string {
    const read = `    data = f[${quoted(path)}][${selection || "()"}]`;
    if (!isAddress(file)) return `import h5py\n\nwith h5py.File(${quoted(file)}) as f:\n${read}\n`;
    return `import fsspec\nimport h5py\n\nwith fsspec.open(${quoted(file)}) as remote, h5py.File(remote) as f:\n${read}\n`;
  },
  javascript({ file, path, selection }: Shown): string {
    return `import { open } from "hyperslab";\n\nconst f = await open(${quoted(file)});\nconst d = await f.get(${quoted(path)});\nconst data = await d.read(${selection ? quoted(selection) : ""});\n`;
  },
  command({ file, path, selection }: Shown): string {
    const place = `${file}${path}${selection ? `[${selection}]` : ""}`;
    return `npx hyperslab cat -f csv '${place.replaceAll("'", "'\\''")}'\n`;
  },
};

export type Language = keyof typeof snippets;
