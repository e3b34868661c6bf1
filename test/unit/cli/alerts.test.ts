import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readAudit } from '../../../src/access/read-audit';
import { spanOf } from '../../../src/cli/alerts';
import { runCommandLine } from '../../../src/cli/program';
import { ExitCode } from '../../../src/process/exit-codes';
import { presentAlerts, renderAlerts } from '../../../src/cli/render-alerts';
import { bookPath } from '../../../src/observability/alerts/book-file';
import { lookAtAlerts } from '../../../src/observability/alerts/look-at-alerts';
import { SILENCES_MAX } from '../../../src/domain/alerts/state';
import { delivered } from '../../../src/domain/alerts/outbox';
import { AlertKeeper } from '../../../src/observability/alerts/keeper';
import { leaveEvent, leaveFinding, readSpool, spoolFolder } from '../../../src/observability/alerts/spool';

let dataDir = '';
const formerDataDir = process.env['DATA_DIR'];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-alerts-'));
  process.env['DATA_DIR'] = dataDir;
  for (const stream of [process.stdout, process.stderr]) jest.spyOn(stream, 'write').mockReturnValue(true);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(dataDir, { recursive: true });
  if (formerDataDir === undefined) delete process.env['DATA_DIR'];
  else process.env['DATA_DIR'] = formerDataDir;
});

const keep = (): void => new AlertKeeper(dataDir, [], () => undefined, Date.now()).step([], Date.now());
const shown = () => presentAlerts(lookAtAlerts(dataDir), Date.now());

test('a silence works from the next look on, is taken back, and leaves its lines in the audit', async () => {
  leaveFinding(dataDir, { rule: 'disk_full', subject: '/data', holds: true, text: 'It is full.', atMs: Date.now() });
  const about = ['disk_full', '--subject', '/data'];
  const silence = ['alerts', 'silence', ...about, '--for', '2h', '--reason', 'moving disks'];
  expect(await runCommandLine(silence)).toBe(ExitCode.SUCCESS);
  keep();
  expect(shown()).toMatchObject({
    alerts: [{ rule: 'disk_full', state: 'firing', silenced: true, severity: 'critical' }],
    silences: [{ rule: 'disk_full', subject: '/data', reason: 'moving disks' }],
  });
  expect(await runCommandLine(['alerts', 'unsilence', ...about])).toBe(ExitCode.SUCCESS);
  keep();
  expect(shown()).toMatchObject({ alerts: [{ silenced: false }], silences: [] });
  expect(await runCommandLine(['alerts', 'list'])).toBe(ExitCode.SUCCESS);
  const acts = readAudit(dataDir, 1, Date.now()).map(({ what, target, result }) => `${what} ${target} ${result}`);
  expect(acts).toEqual(
    ['silence', 'silence', 'unsilence', 'unsilence'].map(
      (what, index) => `alerts.${what} disk_full (/data) ${index % 2 === 0 ? 'asked' : 'done'}`,
    ),
  );
});

test.each<[string, readonly string[]]>([
  ['an unknown rule', ['disk', '--for', '2h', '--reason', 'x']],
  ['no reason', ['disk_full', '--for', '2h']],
  ['an empty reason', ['disk_full', '--for', '2h', '--reason', ' ']],
  ['a span without a unit', ['disk_full', '--for', '2', '--reason', 'x']],
  ['a span that is too long', ['disk_full', '--for', '8d', '--reason', 'x']],
  ['a subject that cannot be seen', ['disk_full', '--for', '2h', '--reason', 'x', '--subject', '\u200B']],
])('a silence with %s is refused', async (_what, words) => {
  expect(await runCommandLine(['alerts', 'silence', ...words])).toBe(ExitCode.USAGE);
  expect(readSpool(dataDir)).toEqual([]);
});

