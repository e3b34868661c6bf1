/** A part of a text, from the first index to before the second. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A text that was found in another one by undoing a spelling; a character stands for a byte of UTF-8. */
export interface Decoded {
  readonly text: string;
  /** The part of the other text that became this part of the decoded one. */
  readonly locate: (span: Span) => Span;
}

/** A token of the other text, and what it became. */
interface Piece {
  readonly source: Span;
  readonly decoded: Span;
}

const BACKSLASHED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>', apos: "'" };

/** What JSON, JavaScript and Node's own printing escape with a backslash. A pair of surrogates is one character. */
export const BACKSLASH_TOKEN =
  /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|(["'`\\/bfnrt]))/g;
const PERCENT_TOKEN = /%(?:u([0-9a-fA-F]{4})|([0-9a-fA-F]{2}))/g;
const ENTITY_TOKEN = /&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(quot|amp|lt|gt|apos));/g;
// eslint-disable-next-line no-control-regex -- everything but ASCII is what it is about
const BEYOND_ASCII = /[^\x00-\x7f]/gu;

/** A text as its bytes in UTF-8, one character each: the form in which texts and secrets are compared. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text itself, ready for comparison. */
export function asBytes(text: string): Decoded {
  return decodeTokens(text, BEYOND_ASCII, ([character]) => utf8(character)) ?? { text, locate: (span) => span };
}

/** Ways to undo one spelling of a whole text; undefined: it has none of it. */
export const UNESCAPINGS: readonly ((text: string) => Decoded | undefined)[] = [
  (text) =>
    text.includes('\\') ? decodeTokens(text, BACKSLASH_TOKEN, (match) => characterOfBackslash(match)) : undefined,
  (text) =>
    text.includes('%')
      ? decodeTokens(text, PERCENT_TOKEN, ([, unit, byte]) =>
          unit === undefined ? String.fromCharCode(parseInt(byte ?? '', 16)) : fromCodePoint(parseInt(unit, 16)),
        )
      : undefined,
  (text) =>
    text.includes('&')
      ? decodeTokens(text, ENTITY_TOKEN, ([, hex, decimal, name]) =>
          name === undefined
            ? fromCodePoint(hex === undefined ? parseInt(decimal ?? '', 10) : parseInt(hex, 16))
            : ENTITIES[name],
        )
      : undefined,
];

function characterOfBackslash(match: RegExpMatchArray): string | undefined {
  const [, high, low, unit, point, byte, letter] = match;
  if (letter !== undefined) return BACKSLASHED[letter] ?? letter;
  if (high !== undefined && low !== undefined) {
    return utf8(String.fromCharCode(parseInt(high, 16), parseInt(low, 16)));
  }
  return fromCodePoint(parseInt(unit ?? point ?? byte ?? '', 16));
}

/** In UTF-8; undefined for what is no character, such as half a pair of surrogates. */
function fromCodePoint(point: number): string | undefined {
  if (point > 0x10_ff_ff || (point >= 0xd8_00 && point <= 0xdf_ff)) return undefined;
  return utf8(String.fromCodePoint(point));
}

/** Replaces tokens by what they stand for; what `decode` does not know stays as it is. */
function decodeTokens(
  text: string,
  token: RegExp,
  decode: (match: RegExpMatchArray) => string | undefined,
): Decoded | undefined {
  const pieces: Piece[] = [];
  const parts: string[] = [];
  let read = 0;
  let written = 0;
  for (const match of text.matchAll(token)) {
    const plain = decode(match);
    if (plain === undefined) continue;
    const source = { start: match.index, end: match.index + match[0].length };
    written += source.start - read;
    pieces.push({ source, decoded: { start: written, end: written + plain.length } });
    parts.push(text.slice(read, source.start), plain);
    read = source.end;
    written += plain.length;
  }
  if (pieces.length === 0) return undefined;
  parts.push(text.slice(read));
  return {
    text: parts.join(''),
    locate: ({ start, end }) => ({ start: sourceOf(pieces, start).start, end: sourceOf(pieces, end - 1).end }),
  };
}

/** Where one decoded character comes from: a whole token, or the character that was left alone. */
function sourceOf(pieces: readonly Piece[], index: number): Span {
  const piece = pieces.findLast(({ decoded }) => decoded.start <= index);
  if (piece === undefined) return { start: index, end: index + 1 };
  if (index < piece.decoded.end) return piece.source;
  const start = piece.source.end + index - piece.decoded.end;
  return { start, end: start + 1 };
}

/** A spelling in which nothing tells where it begins, so that every place to begin is tried. */
interface Packing {
  readonly encoding: 'base64' | 'hex';
  readonly bitsPerDigit: number;
  readonly phases: number;
  /** Its digits, for a pattern. */
  readonly digits: string;
}

/** Both alphabets of base64, with or without the line breaks of mail; Node decodes either, and skips the breaks. */
const PACKINGS: readonly Packing[] = [
  { encoding: 'base64', bitsPerDigit: 6, phases: 4, digits: '[A-Za-z0-9+/_\\r\\n-]' },
  { encoding: 'hex', bitsPerDigit: 4, phases: 2, digits: '[0-9A-Fa-f]' },
];
const BITS_PER_BYTE = 8;

/** Finds what the runs of base64 and hexadecimal digits in a text may stand for. */
export type Unpack = (text: string) => readonly Decoded[];

/** @param bytesMin runs that hold fewer bytes are left out */
export function unpackerOf(bytesMin: number): Unpack {
  const packings = PACKINGS.map((packing) => {
    const digitsMin = Math.ceil((bytesMin * BITS_PER_BYTE) / packing.bitsPerDigit);
    return { ...packing, run: new RegExp(`${packing.digits}{${digitsMin},}`, 'g') };
  });
  return (text) =>
    packings.flatMap((packing) =>
      [...text.matchAll(packing.run)].flatMap(({ 0: run, index }) => unpackRun(run, index, packing)),
    );
}

function unpackRun(run: string, index: number, { encoding, bitsPerDigit, phases }: Packing): readonly Decoded[] {
  const packed = run.replaceAll(/[\r\n]/g, '');
  return Array.from({ length: phases }, (_, phase) => {
    const at = (bit: number): number => index + indexOfDigit(run, phase + Math.floor(bit / bitsPerDigit));
    return {
      text: Buffer.from(packed.slice(phase), encoding).toString('latin1'),
      locate: ({ start, end }) => ({ start: at(start * BITS_PER_BYTE), end: at(end * BITS_PER_BYTE - 1) + 1 }),
    };
  });
}

/** Where the digit of a number stands in a run that may hold line breaks. */
function indexOfDigit(run: string, digit: number): number {
  let index = digit;
  for (const { index: at } of run.matchAll(/[\r\n]/g)) {
    if (at > index) break;
    index += 1;
  }
  return index;
}
