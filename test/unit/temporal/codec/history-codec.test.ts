import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow';
import fc from 'fast-check';
import { QUERY_TOO_EARLY } from '../../../../src/messages/query-guard';
import { createKey } from '../../../../src/temporal/codec/create-key';
import { HistoryCodec, historyConverter } from '../../../../src/temporal/codec/history-codec';
import { HistoryKeyError, historyKeyErrorIn } from '../../../../src/temporal/codec/history-key-error';
import { KeyRing, parseKeys } from '../../../../src/temporal/codec/key-ring';
import { isSealed } from '../../../../src/temporal/codec/seal';

const [A, B, OTHER_A] = [createKey('a'), createKey('b'), createKey('a')];

function ring(...keys: readonly string[]): KeyRing {
  return keys.length === 0 ? new KeyRing([]) : parseKeys(keys.join(','), 'the test');
}

const codec = (...keys: readonly string[]) => new HistoryCodec(ring(...keys));
const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)!;
const valueOf = (payload: Payload): unknown => defaultPayloadConverter.fromPayload(payload);

async function sealedBy(keys: readonly string[], value: unknown): Promise<Payload> {
  const [payload] = await codec(...keys).encode([payloadOf(value)]);
  return payload!;
}

async function openedBy(keys: readonly string[], payload: Payload): Promise<unknown> {
  const [opened] = await codec(...keys).decode([payload]);
  return valueOf(opened!);
}

/** Bytes that are never equal although they say the same: a random nonce is in them. */
function bytesOf(payload: Payload): string {
  return Buffer.from(payload.data!).toString('hex');
}

