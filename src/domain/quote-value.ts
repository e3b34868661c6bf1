/** Longest piece of a foreign value that a message repeats. */
const QUOTED_CHARACTERS_MAX = 60;

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/**
 * A value as it may appear in a message to people: on one line, cut, with nothing that a terminal would obey or that
 * changes the direction of writing. Maps and lists are named, never unfolded.
 */
export function quoteValue(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  if (typeof value !== 'string') return String(value);
  const cut = value.length > QUOTED_CHARACTERS_MAX ? `${value.slice(0, QUOTED_CHARACTERS_MAX)}…` : value;
  const visible = cut.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return `"${visible}"`;
}
