// Finds what a string names, in whichever of the accepted spellings it is written.
import { unknownName } from '../base/suggest.js';

/** One of the known names, or another spelling of one: editors offer the known ones, any string compiles. */
export type Spelling<Known extends string> = Known | (string & Record<never, never>);

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The key of `table` that `name` means, in any of the spellings below; undefined where there is none. */
export function keyOf(
  name: string,
  table: Readonly<Record<string, unknown>>,
  aliases: Readonly<Record<string, string>> = {},
): string | undefined {
  const wanted = plain(name);
  return (
    Object.keys(table).find((known) => plain(known) === wanted) ??
    Object.entries(aliases).find(([alias]) => plain(alias) === wanted)?.[1]
  );
}

/**
 * The entry of `table` that `name` means: camelCase (`glorotUniform`), Keras's snake_case (`glorot_uniform`) and Keras's
 * class name (`GlorotUniform`) are the same name. `aliases` lead from further names to keys of the table.
 * @throws ValueError that lists what exists, for a name that is not known
 */
export function lookUp<Value>(
  what: string,
  name: string,
  table: Readonly<Record<string, Value>>,
  aliases: Readonly<Record<string, string>> = {},
): { readonly key: string; readonly value: Value } {
  const key = keyOf(name, table, aliases);
  if (key === undefined) throw unknownName(what, name, Object.keys(table));
  return { key, value: table[key]! };
}
