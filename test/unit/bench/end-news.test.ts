import { EndNews, outcomeIn } from '../../../bench/end-news';

const FINGERPRINT = 'a'.repeat(64);
const TITLE = `${FINGERPRINT} BUY BTCUSDT · bench-1`;

describe('the line of an end', () => {
  it('tells the outcome, with and without a code', () => {
    expect(outcomeIn(`${TITLE} FILLED: 0.001 BTC at 60000, fee 0.03 USDT.`)).toBe('FILLED');
    expect(outcomeIn(`${TITLE} DENIED (INSUFFICIENT_FUNDS): 1 USDT is missing.`)).toBe('DENIED');
  });

  it('is not that of an arrival', () => {
    expect(outcomeIn(`${TITLE} received`)).toBeUndefined();
  });
});

describe('news of ends', () => {
  function overheard() {
    const passedOn: string[] = [];
    const news = new EndNews();
    const line = { fn: (_info: unknown, text: string) => void passedOn.push(text), callDuringReplay: false };
    const options = { taskQueue: 'q', sinks: { announcements: { line } } };
    const { sinks } = news.overhear(options);
    const tell = (text: string) => sinks?.announcements?.line?.fn({ workflowId: FINGERPRINT } as never, text);
    return { news, tell, passedOn };
  }

  it('reach who waits, whether the end came before or after', async () => {
    const { news, tell } = overheard();
    const outcomes = await news.during(async (endOf) => {
      const later = endOf(FINGERPRINT);
      void tell(`${TITLE} FILLED: done.`);
      void tell(`${TITLE} FILLED: done.`);
      return [await later, await endOf(FINGERPRINT)];
    });
    expect(outcomes).toEqual(['FILLED', 'FILLED']);
  });

  it('are passed on to whom they were meant for, also while nobody listens', () => {
    const { tell, passedOn } = overheard();
    void tell(`${TITLE} received`);
    void tell(`${TITLE} FILLED: done.`);
    expect(passedOn).toHaveLength(2);
  });
});
