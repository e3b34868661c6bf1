import type { BlockFigures } from '../../../bench/growth-block';
import { renderGrowth, summariseGrowth } from '../../../bench/growth-report';

const MACHINE = { system: 'linux x64', processor: 'test', cores: 2, memoryBytes: 1024 ** 3, node: '20', loadBefore: 0 };
const NOT_EXERCISED = { exercised: false, reason: 'The server kept them.' } as const;

function block(durationMs: number, databaseBytes: number, eventsMax: number): BlockFigures {
  return {
    signals: 100,
    duplicates: 3,
    durationMs,
    slowestMs: 500,
    cpuMs: { server: durationMs / 2, workers: durationMs / 4, venue: 1 },
    account: { currentEvents: 10, eventsMax, continuedCount: 1 },
    disk: { databaseBytes, journalBytes: 0 },
    memoryBytes: { server: 1_000, workers: undefined, venue: 1_000 },
  };
}

describe('the growth report', () => {
  const blocks = [block(90, 0, 30), block(40, 1_000, 40), block(50, 5_000, 70), block(44, 9_000, 60)];

  it('compares the last block with the second', () => {
    const { lastAgainstSecond, accountEventsMax } = summariseGrowth(MACHINE, blocks, NOT_EXERCISED);
    expect(lastAgainstSecond.durationMs).toBeCloseTo(0.1);
    expect(lastAgainstSecond.cpuMs).toBeCloseTo(3 / 31);
    expect(accountEventsMax).toBe(70);
  });

  it('says what a signal adds from the second block on', () => {
    const { growth } = summariseGrowth(MACHINE, blocks, NOT_EXERCISED);
    expect(growth.map(({ bytesPerSignal }) => bytesPerSignal)).toEqual([40, 0, 0, undefined, 0]);
  });

  it('says plainly what was not exercised or measured', () => {
    const text = renderGrowth(summariseGrowth(MACHINE, blocks, NOT_EXERCISED)).join('\n');
    expect(text).toContain('Retention was not exercised to its end. The server kept them.');
    expect(text).toContain('memory of the workers: not measured');
  });

  it('says that a run is flat whose later blocks are as its earlier ones', () => {
    const flat = [block(90, 0, 30), block(44, 0, 40), block(50, 0, 41), block(44, 0, 40), block(47, 0, 42)];
    const report = summariseGrowth(MACHINE, flat, NOT_EXERCISED);
    expect(report.risen).toEqual([]);
    expect(renderGrowth(report).at(-1)).toMatch(/^Flat:/);
  });

  it('names what is larger in the later blocks', () => {
    const slower = [block(40, 0, 30), block(40, 0, 40), block(41, 0, 40), block(52, 0, 60), block(53, 0, 61)];
    const report = summariseGrowth(MACHINE, slower, NOT_EXERCISED);
    const names = ['time of a signal', 'its processor time', 'longest run of the account'];
    expect(report.risen.map(({ what }) => what)).toEqual(names);
    expect(renderGrowth(report).at(-1)).toContain('time of a signal (40.5 → 52.5 ms, +29.6 %)');
  });

  it("says nothing of the account's longest run before its first one has ended", () => {
    const filling = [10, 20, 30, 40, 50].map((eventsMax) => ({
      ...block(40, 0, eventsMax),
      account: { currentEvents: eventsMax, eventsMax, continuedCount: 0 },
    }));
    expect(summariseGrowth(MACHINE, filling, NOT_EXERCISED).risen).toEqual([]);
  });

  it('needs two blocks', () => {
    expect(() => summariseGrowth(MACHINE, blocks.slice(0, 1), NOT_EXERCISED)).toThrow(RangeError);
  });
});
