import { readFileSync } from 'node:fs';
import type { Document } from 'yaml';
import { LineCounter, isMap, parseDocument } from 'yaml';
import { ConfigError } from './config-error';

/** A configuration is a page or two; anything larger is the wrong file. */
const CONFIG_FILE_BYTES_MAX = 1_048_576;

function failure(file: string, message: string): ConfigError {
  return new ConfigError([{ source: file, path: '', message }]);
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw failure(file, code === 'ENOENT' ? 'there is no such file.' : `cannot be read (${code}).`);
  }
  if (bytes.length > CONFIG_FILE_BYTES_MAX) {
    throw failure(file, `is ${bytes.length} bytes long; at most ${CONFIG_FILE_BYTES_MAX} are allowed.`);
  }
  return bytes.toString('utf8');
}

function toPlainValue(document: Document, file: string): Record<string, unknown> {
  try {
    return document.toJS() as Record<string, unknown>;
  } catch (error) {
    // Too many aliases, or an alias to nothing.
    throw failure(file, `${(error as Error).message}.`);
  }
}

/**
 * Reads a YAML file that holds a map (or nothing).
 *
 * @throws ConfigError that names file, line and column of every syntax error
 */
export function readYamlMap(file: string): Record<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new ConfigError(
      faults.map((fault) => {
        const { line, col } = lines.linePos(fault.pos[0]);
        return { source: `${file}:${line}:${col}`, path: '', message: `is not valid YAML: ${fault.message}.` };
      }),
    );
  }
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw failure(file, 'must hold a map of settings, such as "api: {port: 8080}".');
  return toPlainValue(document, file);
}
