// What the judge's modules import from Node, for a browser: a hash whose answers come later, and nothing else.

const answers = [];

const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");

/** SHA-256 as Node has it, but `digest` gives a token: the browser's own hash takes its time. */
export function createHash() {
  const parts = [];
  return {
    update(bytes) {
      parts.push(bytes.slice());
    },
    digest() {
      answers.push(new Blob(parts).arrayBuffer().then((whole) => crypto.subtle.digest("SHA-256", whole)).then(hex));
      return `sha256#${answers.length - 1}#`;
    },
  };
}

/** Puts the digests in place of their tokens in a text, and forgets them. */
export async function settled(text) {
  const hashes = await Promise.all(answers.splice(0));
  return text.replaceAll(/sha256#(\d+)#/g, (_, k) => hashes[k]);
}

// Of the runner in the same module, which is not used here.
export const spawn = undefined;
export const existsSync = undefined;
export const readFileSync = undefined;
export const writeFileSync = undefined;
export default undefined;
