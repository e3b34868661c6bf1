import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { packageRoot } from '../../src/config/package-root';
import { historyFromJson, historyToJson } from './history-json';

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

/** Replaces every recorded history. @returns the bytes written */
export function replaceHistories(recorded: readonly RecordedHistory[]): number {
  const files = recorded.map(({ name, history }) => ({ name: `${name}${EXTENSION}`, text: toText(history) }));
  rmSync(HISTORIES_DIR, { recursive: true, force: true });
  mkdirSync(HISTORIES_DIR, { recursive: true });
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
