import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  auditFileName,
  auditLine,
  commandLineActor,
  recordAudit,
  recordAudits,
  type AuditEntry,
} from '../../../src/access/audit';
import { AUDIT_LINES_MAX, readAudit } from '../../../src/access/read-audit';
import { makeToken } from '../../../src/access/tokens';

const NOON = Date.UTC(2026, 2, 1, 12);
const DAY_MS = 86_400_000;
const SOMEBODY_ELSE = 65_534;
/** Only root can give a folder away. */
const testAsRoot = process.geteuid?.() === 0 ? test : test.skip;
const ENTRY: AuditEntry = { who: 'user a', from: 'here', what: 'halt', target: 'bybit', why: 'storm', result: 'done' };

let dataDir: string;
let file: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-audit-'));
  file = join(dataDir, 'logs', 'audit_20260301.log');
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function record(change: Partial<AuditEntry> = {}, timeMs = NOON): void {
  recordAudit(dataDir, { ...ENTRY, ...change }, { clock: () => timeMs });
}

describe('a line of the audit', () => {
  test('says who, from where, what, to what, why and how it ended, in a private file of the day', () => {
    record();
    record({ what: 'resume', result: 'asked' });
    expect(
      readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { time: '2026-03-01T12:00:00.000Z', ...ENTRY },
      { time: '2026-03-01T12:00:00.000Z', ...ENTRY, what: 'resume', result: 'asked' },
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['a line break', 'a\n{"who":"forged"}'],
    ['an escape', 'a\u001B[2Jb'],
    ['a C1 control', 'a\u009B2Jb'],
    ['a mark that turns the writing', 'a\u202Eb'],
    ['a separator of lines', 'a\u2028b'],
    ['half a character', 'a\uD800b'],
  ])('is one line, and plain, with %s in it', (_what, why) => {
    const line = auditLine({ ...ENTRY, why, who: why }, NOON);
    expect(line).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u);
    expect((JSON.parse(line) as AuditEntry).why).toMatch(/^a\uFFFD/u);
  });

  test('is bounded, whatever is given as a reason', () => {
    expect(auditLine({ ...ENTRY, why: '\u0000'.repeat(1_000_000) }, NOON).length).toBeLessThan(1_000);
  });

  test('holds neither a token nor what the process keeps secret', () => {
    const { token } = makeToken({ name: 'a', scope: 'read', nowMs: 0 });
    const redact = (text: string) => text.replaceAll('canary', '[redacted]');
    const line = auditLine({ ...ENTRY, why: `it was ${token}`, detail: 'canary' }, NOON, redact);
    expect(line).not.toMatch(/oncefill_|canary/);
  });

  test('is not glued to one that was torn', () => {
    record();
    appendFileSync(file, '{"time":"2026');
    record({ why: 'after the tear' });
    expect(readAudit(dataDir, 1, NOON).map(({ why }) => why)).toEqual(['storm', 'after the tear']);
  });
});

describe('lines that are written at once', () => {
  test('are the same as one after the other, and not glued to a torn one', () => {
    const sent = { ...ENTRY, what: 'signal.send' } as const;
    record({ what: 'signal.send', target: 'a' });
    appendFileSync(file, '{"time":"2026');
    recordAudits(
      dataDir,
      [
        { ...sent, target: 'b' },
        { ...sent, target: 'c' },
      ],
      { clock: () => NOON },
    );
    expect(readAudit(dataDir, 1, NOON).map(({ target }) => target)).toEqual(['a', 'b', 'c']);
  });
});

describe('the audit', () => {
  test('says when it cannot be written', () => {
    mkdirSync(file, { recursive: true });
    expect(() => record()).toThrow(expect.objectContaining({ name: 'AuditError' }) as Error);
  });

  testAsRoot('leaves it to a data folder that is refused to say what is to be done', () => {
    chownSync(dataDir, SOMEBODY_ELSE, SOMEBODY_ELSE);
    expect(() => record()).toThrow(expect.objectContaining({ name: 'DataFolderError' }) as Error);
  });

  test('leaves room for what a person does, when programs have filled the day', () => {
    record();
    truncateSync(file, 48 * 1_048_576);
    expect(() => record({ what: 'signal.send' })).toThrow(/bound of one day/);
    record({ what: 'resume' });
    truncateSync(file, 64 * 1_048_576);
    expect(() => record({ what: 'resume' })).toThrow(/bound of one day/);
  });

  test('is kept for 400 days, and no other file is removed', () => {
    const folder = join(dataDir, 'logs');
    mkdirSync(folder);
    const day = (days: number) => join(folder, auditFileName(NOON - days * DAY_MS));
    for (const path of [day(399), day(400), join(folder, 'api_20200101.log')]) writeFileSync(path, '');
    record({}, NOON);
    expect([day(399), day(400), join(folder, 'api_20200101.log')].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('shows the last days, oldest first, and a bounded number of lines', () => {
    record({ why: 'long ago' }, NOON - 2 * DAY_MS);
    record({ why: 'yesterday' }, NOON - DAY_MS);
    record({ why: 'today' });
    expect(readAudit(dataDir, 2, NOON).map(({ why }) => why)).toEqual(['yesterday', 'today']);
    appendFileSync(file, `${JSON.stringify({ why: 'again' })}\n`.repeat(AUDIT_LINES_MAX));
    expect(readAudit(dataDir, 2, NOON)).toHaveLength(AUDIT_LINES_MAX);
  });

  test('a folder in the place of a day is told in one sentence', () => {
    mkdirSync(join(dataDir, 'logs', auditFileName(NOON)), { recursive: true });
    expect(() => readAudit(dataDir, 1, NOON)).toThrow(/^The audit .+ is a folder, not a regular file\.$/);
  });
});

test('a command is done by a user on a machine in a process', () => {
  const { who, from } = commandLineActor();
  expect(who).toMatch(/^user \S/);
  expect(from).toContain(`process ${process.pid}`);
});
