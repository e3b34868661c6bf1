import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAudit } from '../../../src/access/read-audit';
import { spanOf } from '../../../src/cli/alerts';
import { runCommandLine } from '../../../src/cli/program';
import { ExitCode } from '../../../src/process/exit-codes';
import { presentAlerts, renderAlerts } from '../../../src/cli/render-alerts';
import { readBook } from '../../../src/observability/alerts/book-file';
import { AlertKeeper } from '../../../src/observability/alerts/keeper';
import { leaveFinding, readSpool } from '../../../src/observability/alerts/spool';

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
const shown = () => presentAlerts(readBook(dataDir), readSpool(dataDir), Date.now());

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
