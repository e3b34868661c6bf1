import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A socket that waits for others: a listening TCP or Unix one, or a UDP one that is not tied to one peer. */
export interface ListeningSocket {
  readonly pid: number;
  readonly transport: 'tcp' | 'udp' | 'unix';
  /** In the usual notation; a Unix socket's path. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
}

/** The states of proc_net_tcp(5) that matter: for UDP the second one means that it has no peer. */
const TCP_LISTENING = '0A';
const UDP_UNCONNECTED = '07';
/** The flag in /proc/net/unix of a socket that accepts connections. */
const UNIX_ACCEPTS = '00010000';

/** Whether this system tells. */
export function canListSockets(): boolean {
  return existsSync('/proc/net/tcp');
}

/** A process and all that it started, as far as they run: it comes first. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(entry);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

function parentOf(pid: string): number | undefined {
  // The name in parentheses may hold anything; the parent is the second word after it.
  const [, parent] = /\) \S (\d+) /.exec(read(`/proc/${pid}/stat`)) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

/** All sockets on which processes of this machine wait for others. */
export function listeningSockets(pids: readonly number[]): readonly ListeningSocket[] {
  const sockets = [...networkSockets(), ...unixSockets()];
  return pids.flatMap((pid) => {
    const inodes = socketInodes(pid);
    return sockets.filter(({ inode }) => inodes.has(inode)).map(({ inode: _inode, ...socket }) => ({ pid, ...socket }));
  });
}

type NamedSocket = Omit<ListeningSocket, 'pid'> & { readonly inode: string };

function networkSockets(): readonly NamedSocket[] {
  const tables = [
    ['tcp', TCP_LISTENING],
    ['udp', UDP_UNCONNECTED],
  ] as const;
  return tables.flatMap(([transport, state]) =>
    [transport, `${transport}6`].flatMap((table) =>
      rows(`/proc/net/${table}`).flatMap((columns) => {
        const [, local = '', , columnState] = columns;
        const [address = '', port = ''] = local.split(':');
        if (columnState !== state) return [];
        return [
          { transport, address: readableAddress(address), port: Number.parseInt(port, 16), inode: columns[9] ?? '' },
        ];
      }),
    ),
  );
}

function unixSockets(): readonly NamedSocket[] {
  return rows('/proc/net/unix').flatMap(([, , , flags, , , inode = '', path = '']) =>
    flags === UNIX_ACCEPTS ? [{ transport: 'unix' as const, address: path, port: 0, inode }] : [],
  );
}

function rows(path: string): readonly (readonly string[])[] {
  const [, ...lines] = read(path).trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/));
}

/** The kernel writes addresses as hexadecimal words in the machine's byte order, little-endian wherever we run. */
function readableAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = (bytes.join('').match(/.{4}/g) ?? [])
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
  // Only these two matter; others are shown in full.
  if (groups === '0:0:0:0:0:0:0:1') return '::1';
  return groups === '0:0:0:0:0:0:0:0' ? '::' : groups;
}

function socketInodes(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`;
  const found = new Set<string>();
  for (const descriptor of listFolder(folder)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(join(folder, descriptor))) ?? [];
      if (inode !== undefined) found.add(inode);
    } catch {
      // It was closed while we looked.
    }
  }
  return found;
}

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    // The process has ended.
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended.
    return '';
  }
}
