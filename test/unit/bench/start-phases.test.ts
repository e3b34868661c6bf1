import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { summariseRest } from '../../../bench/rest';
import { readPhases, summarisePhases } from '../../../bench/start-phases';
import { STEPS } from '../../../bench/start-steps';
import { packageRoot } from '../../../src/config/package-root';

describe('the phases of a start', () => {
  const line = (process: string, what: string, fromMs: number, toMs: number): string =>
    `${JSON.stringify({ process, what, fromMs, toMs })}\n`;

  it('are counted from the command', () => {
    expect(readPhases(line('api', 'node', 1_030, 1_080), 1_000)).toEqual([
      { process: 'api', what: 'node', atMs: 30, tookMs: 50 },
    ]);
  });

  it('of one name are added up within a start, and of several starts the middle is told', () => {
    const starts = [20, 30, 70].map((tookMs) => ({
      healthyMs: 100,
      phases: readPhases(line('api', 'modules', 10, 10 + tookMs) + line('api', 'modules', 200, 205), 0),
    }));
    expect(summarisePhases(starts)).toEqual([{ process: 'api', what: 'modules', atMs: 10, tookMs: 35 }]);
  });

  it('stand in the order in which processes were born', () => {
    const phases = readPhases(
      line('api', 'node', 50, 60) + line('start', 'modules', 20, 90) + line('start', 'node', 0, 20),
      0,
    );
    const rows = summarisePhases([{ healthyMs: 100, phases }]);
    expect(rows.map(({ process, what }) => `${process} ${what}`)).toEqual(['start node', 'start modules', 'api node']);
  });

  it.each(STEPS)('times what is there: %s exports %s', (module, exported) => {
    const file = join(packageRoot(), `${module}.ts`);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`^export (async )?function ${exported}\\b`, 'm'));
  });
});

describe('a process at rest', () => {
  it('is told by what it used a minute, and by the most memory that was seen', () => {
    const readings = [
      { cpuMs: 5_000, memoryBytes: 100 },
      { cpuMs: 5_300, memoryBytes: 180 },
      { cpuMs: 5_400, memoryBytes: 150 },
    ].map((figures) => new Map([['api', figures]]));
    expect(summariseRest('api', readings, 2)).toEqual({
      name: 'api',
      cpuMsPerMinute: 200,
      memoryBytes: { start: 100, end: 150, largest: 180 },
    });
  });
});
