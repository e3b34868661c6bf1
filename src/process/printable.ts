/** What could move a terminal's cursor, change its colours or the writing direction; C1 controls and line marks too. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const UNPRINTABLE_BUT_LINES = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;
const REPLACEMENT = '\uFFFD';

/** One line for a terminal: texts from signals, venues and files are shown, not obeyed. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, REPLACEMENT);
}

/** The same for a text whose line breaks are meant. */
export function printableLines(text: string): string {
  return text.replaceAll(UNPRINTABLE_BUT_LINES, REPLACEMENT);
}
