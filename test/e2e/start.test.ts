import { hostname } from 'node:os';
import { UNBOUNDED_RISK } from '../../harness/unbounded-risk';
import { Installation } from '../../harness/installation';
import { runningProcesses } from '../../harness/running-processes';
import { canListSockets } from '../../harness/listening-sockets';
import { takeInventory } from '../../harness/socket-inventory';
import { waitFor } from '../../harness/wait-for';
import { packageVersion } from '../../src/config/package-root';
import { SECTION_INTERVAL_MS } from '../../src/page/feed';
import { LISTED_SOCKETS } from '../../src/net/sockets';
import { RET_CODES } from '../../src/paper-venue/ret-codes';
import { ExitCode } from '../../src/process/exit-codes';
import { connectClient, embeddedAddress, localTarget } from '../../src/temporal/connection';
import { SERVER_START_TIMEOUT_MS } from '../support/test-server';
import { knock, productSockets, socketTable, type Knock } from './support/doors';
import { lookAtKnownNumbers, tradeKnownNumbers } from './support/known-numbers';
import { readFigures } from './support/metrics';
import { hasBrowser, lookAtPage } from './support/page';
import { openPage } from './support/page-stream';
import { hasPrometheus, lookThroughPrometheus } from './support/prometheus';
import { SEED_COUNTERS } from '../../src/observability/metrics/metric-names';
import { alertOf, HOOK_SECRETS, sendAlert, TRADINGVIEW_HOOKS } from './support/hooks';
import { startOtherMachine } from './support/other-machine';
import { startToldPerson, type ToldPerson } from './support/told-people';
import { filesWithKeys, FOREIGN_ENVIRONMENT, lookAtEnvironments } from './support/environments';
import {
  audit,
  openToOthers,
  send,
  waitForEnd,
  waitForState,
  waitUntilNoneWorks,
  type EndedSignal,
  type SignalBody,
} from './support/trading';

/** Three starts and stops. */
const TEST_MAX_MS = 600_000;
/** The paper venue leaves the start to others. */
const REGISTERED_MAX_MS = 60_000;
/** The account reads positions every few seconds. */
const CLOSED_MAX_MS = 90_000;
/** Each of them would fill half of a window by itself. */
const LOOKS = 5;
/** More than the venue allows requests a minute. */
const IMAGES = 130;
/** What a page tries to start. */
const PAGE_WORKFLOW = 'started-by-a-page';
/** Only there does the system tell who listens. */
const onLinux = canListSockets() ? test : test.skip;
/** Only where a Chromium is installed; test/browser tells who misses it. */
const inBrowser = hasBrowser ? test : test.skip;

function manualSignal(strategy: string): SignalBody {
  return { symbol: 'BTCUSDT', direction: 'BUY', strategy, timestamp: new Date().toISOString(), amount: '0.01' };
}

