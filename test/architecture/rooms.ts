/**
 * The rooms of the house: what each holds and what it may import. The one table: a test holds the imports against it, and the
 * table under "Folders" in ARCHITECTURE.md too.
 *
 * From the bottom to the top: a room imports only rooms that stand above it in this list, so that imports point one way.
 */
export interface Room {
  /** The folder, from the repository's root. A file belongs to the room with the longest path that holds it. */
  readonly path: string;
  /** One line for a reader who looks for something. */
  readonly holds: string;
  /** Rooms whose values and types it may import, beside its own. */
  readonly rooms: readonly string[];
  /** Rooms of which it may import types only, and why not their values. */
  readonly typesOf?: Readonly<Record<string, string>>;
  /** Packages from npm that it may import; `Node` stands for Node's own modules. */
  readonly packages: readonly string[];
}

const NOTHING = { rooms: [], packages: [] };

/** Stands for every room of the product, in `rooms`. */
export const THE_PRODUCT = 'the product';

/** What runs when the product runs. */
export const PRODUCT_ROOMS: readonly Room[] = [
  {
    path: 'src/domain',
    holds: 'pure rules: no I/O, no clock, no Temporal',
    rooms: [],
    packages: ['decimal.js'],
  },
  {
    path: 'src/messages',
    holds: "what crosses a workflow's border: names, types, ids, task queues",
    rooms: ['src/domain'],
    packages: ['@temporalio/common', '@temporalio/workflow'],
  },
  {
    path: 'src/secrets',
    holds: 'the secrets that a process knows, and how they are taken out of what it writes',
    rooms: [],
    packages: ['Node'],
  },
  {
    path: 'src/process',
    holds: 'what every process of ours has: pid file, exit codes, events, crash points',
    rooms: ['src/domain', 'src/secrets'],
    packages: ['Node'],
  },
  {
    path: 'src/access',
    holds: 'who may do what: API tokens, the private data folder, the audit',
    rooms: ['src/process'],
    packages: ['Node', 'zod'],
  },
  {
    path: 'src/net',
    holds:
      'ports of this machine, all sockets of ours, the guard and the bounds of our HTTP servers, and proxies on the way out',
    rooms: [],
    packages: ['Node'],
  },
  {
    path: 'src/venues',
    holds: 'the Venue port, the ccxt transport, one folder per venue',
    rooms: ['src/domain', 'src/secrets', 'src/net'],
    packages: ['Node', 'ccxt', 'decimal.js', 'undici', 'zod'],
  },
  {
    path: 'src/config',
    holds: 'defaults, your file and the environment, checked and made one',
    rooms: ['src/domain', 'src/secrets', 'src/process', 'src/net', 'src/venues'],
    packages: ['Node', 'yaml', 'zod'],
  },
  {
    path: 'src/temporal',
    holds: 'finding and running the server, connections, namespace, the seal of histories',
    rooms: ['src/domain', 'src/messages', 'src/secrets', 'src/process', 'src/net', 'src/config'],
    packages: [
      'Node',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/envconfig',
      '@temporalio/proto',
      '@temporalio/worker',
      'undici',
      'yaml',
      'zod',
    ],
  },
  {
    path: 'src/observability',
    holds: 'logs, health, metrics, who is registered',
    rooms: ['src/domain', 'src/messages', 'src/secrets', 'src/process', 'src/net', 'src/config'],
    packages: ['Node', '@temporalio/client', '@temporalio/common', 'pino', 'prom-client'],
  },
  {
    path: 'src/observability/alerts',
    holds: 'the book of alerts and what waits to be told, the spool of findings, the watch that makes them',
    rooms: ['src/domain', 'src/process', 'src/config', 'src/observability'],
    packages: ['Node', 'zod'],
  },
  {
    path: 'src/observability/channels',
    holds: 'the ways to people: mail, Telegram, webhooks, and the ping to whoever notices silence',
    rooms: ['src/domain', 'src/secrets', 'src/process', 'src/net', 'src/config', 'src/observability/alerts'],
    packages: ['Node', 'nodemailer', 'undici'],
  },
  {
    path: 'src/paper-venue',
    holds: 'the local exchange: matching, books, faults, its HTTP interface and its private stream',
    rooms: ['src/domain', 'src/process', 'src/net', 'src/config', 'src/venues'],
    packages: ['Node', 'decimal.js', 'ws', 'zod'],
  },
  {
    path: 'src/inference',
    holds: 'candles to features to predictions to signals',
    rooms: ['src/domain'],
    packages: ['Node', 'onnxruntime-node', 'zod'],
  },
  {
    path: 'src/intake',
    holds: 'parsing signals, starting and reading their workflows',
    rooms: ['src/domain', 'src/messages', 'src/process', 'src/net', 'src/config', 'src/temporal', 'src/venues'],
    packages: ['Node', '@temporalio/client', 'decimal.js', 'zod'],
  },
  {
    path: 'src/trading',
    holds: 'what activities use: planner, sender, observer, clients of ledger and limiter',
    rooms: ['src/domain', 'src/messages', 'src/process', 'src/temporal', 'src/venues'],
    typesOf: { 'src/intake': 'the head start is what intake calls, through an interface of its own' },
    packages: ['Node', '@temporalio/client', '@temporalio/common'],
  },
  {
    path: 'src/positions',
    holds: 'reading and telling the workflows of positions, what they came to, and closing all of them',
    rooms: ['src/domain', 'src/messages', 'src/process', 'src/temporal', 'src/intake', 'src/trading'],
    packages: ['Node', '@temporalio/client'],
  },
  {
    path: 'activities',
    holds: 'what workflows do to the world, one file per concern',
    rooms: ['src/domain', 'src/messages', 'src/process', 'src/venues', 'src/inference', 'src/trading'],
    typesOf: { 'src/intake': 'the worker hands in the signal intake that it has opened' },
    packages: ['Node', '@temporalio/activity', '@temporalio/common'],
  },
  {
    path: 'workflows',
    holds: 'signal (and orphan), venue-account, ml-manager, component',
    rooms: ['src/domain', 'src/messages'],
    typesOf: { activities: 'a workflow calls activities by name: their code stays out of the bundle' },
    packages: ['@temporalio/common', '@temporalio/workflow', 'decimal.js'],
  },
  {
    path: 'workers',
    holds: 'one worker per task queue, registration, the workflow bundle',
    rooms: [
      'src/domain',
      'src/messages',
      'src/secrets',
      'src/process',
      'src/config',
      'src/temporal',
      'src/observability',
      'src/observability/alerts',
      'src/observability/channels',
      'src/venues',
      'src/inference',
      'src/intake',
      'src/trading',
      'activities',
    ],
    typesOf: { workflows: 'a worker loads workflows from the bundle, never into its own process' },
    packages: ['Node', '@temporalio/client', '@temporalio/common', '@temporalio/worker', 'prom-client'],
  },
  {
    path: 'src/supervisor',
    holds: 'what `npm start` runs: the plan, the processes, the restarts',
    rooms: [
      'src/domain',
      'src/messages',
      'src/secrets',
      'src/process',
      'src/net',
      'src/config',
      'src/temporal',
      'src/observability',
    ],
    packages: ['Node', '@temporalio/client'],
  },
  {
    path: 'src/hooks',
    holds: 'alerts of others, on a port of their own: who may send, what signal is meant, the answer',
    rooms: [
      'src/domain',
      'src/secrets',
      'src/access',
      'src/net',
      'src/config',
      'src/temporal',
      'src/observability',
      'src/intake',
      'src/positions',
    ],
    packages: ['Node', 'fastify'],
  },
  {
    path: 'src/page',
    holds: 'the files of the page at the root of the API, what it is told, and who reads that for all viewers',
    rooms: [
      'src/domain',
      'src/messages',
      'src/process',
      'src/config',
      'src/observability',
      'src/observability/alerts',
      'src/intake',
      'src/positions',
    ],
    packages: ['Node', '@temporalio/client'],
  },
  {
    path: 'src/api',
    holds: 'the HTTP interface',
    rooms: [
      'src/domain',
      'src/messages',
      'src/secrets',
      'src/process',
      'src/access',
      'src/net',
      'src/config',
      'src/temporal',
      'src/observability',
      'src/observability/alerts',
      'src/intake',
      'src/positions',
      'src/hooks',
      'src/page',
    ],
    packages: ['Node', 'fastify'],
  },
  {
    path: 'src/cli',
    holds: 'the command `oncefill`',
    rooms: [
      'src/domain',
      'src/messages',
      'src/secrets',
      'src/process',
      'src/access',
      'src/net',
      'src/config',
      'src/temporal',
      'src/observability',
      'src/observability/alerts',
      'src/observability/channels',
      'src/venues',
      'src/paper-venue',
      'src/inference',
      'src/intake',
      'src/trading',
      'src/positions',
      'workers',
      'src/supervisor',
      'src/hooks',
      'src/api',
    ],
    packages: ['Node', '@temporalio/client', 'commander'],
  },
];