test.each([
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('%s is a span', (text, spanMs) => {
  expect(spanOf(text)).toBe(spanMs);
});

test('what somebody wrote into a text moves no cursor', () => {
  leaveFinding(dataDir, { rule: 'disk_full', subject: '\u001B[2J', holds: true, text: '\u001B[2J', atMs: Date.now() });
  keep();
  expect(renderAlerts(shown())).not.toContain('\u001B');
});

test('the list tells which channels heard of an alert, and which one waits for', () => {
  const channels = ['mail', 'room'].map((name) => ({ name, wants: () => true, send: () => Promise.resolve() }));
  const keeper = new AlertKeeper(dataDir, channels, () => undefined, Date.now());
  leaveFinding(dataDir, { rule: 'disk_full', subject: '/data', holds: true, text: 'It is full.', atMs: Date.now() });
  keeper.step([], Date.now());
  keeper.changeOutbox('mail', (outbox) => delivered(outbox, undefined));
  expect(shown().alerts).toMatchObject([{ told: ['mail'], waiting: ['room'] }]);
  expect(renderAlerts(shown())).toMatch(/TOLD[^]* mail, room waits /);
});

describe('a silence that is taken back', () => {
  const silence = (...words: readonly string[]): Promise<ExitCode> =>
    runCommandLine(['alerts', 'silence', ...words, '--for', '1h', '--reason', 'x']);
  const unsilence = (...words: readonly string[]): Promise<ExitCode> =>
    runCommandLine(['alerts', 'unsilence', ...words]);

  test.each([
    ['nothing is silenced', [], ['disk_full']],
    ['only a subject is', ['disk_full', '--subject', '/data'], ['disk_full']],
    ['only the rule is', ['disk_full'], ['disk_full', '--subject', '/data']],
    ['everything is', ['all'], ['disk_full']],
    ['one rule is', ['disk_full'], ['all']],
  ])('is none where %s', async (_what, standing, words) => {
    if (standing.length > 0) await silence(...standing);
    expect(await unsilence(...words)).toBe(ExitCode.NOT_FOUND);
    if (standing.length > 0) expect(await unsilence(...standing)).toBe(ExitCode.SUCCESS);
    keep();
    expect(shown().silences).toEqual([]);
  });

  test('cannot be taken back twice', async () => {
    await silence('disk_full');
    expect(await unsilence('disk_full')).toBe(ExitCode.SUCCESS);
    expect(await unsilence('disk_full')).toBe(ExitCode.NOT_FOUND);
  });
});

test('everything can be silenced at once', async () => {
  leaveFinding(dataDir, { rule: 'disk_full', subject: '/data', holds: true, text: 'It is full.', atMs: Date.now() });
  expect(await runCommandLine(['alerts', 'silence', 'all', '--for', '1h', '--reason', 'new disk'])).toBe(
    ExitCode.SUCCESS,
  );
  keep();
  expect(shown()).toMatchObject({ alerts: [{ silenced: true }], silences: [{ rule: 'all', reason: 'new disk' }] });
});

test('a silence too many is refused, also where those before it were not taken in yet', async () => {
  const untilMs = Date.now() + 3_600_000;
  for (let index = 0; index < SILENCES_MAX; index += 1) {
    leaveEvent(dataDir, {
      kind: 'silence',
      silence: { rule: 'disk_full', subject: `/${index}`, reason: 'x', who: 'x', untilMs },
    });
  }
  const silence = (subject: string): Promise<ExitCode> =>
    runCommandLine(['alerts', 'silence', 'disk_full', '--subject', subject, '--for', '1h', '--reason', 'x']);
  expect(await silence('/new')).toBe(ExitCode.REFUSED);
  expect(await silence('/0')).toBe(ExitCode.SUCCESS);
});

test.each([
  ['/data', false],
  ['/dara', true],
])('of a silence about %s it is asked whether that is meant: %s', async (subject, isAsked) => {
  leaveFinding(dataDir, { rule: 'disk_full', subject: '/data', holds: true, text: 'It is full.', atMs: Date.now() });
  const errors = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  await runCommandLine(['alerts', 'silence', 'disk_full', '--subject', subject, '--for', '1h', '--reason', 'x']);
  const said = errors.mock.calls.join('');
  expect(said.includes('it holds about /data')).toBe(isAsked);
});

test.each<[string, () => void]>([
  ['a damaged book', () => writeFileSync(bookPath(dataDir), '{')],
  ['a book that is a folder', () => mkdirSync(bookPath(dataDir))],
  ['a spool that cannot be read', () => writeFileSync(spoolFolder(dataDir), '')],
])('of %s it is not said that nothing holds', async (_what, spoil) => {
  mkdirSync(dirname(bookPath(dataDir)), { recursive: true });
  expect(await runCommandLine(['alerts', 'list'])).toBe(ExitCode.SUCCESS);
  spoil();
  expect(await runCommandLine(['alerts', 'list'])).toBe(ExitCode.FAILURE);
  expect(renderAlerts(shown())).toContain('What holds is not known');
});

test.each([
  ['ENOSPC', 1],
  ['EROFS', 1],
  ['EACCES', 0],
])('where writing fails with %s, %d reasons are told why not all is known', (code, count) => {
  const write = (): never => {
    throw Object.assign(new Error(code), { code });
  };
  expect(lookAtAlerts(dataDir, write).unknown).toHaveLength(count);
});
