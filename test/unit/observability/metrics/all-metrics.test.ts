/** The metrics of several processes over real sockets: what is told of each, and what of one that is not well. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Counter, Gauge, Registry } from 'prom-client';
import { allMetrics } from '../../../../src/observability/metrics/all-metrics';
import { MetricsSocket, readMetrics, removeDeadSockets } from '../../../../src/observability/metrics/metrics-socket';
import { createProcessRegistry } from '../../../../src/observability/metrics/process-metrics';

let dataDir: string;
let sockets: MetricsSocket[];
let hung: Server | undefined;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-metrics-'));
  sockets = [];
});

afterEach(() => {
  for (const socket of sockets) socket.close();
  hung?.close();
  hung = undefined;
  rmSync(dataDir, { recursive: true, force: true });
});

function registryWith(value: number): Registry {
  const registry = new Registry();
  new Counter({ name: 'made_total', help: 'Made.', registers: [registry] }).inc(value);
  new Gauge({ name: 'funds', help: 'Funds.', labelNames: ['symbol'], registers: [registry] }).set(
    { symbol: 'USDT' },
    value,
  );
  return registry;
}

async function tell(
  name: string,
  registry: Registry,
): Promise<{ readonly socket: MetricsSocket; readonly warnings: string[] }> {
  const warnings: string[] = [];
  const socket = new MetricsSocket({ dataDir, name, registry, warn: (sentence) => warnings.push(sentence) });
  sockets.push(socket);
  await socket.open();
  return { socket, warnings };
}

/** As a process may tell one, wrong in one respect. */
function metric(fields: object): string {
  const well = { name: 'x', help: 'X.', type: 'gauge', values: [{ value: 1, labels: {} }], aggregator: 'sum' };
  return JSON.stringify([{ ...well, ...fields }]);
}

/** The lines without comments. */
async function lines(expected: readonly string[] = []): Promise<readonly string[]> {
  const text = await allMetrics({
    dataDir,
    own: { name: 'api', registry: registryWith(1) },
    expected,
    ask: async () => new Registry(),
    read: (folder, name) => readMetrics(folder, name, 200),
  });
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('every value of every process is told with its component, and nothing is summed', async () => {
  await tell('trading_engine', registryWith(100_000));
  await tell('ml_manager', registryWith(7));
  const told = await lines();
  expect(told.filter((line) => line.startsWith('made_total'))).toEqual([
    'made_total{component="api"} 1',
    'made_total{component="ml_manager"} 7',
    'made_total{component="trading_engine"} 100000',
  ]);
  expect(told).toContain('funds{component="trading_engine",symbol="USDT"} 100000');
  expect(told).toContain('oncefill_component_up{component="trading_engine"} 1');
});

test('no metric of Node is left out or made one of several processes', async () => {
  await tell(
    'trading_engine',
    createProcessRegistry({ component: 'trading_engine', environment: 'paper', errors: () => 3 }),
  );
  const told = await lines();
  for (const name of [
    'process_start_time_seconds',
    'nodejs_eventloop_lag_p99_seconds',
    'process_resident_memory_bytes',
  ]) {
    expect(told).toContainEqual(expect.stringMatching(new RegExp(`^${name}\\{component="trading_engine"\\} \\d`)));
  }
  expect(told).toContain('process_monitor_errors_total{component="trading_engine"} 3');
});

test('a process that hangs is absent within the bound, and is said to be', async () => {
  mkdirSync(join(dataDir, 'run'), { mode: 0o700 });
  hung = createServer(() => undefined);
  await new Promise<void>((resolve) => hung?.listen(join(dataDir, 'run', 'metrics-trading_engine.sock'), resolve));
  const told = await lines();
  expect(told).toContain('oncefill_component_up{component="trading_engine"} 0');
  expect(told.filter((line) => line.includes('trading_engine'))).toHaveLength(1);
});

test('a process that should be there and never came is said to be down', async () => {
  expect(await lines(['ml_manager'])).toContain('oncefill_component_up{component="ml_manager"} 0');
});

test.each([
  ['no JSON', 'what?'],
  ['another JSON', '{"status":"healthy"}'],
  ['nothing where a metric should be', '[null]'],
  ['a metric without values', '[{"name":"x"}]'],
  ['a number as a name', metric({ name: 7 })],
  ['a name of every object', metric({ name: 'constructor' })],
  ['a name with a line break', metric({ name: 'x\n# TYPE y gauge' })],
  ['no help', metric({ help: undefined })],
  ['another type', metric({ type: 'gauge 1\ny' })],
  ['a value without labels', metric({ values: [{ value: 1 }] })],
  ['a text as a value', metric({ values: [{ value: '1', labels: {} }] })],
  ['a list as a label', metric({ values: [{ value: 1, labels: { symbol: [] } }] })],
  ['a label that ends the line', metric({ values: [{ value: 1, labels: { 'a="1"} 1\nb': 'x' } }] })],
])('a process that tells %s is absent', async (_what, answer) => {
  mkdirSync(join(dataDir, 'run'), { mode: 0o700 });
  hung = createServer((socket) => socket.end(answer));
  await new Promise<void>((resolve) => hung?.listen(join(dataDir, 'run', 'metrics-trading_engine.sock'), resolve));
  const told = await lines();
  expect(told).toContain('oncefill_component_up{component="trading_engine"} 0');
  expect(told).toContain('made_total{component="api"} 1');
});

test('a number that JSON has no word for is left out, and the others are told', async () => {
  const registry = registryWith(7);
  new Gauge({ name: 'share', help: 'Share.', registers: [registry] }).set(Number.NaN);
  await tell('trading_engine', registry);
  const told = (await lines()).filter((line) => line.includes('trading_engine'));
  expect(told).toContain('made_total{component="trading_engine"} 7');
  expect(told.filter((line) => line.startsWith('share'))).toEqual([]);
});

test('the socket and its folder are open to their owner alone, and gone with the process', async () => {
  const { socket } = await tell('trading_engine', registryWith(1));
  const path = join(dataDir, 'run', 'metrics-trading_engine.sock');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'run')).mode & 0o777).toBe(0o700);
  socket.close();
  expect(await lines()).toEqual(expect.not.arrayContaining([expect.stringContaining('trading_engine')]));
});

