/** Signals on their way in: answers that are lost between the command and the server, and many equal ones at once. */
import { execFile, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { childEnvironment } from '../../harness/child-environment';
import { findFreePort } from '../../harness/free-ports';
import { createApiServer } from '../../src/api/server';
import { shellQuote } from '../../src/cli/repeat-command';
import { packageRoot } from '../../src/config/package-root';
import { countSignals } from '../../src/intake/count-signals';
import { SIGNAL_WORKFLOW_TYPE } from '../../src/messages/signal';
import { ExitCode } from '../../src/process/exit-codes';
import { eventually, startTestEngine, type TestEngine } from '../support/engine';
import { runSource } from '../support/run-source';
import { SwallowingProxy } from '../support/swallowing-proxy';
import { SERVER_START_TIMEOUT_MS, startTestServer } from '../support/test-server';
import { KeptAudit, OPEN_GATE } from '../unit/api/access';
import { NO_POSITIONS } from '../unit/api/fake-positions';

/** A lost answer is waited for for ten seconds, and each command compiles the program. */
const TEST_MAX_MS = 120_000;
/** More than a test needs; it stops the command's output from growing for ever. */
const ALL_ANSWERS = 1_000;
const EQUAL_POSTS = 50;

let environment: TestWorkflowEnvironment;
let engine: TestEngine;

beforeAll(async () => {
  environment = await startTestServer();
  engine = await startTestEngine(environment);
}, SERVER_START_TIMEOUT_MS);

afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

interface CommandEnd {
  /** null: a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a command whose answer is lost', () => {
  let folder: string;
  let proxy: SwallowingProxy;
  let strategy: string;
  let count = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'oncefill-lost-answer-'));
    strategy = `lost-answer-${(count += 1)}`;
    // As in the input of the signal's workflow: the command asks other things about its strategy, too.
    const words = `"strategy":"${strategy}"`;
    proxy = await SwallowingProxy.start(environment.connection.options.address, words);
  });

  afterEach(async () => {
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * Runs a command line in a shell.
   *
   * @param onStart gets the process, which is the command's own
   */
  function runInShell(
    command: string,
    address = proxy.address,
    onStart: (child: ChildProcess) => void = () => undefined,
  ): Promise<CommandEnd> {
    const env = childEnvironment({
      DATA_DIR: folder,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: environment.namespace ?? 'default',
    });
    return new Promise((resolve) => {
      const child = execFile('sh', ['-c', `exec ${command}`], { cwd: folder, env }, (_error, stdout, stderr) => {
        resolve({ exitCode: child.exitCode, stdout, stderr });
      });
      onStart(child);
    });
  }

  function sendCommand(...words: readonly string[]): string {
    const main = join(packageRoot(), 'src', 'cli', 'main.ts');
    const send = ['signal', 'send', '--symbol', 'BTCUSDT', '--direction', 'BUY', '--strategy', strategy];
    return [process.execPath, ...runSource(main, ...send, '--amount', '0.01', ...words)].map(shellQuote).join(' ');
  }

  async function workflowsOfSignal(): Promise<readonly string[]> {
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND TradeStrategy = '${strategy}'`;
    return eventually(async () => {
      const ids: string[] = [];
      for await (const { workflowId } of environment.client.workflow.list({ query })) ids.push(workflowId);
      return ids.length > 0 && ids;
    });
  }

  test(
    'sends the same signal again by itself and is accepted, with one workflow',
    async () => {
      proxy.swallows = 1;
      const { exitCode, stdout, stderr } = await runInShell(sendCommand('--json'));
      expect({ exitCode, swallowed: proxy.swallowed, stderr }).toMatchObject({
        exitCode: ExitCode.SUCCESS,
        swallowed: 1,
      });
      expect(stderr).toContain('sending again (attempt 2)');
      expect(JSON.parse(stdout)).toMatchObject({ status: 'accepted', repeated: true });
      expect(await workflowsOfSignal()).toHaveLength(1);
    },
    TEST_MAX_MS,
  );

  test(
    'prints the command that, run as it is printed, makes no second workflow',
    async () => {
      proxy.swallows = ALL_ANSWERS;
      const settings = join(folder, 'my settings.yaml');
      writeFileSync(settings, 'signals: { dedupWindowSeconds: 290 }');
      const lost = await runInShell(sendCommand('--deadline', '0', '--config', settings));
      expect(lost).toMatchObject({ exitCode: ExitCode.UNAVAILABLE, stdout: '' });
      const printed = lost.stderr.trimEnd().split('\n').at(-1) ?? '';
      expect(printed).toContain(' --timestamp ');
      expect(printed).toContain(` --config '${settings}' `);
      proxy.swallows = 0;
      const repeated = await runInShell(`${printed} --json`);
      expect(repeated.exitCode).toBe(ExitCode.SUCCESS);
      expect(JSON.parse(repeated.stdout)).toMatchObject({ status: 'accepted', repeated: true });
      expect(await workflowsOfSignal()).toHaveLength(1);
    },
    TEST_MAX_MS,
  );

  test(
    'tells a program the command as JSON, also when no connection can be made',
    async () => {
      const nobody = `127.0.0.1:${await findFreePort()}`;
      const refused = await runInShell(sendCommand('--deadline', '0', '--json'), nobody);
      expect(refused.exitCode).toBe(ExitCode.UNAVAILABLE);
      const { code, repeat } = JSON.parse(refused.stdout) as { readonly code: string; readonly repeat: string };
      expect(code).toBe('SERVER_UNAVAILABLE');
      const sent = await runInShell(repeat);
      expect(JSON.parse(sent.stdout)).toMatchObject({ status: 'accepted' });
    },
    TEST_MAX_MS,
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ended by %s it prints the command that sends the same signal',
    async (signal) => {
      proxy.swallows = ALL_ANSWERS;
      let child: ChildProcess | undefined;
      const ended = runInShell(sendCommand(), proxy.address, (started) => (child = started));
      await eventually(async () => proxy.swallowed > 0);
      child?.kill(signal);
      const { exitCode, stderr } = await ended;
      expect(exitCode).toBeNull();
      expect(stderr.trimEnd().split('\n').at(-1)).toContain(' --timestamp ');
    },
    TEST_MAX_MS,
  );
});

describe('over HTTP', () => {
  let api: FastifyInstance;
  let host: string;

  beforeAll(async () => {
    const port = await findFreePort();
    host = `127.0.0.1:${port}`;
    api = createApiServer({
      intake: engine.intake,
      ...NO_POSITIONS,
      health: () => Promise.reject(new Error('nobody asks')),
      config: {
        api: { host: '127.0.0.1', port, bodyLimitBytes: 1024, allowedHosts: [], requireToken: 'auto' as const },
      },
      gate: OPEN_GATE,
      audit: new KeptAudit(),
      logger: pino({ level: 'silent' }),
    });
  });

  afterAll(() => api.close());

  test('of fifty equal signals at once one is taken, the others are repetitions, and there is one order', async () => {
    const { symbol, direction, strategy, amount, timestampMs: timestamp } = engine.signal();
    const payload = { symbol, direction, strategy, amount, timestamp };
    const post = () => api.inject({ method: 'POST', url: '/api/signals', payload, headers: { host } });
    const replies = await Promise.all(Array.from({ length: EQUAL_POSTS }, post));
    const codes = replies.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right);
    expect(codes).toEqual([...Array.from({ length: EQUAL_POSTS - 1 }, () => 200), 202]);
    const { fingerprint } = replies[0]!.json<{ fingerprint: string }>();
    const view = await engine.end(fingerprint);
    expect(engine.venue.audit().ordersPerClientId?.[view.order!.clientOrderId]).toBe(1);
    const rows = await eventually(async () => {
      const listed = (await engine.intake.list(5)).filter((row) => row.fingerprint === fingerprint);
      return listed.length > 0 && listed;
    });
    expect(rows).toHaveLength(1);
  });
});

test('a signal that has just ended is shown so at once, and listed so a moment later', async () => {
  const { fingerprint, outcome } = await engine.trade();
  expect(await engine.intake.show(fingerprint)).toMatchObject({ state: 'ENDED', outcome });
  const row = await eventually(async () => {
    const rows = await engine.intake.list(5);
    return rows.find((each) => each.fingerprint === fingerprint && each.status === 'ended');
  });
  expect(row).toMatchObject({ outcome, symbol: 'BTCUSDT', direction: 'BUY', venue: 'bybit' });
});

test('the server counts the signals of a strategy, and no others', async () => {
  const strategy = 'counts 100 % – _';
  await engine.trade({ strategy });
  const { client } = engine.parts;
  expect(await eventually(async () => await countSignals(client, { strategy, startedAfterMs: 0 }))).toBe(1);
  await eventually(async () => (await countSignals(client, { strategy, venue: 'bybit', isRunning: true })) === 0);
});
