import { renderViewers, type ViewerTurn } from '../../../bench/viewers';

const MACHINE = { system: '', processor: '', cores: 2, memoryBytes: 0, node: '', loadBefore: 0 } as never;

function turn(viewers: number, api: number, bytesPerMinute: number): ViewerTurn {
  return { viewers, bytesPerMinute, cpuMsPerMinute: new Map([['api', api], ['server', 100]]) }; // prettier-ignore
}

test('what viewers cost is the median of all turns with as many of them, process by process and in all', () => {
  const turns = [
    turn(0, 10, 0),
    turn(1, 40, 1_000),
    turn(10, 70, 10_000),
    turn(0, 30, 0),
    turn(1, 60, 3_000),
    turn(10, 90, 30_000),
  ];
  const lines = renderViewers({ machine: MACHINE, seconds: 60, turns }).slice(3);
  expect(lines.map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['CPU ms a minute', '0 viewers', '1 viewer', '10 viewers'],
    ['api', '20', '50', '80'],
    ['server', '100', '100', '100'],
    ['all', '120', '150', '180'],
    ['told to all, kB a minute', '0', '2', '20'],
  ]);
});
