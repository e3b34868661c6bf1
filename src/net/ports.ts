import { connect, createServer, isIP } from 'node:net';
import { findPortHolder, type PortHolder } from './port-holder';

const LOOPBACK = '127.0.0.1';
/** A process on this machine accepts a connection within microseconds, unless its queue is full. */
const CONNECT_TIMEOUT_MS = 1_000;

/** A port that this program was told to use is taken. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
  readonly code = 'PORT_IN_USE';

  constructor(
    readonly port: number,
    /** The environment variable that chooses another port. */
    readonly variable: string,
    readonly holder?: PortHolder,
    /** Further ports that are taken. */
    readonly others: readonly PortInUseError[] = [],
  ) {
    super(describeTaken([{ port, variable, holder }, ...others]));
  }
}

function describeTaken(taken: readonly Pick<PortInUseError, 'port' | 'variable' | 'holder'>[]): string {
  const by = ({ holder }: Pick<PortInUseError, 'holder'>): string =>
    holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`;
  const [first, ...others] = taken;
  if (first !== undefined && others.length === 0)
    return `Port ${first.port} is in use by ${by(first)}; stop it or set ${first.variable} to a free port.`;
  const each = taken.map((one) => `${one.port} by ${by(one)} (${one.variable})`).join(', ');
  return `Ports are in use: ${each}; stop who holds them, or set each of these variables to a free port.`;
}

/** No address that this machine could listen on. */
export class ListenHostError extends Error {
  override readonly name = 'ListenHostError';
  readonly code = 'LISTEN_HOST';
}

const HOST_CODES = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'EINVAL'];

/**
 * What a refusal to listen says of the host that was configured.
 *
 * @param host the setting api.host
 * @returns the error itself where it is about something else
 */
export function listenHostError(host: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined || !HOST_CODES.includes(code)) return error;
  const isUnknown = isIP(host) === 0;
  const what = isUnknown ? 'has no address that this machine finds' : 'is no address of this machine';
  const message = `api.host is "${host}", which ${what} (${code}): use 127.0.0.1, or an address that this machine has.`;
  return new ListenHostError(message, { cause: error });
}

export interface PortUse {
  /** The environment variable that chooses another port; the error names it. */
  readonly variable: string;
  /** Defaults to 127.0.0.1. */
  readonly host?: string;
}

/**
 * Checks that a port can be listened on. Another process may still take it before the caller does: this makes the usual
 * mistake readable, it reserves nothing.
 *
 * @throws PortInUseError naming the holder where the system tells; ListenHostError; the system's error when the port may not be used at all
 */
export async function assertPortFree(port: number, { variable, host = LOOPBACK }: PortUse): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host, exclusive: true }, resolve);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw listenHostError(host, error);
    throw portInUse(port, variable);
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}

/**
 * The same for several ports: all that are taken are named at once.
 *
 * @throws PortInUseError of the first, with the `others`; else as `assertPortFree`
 */
export async function assertPortsFree(uses: readonly (PortUse & { readonly port: number })[]): Promise<void> {
  const taken: PortInUseError[] = [];
  for (const use of uses) {
    try {
      await assertPortFree(use.port, use);
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
      taken.push(error);
    }
  }
  const [first, ...others] = taken;
  if (first !== undefined) throw new PortInUseError(first.port, first.variable, first.holder, others);
}

/** The error of a port that is taken, with its holder where the system tells. @param variable see PortUse */
export function portInUse(port: number, variable: string): PortInUseError {
  return new PortInUseError(port, variable, findPortHolder(port));
}

/** Whether something accepts TCP connections on a port of this machine. */
export function isPortListening(port: number, host: string = LOOPBACK): Promise<boolean> {
  const socket = connect({ port, host, timeout: CONNECT_TIMEOUT_MS });
  return new Promise((resolve) => {
    const settle = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}
