import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../src/config/package-root';
import { TEMPORAL_CLI, TIME_SKIPPING_SERVER } from '../../../src/temporal/binary-pins';
import { findTemporalServer } from '../../../src/temporal/server-binary';

const ROOT = packageRoot();
const PAGE = readFileSync(join(ROOT, 'docs/pins.md'), 'utf8');
const DAY_MS = 86_400_000;

/** Versions by what they are of, from the table of the page. */
const VERSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  [...PAGE.matchAll(/^\| ([^|]+) \| (\d+\.\d+\.\d+) \|/gm)].map(([, what, version]) => [what!, version!]),
);

/** What the script says of each page on each day. */
function describeAges(cases: readonly (readonly [page: string, nowMs: number])[]): (string | null)[] {
  const script = pathToFileURL(join(ROOT, 'scripts/pins-age.mjs')).href;
  const program = `
    import { describePinsAge } from ${JSON.stringify(script)};
    const cases = ${JSON.stringify(cases)};
    console.log(JSON.stringify(cases.map(([page, nowMs]) => describePinsAge(page, nowMs) ?? null)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  return JSON.parse(output) as (string | null)[];
}

test('the page names the versions of the packages that the product is installed with', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const named = Object.entries(dependencies).filter(([name]) => name in VERSIONS);
  expect(named.map(([name]) => name)).toEqual(
    expect.arrayContaining(['@temporalio/worker', 'ccxt', 'fastify', 'onnxruntime-node', 'undici']),
  );
  expect(Object.fromEntries(named.map(([name]) => [name, VERSIONS[name]]))).toEqual(Object.fromEntries(named));
  // Of one release: the page names one of them for all.
  const sdk = Object.entries(dependencies).filter(([name]) => name.startsWith('@temporalio/'));
  expect(new Set(sdk.map(([, version]) => version))).toEqual(new Set([VERSIONS['@temporalio/worker']]));
});

test('the page names the versions of the pinned servers', async () => {
  expect(VERSIONS['Temporal CLI']).toBe(TEMPORAL_CLI[0].version);
  expect(VERSIONS['Temporal test server']).toBe(TIME_SKIPPING_SERVER.version);
  const binary = await findTemporalServer({ progress: () => undefined });
  const said = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
  // One that is newer may be on PATH.
  if (!said.startsWith(`temporal version ${TEMPORAL_CLI[0].version} `)) return;
  expect(said).toContain(`(Server ${VERSIONS['Temporal server']}, UI ${VERSIONS['Temporal Web UI']})`);
});

test('a page that was looked at in the last thirty days needs no word, an older or undated one does', () => {
  const lookedAtMs = Date.parse(/^Looked at: (.+)$/m.exec(PAGE)?.[1] ?? '');
  const [fresh, old, undated] = describeAges([
    [PAGE, lookedAtMs + 30 * DAY_MS],
    [PAGE, lookedAtMs + 31 * DAY_MS],
    ['no date', lookedAtMs],
  ]);
  expect(fresh).toBeNull();
  expect(old).toContain('31 days ago');
  expect(undated).toContain('does not say');
});
