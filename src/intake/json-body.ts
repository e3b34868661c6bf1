import { isUtf8 } from 'node:buffer';
import { quoteValue } from '../domain/quote-value';

/*
 * JSON as its senders meant it. JSON.parse takes the last of two equal keys without a word, and of two amounts that would be
 * an order of either size; and what it says of malformed text differs from one release of Node to the next.
 */

export type JsonBody = { readonly value: unknown } | { readonly fault: string };

/** Keys that reach for the prototypes of objects. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor'];

const WORDS_OF_JSON = ['true', 'false', 'null'];
/** What other languages write, and what it is in JSON. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ['True', 'true'],
  ['TRUE', 'true'],
  ['False', 'false'],
  ['FALSE', 'false'],
  ['None', 'null'],
  ['nil', 'null'],
  ['undefined', 'null'],
]);

const BYTE_ORDER_MARK = /^\uFEFF/;
const BLANKS = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+])/y;
const NUMBER_LIKE = /[-+.\d][\w.+-]*/y;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const FORM = /^[\w.%+-]+=[^\s{]*/;

/**
 * Reads a body as strict JSON in UTF-8; equal keys of one map are refused, at any depth and however they are spelled.
 *
 * @returns the value, or in one sentence what is wrong with the body and where
 */
export function readJsonBody(bytes: Buffer): JsonBody {
  if (bytes.length === 0) return { fault: 'The body is empty; send a JSON object.' };
  if (!isUtf8(bytes)) return { fault: 'The body is not UTF-8; send JSON in UTF-8, without compression.' };
  const text = bytes.toString('utf8').replace(BYTE_ORDER_MARK, '');
  if (text.trim() === '') return { fault: 'The body is empty; send a JSON object.' };
  if (FORM.test(text))
    return { fault: 'The body is a form (name=value); send a JSON object, such as {"name":"value"}.' };
  const fault = new Scanner(text).findFault();
  if (fault !== undefined) return { fault };
  return { value: JSON.parse(text) as unknown };
}

/** The keys of a map that is open; a list has none. */
type Container = Set<string> | 'list';
type Expected = 'value' | 'firstKey' | 'key' | 'firstItem' | 'more' | 'nothing';

/** Walks through the text without recursion, so that depth costs no stack. */
class Scanner {
  private at = 0;
  private readonly open: Container[] = [];

  constructor(private readonly text: string) {}

  findFault(): string | undefined {
    let expected: Expected = 'value';
    for (;;) {
      this.take(BLANKS);
      if (expected === 'nothing') {
        return this.at === this.text.length ? undefined : this.fault('more follows after the end of the JSON value');
      }
      if (this.at >= this.text.length) return this.fault('it ends before it is complete');
      const next: Expected | { readonly fault: string } = this.step(expected);
      if (typeof next === 'object') return next.fault;
      expected = next;
    }
  }

  private step(expected: Exclude<Expected, 'nothing'>): Expected | { readonly fault: string } {
    switch (expected) {
      case 'firstItem':
        return this.skip(']') ? this.close() : this.value();
      case 'value':
        return this.value();
      case 'firstKey':
        return this.skip('}') ? this.close() : this.key();
      case 'key':
        return this.key();
      case 'more':
        return this.more();
    }
  }

  private more(): Expected | { readonly fault: string } {
    const container = this.open.at(-1);
    if (this.skip(container === 'list' ? ']' : '}')) return this.close();
    if (!this.skip(',')) return { fault: this.fault(`a comma or the end is missing before ${this.shown()}`) };
    return container === 'list' ? 'value' : 'key';
  }

  private close(): Expected {
    this.open.pop();
    return this.afterValue();
  }

  private afterValue(): Expected {
    return this.open.length === 0 ? 'nothing' : 'more';
  }

  private key(): Expected | { readonly fault: string } {
    const start = this.at;
    const character = this.text[this.at];
    if (character === '}') return { fault: this.fault('a comma stands before the closing brace') };
    if (character !== '"') return { fault: this.fault(`a key in double quotes is needed, not ${this.shown()}`) };
    const fault = this.string();
    if (fault !== undefined) return { fault };
    const key = JSON.parse(this.text.slice(start, this.at)) as string;
    if (FORBIDDEN_KEYS.includes(key)) return { fault: `The body holds the key "${key}", which no request has.` };
    const keys = this.open.at(-1) as Set<string>;
    if (keys.has(key)) return { fault: `The body has the key ${quoteValue(key)} twice; give it once.` };
    keys.add(key);
    this.take(BLANKS);
    if (!this.skip(':')) return { fault: this.fault(`a colon is missing after the key ${quoteValue(key)}`) };
    return 'value';
  }

  private value(): Expected | { readonly fault: string } {
    if (this.skip('{')) {
      this.open.push(new Set());
      return 'firstKey';
    }
    if (this.skip('[')) {
      this.open.push('list');
      return 'firstItem';
    }
    const fault = this.text[this.at] === '"' ? this.string() : this.bareValue();
    return fault === undefined ? this.afterValue() : { fault };
  }

  /** A number or a word. */
  private bareValue(): string | undefined {
    if (this.take(NUMBER) !== '') return undefined;
    const number = this.look(NUMBER_LIKE);
    if (number !== '')
      return this.fault(`${quoteValue(number)} is no number of JSON; put it in quotes to send it as text`);
    const word = this.look(WORD);
    if (WORDS_OF_JSON.includes(word)) {
      this.at += word.length;
      return undefined;
    }
    const meant = FOREIGN_WORDS.get(word);
    if (meant !== undefined) return this.fault(`${word} is ${meant} in JSON`);
    if (/^(NaN|Infinity)$/.test(word)) return this.fault(`${word} is no value of JSON`);
    if (word !== '') return this.fault(`text stands in double quotes, ${quoteValue(word)} has none`);
    return this.fault(`a value is needed, not ${this.shown()}`);
  }

  /** @returns what is wrong with it; otherwise it is behind us */
  private string(): string | undefined {
    const { text } = this;
    for (this.at += 1; this.at < text.length; this.at += 1) {
      const character = text[this.at];
      if (character === '"') {
        this.at += 1;
        return undefined;
      }
      if (text.charCodeAt(this.at) < 0x20)
        return this.fault('a text holds a control character or a line break; escape it');
      if (character !== '\\') continue;
      const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
      const taken = this.look(escape);
      if (taken === '') return this.fault('a backslash in a text begins no escape of JSON; double it');
      this.at += taken.length - 1;
    }
    return this.fault('a text has no closing quote');
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  /** What stands here. */
  private look(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  private take(pattern: RegExp): string {
    const taken = this.look(pattern);
    this.at += taken.length;
    return taken;
  }

  private shown(): string {
    const [character = ''] = this.text.slice(this.at, this.at + 2);
    if (character === "'") return 'a single quote';
    if (character === '/' || character === '#') return `${quoteValue(character)} (JSON has no comments)`;
    return quoteValue(character);
  }

  private fault(what: string): string {
    const before = this.text.slice(0, this.at).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    const line = before.length === 1 ? '' : `line ${before.length}, `;
    return `The body is not valid JSON at ${line}character ${column}: ${what}.`;
  }
}
