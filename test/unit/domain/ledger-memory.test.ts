/** What the ledger knows of signals that are over: for their time to live, however many there are. */
import { ENDED_IDS_BYTES_MAX, ENDED_RESERVATIONS_MAX } from '../../../src/domain/ledger/state';
import type { ReserveCommand } from '../../../src/domain/ledger/types';
import { Book, HOUR_MS, LIFE_MS, MINUTE_MS, NOW_MS, shown, TEN_YEARS_MS } from './ledger-book';

const BURST = 20_000;
/** Sixteen characters, as fingerprints have. */
const idOf = (index: number): string => index.toString(16).padStart(16, '0');
const LONG_ID_LENGTH = 80;
const longIdOf = (index: number): string => `${index}`.padEnd(LONG_ID_LENGTH, 'x');
const FORGETTING = Math.ceil(ENDED_IDS_BYTES_MAX / LONG_ID_LENGTH) + ENDED_RESERVATIONS_MAX;

/** Ends `count` signals; what they are called decides how many the ledger has room for. */
function endMany(book: Book, count: number, name: (index: number) => string, how: 'commit' | 'release' = 'commit') {
  for (let index = 0; index < count; index += 1) {
    book.reserve(name(index), { intent: 'exit', amount: '0' });
    if (how === 'commit') book.commit(name(index), '0');
    else book.release(name(index));
  }
}

describe('a reserve request after its expiry', () => {
  test('is refused, although funds are there', () => {
    const book = new Book('100');
    expect(shown(book.reserve('a', { expiresAtMs: NOW_MS }))).toBe('reserved:new');
    expect(shown(book.reserve('b', { expiresAtMs: NOW_MS - 1 }))).toBe('SIGNAL_EXPIRED');
  });

  test('is not remembered: its own words say it', () => {
    const book = new Book('100');
    book.reserve('a', { expiresAtMs: NOW_MS - 1 });
    expect([book.state.refusals, book.state.stats.denied]).toEqual([[], 0]);
  });

  test('of a reservation that is known gets what is known', () => {
    const book = new Book('100');
    const expiresAtMs = NOW_MS + LIFE_MS;
    book.reserve('a', { expiresAtMs });
    book.pass(LIFE_MS + 1);
    expect(shown(book.reserve('a', { expiresAtMs }))).toBe('reserved:old');
  });

  test('whose expiry is no instant is refused as malformed', () => {
    const book = new Book('100');
    expect(shown(book.reserve('a', { expiresAtMs: 'soon' as never }))).toBe('INVALID_SIGNAL');
    expect(book.bar('a', { expiresAtMs: 'soon' as never }).status).toBe('invalid');
  });
});

describe(`after ${BURST} signals that ended within their time to live`, () => {
  const book = new Book('100');
  endMany(book, BURST, idOf);

  test('the next one is surely the first of its kind', () => {
    expect(shown(book.reserve('next', { signalStartedAtMs: NOW_MS }))).toBe('reserved:new');
    expect(book.bar('another', { signalStartedAtMs: NOW_MS }).status).toBe('withdrawn');
  });

  test('the memory is within its bytes', () => {
    expect(Buffer.byteLength(JSON.stringify(book.state.endedIds))).toBeLessThanOrEqual(ENDED_IDS_BYTES_MAX);
  });

  test.each([0, 1, 7_777, BURST - ENDED_RESERVATIONS_MAX - 1])('number %d is still known', (index) => {
    const id = idOf(index);
    expect(book.reserve(id)).toEqual({ status: 'ended', how: 'committed' });
    expect(book.bar(id)).toEqual({ status: 'ended', how: 'committed' });
    expect(book.commit(id)).toEqual({ status: 'ended_before', how: 'committed' });
    expect(book.release(id)).toEqual({ status: 'ended_before', how: 'committed' });
  });

  test('the newest are known with their plan', () => {
    expect(book.reserve(idOf(BURST - 1), { intent: 'exit', amount: '0' })).toMatchObject({
      status: 'reserved',
      isNew: false,
      reservation: { status: 'committed' },
    });
  });
});

test('a reservation that was released long ago counts as that, whoever asks', () => {
  const book = new Book('100');
  endMany(book, ENDED_RESERVATIONS_MAX + 1, idOf, 'release');
  const id = idOf(0);
  expect(shown(book.reserve(id))).toBe('SIGNAL_ENDED');
  expect(book.bar(id).status).toBe('withdrawn');
  expect(book.commit(id)).toEqual({ status: 'ended_before', how: 'released' });
  expect(book.release(id)).toEqual({ status: 'ended_before', how: 'released' });
});

describe('a signal that was barred', () => {
  test('cannot reserve, however many others were barred since', () => {
    const book = new Book('100');
    book.bar('a');
    for (let index = 0; index < 5_000; index += 1) book.bar(idOf(index));
    expect(shown(book.reserve('a'))).toBe('SIGNAL_ENDED');
  });

  test('by the release of a reservation that nobody made, cannot reserve', () => {
    const book = new Book('100');
    expect(book.release('a').status).toBe('not_found');
    expect(book.release('a').status).toBe('not_found');
    expect(shown(book.reserve('a'))).toBe('SIGNAL_ENDED');
  });

  test('without certainty stays uncertain when it is asked again', () => {
    const book = new Book('100');
    book.state = { ...book.state, forgottenAtMs: NOW_MS };
    const ask = () => book.bar('a', { signalStartedAtMs: NOW_MS }).status;
    expect([ask(), ask()]).toEqual(['uncertain', 'uncertain']);
  });
});

