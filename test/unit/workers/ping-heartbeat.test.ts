import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_RULES, type AlertRule } from '../../../src/domain/alerts/alert';
import { reduceAlerts } from '../../../src/domain/alerts/reduce';
import { RULE_TERMS } from '../../../src/domain/alerts/rules';
import { emptyAlerts, type AlertState } from '../../../src/domain/alerts/state';
import { packageRoot } from '../../../src/config/package-root';
import { isAllWell } from '../../../src/observability/channels/all-well';
import type { PartHealth } from '../../../src/observability/part-health';
import { readWellbeing, type WellbeingSources } from '../../../workers/ping-heartbeat';

const HOUR_MS = 3_600_000;
const STOPPING: readonly AlertRule[] = ['heartbeat_lost', 'crash_loop', 'disk_full', 'temporal_unreachable'];
const PARTS: readonly PartHealth[] = [
  { name: 'temporal', status: 'healthy', text: '' },
  { name: 'trading_engine', status: 'healthy', heartbeatAgeMs: 1_000, text: '' },
];

/** The state a minute after a condition was found, held all the time, and perhaps ended then. */
function stateAfter(rule: AlertRule, { isOver = false, isSilenced = false } = {}): AlertState {
  const finding = (holds: boolean, atMs: number) =>
    ({ kind: 'finding', finding: { rule, subject: 'it', holds, text: 'it is.', atMs } }) as const;
  const silence = { rule, reason: 'planned', who: 'me', untilMs: HOUR_MS };
  let state = emptyAlerts();
  if (isSilenced) state = reduceAlerts(state, { kind: 'silence', silence }, 0).state;
  for (let atMs = 0; atMs <= 60_000; atMs += 10_000) state = reduceAlerts(state, finding(true, atMs), atMs).state;
  if (!isOver) return state;
  state = reduceAlerts(state, finding(false, 60_000), 60_000).state;
  for (let atMs = 60_000; atMs <= HOUR_MS; atMs += 30_000) state = reduceAlerts(state, { kind: 'tick' }, atMs).state;
  return state;
}

async function isWellWith(state: AlertState, more: Partial<WellbeingSources> = {}): Promise<boolean> {
  const lookAtDesk = () => ({ state, oldestMessageAgeMs: 'none waits' as const });
  return isAllWell(await readWellbeing({ readParts: () => Promise.resolve(PARTS), lookAtDesk, ...more }));
}

test.each(ALERT_RULES)(
  'an open alert %s holds the ping back where it is critical and about the product itself',
  async (rule) => {
    expect(await isWellWith(stateAfter(rule))).toBe(!STOPPING.includes(rule));
  },
);

test('only critical rules hold the ping back', () => {
  const stopping = ALERT_RULES.filter((rule) => RULE_TERMS[rule].stopsPing);
  expect(stopping.map((rule) => RULE_TERMS[rule].severity)).toEqual(stopping.map(() => 'critical'));
});

test.each(STOPPING)('a silenced alert %s is open all the same', async (rule) => {
  expect(await isWellWith(stateAfter(rule, { isSilenced: true }))).toBe(false);
});

test.each(STOPPING)('after the end of %s the ping goes out again', async (rule) => {
  expect(await isWellWith(stateAfter(rule, { isOver: true }))).toBe(true);
});

test('a condition that is not an alert yet holds nothing back', async () => {
  const finding = { rule: 'temporal_unreachable', subject: 'temporal', holds: true, text: 'it is.', atMs: 0 } as const;
  expect(await isWellWith(reduceAlerts(emptyAlerts(), { kind: 'finding', finding }, 0).state)).toBe(true);
});

test('a server that cannot be asked, or that nobody tells of, is not well', async () => {
  expect(await isWellWith(emptyAlerts(), { readParts: () => Promise.reject(new Error('no')) })).toBe(false);
  expect(await isWellWith(emptyAlerts(), { readParts: () => Promise.resolve(PARTS.slice(1)) })).toBe(false);
});

test.each(['alerts.md', 'alert-channels.md'])('the page %s names the alerts that hold the ping back', (page) => {
  const text = readFileSync(join(packageRoot(), 'docs', page), 'utf8').replaceAll(/\s+/g, ' ');
  expect(text).toContain(`: ${STOPPING.map((rule) => `\`${rule}\``).join(', ')}`);
});
