import { TimeoutFailure } from '@temporalio/common';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { presentPart, type StatusPart } from '../../../src/cli/render-status';
import { inWordsOfStatus } from '../../../src/cli/status';
import { apiAnswers, apiPart } from '../../../src/cli/status-api';
import { exitCodeOf, verdictOf, VERDICTS_HELP } from '../../../src/cli/status-verdict';
import type { PartStatus } from '../../../src/observability/part-health';
import type { WorkerReading } from '../../../src/observability/workers-report';
import { claimPidFile } from '../../../src/process/pid-file';
import { EXIT_CODES_HELP } from '../../../src/process/exit-codes';
import { pidFilePath } from '../../../src/supervisor/run-folder';
import { rootMessage } from '../../../workflows/until-answered';

const NAMES = ['temporal', 'trading_engine', 'venue_account', 'api', 'paper_venue', 'ml_manager', 'predictions'];

function partsWith(name: string, status: PartStatus): readonly StatusPart[] {
  return NAMES.map((other) => ({ name: other, status: other === name ? status : 'healthy', text: '' }));
}

test.each<[string, PartStatus, string, number]>([
  ['temporal', 'healthy', 'healthy', 0],
  ['temporal', 'unhealthy', 'unhealthy', 4],
  ['trading_engine', 'unhealthy', 'unhealthy', 4],
  ['venue_account', 'unhealthy', 'unhealthy', 4],
  ['api', 'unhealthy', 'unhealthy', 4],
  ['paper_venue', 'unhealthy', 'unhealthy', 4],
  ['ml_manager', 'unhealthy', 'degraded', 1],
  ['predictions', 'unhealthy', 'degraded', 1],
  ['trading_engine', 'starting', 'degraded', 1],
  ['trading_engine', 'degraded', 'degraded', 1],
])('with %s %s the whole is %s, and the exit code %d', (name, status, verdict, exitCode) => {
  const found = verdictOf(partsWith(name, status));
  expect(found).toBe(verdict);
  expect(exitCodeOf(found)).toBe(exitCode);
});

test('both helps tell the three codes of the status', () => {
  expect(VERDICTS_HELP).toMatch(/0 all parts are up; 1 something is degraded[^]*; 4 a part is\s+down/);
  expect(EXIT_CODES_HELP).toMatch(/ {2}1 {4}failure; for status: something is degraded;/);
  expect(EXIT_CODES_HELP).toMatch(/ {2}4 {4}the Temporal server does not answer; for status also: a part is down/);
});

describe('the API', () => {
  const config = { dataDir: '', api: { host: '127.0.0.1', port: 8080 } as never };
  beforeEach(() => {
    config.dataDir = mkdtempSync(join(tmpdir(), 'oncefill-status-'));
  });
  afterEach(() => rmSync(config.dataDir, { recursive: true }));

  function registered(fields: Partial<WorkerReading>, pid: number, host: string): WorkerReading {
    const holder = { component: 'api', version: '1', host, pid, startedAtMs: 0, metadata: {} } as never;
    return { type: 'api', status: 'running', holder, ...fields };
  }

  function stateWith(workers: readonly WorkerReading[]) {
    return presentPart(apiPart(config, workers, 'here')).state;
  }

  test('is down where no process is known anywhere', () => expect(stateWith([])).toBe('down'));

  test('is up with its process on this machine, registered or not yet', () => {
    claimPidFile(pidFilePath(config.dataDir, 'api'), process.pid);
    expect(stateWith([])).toBe('up');
    expect(stateWith([registered({}, process.pid, 'here')])).toBe('up');
  });

  test('is up without a PID file where it is registered on this machine, or answers', () => {
    expect(stateWith([registered({}, process.pid, 'here')])).toBe('up');
    expect(presentPart(apiPart(config, [], 'here', true)).state).toBe('up');
    expect(presentPart(apiPart(config, [], 'here', false)).state).toBe('down');
  });

  test('is degraded where its process runs and does not answer', () => {
    claimPidFile(pidFilePath(config.dataDir, 'api'), process.pid);
    expect(presentPart(apiPart(config, [], 'here', false)).state).toBe('degraded');
  });

  test.each([
    ['{"status":"unhealthy"}', true],
    ['null', false],
    ['<html>', false],
  ])('that says %s is taken for ours: %s', async (body, isOurs) => {
    const server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await apiAnswers({ api: { host: '0.0.0.0', port } as never })).toBe(isOurs);
    server.close();
  });

  test('is down when its process hangs', () => {
    claimPidFile(pidFilePath(config.dataDir, 'api'), process.pid);
    const silent = [registered({ status: 'silent' }, process.pid, 'here')];
    expect(stateWith(silent)).toBe('down');
    expect(presentPart(apiPart(config, silent, 'here', true)).state).toBe('degraded');
  });

  test('is up when one on another machine is heard of, and down when it is not any more', () => {
    expect(stateWith([registered({}, 7, 'elsewhere')])).toBe('up');
    expect(stateWith([registered({ status: 'silent' }, 7, 'elsewhere')])).toBe('down');
  });
});

test.each([
  ['not running', 7, /its process is there, and has lost its registration/],
  ['never started', 7, /is starting/],
  ['not running', undefined, /^not running$/],
  ['does not answer', 7, /^does not answer$/],
])('a part of which the server says "%s", with the process %s here', (text, pid, said) => {
  expect(inWordsOfStatus(text, pid)).toMatch(said);
});

test('nobody who runs the status is told to run it', () => {
  const told = rootMessage(new TimeoutFailure('late', undefined, 'START_TO_CLOSE'));
  expect(told).toContain('oncefill status');
  expect(inWordsOfStatus(`bybit, balances 5 min old: ${told}`, undefined)).toBe(
    'bybit, balances 5 min old: No answer came in time.',
  );
});