test('the second process of a name tells nothing while the first lives', async () => {
  await tell('trading_engine', registryWith(1));
  const { warnings } = await tell('trading_engine', registryWith(2));
  expect(await lines()).toContain('made_total{component="trading_engine"} 1');
  expect(warnings).toEqual([]);
});

test("what is no socket in the socket's place is not touched, and the process says why it is absent", async () => {
  mkdirSync(join(dataDir, 'run'), { mode: 0o700 });
  const path = join(dataDir, 'run', 'metrics-trading_engine.sock');
  writeFileSync(path, 'mine');
  const { warnings } = await tell('trading_engine', registryWith(1));
  expect(warnings).toEqual([`The metrics of this process are not in /metrics: ${path} is no socket.`]);
  expect(statSync(path).isFile()).toBe(true);
});

test('a folder that others can enter is closed before anything is told in it', async () => {
  mkdirSync(join(dataDir, 'run'), { mode: 0o755 });
  await tell('trading_engine', registryWith(1));
  expect(statSync(join(dataDir, 'run')).mode & 0o777).toBe(0o700);
});

test('what a killed process left behind goes with the next start, and what is served stays', async () => {
  await tell('trading_engine', registryWith(1));
  const path = join(dataDir, 'run', 'metrics-supervisor_core.sock');
  const program = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
  spawnSync(process.execPath, ['-e', program, path]);
  expect(await lines()).toContain('oncefill_component_up{component="supervisor_core"} 0');
  await removeDeadSockets(dataDir);
  const told = await lines();
  expect(told.filter((line) => line.includes('supervisor_core'))).toEqual([]);
  expect(told).toContain('oncefill_component_up{component="trading_engine"} 1');
});

test('a process takes the place of one of its name that was killed', async () => {
  mkdirSync(join(dataDir, 'run'), { mode: 0o700 });
  const path = join(dataDir, 'run', 'metrics-trading_engine.sock');
  const program = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
  spawnSync(process.execPath, ['-e', program, path]);
  await tell('trading_engine', registryWith(5));
  expect(await lines()).toContain('made_total{component="trading_engine"} 5');
});
