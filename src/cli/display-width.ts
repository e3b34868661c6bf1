/*
 * How wide a terminal shows a text: its length counts what programs store, and emoji, Chinese or combined marks are wider or
 * narrower than that.
 */

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What every terminal shows in one column per character. */
const PLAIN = /^[\u0020-\u007e\u00a0-\u02ff]*$/;
const NOTHING = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Cc}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}[\uFE0F\u20E3]|\p{Emoji_Modifier}/u;
/** Narrow forms of wide scripts. */
const HALF_WIDTH = /^[\uFF61-\uFFDC\uFFE8-\uFFEE]/;
/** East Asian letters, their punctuation, and full-width forms; whole planes of letters that are still to come. */
const WIDE =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Script=Khitan_Small_Script}\u2329\u232A\u2E80-\u303E\u3190-\u31FF\u3200-\u33FF\u4DC0-\u4DFF\uFE10-\uFE19\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;

/**
 * Columns that a line takes in a terminal with a font of fixed width. What is joined to one character counts once, as
 * terminals of today show it.
 *
 * @param text one line, without colours
 */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

function widthOf(grapheme: string): number {
  if (NOTHING.test(grapheme)) return 0;
  if (HALF_WIDTH.test(grapheme)) return 1;
  return EMOJI.test(grapheme) || WIDE.test(grapheme) ? 2 : 1;
}
