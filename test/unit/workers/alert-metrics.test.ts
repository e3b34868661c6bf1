/** What is told of alerts and of messages to people. */
import { Registry } from 'prom-client';
import { ALERT_RULES } from '../../../src/domain/alerts/alert';
import { enqueue, OUTBOX_MAX } from '../../../src/domain/alerts/outbox';
import type { AlertEvent } from '../../../src/domain/alerts/state';
import { MessageRefusedError } from '../../../src/observability/alerts/channel';
import { drainChannel } from '../../../src/observability/alerts/drain';
import { AlertKeeper } from '../../../src/observability/alerts/keeper';
import { AlertMetrics } from '../../../workers/alert-metrics';
import { FakeChannel, finding, useDataFolder } from '../observability/alerts/folder';

const dataDir = useDataFolder();
let registry: Registry;
let metrics: AlertMetrics;

beforeEach(() => {
  registry = new Registry();
  metrics = new AlertMetrics(registry);
});

async function lines(start = ''): Promise<readonly string[]> {
  return (await registry.metrics())
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && line.startsWith(start));
}

function keeperWith(channel: FakeChannel, subjects: readonly string[] = []): AlertKeeper {
  const keeper = new AlertKeeper(dataDir(), [channel], () => undefined, Date.now());
  const found = subjects.map((subject): AlertEvent => ({ kind: 'finding', finding: finding('disk_full', subject) }));
  keeper.step(found, Date.now());
  metrics.follow(keeper, [channel.name]);
  return keeper;
}

/** Until nothing waits any more. */
async function drain(keeper: AlertKeeper, channel: FakeChannel): Promise<void> {
  const stop = new AbortController();
  const pauses = { firstMs: 0, longestMs: 0, lookMs: 1 };
  const done = drainChannel(keeper, metrics.counted(channel), stop.signal, () => undefined, pauses);
  while (keeper.outboxOf(channel.name).waiting.length > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort();
  await done;
}

test('every rule has a figure, and an alert that fires is counted under its own', async () => {
  keeperWith(new FakeChannel('mail'), ['/data', '/logs']);
  const told = await lines('oncefill_alerts_firing');
  expect(told).toHaveLength(ALERT_RULES.length);
  expect(told).toContain('oncefill_alerts_firing{rule="disk_full",severity="critical"} 2');
  expect(told).toContain('oncefill_alerts_firing{rule="process_died",severity="warning"} 0');
});

test('a condition that does not hold for long enough yet is no alert', async () => {
  const keeper = keeperWith(new FakeChannel('mail'));
  keeper.step([{ kind: 'finding', finding: finding('temporal_unreachable', 'temporal') }], Date.now());
  expect(await lines('oncefill_alerts_firing{rule="temporal_unreachable"')).toEqual([
    'oncefill_alerts_firing{rule="temporal_unreachable",severity="critical"} 0',
  ]);
});

test('messages that wait, attempts that failed and messages that went out are told by channel', async () => {
  let failures = 2;
  const channel = new FakeChannel('mail', () => (failures-- > 0 ? new Error('busy') : undefined));
  const keeper = keeperWith(channel, ['/data']);
  expect(await lines('oncefill_outbox')).toEqual(['oncefill_outbox_messages{channel="mail"} 1']);
  await drain(keeper, channel);
  expect(await lines('oncefill_outbox')).toEqual(['oncefill_outbox_messages{channel="mail"} 0']);
  expect(await lines('oncefill_notifications')).toEqual([
    'oncefill_notifications_total{channel="mail",result="sent"} 1',
    'oncefill_notifications_total{channel="mail",result="failed"} 2',
    'oncefill_notifications_total{channel="mail",result="dropped"} 0',
  ]);
});

test('a message that was given up stays counted after the channel was told of it', async () => {
  const refuses = ({ subject }: { readonly subject: string }) =>
    subject === '/data' ? new MessageRefusedError('never') : undefined;
  const channel = new FakeChannel('mail', refuses);
  const keeper = keeperWith(channel, ['/data', '/logs']);
  await drain(keeper, channel);
  expect(keeper.outboxOf('mail').dropped).toBeUndefined();
  expect(await lines('oncefill_notifications_total{channel="mail",result="dropped"')).toEqual([
    'oncefill_notifications_total{channel="mail",result="dropped"} 1',
  ]);
});

test('messages without room are counted as dropped', async () => {
  const keeper = keeperWith(new FakeChannel('mail'), ['/data']);
  const [first] = keeper.outboxOf('mail').waiting;
  keeper.changeOutbox('mail', (outbox) =>
    enqueue(
      outbox,
      Array.from({ length: OUTBOX_MAX + 2 }, () => ({ ...first! })),
    ),
  );
  expect(await lines('oncefill_notifications_total{channel="mail",result="dropped"')).toEqual([
    'oncefill_notifications_total{channel="mail",result="dropped"} 3',
  ]);
});

test('pings are counted by what became of them, and the first that is taken makes an instant', async () => {
  const count = metrics.pings();
  count('held_back');
  count('failed');
  expect(await lines('oncefill_heartbeat_ping_success')).toEqual([]);
  count('sent');
  expect(await lines('oncefill_heartbeat_pings')).toEqual([
    'oncefill_heartbeat_pings_total{result="sent"} 1',
    'oncefill_heartbeat_pings_total{result="failed"} 1',
    'oncefill_heartbeat_pings_total{result="held_back"} 1',
  ]);
  expect(await lines('oncefill_heartbeat_ping_success')).toHaveLength(1);
});
