import fc from 'fast-check';
import { BATCH_REQUESTS_MAX, type AccountAnswer, type AccountRequest } from '../../../src/messages/venue-account';
import { RequestBatches } from '../../../src/trading/request-batches';

const WAITERS_MAX = 200;

function giveBack(requestId: string): AccountRequest<'giveBack'> {
  return { kind: 'giveBack', command: { requestId } };
}

function ids(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

/** Batches whose account answers when it is told to. */
function batchesWith(answersTo: (requests: readonly AccountRequest[]) => readonly AccountAnswer[]) {
  const sent: { requests: readonly AccountRequest[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const batches = new RequestBatches(
    (requests) =>
      new Promise((resolve, fail) => {
        sent.push({ requests, fail, answer: () => resolve(answersTo(requests)) });
      }),
    WAITERS_MAX,
  );
  return { batches, sent };
}

/** A permit with an even number is known. */
function byNumber(requests: readonly AccountRequest[]): readonly AccountAnswer<'giveBack'>[] {
  return requests.map(({ command }) => ({ status: Number(command.requestId) % 2 === 0 ? 'given_back' : 'not_found' }));
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('what is asked for in the same turn travels together, and each gets its own answer', async () => {
  const { batches, sent } = batchesWith(byNumber);
  const answers = ids(4).map((id) => batches.add(giveBack(id)));
  await turn();
  expect(sent.map(({ requests }) => requests)).toEqual([ids(4).map(giveBack)]);
  sent[0]?.answer();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([
    'given_back',
    'not_found',
    'given_back',
    'not_found',
  ]);
});

test('what is asked for meanwhile waits for the batch under way, and travels in batches of at most their bound', async () => {
  const { batches, sent } = batchesWith(byNumber);
  const first = batches.add(giveBack('0'));
  await turn();
  const others = ids(BATCH_REQUESTS_MAX + 1).map((id) => batches.add(giveBack(id)));
  await turn();
  expect(sent).toHaveLength(1);
  for (let index = 0; index < 3; index += 1) {
    sent[index]?.answer();
    await turn();
  }
  await Promise.all([first, ...others]);
  expect(sent.map(({ requests }) => requests.length)).toEqual([1, BATCH_REQUESTS_MAX, 1]);
});

test('a batch that fails fails its requests, and the next is sent', async () => {
  const { batches, sent } = batchesWith(byNumber);
  const failed = Promise.allSettled(ids(2).map((id) => batches.add(giveBack(id))));
  await turn();
  const next = batches.add(giveBack('2'));
  sent[0]?.fail(new Error('lost'));
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await turn();
  sent[1]?.answer();
  expect(await next).toEqual({ status: 'given_back' });
});

test('answers that are not one for each request are given to none', async () => {
  const { batches, sent } = batchesWith((requests) => byNumber(requests).slice(1));
  const answers = Promise.allSettled(ids(2).map((id) => batches.add(giveBack(id))));
  await turn();
  sent[0]?.answer();
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('more requests than may wait are refused at once', async () => {
  const { batches } = batchesWith(byNumber);
  for (const id of ids(WAITERS_MAX)) void batches.add(giveBack(id));
  await expect(batches.add(giveBack('x'))).rejects.toThrow(String(WAITERS_MAX));
});

describe('what needs no batch', () => {
  const done = async (): Promise<void> => undefined;

  test('is called while nothing is under way and nothing waits', async () => {
    const { batches, sent } = batchesWith(byNumber);
    expect(await batches.besideIfIdle(done)).toBe(true);
    expect(sent).toEqual([]);
  });

  test('is not called while a batch is under way, nor in the turn in which one is asked for', async () => {
    const { batches, sent } = batchesWith(byNumber);
    const call = jest.fn(done);
    const answer = batches.add(giveBack('0'));
    expect(await batches.besideIfIdle(call)).toBe(false);
    await turn();
    expect(await batches.besideIfIdle(call)).toBe(false);
    expect(call).not.toHaveBeenCalled();
    sent[0]?.answer();
    await answer;
    await turn();
    expect(await batches.besideIfIdle(call)).toBe(true);
  });

  test('is left to a batch when it fails, and the next is called again', async () => {
    const { batches } = batchesWith(byNumber);
    expect(await batches.besideIfIdle(() => Promise.reject(new Error('lost')))).toBe(false);
    expect(await batches.besideIfIdle(done)).toBe(true);
  });

  test('holds up no batch', async () => {
    const { batches, sent } = batchesWith(byNumber);
    void batches.besideIfIdle(() => new Promise(() => undefined));
    const answer = batches.add(giveBack('0'));
    await turn();
    sent[0]?.answer();
    expect(await answer).toEqual({ status: 'given_back' });
  });

  test('is called one at a time and never beside a batch, and whatever is not called is told so', async () => {
    const event = fc.constantFrom('ask', 'tell', 'answer', 'fail', 'told', 'lost');
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
        const { batches, sent } = batchesWith(byNumber);
        const ends: ((error?: Error) => void)[] = [];
        const results: Promise<boolean>[] = [];
        let called = 0;
        let lost = 0;
        let [answered, endsTaken] = [0, 0];
        for (const name of events) {
          if (name === 'ask') void batches.add(giveBack('0')).catch(() => undefined);
          if (name === 'tell') {
            const isBusy = sent.length > answered || called > endsTaken;
            const before = called;
            const call = () =>
              new Promise<void>((resolve, reject) => {
                called += 1;
                ends.push((error) => (error ? reject(error) : resolve()));
              });
            results.push(batches.besideIfIdle(call));
            expect(called - before).toBe(isBusy ? 0 : 1);
          }
          if (name === 'answer' || name === 'fail') {
            const batch = sent[answered];
            if (batch) {
              answered += 1;
              if (name === 'answer') batch.answer();
              else batch.fail(new Error('lost'));
            }
          }
          if ((name === 'told' || name === 'lost') && ends[endsTaken]) {
            ends[endsTaken]?.(name === 'lost' ? new Error('lost') : undefined);
            endsTaken += 1;
            if (name === 'lost') lost += 1;
          }
          await turn();
        }
        for (const end of ends.slice(endsTaken)) end();
        const told = (await Promise.all(results)).filter(Boolean).length;
        expect(told).toBe(called - lost);
      }),
      { numRuns: 100 },
    );
  });
});
