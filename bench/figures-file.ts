import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../src/cli/cli-error';
import { packageRoot } from '../src/config/package-root';
import { ExitCode } from '../src/process/exit-codes';
import { figuresOf, parseEntries, presentCommit, type FiguresEntry } from './figures';
import { renderMachine } from './machine';
import type { SpeedReport } from './speed-summary';

function figuresFile(): string {
  return join(packageRoot(), 'bench', 'figures', 'releases.jsonl');
}

/** The kept figures, the oldest first. @throws CliError as `parseEntries` */
export function readEntries(): readonly FiguresEntry[] {
  const file = figuresFile();
  return existsSync(file) ? parseEntries(readFileSync(file, 'utf8')) : [];
}

/** What a run leaves under a name. */
export function entryOf(name: string, report: SpeedReport): FiguresEntry {
  return {
    name,
    date: new Date().toISOString().slice(0, 10),
    commit: presentCommit(),
    machine: renderMachine(report.machine),
    rounds: report.rounds.length,
    notes: report.notes,
    figures: figuresOf(report),
  };
}

/** Before anything is measured. @throws CliError for a name that cannot be used, or is */
export function assertNewName(name: string): void {
  const isTaken = name === 'last' || readEntries().some((entry) => entry.name === name);
  if (isTaken)
    throw new CliError(`Figures are kept under the name "${name}" already; give another one.`, ExitCode.USAGE);
  if (/^[\w.-]{1,60}$/.test(name)) return;
  throw new CliError(`"${name}" is no name: letters, digits, ".", "_" and "-", at most 60.`, ExitCode.USAGE);
}

/** @returns the file */
export function keepEntry(entry: FiguresEntry): string {
  appendFileSync(figuresFile(), `${JSON.stringify(entry)}\n`);
  return figuresFile();
}
