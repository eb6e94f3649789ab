/** Texts about files of other kinds: apart from the others, as they come when one is brought in. */

export const i = {
  title: (files: readonly File[]): string => (files.length === 1 ? `Make HDF5 of ${files[0]?.name}` : `Make HDF5 of ${files.length} files`),
  where: "Where",
  newFile: (name: string): string => `A new file, ${name}`,
  here: (name: string, group: string): string => `${name}, group ${group}`,
  name: "Name of the dataset",
  firstLine: "The first line of tables",
  firstLines: { auto: "has names, if it looks so", names: "has the names of the columns", values: "has values" },
  make: "Make it",
  making: "Making…",
  cancel: "Cancel",
  unread: "This could not be read",
  nameless: "a name is needed",
};
