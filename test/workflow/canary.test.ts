/** A venue repeats our keys in every spelling wherever it can: they arrive nowhere, in none of them. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { findFreePort } from '../../harness/free-ports';
import { createApiServer } from '../../src/api/server';
import { renderSignal } from '../../src/cli/render-signal';
import { PLAIN, printErrorLine, printJson, printLine } from '../../src/cli/terminal';
import type { SignalView } from '../../src/domain/signal-view';
import { createLogger } from '../../src/observability/logging';
import { emitProcessEvent } from '../../src/process/process-events';
import { Secret } from '../../src/secrets/secret';
import { KeptAudit, OPEN_GATE } from '../unit/api/access';
import { EchoingVenue } from '../support/echoing-venue';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { SPELLINGS } from '../support/spellings';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { withChannel } from '../support/with-channel';
import { NO_POSITIONS } from '../unit/api/fake-positions';

const KEY = 'CANARYKEYd81e5a0f7cW';
const SECRET = 'CaNaRyOfFlOw"4k\\9/x+Zz=%41&e7';
const NAMES = Object.keys(SPELLINGS);

let environment: TestWorkflowEnvironment;
let engine: TestEngine;
let venue: EchoingVenue;

beforeAll(async () => {
  environment = await startTestServer();
  const [port, paperPort] = [await findFreePort(), await findFreePort()];
  venue = await EchoingVenue.start(port, paperPort, [KEY, SECRET]);
  engine = await startTestEngine(environment, {
    flags: [{ path: 'paperVenue.port', value: port }],
    paperVenue: { port: paperPort, apiKey: KEY, apiSecret: SECRET },
    credentials: { apiKey: new Secret(KEY), apiSecret: new Secret(SECRET) },
  });
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  venue.close();
  await environment.teardown();
});

test('no history, log, terminal, event, alert, answer of the API or file holds a key', async () => {
  // However often an order is sent.
  venue.refusals = Infinity;
  const refused = await Promise.all(NAMES.map(() => engine.trade({ amount: '0.001' })));
  venue.refusals = 0;
  const filled = await engine.trade({ amount: '0.001' });
  expect(new Set(refused.map(({ outcome }) => outcome))).toEqual(new Set(['REJECTED']));
  expect(refused[0]?.detail).toContain('[redacted]');
  expect(filled.outcome).toBe('FILLED');
  Object.assign(venue, { refusals: 1, refusal: 10_003 });
  const views = [...refused, filled, await engine.trade({ amount: '0.001' })];
  const places: Readonly<Record<string, string>> = {
    histories: await histories(views),
    alerts: engine.alerts.join('\n'),
    API: await answersOfApi(views),
    ...writtenByUs(views),
    'data/': contentOf(engine.config.dataDir),
    '/proc': processes(),
  };
  for (const text of Object.values(places)) expect(text.length).toBeGreaterThan(0);
  const table = NAMES.map((name) => [name, ...Object.values(places).map((text) => hits(text, name))]);
  const rows = [['spelling', ...Object.keys(places)], ...table];
  process.stderr.write(
    `${rows.map(([name, ...cells]) => `${String(name).padEnd(32)}${cells.join('  ')}`).join('\n')}\n`,
  );
  expect(table.filter(([, ...cells]) => cells.some((count) => count !== 0))).toEqual([]);
});

/** How often a text holds the key or the secret in a spelling, but for its ends, which what stands beside may change. */
function hits(text: string, spelling: string): number {
  const found = [KEY, SECRET].map((secret) => SPELLINGS[spelling]?.(secret).slice(4, -8) ?? secret);
  return found.reduce((count, part) => count + text.split(part).length - 1, 0);
}

/** Everything that the server keeps of every workflow, payloads as text. */
async function histories(views: readonly SignalView[]): Promise<string> {
  const { workflow } = engine.parts.client;
  const texts: string[] = [];
  for (const { workflowId, runId } of await listedRuns(views)) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    texts.push(asText(history));
  }
  return texts.join('\n');
}

/** Lists are a moment late: waits until none of these signals is missing. */
async function listedRuns(views: readonly SignalView[]): Promise<readonly WorkflowExecutionInfo[]> {
  return eventually(async () => {
    const runs: WorkflowExecutionInfo[] = [];
    for await (const run of engine.parts.client.workflow.list()) runs.push(run);
    const ids = new Set(runs.map(({ workflowId }) => workflowId));
    return views.every(({ fingerprint }) => ids.has(fingerprint)) && runs;
  });
}

function asText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(asText).join('\n');
}

async function answersOfApi(views: readonly SignalView[]): Promise<string> {
  const { intake, config } = engine;
  const reasons = [`The venue said: ${everySpelling()}`];
  const health = async () => ({ status: 'degraded' as const, components: {}, reasons, uptime: 1, version: '1' });
  const server = createApiServer({
    intake,
    ...NO_POSITIONS,
    health,
    config,
    gate: OPEN_GATE,
    audit: new KeptAudit(),
    logger: pino({ level: 'silent' }),
  });
  const headers = { host: `127.0.0.1:${config.api.port}` };
  const urls = [...views.map(({ fingerprint }) => `/api/signals/${fingerprint}`), '/api/signals', '/health'];
  const answers = await Promise.all(urls.map((url) => server.inject({ url, headers })));
  await server.close();
  return answers.map(({ body, headers: sent }) => body + JSON.stringify(sent)).join('\n');
}

/** What this process prints and logs, also of texts that nobody cleaned before. */
function writtenByUs(views: readonly SignalView[]): { readonly terminal: string; readonly logs: string } {
  const raw = everySpelling();
  const written: string[] = [];
  const streams = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0),
  );
  printErrorLine(raw);
  printJson({ raw, views });
  for (const view of views) printLine(renderSignal(view, PLAIN));
  const say = (): void => emitProcessEvent({ kind: 'line', text: `ALERT ${raw}` });
  withChannel(undefined, say);
  withChannel((message) => written.push(JSON.stringify(message)) > 0, say);
  for (const stream of streams) stream.mockRestore();

  const { dataDir, logging } = engine.config;
  mkdirSync(dataDir, { recursive: true });
  const { logger, close } = createLogger({ component: 'trading_engine', dataDir, ...logging });
  logger.error({ views, error: new Error(raw) }, raw);
  close();
  return { terminal: written.join('\n'), logs: contentOf(join(dataDir, 'logs')) };
}

function everySpelling(): string {
  return NAMES.flatMap((name) => [KEY, SECRET].map((secret) => SPELLINGS[name]?.(secret))).join(' ');
}

function contentOf(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

/** The command line and the environment of every process of this machine that we may look at. */
function processes(): string {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return numbers
    .flatMap((number) => ['cmdline', 'environ'].map((file) => `/proc/${number}/${file}`))
    .map((path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        // It ended while we looked, or belongs to somebody else.
        return '';
      }
    })
    .join('\n');
}