describe('sealing', () => {
  test('any payload comes back as it was, with its metadata', async () => {
    const payloads = fc.record({
      metadata: fc.dictionary(fc.string({ minLength: 1 }), fc.uint8Array({ maxLength: 40 })),
      data: fc.uint8Array({ maxLength: 2_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(payloads, { maxLength: 4 }), async (all) => {
        const opened = await codec(A).decode(await codec(A).encode(all));
        const plain = ({ metadata, data }: Payload) => [
          Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
          Buffer.from(data ?? []).toString('hex'),
        ];
        expect(opened.map(plain)).toEqual(all.map(plain));
      }),
      { numRuns: 50 },
    );
  });

  test.each([undefined, null, '', '\u0000', 'BTCUSDT', new Uint8Array(), { amount: '0.01' }])(
    'the value %j comes back',
    async (value) => {
      expect(await openedBy([A], await sealedBy([A], value))).toEqual(value);
    },
  );

  test('nothing of a value is left to read', async () => {
    const { data, metadata } = await sealedBy([A], { symbol: 'BTCUSDT', amount: '123.456' });
    const text = Buffer.from(data!).toString('latin1');
    expect(text).not.toMatch(/BTCUSDT|123\.456|json/);
    expect(Object.entries(metadata!).map(([name, value]) => [name, Buffer.from(value).toString()])).toEqual([
      ['encoding', 'binary/encrypted'],
      ['encryption-key-id', 'a'],
      ['encryption-format', 'oncefill-1'],
    ]);
  });

  test('the same value is never sealed to the same bytes', async () => {
    expect(bytesOf(await sealedBy([A], 1))).not.toBe(bytesOf(await sealedBy([A], 1)));
  });

  test('what is sealed is not sealed once more', async () => {
    const payload = await sealedBy([A], 1);
    expect(await codec(B, A).encode([payload])).toEqual([payload]);
  });

  test('the largest state that the server takes is hardly longer when it is sealed', async () => {
    const payload = payloadOf('x'.repeat(2 * 1024 ** 2 - 1_000));
    const [sealed] = await codec(createKey('k'.repeat(32))).encode([payload]);
    const sizeOf = ({ data, metadata }: Payload) =>
      data!.length + Object.entries(metadata!).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
    expect(sizeOf(sealed!) - sizeOf(payload)).toBeLessThan(256);
  });
});

describe('without keys', () => {
  test('nothing is sealed, and failures are as the SDK makes them', async () => {
    const payload = payloadOf(1);
    expect(await codec().encode([payload])).toEqual([payload]);
    expect(historyConverter(ring()).failureConverterPath).toBeUndefined();
  });

  test('a sealed payload ends in a sentence that names its key and where to add it', async () => {
    const opening = openedBy([], await sealedBy([A], 1));
    await expect(opening).rejects.toMatchObject({
      code: 'HISTORY_KEY_MISSING',
      message: expect.stringMatching(/key "a", .*no history key: add "a" to ONCEFILL_HISTORY_KEYS .*_FILE names\.$/),
    });
  });
});

describe('several keys', () => {
  /** In the order of a rotation: the old key alone, the new one second, the new one first, the old one dropped. */
  const STAGES = [[A], [A, B], [B, A], [B]];
  const pairs = STAGES.slice(0, -1).map((before, stage) => [before, STAGES[stage + 1]!] as const);

  test.each(pairs.slice(0, 2))(
    'a process with %# of a rotation reads the stage beside it, and is read',
    async (old, next) => {
      expect(await openedBy(next, await sealedBy(old, 1))).toBe(1);
      expect(await openedBy(old, await sealedBy(next, 1))).toBe(1);
    },
  );

  test('a process without the old key still reads and is read by those that have both', async () => {
    expect(await openedBy([B], await sealedBy([B, A], 1))).toBe(1);
    expect(await openedBy([B, A], await sealedBy([B], 1))).toBe(1);
  });

  test('a process that never got the new key says which one it lacks', async () => {
    await expect(openedBy([A], await sealedBy([B, A], 1))).rejects.toMatchObject({
      code: 'HISTORY_KEY_MISSING',
      message: expect.stringContaining('key "b", and this process has "a"'),
    });
  });

  test('what was written before there were keys is read by all', async () => {
    for (const keys of STAGES) expect(await openedBy(keys, payloadOf(1))).toBe(1);
  });
});

describe('what was not sealed by this key', () => {
  test('another key of the same id is found out', async () => {
    const opening = openedBy([OTHER_A], await sealedBy([A], 1));
    await expect(opening).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG', message: expect.stringContaining('"a"') });
  });

  test('any byte that was changed, added or cut off is found out', async () => {
    const sealed = await sealedBy([A], { amount: '0.01' });
    const length = sealed.data!.length;
    const change = fc.oneof(
      fc.record({ at: fc.nat(length - 1), by: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ cutTo: fc.nat(length - 1) }),
      fc.record({ added: fc.uint8Array({ minLength: 1, maxLength: 20 }) }),
    );
    await fc.assert(
      fc.asyncProperty(change, async (one) => {
        let data = Buffer.from(sealed.data!);
        if ('at' in one) data[one.at] = data[one.at]! ^ one.by;
        else if ('cutTo' in one) data = data.subarray(0, one.cutTo);
        else data = Buffer.concat([data, one.added]);
        await expect(openedBy([A], { ...sealed, data })).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG' });
      }),
    );
  });

  test('another id in the metadata is found out, also where the bytes of the key are the same', async () => {
    const sealed = await sealedBy([A], 1);
    const metadata = { ...sealed.metadata, 'encryption-key-id': Buffer.from('c') };
    const opening = openedBy([`c${A.slice(1)}`], { ...sealed, metadata });
    await expect(opening).rejects.toMatchObject({ code: 'HISTORY_KEY_WRONG' });
  });

  test.each([
    ['another format', { 'encryption-format': Buffer.from('oncefill-2') }],
    ['no format', { 'encryption-format': undefined }],
    ['an id that moves the cursor', { 'encryption-key-id': Buffer.from('\u001b[2J') }],
    ['no id', { 'encryption-key-id': undefined }],
  ])('%s is refused in a sentence that repeats nothing of it', async (_name, metadata) => {
    const sealed = await sealedBy([A], 1);
    const opening = openedBy([A], { ...sealed, metadata: { ...sealed.metadata, ...metadata } as never });
    await expect(opening).rejects.toThrow('This history was sealed by another program, and is not readable.');
  });

  test('data that is missing is refused', async () => {
    const sealed = await sealedBy([A], 1);
    await expect(openedBy([A], { ...sealed, data: undefined })).rejects.toBeInstanceOf(HistoryKeyError);
  });
});

describe('failures', () => {
  const converter = loadDataConverter(historyConverter(ring(A)));

  test('message, stack and details of a failure and of its causes are sealed, and come back', async () => {
    const cause = ApplicationFailure.create({ message: 'the venue says 0.01 BTC', details: ['123.456'] });
    const error = ApplicationFailure.create({ message: 'of 0.02 BTC', type: 'Refused', cause });
    const failure = await encodeErrorToFailure(converter, error);
    expect(JSON.stringify(failure)).not.toMatch(/BTC|123\.456|history-codec\.test/);
    expect(isSealed(failure.encodedAttributes!)).toBe(true);
    const back = await decodeOptionalFailureToOptionalError(converter, failure);
    expect(back).toMatchObject({
      message: 'of 0.02 BTC',
      type: 'Refused',
      cause: { message: 'the venue says 0.01 BTC' },
    });
    expect(back?.cause).toMatchObject({ details: ['123.456'] });
  });

  test('that a query came too early is told in the open: its asker reads nothing else', async () => {
    const failure = await encodeErrorToFailure(converter, new Error(QUERY_TOO_EARLY));
    expect(failure).toMatchObject({ message: QUERY_TOO_EARLY, encodedAttributes: undefined });
  });

  test('a failure from before there were keys is read', async () => {
    const failure = await encodeErrorToFailure(loadDataConverter(), new Error('old'));
    expect(await decodeOptionalFailureToOptionalError(converter, failure)).toMatchObject({ message: 'old' });
  });
});

test('the trouble with a key is found behind other errors, and a circle of causes ends', () => {
  const found = new HistoryKeyError('HISTORY_KEY_MISSING', 'text');
  expect(historyKeyErrorIn(new Error('outer', { cause: new Error('inner', { cause: found }) }))).toBe(found);
  const circle = new Error('circle');
  circle.cause = circle;
  expect(historyKeyErrorIn(circle)).toBeUndefined();
});
