/** Ways in which a venue, a proxy or a library may write a value that it was given, by name. */
export const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  raw: (text) => text,
  json: (text) => JSON.stringify(text).slice(1, -1),
  'unicode escapes': (text) => mapUnits(text, (unit) => `\\u${hex(unit, 4)}`),
  'unicode escapes in upper case': (text) => mapUnits(text, (unit) => `\\u${hex(unit, 4).toUpperCase()}`),
  'partly unicode escapes': (text) => everySecond(JSON.stringify(text).slice(1, -1), (unit) => `\\u${hex(unit, 4)}`),
  'byte escapes': (text) => mapBytes(text, (byte) => (byte < 128 ? `\\x${hex(byte, 2)}` : undefined)),
  percent: encodeURIComponent,
  'percent in lower case': (text) => encodeURIComponent(text).replaceAll(/%../g, (code) => code.toLowerCase()),
  'percent for every byte': (text) => mapBytes(text, (byte) => `%${hex(byte, 2)}`),
  'partly percent': (text) => everySecond(encodeURIComponent(text), (unit) => `%${hex(unit, 2)}`),
  form: (text) => new URLSearchParams({ a: text }).toString().slice(2),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 without padding': (text) => Buffer.from(text).toString('base64').replaceAll('=', ''),
  'base64, one byte later': (text) => Buffer.from(`:${text}`).toString('base64'),
  'base64, two bytes later': (text) => Buffer.from(`k:${text}:s`).toString('base64'),
  'base64 of mail': (text) =>
    Buffer.from(`user:${text}`)
      .toString('base64')
      .replaceAll(/(.{16})/g, '$1\r\n'),
  base64url: (text) => Buffer.from(`${text}?`).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'html entities': (text) =>
    Array.from(text)
      .map((character) => `&#${character.codePointAt(0)};`)
      .join(''),
  'html entities in hex': (text) =>
    Array.from(text)
      .map((character) => `&#x${hex(character.codePointAt(0) ?? 0, 2)};`)
      .join(''),
  'html names': (text) =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
};

/** Ways to write what a secret of plain letters looks like, or stands in, rather than the secret itself. */
export const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  'a tab inside': (text) => `${text.slice(0, 5)}\t${text.slice(5)}`,
  'characters without width': (text) => Array.from(text).join('\u200b'),
  'soft hyphens, percent-encoded': (text) => Array.from(text).join('%C2%AD'),
  'wide letters': (text) => mapUnits(text, (unit) => String.fromCharCode(unit + 0xfe_e0)),
  'octal escapes': (text) => mapUnits(text, (unit) => `\\${unit.toString(8).padStart(3, '0')}`),
  'short octal escapes': (text) => mapUnits(text, (unit) => `\\${unit.toString(8)}`),
  'hex with colons': (text) => pairs(text).join(':'),
  'hex with spaces': (text) => pairs(text).join(' '),
  'hex as a list': (text) => `0x${pairs(text).join(', 0x')}`,
  'base64 of UTF-16': (text) => Buffer.from(text, 'utf16le').toString('base64'),
  'base64 of UTF-16, the other order': (text) => Buffer.from(text, 'utf16le').swap16().toString('base64'),
  'base64 of octal escapes': (text) =>
    Buffer.from(mapUnits(text, (unit) => `\\${unit.toString(8).padStart(3, '0')}`)).toString('base64'),
};

function pairs(text: string): readonly string[] {
  return Array.from(Buffer.from(text), (byte) => hex(byte, 2));
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function mapUnits(text: string, write: (unit: number) => string): string {
  return Array.from({ length: text.length }, (_, index) => write(text.charCodeAt(index))).join('');
}

/** Where `write` has nothing for one of its bytes, a character stays as it is. */
function mapBytes(text: string, write: (byte: number) => string | undefined): string {
  return Array.from(text)
    .map((character) => {
      const written = [...Buffer.from(character)].map(write);
      return written.includes(undefined) ? character : written.join('');
    })
    .join('');
}

/** Letters and digits only: what is escaped already stays. */
function everySecond(text: string, write: (unit: number) => string): string {
  return text.replaceAll(
    /(\\u[0-9a-f]{4}|\\.|%..)|([A-Za-z0-9])([A-Za-z0-9])/g,
    (found, escape: string | undefined, one: string, other: string) =>
      escape === undefined ? write(one.charCodeAt(0)) + other : found,
  );
}
