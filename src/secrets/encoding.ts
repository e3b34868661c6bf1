/** What files begin with in encodings that are no UTF-8; the longer ones first. */
const MARKS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['UTF-32', [0xff, 0xfe, 0, 0]],
  ['UTF-32', [0, 0, 0xfe, 0xff]],
  ['UTF-16 (little-endian)', [0xff, 0xfe]],
  ['UTF-16 (big-endian)', [0xfe, 0xff]],
];
/** Without a mark: Latin letters have a zero beside each. */
const NUL_PATTERNS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['UTF-16 (little-endian)', /^[^\0]\0[^\0]\0/],
  ['UTF-16 (big-endian)', /^\0[^\0]\0[^\0]/],
];
const REMEDY = 'save it as UTF-8';

/**
 * Why bytes are no text in UTF-8, which may begin with a mark.
 *
 * @returns the end of a sentence that begins with the file's name; undefined: they are
 */
export function encodingFault(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const marked = MARKS.find(([, mark]) => mark.every((byte, index) => buffer[index] === byte));
  const text = buffer.toString('latin1');
  const [name] = marked ?? NUL_PATTERNS.find(([, pattern]) => pattern.test(text)) ?? [];
  if (name !== undefined) return `is written in ${name}; ${REMEDY}`;
  const nulAt = buffer.indexOf(0);
  if (nulAt !== -1) return `holds a NUL character in line ${lineAt(text, nulAt)}; remove it`;
  if (isUtf8(buffer)) return undefined;
  return `holds bytes in line ${lineAt(text, firstFault(buffer))} that are no UTF-8; ${REMEDY}`;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Where the bytes stop being UTF-8: what differs when they are written anew. */
function firstFault(bytes: Buffer): number {
  const anew = Buffer.from(bytes.toString('utf8'));
  const at = bytes.findIndex((byte, index) => byte !== anew[index]);
  return at === -1 ? bytes.length : at;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split(/\r\n|\r|\n/).length;
}
