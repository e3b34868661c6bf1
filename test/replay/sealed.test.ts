/** Sealed histories replay on the workflows of today as open ones do, where their key is there. */
import { installQuietRuntime } from '../../harness/quiet-runtime';
import { createKey } from '../../src/temporal/codec/create-key';
import { HistoryCodec } from '../../src/temporal/codec/history-codec';
import { parseKeys } from '../../src/temporal/codec/key-ring';
import { SEALED_WORKFLOW_BUNDLE_PATH } from '../../workers/build-workflow-bundle';
import { readHistories, type RecordedHistory } from './history-files';
import { replay } from './outcomes';
import { readable, sealHistory } from './sealed-history';

const [A, B, OTHER_A] = [createKey('a'), createKey('b'), createKey('a')];
const BUNDLE = { codePath: SEALED_WORKFLOW_BUNDLE_PATH };

/** One of each workflow, and the one with a failure of an activity. */
const NAMES =
  /^(signal-filled|signal-answer-lost-then-found|signal-rejected|venue-account-first-run|component-lost|ml-manager-continued)-account-rules-2$/;

let sealed: readonly RecordedHistory[];

beforeAll(async () => {
  installQuietRuntime();
  const codec = new HistoryCodec(parseKeys(A, 'the test'));
  const recorded = readHistories().filter(({ name }) => NAMES.test(name));
  sealed = await Promise.all(recorded.map((one) => sealHistory(one, codec)));
});

afterEach(() => {
  delete process.env.ONCEFILL_HISTORY_KEYS;
});

test('nothing of an order is left to read in a sealed history', () => {
  expect(sealed).toHaveLength(6);
  const filled = sealed.find(({ name }) => name.startsWith('signal-filled'))!;
  const text = readable(filled.history.events);
  expect(text).toContain('binary/encrypted');
  expect(text).not.toMatch(/BTCUSDT|quantity|averagePrice|strategy/);
});

test.each([
  ['its key', [A]],
  ['a newer key before it', [B, A]],
])('a sealed history replays with %s', async (_name, keys) => {
  process.env.ONCEFILL_HISTORY_KEYS = keys.join(',');
  const { errors } = await replay(BUNDLE, sealed);
  expect(errors).toEqual(sealed.map(({ name }) => [name, undefined]));
});

test.each([
  ['no key', undefined, 'HISTORY_KEY_MISSING'],
  ['another key', B, 'HISTORY_KEY_MISSING'],
  ['another key of its id', OTHER_A, 'HISTORY_KEY_WRONG'],
])('with %s a replay ends in the sentence, and not in a verdict on the workflow', async (_name, key, code) => {
  if (key !== undefined) process.env.ONCEFILL_HISTORY_KEYS = key;
  await expect(replay(BUNDLE, sealed)).rejects.toMatchObject({ name: 'HistoryKeyError', code });
});
