import { randomBytes, scryptSync } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readBoundedFile } from '../../process/bounded-file';
import { readRunningPid } from '../../process/pid-file';
import { writeSafely } from './safe-file';

const FILE_BYTES_MAX = 65_536;
const DIGEST_BYTES = 32;

const shape = z.strictObject({
  version: z.literal(1),
  pid: z.int().min(1),
  salt: z.string().max(100),
  /** Each channel's settings, which nobody can read from it. */
  channels: z.record(z.string().max(100), z.string().max(100)),
  words: z.string().max(1_000),
});

/** What a process that tells people was set up with: by the channel's name, all that decides whether a message arrives. */
export type ChannelSettings = Readonly<Record<string, unknown>>;

/** Held by the process that keeps the book of alerts. */
export function deskPidPath(dataDir: string): string {
  return join(dataDir, 'run', 'alert-desk.pid');
}

function noteFile(dataDir: string): string {
  return join(dataDir, 'run', 'alert-channels.json');
}

/** Slow on purpose: a short password must not be guessed from what it became. */
function digest(settings: unknown, salt: string): string {
  return scryptSync(JSON.stringify(settings ?? null), salt, DIGEST_BYTES).toString('hex');
}

/**
 * Notes with which channels this process tells people, so that whoever tests a file can say whether it is in force.
 *
 * @param words the same for people
 * @throws the file system's error
 */
export function noteChannels(dataDir: string, settings: ChannelSettings, words: string): void {
  const salt = randomBytes(16).toString('hex');
  const channels = Object.fromEntries(Object.entries(settings).map(([name, of]) => [name, digest(of, salt)]));
  writeSafely(noteFile(dataDir), JSON.stringify({ version: 1, pid: process.pid, salt, channels, words }));
}

/** How the channels of the running desk differ from a file's. */
export interface RunningChannels {
  readonly pid: number;
  /** How it tells people, in words; undefined: it did not note it. */
  readonly words?: string;
  /** Channels that it does not have, has otherwise, or has in addition; all of them where it did not note it. */
  readonly differing: readonly string[];
}

/** @returns undefined: nobody keeps the book now. Never throws */
export function compareChannels(dataDir: string, settings: ChannelSettings): RunningChannels | undefined {
  const pid = readRunningPid(deskPidPath(dataDir));
  if (pid === undefined) return undefined;
  const note = readNote(dataDir);
  if (note?.pid !== pid) return { pid, differing: Object.keys(settings) };
  const names = new Set([...Object.keys(settings), ...Object.keys(note.channels)]);
  const isSame = (name: string): boolean =>
    Object.hasOwn(settings, name) && note.channels[name] === digest(settings[name], note.salt);
  return { pid, words: note.words, differing: [...names].filter((name) => !isSame(name)) };
}

function readNote(dataDir: string): z.infer<typeof shape> | undefined {
  try {
    const text = readBoundedFile(noteFile(dataDir), { bytesMax: FILE_BYTES_MAX, what: 'The note of channels' });
    return shape.safeParse(JSON.parse(text.toString())).data;
  } catch {
    return undefined;
  }
}
