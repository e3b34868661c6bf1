import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { TRADING_ENVIRONMENTS } from '../config/trading-environment';
import { keepInstead, readKept } from './kept-file';

const processIdentity = z.strictObject({ pid: z.int().positive(), birth: z.string().optional() });

const serverRecord = z.strictObject({
  server: processIdentity,
  port: z.int().min(1).max(65_535),
  uiPort: z.int().min(1).max(65_535).optional(),
  /** Absent in records of older releases: nothing better than paper's is known then. */
  durability: z.enum(['paper', 'live']).optional(),
  environment: z.enum(TRADING_ENVIRONMENTS).optional(),
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

/** What a start needs of a server that it would join. */
export type ServerNeeds = Required<Pick<ServerRecord, 'durability' | 'environment'>>;

/**
 * Why a start must not use the server that another process of its data folder runs.
 *
 * @param owner the process that started it
 * @returns one sentence; undefined when it may
 */
export function whyNotJoin(record: ServerRecord, needs: ServerNeeds, owner: number): string | undefined {
  const { durability = 'paper', environment = 'paper', server } = record;
  const whose = `The Temporal server of this data folder (process ${server.pid}, started by process ${owner}) runs for ${environment}`;
  if (environment !== needs.environment) {
    return `${whose}, and this start is for ${needs.environment}: stop process ${owner} and give ${needs.environment} a data folder of its own (DATA_DIR).`;
  }
  if (durability === 'paper' && needs.durability === 'live') {
    return `${whose} and may forget its last moments in a power cut, which ${needs.environment} must not: stop process ${owner}, then start again.`;
  }
  return undefined;
}

export function writeServerRecord(dataDir: string, record: ServerRecord): void {
  keepInstead(recordPath(dataDir), JSON.stringify(record));
}

/** @returns undefined when there is none, or none that can be read */
export function readServerRecord(dataDir: string): ServerRecord | undefined {
  const text = readKept(recordPath(dataDir));
  if (text === undefined) return undefined;
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
