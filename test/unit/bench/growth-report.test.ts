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

  it('needs two blocks', () => {
    expect(() => summariseGrowth(MACHINE, blocks.slice(0, 1), NOT_EXERCISED)).toThrow(RangeError);
  });
});
