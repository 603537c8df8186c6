// The part of opentype.js that is used; the package brings no types.
declare module 'opentype.js' {
  /** A step of an outline: its type, and its coordinates by name. */
  type PathCommand = Record<string, number | string>;
  interface Path {
    commands: PathCommand[];
    toPathData(options: { readonly decimalPlaces: number; readonly flipY: boolean }): string;
  }
  interface Glyph {
    readonly index: number;
    /** In font units; of the weight that the path was last asked for. */
    readonly advanceWidth: number;
    getPath(
      x: number,
      y: number,
      fontSize: number,
      options: { readonly variation: { readonly wght: number } },
      font: Font,
    ): Path;
  }
  interface Font {
    readonly unitsPerEm: number;
    charToGlyph(character: string): Glyph;
  }
  const opentype: { parse(buffer: ArrayBuffer): Font };
  export type { Font, Glyph, Path };
  export default opentype;
}
