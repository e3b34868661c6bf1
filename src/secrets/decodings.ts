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

/** What JSON, JavaScript, C and Node's own printing escape with a backslash. A pair of surrogates is one character. */
export const BACKSLASH_TOKEN =
  /\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|([0-3][0-7]{2}|[0-7]{1,2})|(["'`\\/bfnrt]))/g;
const PERCENT_TOKEN = /%(?:u([0-9a-fA-F]{4})|([0-9a-fA-F]{2}))/g;
const ENTITY_TOKEN = /&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(quot|amp|lt|gt|apos));/g;
// eslint-disable-next-line no-control-regex -- everything but ASCII is what it is about
const BEYOND_ASCII = /[^\x00-\x7f]/gu;

/** Characters that nobody sees, and those beyond ASCII, as bytes of UTF-8. */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const DISGUISE = /[\x00-\x1f\x7f]|[\xc2-\xf4][\x80-\xbf]{1,3}/g;
/** Two hexadecimal digits, after what separates them from those before. */
const SEPARATED_BYTE = /(?:[:\s,-]{1,2}(?:0[xX])?)?([0-9A-Fa-f]{2})/g;

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
  undisguise,
];

/** Leaves out control and format characters, and writes wide and ornamental letters as plain ones. */
export function undisguise(text: string): Decoded | undefined {
  return text.search(DISGUISE) === -1 ? undefined : decodeTokens(text, DISGUISE, ([bytes]) => plainOf(bytes));
}

/** @returns undefined for what is plain already, or is no character */
function plainOf(bytes: string): string | undefined {
  const character = bytes.length === 1 ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
  if (/^[\p{Cc}\p{Cf}]$/u.test(character)) return '';
  const plain = character.normalize('NFKC');
  return plain === character ? undefined : utf8(plain);
}

function characterOfBackslash(match: RegExpMatchArray): string | undefined {
  const [, high, low, unit, point, byte, octal, letter] = match;
  if (letter !== undefined) return BACKSLASHED[letter] ?? letter;
  if (high !== undefined && low !== undefined) {
    return utf8(String.fromCharCode(parseInt(high, 16), parseInt(low, 16)));
  }
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
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
  const piece = lastStartingAt(pieces, index);
  if (piece === undefined) return { start: index, end: index + 1 };
  if (index < piece.decoded.end) return piece.source;
  const start = piece.source.end + index - piece.decoded.end;
  return { start, end: start + 1 };
}

/** The last piece that starts at or before an index of the decoded text. */
function lastStartingAt(pieces: readonly Piece[], index: number): Piece | undefined {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.decoded.start ?? Infinity) <= index) low = middle + 1;
    else high = middle;
  }
  return pieces[low - 1];
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
  const separated = new RegExp(`[0-9A-Fa-f]{2}(?:[:\\s,-]{1,2}(?:0[xX])?[0-9A-Fa-f]{2}){${bytesMin - 1},}`, 'g');
  return (text) => [
    ...packings.flatMap((packing) =>
      [...text.matchAll(packing.run)].flatMap(({ 0: run, index }) => unpackRun(run, index, packing)),
    ),
    ...[...text.matchAll(separated)].flatMap(({ 0: run, index }) => unpackSeparated(run, index)),
  ];
}

/** Hexadecimal digits in pairs, as fingerprints and dumps are written. */
function unpackSeparated(run: string, index: number): readonly Decoded[] {
  const bytes = decodeTokens(run, SEPARATED_BYTE, ([, byte = '']) => String.fromCharCode(parseInt(byte, 16)));
  if (bytes === undefined) return [];
  const locate = (span: Span): Span => {
    const { start, end } = bytes.locate(span);
    return { start: index + start, end: index + end };
  };
  return [{ text: bytes.text, locate }];
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
