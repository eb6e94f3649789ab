// Says what is in the files it is asked for, one after another: {file} is answered by its canonical document.
import { document } from "./document.mjs";

process.on("message", ({ file }) => {
  process.send("begun");
  process.send(document(file));
});
