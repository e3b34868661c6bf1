import type { Alias, Document, ParsedNode } from 'yaml';
import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { FileUnusableError, readBoundedFile } from '../process/bounded-file';
import { encodingFault } from '../secrets/encoding';
import { ConfigError } from './config-error';

/** A configuration is a page or two; anything larger is the wrong file. */
const CONFIG_FILE_BYTES_MAX = 65_536;
/** Every key of a map is compared with those before it, so the time grows with the square of their number. */
const MAP_KEYS_MAX = 1_000;
const KEY_COMPARISONS_MAX = (MAP_KEYS_MAX * (MAP_KEYS_MAX - 1)) / 2;
const NESTED_TOO_DEEPLY = 'is nested too deeply to be a configuration.';

function failure(file: string, message: string): ConfigError {
  return new ConfigError([{ source: file, path: '', message }]);
}

/** What a parser says, itself or by way of a fault that it lists, of what nobody writes by hand. */
function isStackSpent(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Maximum call stack size exceeded');
}

function parse(file: string, lineCounter: LineCounter, uniqueKeys: KeyComparison['areEqual']): Document.Parsed {
  try {
    return parseDocument(readText(file), { lineCounter, prettyErrors: false, uniqueKeys });
  } catch (error) {
    throw isStackSpent(error) ? failure(file, NESTED_TOO_DEEPLY) : error;
  }
}

function readText(file: string): string {
  try {
    const bytes = readBoundedFile(file, { bytesMax: CONFIG_FILE_BYTES_MAX, what: 'The configuration' });
    const fault = encodingFault(bytes);
    if (fault !== undefined) throw failure(file, `${fault}.`);
    // A carriage return alone ends a line, too, and the parser does not know it.
    return bytes.toString('utf8').replaceAll(/\r(?!\n)/g, '\n');
  } catch (error) {
    if (error instanceof FileUnusableError) throw failure(file, `${error.problem}.`);
    throw error;
  }
}

/** Tells equal keys as the parser itself does, and ends the parsing when there are too many to compare. */
class KeyComparison {
  #comparisons = 0;

  readonly areEqual = (one: ParsedNode, other: ParsedNode): boolean => {
    this.#comparisons += 1;
    // The parser makes a fault of it.
    if (this.tooMany) throw new Error('too many keys');
    return one === other || (isScalar(one) && isScalar(other) && one.value === other.value);
  };

  get tooMany(): boolean {
    return this.#comparisons > KEY_COMPARISONS_MAX;
  }
}

/** The parser's words for what it is called with are of no use to who wrote the file. */
function describeFault({ code, message }: { readonly code: string; readonly message: string }): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'begins a second document; keep one, and remove the line --- before the other.';
    // The parser's own words quote what stands there, which may be a secret that begins with such a character.
    case 'BAD_ALIAS':
      return 'begins with * what is no alias; put it in quotes.';
    case 'TAG_RESOLVE_FAILED':
      return 'begins with ! what is no tag; put it in quotes.';
    case 'DUPLICATE_KEY':
      return 'sets a key that the same map has already; keep one of them.';
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'has a second setting on the line of the first: put each, such as `enabled: false`, on a line of its own, indented below its section.';
    default:
      return `is not valid YAML: ${message.replace(/\.$/, '')}.`;
  }
}

function toPlainValue(document: Document, file: string, lines: LineCounter): Record<string, unknown> {
  const at = (alias: Alias | undefined): string =>
    alias?.range ? `${file}:${lines.linePos(alias.range[0]).line}` : file;
  try {
    return document.toJS() as Record<string, unknown>;
  } catch (error) {
    if (isStackSpent(error)) throw failure(file, NESTED_TOO_DEEPLY);
    // An alias to nothing, whose name may be a secret that begins with a star; or too many of them.
    const aliases = aliasesIn(document);
    const lost = aliases.find((alias) => alias.resolve(document) === undefined);
    if (lost !== undefined) throw failure(at(lost), 'begins with * what is no alias; put it in quotes.');
    throw failure(at(aliases[0]), `${(error as Error).message}.`);
  }
}

function aliasesIn(document: Document): readonly Alias[] {
  const aliases: Alias[] = [];
  visit(document, { Alias: (_, alias) => void aliases.push(alias) });
  return aliases;
}

/** A YAML file that holds a map, and where its values stand. */
export interface YamlMap {
  readonly values: Record<string, unknown>;
  /** The file with the line of a value, or of the nearest map above it that is there: `/etc/alerts.yaml:12`. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

function placeOf(file: string, document: Document, lines: LineCounter, path: readonly PropertyKey[]): string {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of path) {
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const next: unknown = isSeq(node) ? node.items[Number(key)] : pair?.value;
    const shown: unknown = pair?.key ?? next;
    if (!isNode(shown)) break;
    offset = shown.range?.[0] ?? offset;
    node = next;
  }
  return offset === undefined ? file : `${file}:${lines.linePos(offset).line}`;
}

/**
 * Reads a YAML file that holds a map (or nothing).
 *
 * @throws ConfigError that names file, line and column of every syntax error
 */
export function readYamlMap(file: string): Record<string, unknown> {
  return readPlacedYamlMap(file).values;
}

/**
 * As readYamlMap, for who tells the line of what is wrong with a value.
 *
 * @throws ConfigError
 */
export function readPlacedYamlMap(file: string): YamlMap {
  const lines = new LineCounter();
  const keys = new KeyComparison();
  const document = parse(file, lines, keys.areEqual);
  if (keys.tooMany) throw failure(file, `holds more than ${MAP_KEYS_MAX} keys.`);
  const faults = [...document.errors, ...document.warnings];
  if (faults.some(isStackSpent)) throw failure(file, NESTED_TOO_DEEPLY);
  if (faults.length > 0) {
    throw new ConfigError(
      faults.map((fault) => {
        const { line, col } = lines.linePos(fault.pos[0]);
        return { source: `${file}:${line}:${col}`, path: '', message: describeFault(fault) };
      }),
    );
  }
  const place = (path: readonly PropertyKey[]): string => placeOf(file, document, lines, path);
  if (document.contents === null) return { values: {}, placeOf: place };
  if (!isMap(document.contents)) throw failure(file, 'must hold a map of settings, such as "api: {port: 8080}".');
  return { values: toPlainValue(document, file, lines), placeOf: place };
}
