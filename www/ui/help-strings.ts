/** Texts of the list of keys: apart from the others, as they come when it is shown. */

type Keys = readonly (readonly [key: string, what: string])[];

export const h = {
  title: "Keyboard",
  close: "Close",
  groups: [
    ["Everywhere", [
      ["Ctrl+O", "open a file"],
      ["/ or Ctrl+K", "find a path"],
      ["Ctrl+S", "save"],
      ["Ctrl+Z, Ctrl+Shift+Z", "undo, redo"],
      ["F6", "next part of the page"],
      ["?", "this list"],
    ]],
    ["Tree", [
      ["↑ ↓ Home End Page ↑ ↓", "move"],
      ["→ ←", "unfold, fold"],
      ["*", "unfold all beside it"],
      ["letters", "go to a name"],
      ["Enter", "show"],
      ["F2, Delete", "rename, delete"],
      ["Shift+F10", "menu"],
    ]],
    ["Dataset", [
      ["1 … 6", "views, as they stand above it"],
      ["[ ]", "index back, on"],
      ["{ }", "the same by ten"],
      ["x, y", "the next axis across, down"],
      ["l, c, a", "scale, colours, limits: the next choice"],
      ["g", "go to a row, or to the selection"],
      ["e", "export"],
      ["p", "copy Python"],
    ]],
    ["Plot", [
      ["+ − 0", "zoom in, out, show all"],
      ["← → ↑ ↓", "move"],
    ]],
    ["Table", [
      ["arrows, Home, End, Page ↑ ↓", "move"],
      ["Enter or F2", "change a value"],
      ["Ctrl+C, Ctrl+V", "copy, paste"],
    ]],
  ] satisfies readonly (readonly [name: string, keys: Keys])[],
};
