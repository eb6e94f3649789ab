declare module "virtual:colormaps" {
  /** 256 colours as 1,536 hexadecimal digits, by name. */
  export const maps: Readonly<Record<string, string>>;
}

declare module "virtual:colormap-names" {
  /** Names, in the order they are offered. */
  export const names: readonly string[];
}
