import { faultOfReadableText } from '../../domain/readable-text';

const ELLIPSIS = '…';
const WHOLE_CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * A text that is no longer than allowed. It is cut between what people see as characters: no flag, no family and no letter
 * with its accent is broken in two.
 *
 * @param lengthMax in UTF-16 code units, as JavaScript and Telegram count
 */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  if (lengthMax < ELLIPSIS.length) return '';
  let end = 0;
  // A character may have hundreds of marks, but what is looked at stays within the allowed length and one character.
  for (const { index, segment } of WHOLE_CHARACTERS.segment(text)) {
    if (index + segment.length > lengthMax - ELLIPSIS.length) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}${ELLIPSIS}`;
}

/** A text on one line: what breaks lines, and whatever cannot be shown, becomes a blank. */
export function oneLine(text: string): string {
  return readable(text.replaceAll(/[\r\n\u0085\u2028\u2029]+/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** A text with its line breaks, as they are on any system, and nothing else that a reader's program would obey. */
export function manyLines(text: string): string {
  return text
    .replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .split('\n')
    .map((line) => readable(line).trimEnd())
    .join('\n');
}

/** What is shown stays, joiners within a character too; controls, halves of characters and turned writing become blanks. */
function readable(text: string): string {
  const parts = Array.from(WHOLE_CHARACTERS.segment(text), ({ segment }) => {
    if (faultOfReadableText(`.${segment}.`) === undefined) return segment;
    return Array.from(segment, (character) =>
      faultOfReadableText(`.${character}.`) === undefined ? character : ' ',
    ).join('');
  });
  return parts.join('');
}
