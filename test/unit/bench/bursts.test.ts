import { renderBursts, summariseBursts } from '../../../bench/bursts';

const MACHINE = { system: 'linux x64', processor: 'test', cores: 2, memoryBytes: 1024 ** 3, node: '20', loadBefore: 0 };

function burst(signals: number, perSecond: number) {
  const seconds = signals / perSecond;
  return { signals, unfilled: 3, seconds, perSecond, acceptedMs: { median: 900, slowest: 2_000 }, cpuMs: undefined };
}

describe('the report of bursts', () => {
  const report = summariseBursts(MACHINE, [burst(200, 40), burst(600, 50), burst(2_000, 20)]);

  it('compares every burst with the best one, whichever that is', () => {
    expect(report.bursts.map(({ ofBest }) => ofBest)).toEqual([0.8, 1, 0.4]);
    expect(report.worstOfBest).toBe(0.4);
  });

  it('names every burst by its size, and says plainly what was not measured', () => {
    const text = renderBursts(report).join('\n');
    for (const { signals } of report.bursts) expect(text).toContain(`${signals} signals`);
    expect(text).toContain('not measured');
  });
});
