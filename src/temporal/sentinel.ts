import { connect } from 'node:net';

/** Longest wait for a server to take a connection. */
const CONNECT_TIMEOUT_MS = 2_000;
/** Silence after which the system asks the other side whether it still lives. */
const KEEP_ALIVE_MS = 1_000;
/** Temporal's own port, where an address names none. */
const DEFAULT_PORT = 7233;

/** A connection on which nothing is ever said: its end tells that the server's process, or the way to it, has gone. */
export interface Sentinel {
  close(): void;
}

/** @param address `host:port` as users write it; `[::1]:7233` */
export function endpointOf(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(`tcp://${address}`);
  return { host: hostname.replace(/^\[(?<inner>.+)\]$/, '$<inner>'), port: port === '' ? DEFAULT_PORT : Number(port) };
}

/**
 * @param onBreak called once, in the turn in which the system reports the end; not after `close`
 * @returns undefined when no connection could be made, whatever the reason
 */
export function openSentinel(address: string, onBreak: () => void): Promise<Sentinel | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...endpointOf(address), keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
    const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS);
    let state: 'connecting' | 'open' | 'over' = 'connecting';
    const end = (tellsOf: boolean): void => {
      const wasOpen = state === 'open';
      state = 'over';
      clearTimeout(timer);
      socket.destroy();
      // Without effect where the connection was made.
      resolve(undefined);
      if (wasOpen && tellsOf) onBreak();
    };
    socket.once('connect', () => {
      clearTimeout(timer);
      state = 'open';
      resolve({ close: () => end(false) });
    });
    for (const event of ['end', 'error', 'close'] as const) socket.on(event, () => end(true));
    // Reads what may come, so that the end is noticed; a server's greeting says nothing.
    socket.resume().unref();
  });
}
