import { REASON_BYTES_MAX } from './ledger/state';
import { EXIT_STRATEGY_PREFIX, isExitStrategyTaken } from './position/exit-strategy';

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

/** As programs count them (UTF-16): a letter is 1, an emoji 2 or more. */
export const STRATEGY_UNITS_MAX = 64;

const BLANK_ENDS = /^\p{White_Space}|\p{White_Space}$/u;

/**
 * What is wrong with the name of a strategy that was not taken before. Names are compared by their characters, so that what
 * looks the same has to be the same: one spelling of each name, no blanks around it.
 *
 * @returns words that follow "it"; undefined: nothing
 */
export function faultOfStrategyName(name: string): string | undefined {
  const fault = faultOfReadableText(name);
  if (fault !== undefined) return fault;
  if (name.length > STRATEGY_UNITS_MAX) return `has ${name.length} characters (an emoji counts as 2 or more)`;
  if (isExitStrategyTaken(name))
    return `begins with "${EXIT_STRATEGY_PREFIX}", which only the exits of positions do: use another name`;
  if (BLANK_ENDS.test(name)) return 'begins or ends with a blank, which nobody sees: leave it out';
  if (name === name.normalize('NFC')) return undefined;
  return 'is spelled with other code points than its usual form (Unicode NFC), which looks the same: send that form';
}

/**
 * What is wrong with a person's reason for something, once blanks around it are cut off. Every record keeps one of
 * REASON_BYTES_MAX bytes uncut: the ledger, a signal's timeline and the audit.
 *
 * @returns words that follow "it"; undefined: nothing
 */
export function faultOfReason(reason: string): string | undefined {
  const fault = faultOfReadableText(reason);
  if (fault !== undefined) return `${fault}: write text on one line`;
  const bytes = utf8Length(reason);
  if (bytes <= REASON_BYTES_MAX) return undefined;
  return `has ${bytes} bytes as UTF-8; at most ${REASON_BYTES_MAX} are kept: say it shorter`;
}

/**
 * As much of a reason as can be kept, for what must not fail for its words: what cannot be shown becomes a blank, and what is
 * too long ends after a word.
 */
export function keepableReason(reason: string): string {
  const readable = Array.from(reason, (character) => (faultOfReadableText(`.${character}`) ? ' ' : character)).join('');
  const words = readable.split(/\s+/).filter(Boolean);
  const whole = words.join(' ');
  if (utf8Length(whole) <= REASON_BYTES_MAX) return whole;
  let kept = '';
  for (const word of words) {
    const longer = kept === '' ? word : `${kept} ${word}`;
    if (utf8Length(`${longer} …`) > REASON_BYTES_MAX) break;
    kept = longer;
  }
  return kept === '' ? 'a reason of one word too long to keep' : `${kept} …`;
}

/** Workflows have no Buffer. */
function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

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
  return `holds ${showCodePoint(character)}, ${describe(character)}`;
}

/** `U+00AD`, for what a person could not see. */
export function showCodePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function describe(character: string): string {
  if (/[\r\n\u0085\p{Zl}\p{Zp}]/u.test(character)) return 'a line break';
  if (/\p{Bidi_Control}/u.test(character)) return 'which turns the direction of writing';
  if (/\p{Cs}/u.test(character)) return 'half of a character';
  return /\p{Cc}/u.test(character) ? 'a control character' : 'which cannot be seen';
}