describe('the product, started as a user starts it', () => {
  let product: Installation;

  beforeEach(async () => {
    // The model trades from the first minute on: what it has opened must not stand in the way of a signal of ours.
    product = await Installation.create({ name: 'e2e', settings: UNBOUNDED_RISK });
  }, SERVER_START_TIMEOUT_MS);

  afterEach(() => product.close());

  test(
    'a signal becomes one order, its repetition none, also after a restart; Ctrl-C leaves nothing behind, a killed supervisor nothing that runs, and the next start goes on',
    async () => {
      const supervisor = product.start([], FOREIGN_ENVIRONMENT);
      await product.waitUntilHealthy();
      expect(lookAtEnvironments(product, supervisor.pid)).toEqual({
        processes: ['api', 'ml_manager', 'paper_venue', 'system_monitor', 'temporal', 'trading_engine'],
        strangers: [],
      });
      const signal = manualSignal('e2e-restart');

      const accepted = await send(product, signal);
      expect(accepted).toMatchObject({ httpStatus: 202, status: 'accepted' });
      const ended = await waitForEnd(product, accepted.fingerprint);
      expect(ended).toMatchObject({ outcome: 'FILLED', order: { filled_quantity: '0.01' } });

      const repeated = await send(product, signal);
      expect(repeated).toMatchObject({ httpStatus: 200, repeated: true, fingerprint: accepted.fingerprint });
      const changed = await send(product, { ...signal, amount: '0.02' });
      expect(changed).toMatchObject({ httpStatus: 409, conflicting: true });

      const clientOrderId = ended.order?.client_order_id ?? '';
      expect(openToOthers(product)).toEqual([]);
      const books = await audit(product);
      expect(books.ordersPerClientId?.[clientOrderId]).toBe(1);
      expect(books.maxOrdersPerClientId).toBe(1);
      expect(books.limitBreaches.total).toBe(0);

      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(runningProcesses(product.dataDir)).toEqual([]);
      expect(filesWithKeys(product.dataDir)).toEqual([]);

      // The next supervisor is killed, as the system does when memory runs out.
      const next = product.start();
      await product.waitUntilHealthy();
      expect(await send(product, signal)).toMatchObject({ httpStatus: 200, fingerprint: accepted.fingerprint });
      expect((await audit(product)).ordersPerClientId?.[clientOrderId]).toBe(1);
      const { fingerprint } = await send(product, manualSignal('e2e-killed'));
      next.kill('SIGKILL');
      await waitUntilNoneWorks(product);

      product.start();
      await product.waitUntilHealthy();
      const late = await waitForEnd(product, fingerprint);
      expect(late.outcome).toBe('FILLED');
      expect((await audit(product)).ordersPerClientId?.[late.order?.client_order_id ?? '']).toBe(1);
      expect(await product.interrupt()).toBe(ExitCode.SUCCESS);
      expect(runningProcesses(product.dataDir)).toEqual([]);
      expect(openToOthers(product)).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    'a command that needs a running product says that there is none by its exit code',
    async () => {
      expect((await product.run(['signal', 'list'])).exitCode).toBe(ExitCode.UNAVAILABLE);
      expect((await product.run(['status'])).exitCode).toBe(ExitCode.UNAVAILABLE);
    },
    TEST_MAX_MS,
  );
});

describe('the product while it runs', () => {
  let product: Installation;
  let supervisor: number;
  let person: ToldPerson;

  beforeAll(async () => {
    person = await startToldPerson();
    product = await Installation.create({
      name: 'e2e-running',
      // The model runs and predicts, and trades nothing: all that is counted is what these tests send. Of a burst of ten the
      // documented limits would let some wait, as many as the moment has it.
      settings: {
        ml: { minimumReturn: '0.5' },
        paperVenue: { documentedLimits: false },
        hooks: TRADINGVIEW_HOOKS,
        ...UNBOUNDED_RISK,
      },
      environment: { ...person.environment, ...HOOK_SECRETS },
    });
    supervisor = product.start().pid ?? 0;
    await product.waitUntilHealthy();
  }, SERVER_START_TIMEOUT_MS);

  afterAll(async () => {
    await product.close();
    await person.close();
  });

  // Before anything else is traded.
  test(
    'ten signals, four of them sent twice, one denied and one refused by the venue: every known metric tells so',
    async () => {
      await tradeKnownNumbers(product);
      await lookAtKnownNumbers(product);
    },
    TEST_MAX_MS,
  );

  test(
    'every process is registered, the paper venue too, with its release, its host and its process id',
    async () => {
      const processes = ['api', 'ml_manager', 'paper_venue', 'system_monitor', 'trading_engine'];
      const registered = await waitFor(
        'all to be registered',
        async () => {
          const { stdout } = await product.run(['workers', '--json']);
          const { workers } = JSON.parse(stdout) as { readonly workers: readonly RegisteredWorker[] };
          return workers.length >= processes.length && workers;
        },
        { timeoutMs: REGISTERED_MAX_MS, intervalMs: 1_000 },
      );
      expect(registered.map(({ type }) => type).toSorted()).toEqual(processes);
      for (const worker of registered) {
        expect(worker).toMatchObject({
          host: hostname(),
          version: packageVersion(),
          pid: expect.any(Number) as number,
        });
      }
    },
    TEST_MAX_MS,
  );

  // Only with a Prometheus on the PATH.
  (hasPrometheus() ? test : test.skip)(
    'a Prometheus reads the metrics and has what every panel and rule asks for; promtool complains of the four known names',
    async () => {
      const { text } = await readFigures(product);
      expect(await lookThroughPrometheus(product, text)).toEqual(
        SEED_COUNTERS.map((name) => `${name} counter metrics should have "_total" suffix`).toSorted(),
      );
    },
    TEST_MAX_MS,
  );

  // Before the first token is made: then the first door asks for one.
  test(
    "a signal is one order, whichever of two machines' doors it comes in by",
    async () => {
      const other = await startOtherMachine(product);
      try {
        const signals = ['doors-1', 'doors-2', 'doors-3', 'doors-4'].map(manualSignal);
        const replies = await Promise.all(
          signals.map((signal) => Promise.all([send(product, signal), send(other, signal)])),
        );
        for (const pair of replies) {
          const statuses = pair.map(({ httpStatus }) => httpStatus);
          expect(statuses.toSorted((left, right) => left - right)).toEqual([200, 202]);
        }

        // It takes the next one into its hands, and says nothing of it.
        other.engine.kill('SIGSTOP');
        const late = await send(other, manualSignal('doors-late'));
        other.engine.kill('SIGCONT');
        expect(late.httpStatus).toBe(202);

        const fingerprints = [...replies.map(([{ fingerprint }]) => fingerprint), late.fingerprint];
        const ended = await Promise.all(fingerprints.map((fingerprint) => waitForEnd(product, fingerprint)));
        expect(ended.map(({ outcome }) => outcome)).toEqual(ended.map(() => 'FILLED'));
        const { ordersPerClientId } = await audit(product);
        const orders = ended.map(({ order }) => ordersPerClientId?.[order?.client_order_id ?? '']);
        expect(orders).toEqual(ended.map(() => 1));
      } finally {
        await other.stop();
      }
    },
    TEST_MAX_MS,
  );

  test(
    'an order that rests is told by a halt, and its end by whoever is asked: a person cancelled it',
    async () => {
      const resting = { ...manualSignal('e2e-life'), limit_price: '1000', time_in_force: 'GTC' };
      const { fingerprint } = await send(product, resting);
      await waitForState(product, fingerprint, 'WORKING');
      const halted = await product.run(['halt', '--reason', 'e2e']);
      process.stdout.write(halted.stdout);
      expect(halted.exitCode).toBe(ExitCode.SUCCESS);
      expect(halted.stdout).toMatch(new RegExp(`${fingerprint} +BUY +BTCUSDT +0.01 +0 +1000 +entry +GTC`));

      const cancelled = await product.run(['signal', 'cancel', fingerprint, '--reason', 'changed my mind', '--wait']);
      process.stdout.write(cancelled.stdout);
      expect(cancelled.exitCode).toBe(ExitCode.SUCCESS);
      const ended = await waitForEnd(product, fingerprint);
      expect(ended).toMatchObject({ outcome: 'CANCELLED', ended_by: 'person' });
      expect(ended.detail).toMatch(/^Nothing filled: cancelled by user .*: changed my mind\.$/);
      const shown = await product.run(['signal', 'show', fingerprint, '--json']);
      expect(JSON.parse(shown.stdout) as EndedSignal).toEqual(ended);
      const again = await fetch(`${product.apiUrl}/api/signals/${fingerprint}/cancel`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"reason":"once more"}',
      });
      expect([again.status, await again.json()]).toMatchObject([200, { status: 'ended', outcome: 'CANCELLED' }]);
      const other = { ...manualSignal('e2e-storm'), limit_price: '1000', good_for_seconds: 3_600 };
      expect((await product.run(['resume', '--reason', 'e2e'])).exitCode).toBe(ExitCode.SUCCESS);
      const second = (await send(product, other)).fingerprint;
      await waitForState(product, second, 'WORKING');
      const stormy = await product.run(['halt', '--cancel-orders', '--reason', 'storm', '--json']);
      expect(stormy.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(stormy.stdout)).toMatchObject({
        open_orders: { open: 1, orders: [{ fingerprint: second, limit_price: '1000', is_proven: true }] },
        cancelled: [{ fingerprint: second, outcome: 'CANCELLED' }],
      });
      expect(await waitForEnd(product, second)).toMatchObject({ ended_by: 'halt' });
      const resumed = await product.run(['resume', '--reason', 'e2e', '--json']);
      expect(JSON.parse(resumed.stdout)).toMatchObject({ trading_state: 'active', open_orders: { open: 0 } });
    },
    TEST_MAX_MS,
  );

  test(
    'an alert of TradingView, four times over, is one order; its end is the end of the position; nothing else is on that port',
    async () => {
      const alert = alertOf('buy', 'long');
      const replies = [];
      for (const type of ['text/plain', 'application/json', 'text/plain', 'application/json'])
        replies.push(await sendAlert(product, alert, type));
      const { fingerprint } = replies[0] ?? {};
      expect(replies).toEqual([
        { httpStatus: 200, status: 'accepted', fingerprint },
        ...replies.slice(1).map(() => ({ httpStatus: 200, status: 'accepted', fingerprint, repeated: true })),
      ]);
      const ended = await waitForEnd(product, fingerprint ?? '');
      expect(ended).toMatchObject({ outcome: 'FILLED', order: { filled_quantity: '0.01' } });
      expect((await audit(product)).ordersPerClientId?.[ended.order?.client_order_id ?? '']).toBe(1);

      const flat = alertOf('sell', 'flat');
      for (const status of ['accepted', 'nothing_open']) {
        const isSo = async () => (await sendAlert(product, flat)).status === status;
        await waitFor(`the end of the position: ${status}`, isSo, { timeoutMs: CLOSED_MAX_MS, intervalMs: 2_000 });
      }
      expect(await sendAlert(product, { ...alert, secret: 'of somebody else' })).toMatchObject({ httpStatus: 401 });
      const port = product.config.hooks.port;
      for (const path of ['/health', '/api/signals', '/metrics', '/'])
        expect(await knock('127.0.0.1', port, { path })).toMatchObject({ status: 404 });
      const elsewhere = { path: '/hooks/tradingview', headers: { host: 'evil.example' } };
      expect(await knock('127.0.0.1', port, elsewhere)).toMatchObject({ status: 403 });
      const audited = (await product.run(['audit', '--json'])).stdout;
      for (const word of ['hook tradingview', 'hook.refused']) expect(audited).toContain(word);
      expect(filesWithKeys(product.dataDir)).toEqual([]);
    },
    TEST_MAX_MS,
  );

  inBrowser(
    'a person sees a signal pass on the page, why it was filled, and that trading halts and goes on by it',
    async () => {
      const seen = await lookAtPage(product, manualSignal('e2e-browser'));
      expect(seen).toMatchObject({ complaints: [], foreign: [], title: expect.stringMatching(/^PAPER /) as string });
      expect(seen.row).toMatch(/BTCUSDT\s.*BUY\s+e2e-browser\s.*filled/s);
      expect(seen.gates).toHaveLength(13);
      expect(seen.gates).toContainEqual(expect.stringMatching(/^settled . ?passed/) as string);
      expect(seen.states).toEqual([
        expect.stringContaining('the page is tried') as string,
        expect.stringContaining('active') as string,
      ]);
    },
    TEST_MAX_MS,
  );

  test(
    'pushes to its page every section, and a halt and a signal that it denies as they happen',
    async () => {
      const html = await fetch(`${product.apiUrl}/`);
      expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const { sections, close } = openPage(product);
      const post = async (path: string, reason: string): Promise<number> =>
        (
          await fetch(`${product.apiUrl}${path}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ reason }),
          })
        ).status;
      const seen = (what: string, words: string): Promise<unknown> =>
        waitFor(words, async () => JSON.stringify(sections.get(what)?.value)?.includes(words), {
          timeoutMs: REGISTERED_MAX_MS,
          intervalMs: 100,
        });
      try {
        expect(await post('/api/halt', 'seen on the page')).toBe(200);
        await seen('trading', '"state":"halted","reason":"seen on the page"');
        const { fingerprint } = await send(product, manualSignal('e2e-page'));
        await seen('signals', '"denial_code":"TRADING_HALTED"');
        await seen('signals', fingerprint);
        expect(await post('/api/resume', 'seen')).toBe(200);
        await seen('trading', '"state":"active","reason":"seen"');
        // A section that could not be read in time is read again.
        await waitFor(
          'every section',
          async () => {
            const read = [...sections].flatMap(([what, { problem }]) => (problem === undefined ? [what] : []));
            return read.toSorted().join() === Object.keys(SECTION_INTERVAL_MS).toSorted().join();
          },
          { timeoutMs: REGISTERED_MAX_MS, intervalMs: 100, explain: () => JSON.stringify([...sections]) },
        );
      } finally {
        close();
      }
    },
    TEST_MAX_MS,
  );

  test(
    'the command line tells a program what happened by its exit code',
    async () => {
      const { symbol, direction, strategy, timestamp } = manualSignal('e2e-cli');
      const words = ['--symbol', symbol, '--direction', direction, '--strategy', strategy, '--timestamp', timestamp];
      const command = ['signal', 'send', ...words, '--amount', '0.01', '--json'];
      const sent = await product.run([...command, '--wait']);
      expect(sent.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(sent.stdout)).toMatchObject({ status: 'accepted', signal: { outcome: 'FILLED' } });
      const repeated = await product.run(command);
      expect(repeated.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(repeated.stdout)).toMatchObject({ status: 'accepted', repeated: true });
      const conflicting = await product.run([...command, '--exit']);
      expect(conflicting.exitCode).toBe(ExitCode.REFUSED);
      expect(JSON.parse(conflicting.stdout)).toMatchObject({ conflicting: true, taken: { intent: 'entry' } });
      const settled = await product.run(['signal', 'settle', '0000000000000000', '--nothing', '--reason', 'none']);
      expect(settled.exitCode).toBe(ExitCode.NOT_FOUND);
      const tooLarge = ['--symbol', symbol, '--direction', direction, '--strategy', 'e2e-too-large', '--amount', '50'];
      const denied = await product.run(['signal', 'send', ...tooLarge, '--wait', '--json']);
      expect(denied.exitCode).toBe(ExitCode.NOT_FILLED);
      expect(JSON.parse(denied.stdout)).toMatchObject({ signal: { outcome: 'DENIED' } });

      expect((await product.run(['signal', 'show', '0000000000000000'])).exitCode).toBe(ExitCode.NOT_FOUND);
      expect((await product.run(['status'])).exitCode).toBe(ExitCode.SUCCESS);
      expect((await product.run(['start'])).exitCode).toBe(ExitCode.REFUSED);
      expect((await product.run(['start', '--mode=ml'])).exitCode).toBe(ExitCode.SUCCESS);
      expect((await product.run(['start', '--live'])).exitCode).toBe(ExitCode.USAGE);
      expect((await product.run(['start', '--mode=nothing'])).exitCode).toBe(ExitCode.USAGE);
      expect((await product.run(['halt', '--live', '--reason', 'not live'])).exitCode).toBe(ExitCode.USAGE);

      const asks = async (authorization?: string) => {
        const headers = authorization === undefined ? undefined : { authorization };
        return (await fetch(`${product.apiUrl}/api/signals`, { headers })).status;
      };
      expect(await asks()).toBe(200);
      const made = await product.run(['token', 'create', '--name', 'e2e', '--scope', 'read', '--json']);
      const { id, token } = JSON.parse(made.stdout) as { readonly id: string; readonly token: string };
      expect([await asks(), await asks(`Bearer ${token}`)]).toEqual([401, 200]);
      expect((await product.run(['token', 'revoke', id, '--reason', 'e2e'])).exitCode).toBe(ExitCode.SUCCESS);
      expect(await asks(`Bearer ${token}`)).toBe(401);
      const audited = (await product.run(['audit', '--json'])).stdout;
      for (const what of ['signal.send', 'signal.settle', 'token.create', 'token.revoke', 'token.refused']) {
        expect(audited).toContain(what);
      }
      expect(audited).not.toContain(token);
    },
    TEST_MAX_MS,
  );

  onLinux(
    'listens on nothing that is not on the list, and on loopback alone',
    async () => {
      const sockets = await productSockets(product, supervisor);
      const { matched, problems } = takeInventory(sockets, LISTED_SOCKETS, product.config);
      process.stdout.write(`${socketTable(matched)}\n`);
      expect(problems).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    'does nothing for a web page, and counts nothing, at any of its own doors',
    async () => {
      const { api, paperVenue, temporal } = product.config;
      const workflow = startByPage(temporal.namespace);
      const faces: readonly Face[] = [
        { port: api.port, reading: '/health', change: { path: '/api/signals', body: '{}' } },
        { port: paperVenue.port, reading: '/v5/none', change: { path: '/paper/faults', body: '{"rate":1}' } },
        { port: temporal.uiPort, reading: '/api/v1/namespaces', change: workflow },
      ];
      for (const { port, knocks } of faces.map(knocksOf)) {
        for (const each of knocks) {
          const answer = await knock('127.0.0.1', port, each);
          expect({ port, ...each, status: answer?.status }).toMatchObject({ status: refusalOf(each) });
        }
      }
      const images = Array.from({ length: IMAGES }, () =>
        knock('127.0.0.1', paperVenue.port, { path: '/v5/market/time', headers: { 'sec-fetch-site': 'cross-site' } }),
      );
      await Promise.all(images);
      const { limitBreaches, rejectedByCode, faultsInjected } = await audit(product);
      expect(limitBreaches.total).toBe(0);
      expect(rejectedByCode).not.toHaveProperty(String(RET_CODES.pathNotFound));
      expect(faultsInjected).toEqual({});
      expect(await isRunning(product, PAGE_WORKFLOW)).toBe(false);
    },
    TEST_MAX_MS,
  );

  onLinux(
    "starts and halts nothing by the HTTP API of Temporal's server, whatever the host's name",
    async () => {
      const sockets = await productSockets(product, supervisor);
      const door = sockets.find(({ name }) => name === 'Temporal, HTTP API');
      const { port: ownPort, namespace } = product.config.temporal;
      const headers = { 'content-type': 'text/plain', origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
      for (const host of [`127.0.0.1:${door?.port}`, 'evil.example', `localhost:${ownPort}`]) {
        for (const each of [startByPage(namespace), haltByPage(namespace)]) {
          const answer = await knock('127.0.0.1', door?.port ?? 0, { ...each, headers: { ...headers, host } });
          expect(answer).toMatchObject({ status: 403 });
        }
        // The exception that docs/sockets.md tells of: nobody refuses it, and nobody of ours hears it.
        const nexus = await knock('127.0.0.1', door?.port ?? 0, nexusByPage(namespace, { ...headers, host }));
        expect(nexus?.status).toBe(NEXUS_UNHEARD);
      }
      expect(await isRunning(product, PAGE_WORKFLOW)).toBe(false);
      expect((await product.run(['status'])).exitCode).toBe(ExitCode.SUCCESS);
    },
    TEST_MAX_MS,
  );

  test(
    'shows the Web UI to whoever comes to it directly, under its own content policy',
    async () => {
      const { uiPort } = product.config.temporal;
      const page = await knock('127.0.0.1', uiPort, { path: '/', headers: { 'sec-fetch-site': 'none' } });
      expect(page).toMatchObject({ status: 200, text: expect.stringContaining('content-security-policy') as string });
      const namespaces = await knock('127.0.0.1', uiPort, {
        path: '/api/v1/namespaces',
        headers: { 'sec-fetch-site': 'same-origin' },
      });
      expect(namespaces?.text).toContain(product.config.temporal.namespace);
    },
    TEST_MAX_MS,
  );

  test(
    'looking at the account again and again keeps to the limits of the engine beside it',
    async () => {
      const codes: (number | null)[] = [];
      for (let count = 0; count < LOOKS; count += 1) codes.push((await product.run(['venue', 'check'])).exitCode);
      expect(codes).not.toContain(ExitCode.REFUSED);
      expect((await audit(product)).limitBreaches.total).toBe(0);
    },
    TEST_MAX_MS,
  );
});

/** A row of `oncefill workers --json`. */
interface RegisteredWorker {
  readonly type: string;
  readonly host?: string;
  readonly pid?: number;
  readonly version?: string;
}

interface Face {
  readonly port: number;
  readonly reading: string;
  readonly change: Knock;
}

/** What a page can send to a server of ours. */
function knocksOf({ port, reading, change }: Face): { readonly port: number; readonly knocks: readonly Knock[] } {
  const post = { ...change, method: 'POST' };
  const json = { 'content-type': 'application/json' };
  const knocks: readonly Knock[] = [
    { path: reading, headers: { host: `evil.example:${port}` } },
    { ...post, headers: { ...json, host: `evil.example:${port}`, 'sec-fetch-site': 'same-origin' } },
    { ...post, headers: { ...json, origin: 'http://evil.example' } },
    { ...post, headers: { ...json, origin: 'null' } },
    { path: reading, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' } },
    { path: reading, headers: { referer: 'http://evil.example/' } },
    { ...post, headers: { 'content-type': 'text/plain' } },
    { ...post, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ];
  return { port, knocks };
}

function refusalOf({ method, headers }: Knock): number {
  const type = headers?.['content-type'];
  return method === 'POST' && type !== 'application/json' ? 415 : 403;
}

function startByPage(namespace: string): Knock {
  const input = [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'e30=' }];
  return {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/workflows/${PAGE_WORKFLOW}`,
    body: JSON.stringify({ workflowType: { name: 'signal' }, taskQueue: { name: 'signals' }, input }),
  };
}

function haltByPage(namespace: string): Knock {
  const run = 'venue-account:paper:bybit/update/setTradingState';
  const body = JSON.stringify({ input: { args: [{ state: 'halted', reason: 'a web page' }] } });
  return { method: 'POST', path: `/api/v1/namespaces/${namespace}/workflows/${run}`, body };
}

/** What Nexus answers when no worker took the call. */
const NEXUS_UNHEARD = 520;

function nexusByPage(namespace: string, headers: Knock['headers']): Knock {
  const path = `/namespaces/${namespace}/task-queues/signals/nexus-services/signal/start`;
  return { method: 'POST', path, headers: { ...headers, 'request-timeout': '300ms' }, body: '{}' };
}

async function isRunning({ config }: Installation, workflowId: string): Promise<boolean> {
  const { port, namespace } = config.temporal;
  const { client, connection } = await connectClient(localTarget(embeddedAddress(port), namespace));
  try {
    await client.workflow.getHandle(workflowId).describe();
    return true;
  } catch (error) {
    if ((error as Error).name !== 'WorkflowNotFoundError') throw error;
    return false;
  } finally {
    await connection.close();
  }
}
