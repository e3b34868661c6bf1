import { cpuPerPiece, parseProc, parsePs, readProcessFigures } from '../../../bench/process-figures';

const STATUS = 'Name:\tnode\nVmPeak:\t  900 kB\nVmRSS:\t  512 kB\nThreads:\t11\n';

describe('figures of a process', () => {
  it('are read from /proc, whatever the name holds', () => {
    const stat = '4711 (a ) name) S 1 2 3 0 -1 4194560 10 0 0 0 150 25 0 0 20 0 11 0 99 1 2';
    expect(parseProc(stat, STATUS)).toEqual({ cpuMs: 1_750, memoryBytes: 512 * 1_024 });
  });

  it('are unknown where /proc says something else', () => {
    expect(parseProc('4711 (node) Z 1', STATUS)).toBeUndefined();
    expect(parseProc('4711 (node) S 1 2 3 0 -1 4194560 10 0 0 0 150 25', 'Name:\tkernel\n')).toBeUndefined();
  });

  it.each([
    ['00:01:02   2048', 62_000],
    ['1-02:00:03 2048', 93_603_000],
    ['  0:01.25  2048', 1_250],
  ])('are read from ps: %s', (line, cpuMs) => {
    expect(parsePs(line)).toEqual({ cpuMs, memoryBytes: 2_048 * 1_024 });
  });

  it('are unknown where ps says nothing', () => {
    expect(parsePs('')).toBeUndefined();
  });

  it('are there for this process, and not for one that cannot be', () => {
    expect(readProcessFigures(process.pid)?.memoryBytes).toBeGreaterThan(1_000_000);
    expect(readProcessFigures(2 ** 30)).toBeUndefined();
  });
});

describe('processor time of each piece', () => {
  it('is what a part used in between, divided', () => {
    const at = (cpuMs: number) => ({ cpuMs, memoryBytes: 0 });
    const before = { server: at(100), workers: at(0), venue: undefined };
    const after = { server: at(300), workers: at(50), venue: at(10) };
    expect(cpuPerPiece(before, after, 10)).toEqual({ server: 20, workers: 5, venue: undefined });
  });
});
