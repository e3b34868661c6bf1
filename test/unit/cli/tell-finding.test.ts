import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FINDINGS_WAITING_MAX, tellFindings } from '../../../src/cli/tell-finding';
import type { Finding } from '../../../src/domain/alerts/alert';
import { readSpool } from '../../../src/observability/alerts/spool';
import { waitFor } from '../../../harness/wait-for';

const RETRY_PAUSE_MS = 5;

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-tell-finding-'));
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function died(subject: string, holds = true): Finding {
  return { rule: 'process_died', subject, holds, text: `${subject} died.`, atMs: 1 };
}

function spooled(): readonly unknown[] {
  return readSpool(dataDir).map(
    ({ event }) => event?.kind === 'finding' && [event.finding.subject, event.finding.holds],
  );
}

/** A disk that takes nothing, whoever asks: where the folder should be, there is a file. */
function block(): void {
  writeFileSync(join(dataDir, 'run'), '');
}

function unblock(): void {
  rmSync(join(dataDir, 'run'));
  mkdirSync(join(dataDir, 'run'));
}

test('a finding is on the disk at once', () => {
  tellFindings(dataDir, () => undefined)(died('api'));
  expect(spooled()).toEqual([['api', true]]);
});

test('what the disk does not take is told once, waits in its order, and is on the disk when that takes it again', async () => {
  const lines: string[] = [];
  const tell = tellFindings(dataDir, (line) => lines.push(line), RETRY_PAUSE_MS);
  block();
  tell(died('api'));
  tell(died('api', false));
  tell(died('ml_manager'));
  expect(lines).toHaveLength(1);
  unblock();
  await waitFor('the findings', async () => spooled().length === 3, { timeoutMs: 10_000, intervalMs: 5 });
  expect(spooled()).toEqual([
    ['api', true],
    ['api', false],
    ['ml_manager', true],
  ]);
});

test('of more than can wait the oldest go', async () => {
  const tell = tellFindings(dataDir, () => undefined, RETRY_PAUSE_MS);
  block();
  for (let index = 0; index <= FINDINGS_WAITING_MAX; index += 1) tell(died(`process-${index}`));
  unblock();
  await waitFor('the findings', async () => spooled().length >= FINDINGS_WAITING_MAX, {
    timeoutMs: 10_000,
    intervalMs: 5,
  });
  expect(spooled()[0]).toEqual(['process-1', true]);
  expect(spooled()).toHaveLength(FINDINGS_WAITING_MAX);
});

test('one that is too large does not hold up the others', async () => {
  const tell = tellFindings(dataDir, () => undefined, RETRY_PAUSE_MS);
  tell({ ...died('api'), text: 'x'.repeat(20_000) });
  tell(died('ml_manager'));
  await waitFor('the finding', async () => spooled().length === 1, { timeoutMs: 10_000, intervalMs: 5 });
  expect(spooled()).toEqual([['ml_manager', true]]);
});