test.each([
  ['a,b', ['a', 'b', ',', 'a,b,', '%2C']],
  ['a', ['a,', ',a', ',a,']],
  ['%2C', [',', '%252C']],
  [',', ['%2C', ',,']],
])('the id %j is not taken for another', (id, others) => {
  const book = new Book('100');
  book.bar(id);
  expect(shown(book.reserve(id))).toBe('SIGNAL_ENDED');
  for (const other of others) expect(shown(book.reserve(other, { amount: '1' }))).toBe('reserved:new');
});

describe('beyond its bytes', () => {
  const book = new Book('100');
  endMany(book, FORGETTING, longIdOf);
  const isSureOf = (signalStartedAtMs: number) => {
    const copy = new Book('100');
    copy.state = book.state;
    copy.pass(10);
    return shown(copy.reserve('late', { signalStartedAtMs }));
  };

  test('the memory forgets, and says which signals it may have forgotten', () => {
    expect([isSureOf(NOW_MS - 1), isSureOf(NOW_MS), isSureOf(NOW_MS + 1)]).toEqual([
      'reserved:old',
      'reserved:old',
      'reserved:new',
    ]);
  });

  test('the memory stays within them', () => {
    expect(Buffer.byteLength(JSON.stringify(book.state.endedIds))).toBeLessThanOrEqual(ENDED_IDS_BYTES_MAX);
  });

  test('it forgets the signals that expire first', () => {
    const many = new Book('100');
    many.bar('lives long', { expiresAtMs: NOW_MS + HOUR_MS });
    for (let index = 0; index < FORGETTING; index += 1) many.bar(longIdOf(index));
    expect(many.state.forgottenAtMs).toBe(NOW_MS);
    expect(shown(many.reserve('lives long'))).toBe('SIGNAL_ENDED');
  });
});

describe('with the clock set', () => {
  /** Many signals of an hour, in batches that expire one after the other. */
  function filled(): Book {
    const book = new Book('100');
    for (let index = 0; index < 200; index += 1) {
      book.bar(idOf(index), { expiresAtMs: NOW_MS + (index + 1) * MINUTE_MS });
    }
    return book;
  }

  test('ten years ahead for one command, what is known stays known or is not called new', () => {
    const book = filled();
    book.withClockSetBy(TEN_YEARS_MS, () => book.bar('x', { expiresAtMs: NOW_MS + LIFE_MS }));
    const answers = Array.from({ length: 200 }, (_, index) => {
      return shown(book.reserve(idOf(index), { amount: '0', intent: 'exit', signalStartedAtMs: NOW_MS }));
    });
    expect(answers.filter((answer) => answer === 'reserved:new')).toEqual([]);
    expect(answers.filter((answer) => answer === 'SIGNAL_ENDED').length).toBeGreaterThan(198);
  });

  test.each([-HOUR_MS, HOUR_MS, TEN_YEARS_MS])(
    'by %d ms for one command, the next signal is surely first',
    (stepMs) => {
      const book = filled();
      book.withClockSetBy(stepMs, () => book.bar('x'));
      book.pass(1);
      expect(shown(book.reserve('next'))).toBe('reserved:new');
    },
  );

  test('ten years ahead for a while, what was barred then is kept for a day, not for years', () => {
    const book = new Book('100');
    book.withClockSetBy(TEN_YEARS_MS, () => {
      book.bar('a', { expiresAtMs: undefined });
      book.release('b');
    });
    book.bar('c');
    const latestMs = NOW_MS + 24 * HOUR_MS + 2 * MINUTE_MS;
    expect(book.state.endedIds.map(({ untilMs }) => untilMs <= latestMs)).not.toContain(false);
    expect([shown(book.reserve('a')), shown(book.reserve('b'))]).toEqual(['SIGNAL_ENDED', 'SIGNAL_ENDED']);
  });

  describe('back by an hour, after something was forgotten', () => {
    const book = new Book('100');
    book.state = { ...book.state, forgottenAtMs: NOW_MS };
    book.pass(-HOUR_MS);
    const ask = (change: Partial<ReserveCommand>) => {
      const copy = new Book('100');
      Object.assign(copy, { state: book.state, nowMs: book.nowMs });
      return shown(copy.reserve('late', change));
    };

    test('signals that start since are doubted while those of before may live, and no longer', () => {
      expect(shown(book.reserve('a'))).toBe('reserved:old');
      book.pass(LIFE_MS + MINUTE_MS);
      expect(ask({})).toBe('reserved:old');
      book.pass(1);
      expect(ask({})).toBe('reserved:new');
      expect(ask({ expiresAtMs: book.nowMs + LIFE_MS + 1 })).toBe('reserved:old');
    });

    test('signals that start ahead of the clock are of before', () => {
      expect(ask({ signalStartedAtMs: NOW_MS - 1 })).toBe('reserved:old');
    });

    test('when it is there again, only those of before are doubted', () => {
      book.pass(2 * HOUR_MS);
      expect(ask({ signalStartedAtMs: NOW_MS })).toBe('reserved:old');
      expect(ask({ signalStartedAtMs: NOW_MS + 1 })).toBe('reserved:new');
    });
  });
});
