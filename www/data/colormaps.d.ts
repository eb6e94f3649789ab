declare module "virtual:colormaps" {
  /** 256 colours as 1,536 hexadecimal digits, by name. */
  export const maps: Readonly<Record<string, string>>;
}
