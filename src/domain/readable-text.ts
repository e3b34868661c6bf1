/*
 * Which text people may give a name or a reason: every language and every emoji, and nothing that a terminal obeys, that
 * turns the direction of writing, or that cannot be seen.
 */

/** What joins two characters of a word or of an emoji (Persian, Indic scripts, families of emoji). */
const JOINER = /(?<=[^\p{ASCII}\p{White_Space}\p{Cf}])[\u200C\u200D](?=[^\p{ASCII}\p{White_Space}\p{Cf}])/gu;
/** A flag of a part of a country, spelled in tags behind a black flag. */
const TAGGED_FLAG = /\u{1F3F4}[\u{E0020}-\u{E007E}]{1,10}\u{E007F}/gu;
/** Counted as format characters, and seen: the number and verse signs of Arabic and its neighbours. */
const VISIBLE_FORMAT = /[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/gu;
const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const NOTHING_VISIBLE = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/**
 * What is wrong with a text that is shown on one line.
 *
 * @returns words that follow "it", such as "holds U+202E, which turns the direction of writing"; undefined: nothing
 */
export function faultOfReadableText(text: string): string | undefined {
  if (NOTHING_VISIBLE.test(text)) return 'is empty';
  const rest = text.replaceAll(JOINER, '').replaceAll(TAGGED_FLAG, '').replaceAll(VISIBLE_FORMAT, '');
  const [character] = FORBIDDEN.exec(rest) ?? [];
  if (character === undefined) return undefined;
  const codePoint = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `holds U+${codePoint}, ${describe(character)}`;
}

function describe(character: string): string {
  if (/[\r\n\u0085\p{Zl}\p{Zp}]/u.test(character)) return 'a line break';
  if (/\p{Bidi_Control}/u.test(character)) return 'which turns the direction of writing';
  if (/\p{Cs}/u.test(character)) return 'half of a character';
  return /\p{Cc}/u.test(character) ? 'a control character' : 'which cannot be seen';
}
