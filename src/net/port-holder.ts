import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The state of a listening socket in /proc/net/tcp. */
const LISTENING = '0A';
/** Words of a command line that a message repeats: enough to recognise it. */
const COMMAND_WORDS_MAX = 4;
const COMMAND_CHARACTERS_MAX = 100;

/** The process that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  /** The first words of its command line, up to the first option: options may carry secrets. */
  readonly command: string;
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    // No /proc here, or the process has just ended: then nobody can be named.
    return [];
  }
}

/** Columns of proc_net_tcp(5): local address in hexadecimal, state, and the socket's inode. */
function listeningInodes(port: number): ReadonlySet<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = [...readLines('/proc/net/tcp'), ...readLines('/proc/net/tcp6')].flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    const inode = columns[9];
    return columns[1]?.endsWith(suffix) && columns[3] === LISTENING && inode !== undefined ? [inode] : [];
  });
  return new Set(inodes);
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).some((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(join(folder, descriptor)))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    // It belongs to another user, or ended while it was read.
    return false;
  }
}

function commandOf(pid: string): string {
  const words = readLines(`/proc/${pid}/cmdline`).join('\n').split('\0');
  const firstOption = words.findIndex((word) => word.startsWith('-'));
  const shown = words.slice(0, firstOption === -1 ? COMMAND_WORDS_MAX : Math.min(firstOption, COMMAND_WORDS_MAX));
  return shown.join(' ').trim().slice(0, COMMAND_CHARACTERS_MAX);
}

/**
 * Who listens on a TCP port of this machine.
 *
 * @returns undefined where the system does not tell: not Linux, or another user's process
 */
export function findPortHolder(port: number): PortHolder | undefined {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && holdsSocket(entry, inodes));
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(pid) };
}
