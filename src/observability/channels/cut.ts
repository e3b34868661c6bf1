import { faultOfReadableText } from '../../domain/readable-text';

const ELLIPSIS = '…';
const WHOLE_CHARACTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How long a text is for whoever takes it. Of two texts put together it is the sum of both. */
export type LengthOf = (text: string) => number;

/** In UTF-16 code units, as JavaScript and Telegram count. */
const inUnits: LengthOf = ({ length }) => length;

/**
 * A text that is no longer than allowed. It is cut between what people see as characters: no flag, no family and no letter
 * with its accent is broken in two.
 *
 * @param lengthMax as lengthOf measures
 * @param lengthOf absent: in UTF-16 code units; where a text is escaped after it was cut, as long as it is then
 */
export function cutText(text: string, lengthMax: number, lengthOf = inUnits): string {
  if (lengthOf(text) <= lengthMax) return text;
  let room = lengthMax - lengthOf(ELLIPSIS);
  if (room < 0) return '';
  let end = 0;
  // A character may have hundreds of marks, but what is looked at stays within the allowed length and one character.
  for (const { index, segment } of WHOLE_CHARACTERS.segment(text)) {
    room -= lengthOf(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}${ELLIPSIS}`;
}

/**
 * The way for every text that comes from outside (a venue's words, a server's, a file's) into a message, whatever the channel: it
 * becomes one line. What breaks lines or cannot be shown becomes a blank, so that no text can pass for a line of ours.
 */
export function oneLine(text: string): string {
  return readable(text.replaceAll(/[\r\n\u0085\u2028\u2029]+/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
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
