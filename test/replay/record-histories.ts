/**
 * Records histories that replay.test.ts replays: real runs on a real server and the real paper venue. Run it after a
 * change that is meant to alter the commands of a workflow: what it records is added to what is kept.
 *
 *   npm run record-histories -- SUFFIX [NAME_PREFIX ...]
 *
 * The suffix tells the new ones from the kept ones of the same scene; prefixes such as `signal-` choose which are added.
 */
import { startTestEngine } from '../support/engine';
import { startTestServer } from '../support/test-server';
import { addHistories } from './history-files';
import { recordComponents } from './record-components';
import { recordEntities } from './record-entities';
import { recordMlManager } from './record-ml-manager';
import { recordPositions } from './record-positions';
import { recordSignals } from './record-signals';
import { fetchHistory, type Recorder } from './recording';

/** Far below the server's own threshold, so that runs which continued as new stay small. */
const CONTINUE_AS_NEW_EVENTS = 90;

/** A price stays good while the limiter is made to block: a signal then waits for its permit, and not for a price. */
const PRICE_MAX_AGE_MS = 60_000;

/** An order that is not found is missing after this. */
const UNKNOWN_ALERT_SECONDS = 2;

/** An order that rests is looked up often enough to fill a history while somebody waits. */
const LOOK_UP_DELAY_MAX_MS = 1_000;

/** Every prediction becomes a signal, whatever the market does. */
const MINIMUM_RETURN = '0.0000001';

/** The entities come last: the others' traffic is what fills their histories. */
const RECORDERS: readonly Recorder[] = [
  recordComponents,
  recordSignals,
  recordPositions,
  recordMlManager,
  recordEntities,
];

/** What has nothing of the others' traffic in its histories is recorded alone, where nothing else is asked for. */
const ALONE: readonly (readonly [prefix: string, record: Recorder])[] = [
  ['position-', recordPositions],
  ['ml-manager', recordMlManager],
  ['venue-account', recordEntities],
];

function recordersFor(prefixes: readonly string[]): readonly Recorder[] {
  const found = prefixes.map((prefix) => ALONE.find(([name]) => prefix.startsWith(name))?.[1]);
  const alone = found.filter((record) => record !== undefined);
  return alone.length > 0 && alone.length === found.length ? [...new Set(alone)] : RECORDERS;
}

async function main([suffix, ...prefixes]: readonly string[]): Promise<void> {
  if (!suffix || !/^[a-z0-9-]+$/.test(suffix)) {
    throw new Error('Name the change, for example: npm run record-histories -- books-by-activity signal-');
  }
  const environment = await startTestServer('default', {
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS },
  });
  try {
    const engine = await startTestEngine(environment, {
      flags: [
        { path: 'sizing.priceMaxAgeMs', value: PRICE_MAX_AGE_MS },
        { path: 'ml.minimumReturn', value: MINIMUM_RETURN },
        { path: 'orders.unknownAlertSeconds', value: UNKNOWN_ALERT_SECONDS },
        // Answers that are lost are waited for in vain.
        { path: 'venues.bybit.requestTimeoutMs', value: 2_000 },
        { path: 'orders.lookUpDelayMaxMs', value: LOOK_UP_DELAY_MAX_MS },
      ],
    });
    try {
      const recordings = [];
      for (const record of recordersFor(prefixes)) recordings.push(...(await record(engine)));
      const { client } = engine.parts;
      const histories = await Promise.all(recordings.map((recording) => fetchHistory(client, recording)));
      const chosen = histories.filter(
        ({ name }) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix)),
      );
      const bytes = addHistories(chosen.map(({ name, history }) => ({ name: `${name}-${suffix}`, history })));
      process.stdout.write(`${chosen.length} histories added, ${Math.round(bytes / 1024)} KiB.\n`);
    } finally {
      await engine.close();
    }
  } finally {
    await environment.teardown();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error('The histories could not be recorded:', error);
  process.exitCode = 1;
});
