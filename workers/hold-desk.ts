import { pause } from '../src/process/pause';
import { claimPidFile, readRunningPid, releasePidFile } from '../src/process/pid-file';

/** How often a monitor looks whether the one that keeps the desk is gone, and, without a claim on the disk, whether it can have one. */
const CLAIM_INTERVAL_MS = 10_000;

export interface DeskHolding {
  /** The file that names whoever keeps the desk. */
  readonly path: string;
  /** Keeps the desk until its signal ends that. */
  readonly keep: (signal: AbortSignal) => Promise<unknown>;
  /** Told in one sentence what goes wrong, once for as long as it stays the same. */
  readonly warn: (sentence: string) => void;
  readonly intervalMs?: number;
}

/**
 * Keeps the desk of a data folder whenever no other process does, until the signal ends it. What cannot be written down or fails
 * ends nothing: a disk that takes no claim is just what people have to be told of. Two desks then tell twice, and as soon as the disk
 * takes a claim again one of them leaves. Never throws.
 */
export async function holdDesk({ path, keep, warn, intervalMs = CLAIM_INTERVAL_MS }: DeskHolding, signal: AbortSignal) {
  let warned = '';
  const tell = (sentence: string): void => {
    if (sentence !== warned) warn(sentence);
    warned = sentence;
  };
  while (!signal.aborted) {
    const claim = claimDesk(path, tell);
    if (claim !== 'another') await keepWhileOurs(claim, { path, keep, warn: tell, intervalMs }, signal);
    await pause(intervalMs, signal);
  }
}

type Claim = 'ours' | 'another' | 'unwritten';

/** @returns `unwritten`: nobody is known to keep it, and the disk takes no note that we do */
function claimDesk(path: string, tell: (sentence: string) => void): Claim {
  try {
    return claimPidFile(path, process.pid) === undefined ? 'ours' : 'another';
  } catch (error) {
    const holder = holderOf(path);
    if (holder !== undefined && holder !== process.pid) return 'another';
    tell(`The desk of alerts goes on without its file ${path}, which cannot be written: ${textOf(error)}`);
    return 'unwritten';
  }
}

function holderOf(path: string): number | undefined {
  try {
    return readRunningPid(path);
  } catch {
    return undefined;
  }
}

async function keepWhileOurs(claim: Claim, { path, keep, warn, intervalMs = 0 }: DeskHolding, signal: AbortSignal) {
  const leaving = new AbortController();
  const end = AbortSignal.any([signal, leaving.signal]);
  let held = claim;
  const look = (): void => {
    if (held === 'ours') return;
    held = claimDesk(path, () => undefined);
    if (held === 'another') leaving.abort();
  };
  const looking = setInterval(look, intervalMs).unref();
  try {
    await keep(end);
  } catch (error) {
    warn(`The desk of alerts failed and is taken up again: ${textOf(error)}`);
  } finally {
    clearInterval(looking);
    release(path);
  }
}

function release(path: string): void {
  try {
    releasePidFile(path, process.pid);
  } catch {
    // A dead process's file is taken over.
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
