import { waitFor } from '../../harness/wait-for';
import type { CandleStream, PushedCandle } from '../../src/venues/candle-stream';
import type { Bench } from './bench';
import type { CandleStreamStub } from './candle-stream-stub';
import type { NumberedCases } from './numbered-cases';
import type { VenueUnderTest } from './venue-under-test';

const MINUTE_MS = 60_000;
const WAIT = { timeoutMs: 20_000, intervalMs: 5 };
/** One that has closed by every clock. */
const OPEN_TIME_MS = 1_700_000_040_000;

/** Group 8, too: the public stream of candles tells those that have closed, without keys, and after a lost connection again. */
export function addCandleStreamCases(cases: NumberedCases, bench: Bench, venue: VenueUnderTest): void {
  const [symbol] = venue.symbols;
  const until = (isSo: () => boolean): Promise<unknown> =>
    waitFor('what the case expects', async () => isSo() || undefined, WAIT);
  const add = (
    number: string,
    sentence: string,
    run: (stub: CandleStreamStub, stream: CandleStream, told: readonly PushedCandle[]) => Promise<void>,
  ): void =>
    cases.add(number, sentence, async () => {
      const stub = bench.stub.openCandleStream();
      const stream = bench.venue.candleStream!;
      const told: PushedCandle[] = [];
      stream.onCandle((pushed) => told.push(pushed));
      try {
        stream.follow([symbol], MINUTE_MS);
        await until(() => stream.report().phase === 'live');
        await run(stub, stream, told);
      } finally {
        stream.close();
        stub.close();
      }
    });

  add('VA-96', 'a candle is told as it has closed, and not before', async (stub, _stream, told) => {
    stub.tell(symbol, OPEN_TIME_MS, 'open');
    const candle = stub.tell(symbol, OPEN_TIME_MS, 'closed');
    await until(() => told.length > 0);
    expect(told).toEqual([{ symbol, intervalMs: MINUTE_MS, candle }]);
  });

  add('VA-97', 'a connection that was lost is opened again, and tells of the same', async (stub, stream, told) => {
    stub.drop();
    await until(() => stream.report().phase !== 'live');
    await until(() => stream.report().phase === 'live');
    const candle = stub.tell(symbol, OPEN_TIME_MS, 'closed');
    await until(() => told.length > 0);
    expect(told[0]!.candle).toEqual(candle);
  });

  add('VA-98', 'nobody says who he is', async (stub, _stream, told) => {
    stub.tell(symbol, OPEN_TIME_MS, 'closed');
    await until(() => told.length > 0);
    expect(stub.keysSeen).toBe(0);
  });
}
