import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const processIdentity = z.strictObject({ pid: z.int().positive(), birth: z.string().optional() });

const serverRecord = z.strictObject({
  server: processIdentity,
  port: z.int().min(1).max(65_535),
  uiPort: z.int().min(1).max(65_535).optional(),
});

/** What the process that started an embedded server leaves for others, and for whoever comes after it died. */
export type ServerRecord = z.infer<typeof serverRecord>;

/** Held by the process that runs the embedded server of a data folder. */
export function serverOwnerPath(dataDir: string): string {
  return join(dataDir, 'run', 'temporal-owner.pid');
}

function recordPath(dataDir: string): string {
  return join(dataDir, 'run', 'temporal-server.json');
}

/** Whole or not at all, so that nobody reads half a record. */
export function writeServerRecord(dataDir: string, record: ServerRecord): void {
  const path = recordPath(dataDir);
  mkdirSync(dirname(path), { recursive: true });
  const draftPath = `${path}.${process.pid}`;
  writeFileSync(draftPath, JSON.stringify(record));
  renameSync(draftPath, path);
}

/** @returns undefined when there is none, or none that can be read */
export function readServerRecord(dataDir: string): ServerRecord | undefined {
  let text: string;
  try {
    text = readFileSync(recordPath(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return serverRecord.safeParse(parseJson(text)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A file that was damaged from outside tells nothing; the port check still finds a server that runs.
    return undefined;
  }
}

export function removeServerRecord(dataDir: string): void {
  rmSync(recordPath(dataDir), { force: true });
}
