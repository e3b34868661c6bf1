import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditFileName, auditFolder, type AuditEntry } from '../../../src/access/audit';
import { readAudit } from '../../../src/access/read-audit';
import { createApiAudit } from '../../../src/api/api-audit';

const SENT: AuditEntry = { who: 'token 1', from: 'here', what: 'signal.send', target: '', why: '', result: 'done' };
const HALT: AuditEntry = { ...SENT, what: 'halt', target: 'bybit', why: 'storm' };

let dataDir: string;
let failures: unknown[];
let audit: ReturnType<typeof createApiAudit>;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-api-audit-'));
  failures = [];
  audit = createApiAudit(
    dataDir,
    (text) => text,
    (error) => failures.push(error),
  );
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function targets(): readonly (string | undefined)[] {
  return readAudit(dataDir, 1, Date.now()).map(({ target }) => target);
}

/** The end of what one event of this process does. */
function endOfEvent(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('what signals of one event leave is on disk before the next event', async () => {
  await Promise.all(['a', 'b', 'c'].map(async (target) => audit.attempt({ ...SENT, target })));
  await endOfEvent();
  expect(targets()).toEqual(['a', 'b', 'c']);
});

test('what a person does is on disk when the call returns, behind the signals before it', async () => {
  audit.attempt({ ...SENT, target: 'a' });
  audit.require(HALT);
  audit.attempt({ ...SENT, target: 'b' });
  audit.attempt({ ...HALT, result: 'failed' });
  expect(targets()).toEqual(['a', 'bybit', 'b', 'bybit']);
  await endOfEvent();
  expect(targets()).toHaveLength(4);
});

test('that signals leave no line is told once, until one can be written again', async () => {
  const file = join(auditFolder(dataDir), auditFileName(Date.now()));
  mkdirSync(file, { recursive: true });
  for (const target of ['a', 'b']) {
    audit.attempt({ ...SENT, target });
    await endOfEvent();
  }
  expect(failures).toHaveLength(1);
  expect(() => audit.require(HALT)).toThrow(expect.objectContaining({ name: 'AuditError' }) as Error);
  rmSync(file, { recursive: true });
  audit.attempt({ ...SENT, target: 'c' });
  await endOfEvent();
  expect(targets()).toEqual(['c']);
});