/** What makes, attacks, measures and tests the product, and what is no code. */
const OTHER_ROOMS: readonly Room[] = [
  {
    path: 'scripts',
    holds: 'what runs before anything is built: installing, building, testing',
    rooms: [],
    packages: ['Node'],
  },
  {
    path: 'harness',
    holds: 'what tests, attack and bench share: a started product, polling, tables',
    rooms: [THE_PRODUCT],
    packages: ['Node', '@temporalio/worker', 'yaml'],
  },
  {
    path: 'chaos',
    holds: 'the attack: faults and kills under load, and what must be true afterwards',
    rooms: [THE_PRODUCT, 'harness'],
    packages: [
      'Node',
      '@temporalio/client',
      '@temporalio/worker',
      '@temporalio/workflow',
      'commander',
      'decimal.js',
      'yaml',
      'zod',
    ],
  },
  {
    path: 'night',
    holds: "an operator's night: kills, hangs and troubles, and whether everybody was told",
    rooms: [THE_PRODUCT, 'harness', 'chaos'],
    packages: ['Node', '@temporalio/client', 'commander', 'smtp-server', 'yaml'],
  },
  {
    path: 'bench',
    holds: "speed and growth, against Temporal's own floor",
    rooms: [THE_PRODUCT, 'harness'],
    packages: [
      'Node',
      '@temporalio/client',
      '@temporalio/worker',
      '@temporalio/workflow',
      'commander',
      'undici',
      'yaml',
    ],
  },
  {
    path: 'bench/peers',
    holds: 'the same saga on other engines, with packages of its own',
    rooms: [],
    packages: ['Node', '@dbos-inc/dbos-sdk', '@restatedev/restate-sdk', '@restatedev/restate-sdk-clients', 'postgres'],
  },
  {
    path: 'test',
    holds: 'unit, property, workflow, replay and end-to-end tests; this table',
    rooms: [THE_PRODUCT, 'scripts', 'harness', 'chaos', 'night', 'bench'],
    packages: [
      'Node',
      '@prometheus-io/lezer-promql',
      '@swc/core',
      '@temporalio/client',
      '@temporalio/common',
      '@temporalio/proto',
      '@temporalio/testing',
      '@temporalio/worker',
      '@temporalio/workflow',
      'ccxt',
      'decimal.js',
      'fast-check',
      'fastify',
      'jest-environment-node',
      'pino',
      'playwright-core',
      'prom-client',
      'smtp-server',
      'undici',
      'ws',
      'yaml',
    ],
  },
  {
    path: 'page',
    holds: 'the page at the root of the API, as a browser loads it: no build makes anything of it',
    rooms: [],
    packages: ['uplot'],
  },
  { path: 'config', holds: 'every setting with its default and its meaning', ...NOTHING },
  { path: 'temporal-config', holds: "the server's flags and dynamic configuration", ...NOTHING },
  { path: 'models', holds: 'the model and what must be known to run it', ...NOTHING },
  { path: 'training', holds: 'how the model is made, in Python', ...NOTHING },
  { path: 'examples', holds: 'strategies to copy, which need nothing of the program', rooms: [], packages: [] },
  {
    path: 'ops',
    holds: 'for those who run it for months: Prometheus, Alertmanager, Grafana, a systemd unit, a container file',
    ...NOTHING,
  },
  { path: 'docs', holds: 'pages for users', ...NOTHING },
  { path: '.ci', holds: 'every check of a fresh clone', ...NOTHING },
];

export const ROOMS: readonly Room[] = [...PRODUCT_ROOMS, ...OTHER_ROOMS];

/** Imports that the table forbids and that stay, each with its reason. */
export const EXCEPTIONS: readonly { readonly file: string; readonly imports: string; readonly reason: string }[] = [];
