/** JSON in which nothing is ambiguous. */

/** Objects and lists in each other; ours have 4. */
const DEPTH_MAX = 16;
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** What is wrong with a text of JSON, in words. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/**
 * @param bytesMax longer ones are not looked at
 * @throws JsonError for what is longer, not UTF-8, no JSON, deeper than DEPTH_MAX or names a key of one object twice
 */
export function parseStrictJson(bytes: Uint8Array, bytesMax: number): unknown {
  if (bytes.length > bytesMax) throw new JsonError(`has ${bytes.length} bytes, and ${bytesMax} are allowed`);
  const text = decode(bytes);
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new JsonError('is not JSON', { cause: error });
  }
  checkStructure(text);
  return content;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new JsonError('is not text in UTF-8', { cause: error });
  }
}

/** @param text valid JSON */
function checkStructure(text: string): void {
  /** The keys of each object that is open; undefined: a list. */
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const inObject = open.at(-1);
    if (token.startsWith('"')) {
      if (isKey && inObject) addKey(inObject, JSON.parse(token) as string);
    } else if (token === '{' || token === '[') {
      if (open.push(token === '{' ? new Set() : undefined) > DEPTH_MAX) {
        throw new JsonError(`has objects or lists more than ${DEPTH_MAX} deep`);
      }
    } else if (token === '}' || token === ']') open.pop();
    isKey = token === '{' || token === ',';
  }
}

function addKey(keys: Set<string>, key: string): void {
  if (keys.has(key)) throw new JsonError(`names ${JSON.stringify(key.slice(0, 64))} twice in one object`);
  keys.add(key);
}
