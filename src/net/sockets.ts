/*
 * Every socket that the product and its children listen on. A test starts the product, reads what all its processes listen on,
 * and fails for whatever is not here; docs/sockets.md shows the list to people. A new socket begins here, with its guard.
 */

/**
 * Where a socket listens: the usual loopback address, another one of 127.0.0.0/8 that is drawn by chance, what is set, or, for a
 * Unix socket, the data folder.
 */
export type SocketAddress = '127.0.0.1' | '127.a.b.c' | 'api.host' | 'dataDir';

/** A file in the data folder. */
export type UnixSocketFile = 'run/signals.sock' | `run/metrics-${string}.sock`;

export interface ListedSocket {
  readonly name: string;
  /** As the supervisor calls it; `supervisor` is `oncefill start` itself. */
  readonly process:
    'supervisor' | 'temporal_server' | 'paper_venue' | 'system_monitor' | 'trading_engine' | 'ml_manager' | 'api';
  readonly protocol: 'HTTP' | 'HTTP, WebSocket' | 'gRPC' | 'JSON lines' | 'JSON';
  readonly address: SocketAddress;
  /** The setting that holds the port; `random`: any free one; of a Unix socket its file. */
  readonly port:
    'api.port' | 'hooks.port' | 'paperVenue.port' | 'temporal.port' | 'temporal.uiPort' | 'random' | UnixSocketFile;
  /** How many of its kind there are; all have `random` ports if there is more than one. */
  readonly count: number;
  /** When it is there. */
  readonly present: string;
  /** What keeps strangers out. */
  readonly guard: string;
}

const OUR_GUARD = 'our guard (src/net/browser-guard.ts)';
const OWNER_ALONE =
  'a Unix socket of mode 0600 in a folder of mode 0700: its owner alone; no page can reach it, and it reads nothing';
const NO_PAGES = 'no page can speak it (HTTP/2 in the clear); asks nobody who they are';

export const LISTED_SOCKETS: readonly ListedSocket[] = [
  {
    name: 'API',
    process: 'api',
    protocol: 'HTTP',
    address: 'api.host',
    port: 'api.port',
    count: 1,
    present: 'modes all, api',
    guard: OUR_GUARD,
  },
  {
    name: 'Webhooks',
    process: 'api',
    protocol: 'HTTP',
    address: '127.0.0.1',
    port: 'hooks.port',
    count: 1,
    present: 'hooks.enabled: off by default',
    guard: `${OUR_GUARD}, of any content type; a secret of each source`,
  },
  {
    name: 'Paper venue',
    process: 'paper_venue',
    protocol: 'HTTP, WebSocket',
    address: '127.0.0.1',
    port: 'paperVenue.port',
    count: 1,
    present: 'paper',
    guard: `${OUR_GUARD}, before anything is counted; signatures`,
  },
  {
    name: 'Web UI, for people',
    process: 'supervisor',
    protocol: 'HTTP',
    address: '127.0.0.1',
    port: 'temporal.uiPort',
    count: 1,
    present: 'temporal.webUi: paper by default',
    guard: OUR_GUARD,
  },
  {
    name: "Web UI, the server's own",
    process: 'temporal_server',
    protocol: 'HTTP',
    address: '127.a.b.c',
    port: 'random',
    count: 1,
    present: 'temporal.webUi: paper by default',
    guard: 'hidden: address and port are drawn anew at every start; a CSRF token for changes',
  },
  {
    name: 'Signals from the API',
    process: 'trading_engine',
    protocol: 'JSON lines',
    address: 'dataDir',
    port: 'run/signals.sock',
    count: 1,
    present: 'modes all, core',
    guard: 'a Unix socket of mode 0600 in a folder of mode 0700: its owner alone; no page can reach it',
  },
  metricsOf('supervisor', 'every mode; other modes than all: with the mode in its name'),
  metricsOf('paper_venue', 'paper'),
  metricsOf('system_monitor', 'every mode; of several monitors of a data folder the one that tells people'),
  metricsOf('trading_engine', 'modes all, core'),
  metricsOf('ml_manager', 'modes all, ml'),
  {
    name: 'Temporal, gRPC',
    process: 'temporal_server',
    protocol: 'gRPC',
    address: '127.0.0.1',
    port: 'temporal.port',
    count: 1,
    present: 'embedded server',
    guard: NO_PAGES,
  },
  {
    name: 'Temporal, between its services',
    process: 'temporal_server',
    protocol: 'gRPC',
    address: '127.0.0.1',
    port: 'random',
    count: 3,
    present: 'embedded server',
    guard: NO_PAGES,
  },
  {
    name: 'Temporal, HTTP API',
    process: 'temporal_server',
    protocol: 'HTTP',
    address: '127.0.0.1',
    port: 'random',
    count: 1,
    present: 'embedded server',
    guard:
      'frontend.httpAllowedHosts names a host that nobody can have: refuses every call of the API; Nexus paths are answered to anybody',
  },
  {
    name: 'Temporal, metrics',
    process: 'temporal_server',
    protocol: 'HTTP',
    address: '127.0.0.1',
    port: 'random',
    count: 1,
    present: 'embedded server',
    guard: 'none: it shows counters and changes nothing; the server cannot switch it off',
  },
];

/** What a process counts, for the API. */
function metricsOf(process: ListedSocket['process'], present: string): ListedSocket {
  return {
    name: `Metrics of the ${process}`,
    process,
    protocol: 'JSON',
    address: 'dataDir',
    port: `run/metrics-${process}.sock`,
    count: 1,
    present,
    guard: OWNER_ALONE,
  };
}
