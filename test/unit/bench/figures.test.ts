import { chooseEntry, parseEntries, type FiguresEntry } from '../../../bench/figures';
import { compareFigures, renderComparison } from '../../../bench/figures-comparison';
import { readEntries } from '../../../bench/figures-file';

const MACHINE = '2 cores (test), 24 GiB, linux x64, Node 20, load before 1.0';

function entry(name: string, figures: FiguresEntry['figures'], machine = MACHINE): FiguresEntry {
  return { name, date: '2026-11-29', commit: 'abc1234', machine, figures };
}

describe('the kept figures', () => {
  it('are read from lines, the oldest first, and blank lines mean nothing', () => {
    const lines = ['one', 'two'].map((name) => JSON.stringify(entry(name, { 'road.doneMs': { value: 1 } })));
    expect(parseEntries(`${lines.join('\n\n')}\n`).map(({ name }) => name)).toEqual(['one', 'two']);
    expect(parseEntries('')).toEqual([]);
  });

  it.each([
    ['no JSON', 'road: 1'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no name', JSON.stringify({ ...entry('x', { a: { value: 1 } }), name: undefined })],
    ['no figures', JSON.stringify(entry('x', {}))],
    ['a figure without a value', '{"name":"x","date":"2026-11-29","machine":"m","figures":{"a":{}}}'],
    ['a figure that is null', '{"name":"x","date":"2026-11-29","machine":"m","figures":{"a":null}}'],
  ])('are refused with the line that is none: %s', (_what, line) => {
    const good = JSON.stringify(entry('good', { a: { value: 1 } }));
    expect(() => parseEntries(`${good}\n${line}`)).toThrow(/^Line 2 of the kept figures is no entry/);
  });

  it('are refused where a name stands twice', () => {
    const line = JSON.stringify(entry('same', { a: { value: 1 } }));
    expect(() => parseEntries(`${line}\n${line}`)).toThrow('The name "same" stands twice');
  });

  it('are chosen by name, or as the last ones', () => {
    const entries = [entry('one', { a: { value: 1 } }), entry('two', { a: { value: 2 } })];
    expect(chooseEntry(entries, 'one').name).toBe('one');
    expect(chooseEntry(entries, 'last').name).toBe('two');
    expect(() => chooseEntry(entries, 'three')).toThrow('there are: one, two.');
    expect(() => chooseEntry([], 'last')).toThrow('there are: none.');
  });

  it('of this project can be read', () => {
    expect(readEntries().length).toBeGreaterThan(0);
  });
});

describe('figures beside earlier ones', () => {
  const verdict = (key: string, before: FiguresEntry['figures'][string], now: FiguresEntry['figures'][string]) =>
    compareFigures({ [key]: now }, { [key]: before })[0]?.verdict;

  it('are worse where a time is longer or a pace slower by more than a tenth', () => {
    expect(verdict('road.doneMs', { value: 40 }, { value: 45 })).toBe('worse');
    expect(verdict('road.doneMs', { value: 40 }, { value: 43 })).toBe('same');
    expect(verdict('road.doneMs', { value: 40 }, { value: 35 })).toBe('better');
    expect(verdict('road.perSecond20', { value: 60 }, { value: 53 })).toBe('worse');
    expect(verdict('road.perSecond20', { value: 60 }, { value: 57 })).toBe('same');
    expect(verdict('roadHttp.perSecondTo.road', { value: 0.8 }, { value: 0.95 })).toBe('better');
  });

  it('are the same within what the rounds of either run lie apart', () => {
    const restless = { value: 40, low: 34, high: 50 };
    expect(verdict('road.doneMs', restless, { value: 46 })).toBe('same');
    expect(verdict('road.doneMs', { value: 40 }, { value: 46, low: 40, high: 56 })).toBe('same');
    expect(verdict('road.doneMs', restless, { value: 49 })).toBe('worse');
  });

  it('give a lone order one and a half milliseconds, whichever share that is', () => {
    expect(verdict('dbos.acceptedMs', { value: 6 }, { value: 7.4 })).toBe('same');
    expect(verdict('dbos.acceptedMs', { value: 6 }, { value: 7.6 })).toBe('worse');
    expect(verdict('road.acceptedMs20', { value: 6 }, { value: 7.4 })).toBe('worse');
  });

  it('leave out what only one run has, and what was nothing', () => {
    expect(compareFigures({ a: { value: 1 }, b: { value: 1 } }, { b: { value: 0 }, c: { value: 1 } })).toEqual([]);
  });

  it('name the run they are compared with, and say when its machine was another', () => {
    const now = entry('now', { 'road.doneMs': { value: 50 } }, MACHINE.replace('before 1.0', 'before 9.9'));
    const before = { 'road.doneMs': { value: 40 } };
    const text = renderComparison(now, entry('before', before)).join('\n');
    expect(text).toContain('Against "before" (2026-11-29, commit abc1234)');
    expect(text).toMatch(/road\.doneMs .*\+25\.0 %.*WORSE/);
    expect(text).not.toContain('another machine');
    expect(renderComparison(now, entry('before', before, '8 cores')).join('\n')).toContain('another machine: 8 cores');
  });

  it('say that the machine was slower where the floor is', () => {
    const slower = { 'floor.doneMs': { value: 30 }, 'road.doneMs': { value: 60 } };
    const faster = { 'floor.doneMs': { value: 20 }, 'road.doneMs': { value: 40 } };
    expect(renderComparison(entry('now', slower), entry('before', faster)).join('\n')).toContain('The floor itself is');
    expect(renderComparison(entry('now', faster), entry('before', slower)).join('\n')).not.toContain(
      'The floor itself',
    );
  });
});
