import { CROWDS, type WayFigures } from '../../../bench/speed-figures';
import { compareWays } from '../../../bench/speed-summary';

const NO_CPU = { server: undefined, workers: undefined, venue: undefined };

function way(acceptedMs: number | undefined, doneMs: number, perSecond: number): WayFigures {
  return {
    ...(acceptedMs !== undefined && { accepted: { p50Ms: acceptedMs, p95Ms: acceptedMs } }),
    done: { p50Ms: doneMs, p95Ms: doneMs },
    cpuMs: NO_CPU,
    crowds: CROWDS.map(({ atOnce }) => ({ atOnce, perSecond, cpuMs: NO_CPU })),
  };
}

describe('ways beside each other', () => {
  const { toFloor, beside } = compareWays({
    floor: way(undefined, 20, 80),
    road: way(10, 30, 60),
    roadHttp: way(20, 36, 45),
    roadLive: way(12, 33, 50),
    restate: way(8, 24, 120),
  });
  const ratiosOf = (one: string, two: string) =>
    beside.find(({ way: name, other }) => name === one && other === two)?.ratios;

  it('count the floor as 1, whose whole stands beside what the venue accepted', () => {
    expect(toFloor.road).toEqual({ accepted: 0.5, done: 1.5, perSecond: [0.75, 0.75] });
  });

  it('have no ratio to the floor of another server', () => {
    expect(toFloor.roadLive).toBeUndefined();
    expect(toFloor.restate).toBeUndefined();
  });

  it('say what HTTP costs beside the inside road, and ours beside a peer', () => {
    expect(ratiosOf('roadHttp', 'road')).toEqual({ accepted: 2, done: 1.2, perSecond: [0.75, 0.75] });
    expect(ratiosOf('road', 'restate')).toEqual({ accepted: 1.25, done: 1.25, perSecond: [0.5, 0.5] });
  });

  it('name no pair of which one was not measured', () => {
    expect(ratiosOf('road', 'dbos')).toBeUndefined();
  });
});
