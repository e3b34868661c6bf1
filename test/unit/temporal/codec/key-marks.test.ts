import type { Client } from '@temporalio/client';
import { createKey } from '../../../../src/temporal/codec/create-key';
import { claimHistoryKeys, retireHistoryKey, type KeyUser } from '../../../../src/temporal/codec/key-marks';
import { KeyRing, parseKeys } from '../../../../src/temporal/codec/key-ring';

const [A, B, OTHER_A] = [createKey('a'), createKey('b'), createKey('a')];

/** A namespace's own data, and how many runs it keeps from before a time. */
class Namespace {
  data: Record<string, string> = {};
  runs = 0;
  queries: string[] = [];
  /** What another process writes at the same moment. */
  meanwhile: Record<string, string> = {};

  readonly client = {
    options: { namespace: 'test' },
    workflowService: {
      describeNamespace: async () => ({ namespaceInfo: { data: { ...this.data } } }),
      updateNamespace: async (request: { updateInfo: { data: Record<string, string> } }) => {
        Object.assign(this.data, request.updateInfo.data, this.meanwhile);
      },
      countWorkflowExecutions: async ({ query }: { query: string }) => {
        this.queries.push(query);
        return { count: this.runs };
      },
    },
  } as unknown as Client;

  start(user: KeyUser, ...keys: readonly string[]): Promise<void> {
    const ring = keys.length === 0 ? new KeyRing([]) : parseKeys(keys.join(','), 'the test');
    return claimHistoryKeys(this.client, user, ring);
  }
}

let namespace: Namespace;

beforeEach(() => {
  namespace = new Namespace();
});

test('without keys and without sealed histories nothing is written', async () => {
  await namespace.start('engine');
  await namespace.start('other');
  expect(namespace.data).toEqual({});
});

test('an engine may begin to seal where nothing was sealed', async () => {
  await namespace.start('engine', A);
  await namespace.start('other', A);
});

test.each<KeyUser>(['engine', 'other'])('without its key nobody starts on sealed histories: %s', async (user) => {
  await namespace.start('engine', A);
  await expect(namespace.start(user)).rejects.toMatchObject({ code: 'HISTORY_KEY_MISSING' });
  await expect(namespace.start(user, B)).rejects.toMatchObject({
    code: 'HISTORY_KEY_MISSING',
    message: expect.stringContaining('add "a" to ONCEFILL_HISTORY_KEYS'),
  });
});

test.each<KeyUser>(['engine', 'other'])('another key of the same id is found out at the start: %s', async (user) => {
  await namespace.start('engine', A);
  await expect(namespace.start(user, OTHER_A)).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG' });
});

test('of two keys of one id that are claimed at once, only one is taken', async () => {
  const other = new Namespace();
  await other.start('engine', OTHER_A);
  namespace.meanwhile = other.data;
  await expect(namespace.start('engine', A)).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG' });
});

test('a command seals with nothing that no engine has, and leaves no mark', async () => {
  await expect(namespace.start('other', A)).rejects.toMatchObject({ code: 'HISTORY_KEY_UNKNOWN' });
  expect(namespace.data).toEqual({});
  await namespace.start('engine', A);
  const before = { ...namespace.data };
  await expect(namespace.start('other', B, A)).rejects.toMatchObject({ code: 'HISTORY_KEY_UNKNOWN' });
  expect(namespace.data).toEqual(before);
});

test('a rotation: second everywhere, then first, and the former key is asked for until it is retired', async () => {
  await namespace.start('engine', A);
  await namespace.start('engine', A, B);
  await namespace.start('engine', B, A);
  await namespace.start('other', B, A);
  await expect(namespace.start('engine', B)).rejects.toMatchObject({ code: 'HISTORY_KEY_MISSING' });
  expect(await retireHistoryKey(namespace.client, 'a')).toEqual({ status: 'retired' });
  await namespace.start('engine', B);
  await namespace.start('other', B);
});

test('a key that others may not have yet does not seal at once', async () => {
  await namespace.start('engine', A);
  const starting = namespace.start('engine', B, A);
  await expect(starting).rejects.toMatchObject({
    code: 'HISTORY_KEY_UNKNOWN',
    message: expect.stringContaining('put it second, start every process, and then put it first'),
  });
});

test('a second key that never sealed may be taken away again', async () => {
  await namespace.start('engine', A, B);
  await namespace.start('engine', A);
  await namespace.start('other', A);
});

describe('retiring a key', () => {
  beforeEach(async () => {
    await namespace.start('engine', A, B);
  });

  test('not the one that seals', async () => {
    expect(await retireHistoryKey(namespace.client, 'a')).toEqual({ status: 'sealing' });
  });

  test('not while runs of before the present one are kept', async () => {
    await namespace.start('engine', B, A);
    namespace.runs = 3;
    expect(await retireHistoryKey(namespace.client, 'a')).toMatchObject({ status: 'needed', runs: 3 });
    expect(namespace.queries).toEqual([expect.stringMatching(/^StartTime < '\d{4}-\d\d-\d\dT[\d:.]+Z'$/)]);
    await expect(namespace.start('engine', B)).rejects.toMatchObject({ code: 'HISTORY_KEY_MISSING' });
  });

  test('one that never sealed goes at once', async () => {
    namespace.runs = 3;
    expect(await retireHistoryKey(namespace.client, 'b')).toEqual({ status: 'retired' });
  });

  test.each(['c', '', 'A'])('one that there is not (%j) is told', async (id) => {
    expect(await retireHistoryKey(namespace.client, id)).toEqual({ status: 'unknown' });
  });
});

test('marks of others are left alone, and what is no mark of ours is passed over', async () => {
  namespace.data = { 'oncefill.environment': 'paper', 'oncefill.history-key.\u001b': 'used x', other: 'y' };
  await namespace.start('engine', A);
  expect(namespace.data).toMatchObject({ 'oncefill.environment': 'paper', other: 'y' });
});

test('a mark that somebody broke refuses, rather than letting a wrong key in', async () => {
  await namespace.start('engine', A);
  namespace.data['oncefill.history-key.a'] = 'used';
  await expect(namespace.start('engine', A)).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG' });
});
