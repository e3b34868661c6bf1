import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { packageRoot } from '../../src/config/package-root';
import { historyFromJson, historyToJson } from '../../src/temporal/history-json';

const HISTORIES_DIR = join(packageRoot(), 'test', 'replay', 'histories');
const EXTENSION = '.json';

/** One recorded run of a workflow. */
export interface RecordedHistory {
  /** `<workflow>-<what happened>`. */
  readonly name: string;
  readonly history: History;
}

export function readHistories(): readonly RecordedHistory[] {
  const files = readdirSync(HISTORIES_DIR)
    .filter((file) => file.endsWith(EXTENSION))
    .toSorted();
  return files.map((file) => ({
    name: basename(file, EXTENSION),
    history: historyFromJson(JSON.parse(readFileSync(join(HISTORIES_DIR, file), 'utf8'))),
  }));
}

/**
 * Adds histories to those that are kept. Recorded ones are never written again: runs like them may be open somewhere.
 *
 * @returns the bytes written
 * @throws Error when there is one of that name
 */
export function addHistories(recorded: readonly RecordedHistory[]): number {
  const kept = new Set(readdirSync(HISTORIES_DIR));
  const files = recorded.map(({ name, history }) => ({ name: `${name}${EXTENSION}`, text: toText(history) }));
  const taken = files.find(({ name }) => kept.has(name));
  if (taken)
    throw new Error(`${taken.name} is recorded already, and recorded histories are kept: choose another suffix.`);
  for (const { name, text } of files) writeFileSync(join(HISTORIES_DIR, name), text);
  return files.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0);
}

/** One line per event, so that a new recording can be compared; the recording machine's names are nobody's business. */
function toText(history: History): string {
  const { events } = historyToJson(history);
  const lines = events.map((event) =>
    JSON.stringify(event).replaceAll(`@${hostname()}`, '@recorder').replaceAll(packageRoot(), '.'),
  );
  return `{"events":[\n${lines.join(',\n')}\n]}\n`;
}
