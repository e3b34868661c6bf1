import { SECTION_INTERVAL_MS, type PageSection, type PageSectionName } from '../../../src/page/feed';
import { PagePoller, type PageReaders } from '../../../src/page/poller';

const NAMES = Object.keys(SECTION_INTERVAL_MS) as PageSectionName[];

interface Bench {
  readonly poller: PagePoller;
  /** Readings that were begun, by section. */
  readonly begun: Record<string, number>;
  /** What a section's next readings answer with. */
  readonly answers: Map<PageSectionName, () => Promise<unknown>>;
  readonly failures: string[];
  /** What was looked through for secrets. */
  readonly looked: string[];
}

function bench(): Bench {
  const begun: Record<string, number> = {};
  const answers = new Map<PageSectionName, () => Promise<unknown>>();
  const failures: string[] = [];
  const looked: string[] = [];
  const readers = Object.fromEntries(
    NAMES.map((name) => [
      name,
      () => {
        begun[name] = (begun[name] ?? 0) + 1;
        return (answers.get(name) ?? (async () => ({ of: name })))();
      },
    ]),
  ) as unknown as PageReaders;
  const poller = new PagePoller({
    readers,
    explain: (error) => `It failed: ${(error as Error).message}.`,
    redactJson: (json) => {
      looked.push(json);
      if (json.includes('too much')) return undefined;
      if (json.includes('no text')) throw new Error('broken');
      return json.replaceAll('hidden-key', '[redacted]');
    },
    onFailure: (name) => failures.push(name),
    wallClock: () => Date.now(),
    clock: () => Date.now(),
  });
  return { poller, begun, answers, failures, looked };
}

interface Viewer {
  readonly sections: PageSection[];
  readonly beats: { readonly now: string; readonly read_at: Record<string, string> }[];
  readonly leave: () => void;
}

function watch(poller: PagePoller): Viewer {
  const sections: PageSection[] = [];
  const beats: Viewer['beats'] = [];
  const leave = poller.watch((frame) => {
    const [, event, data = ''] = /^event: (\w+)\ndata: (.*)\n\n$/.exec(frame) ?? [];
    if (event === 'section') sections.push(JSON.parse(data) as PageSection);
    else beats.push(JSON.parse(data) as Viewer['beats'][number]);
  });
  return { sections, beats, leave };
}

beforeEach(() => void jest.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void jest.useRealTimers());

test('nothing is read while nobody looks, before the first viewer and after the last', async () => {
  const { poller, begun } = bench();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(begun).toEqual({});

  const first = watch(poller);
  const second = watch(poller);
  await jest.advanceTimersByTimeAsync(0);
  first.leave();
  first.leave();
  expect(poller.viewerCount).toBe(1);
  second.leave();
  const atTheEnd = { ...begun };
  await jest.advanceTimersByTimeAsync(60_000);

  expect(begun).toEqual(atTheEnd);
  expect(jest.getTimerCount()).toBe(0);
});

test('every section is told once, and again only when it changes', async () => {
  const { poller, answers } = bench();
  const viewer = watch(poller);
  await jest.advanceTimersByTimeAsync(16_000);
  expect(viewer.sections.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted());

  answers.set('signals', async () => [{ fingerprint: 'a' }]);
  await jest.advanceTimersByTimeAsync(3_000);
  const told = viewer.sections.slice(NAMES.length);
  viewer.leave();

  expect(told).toMatchObject([{ name: 'signals', value: [{ fingerprint: 'a' }] }]);
});

test('ten viewers cost as many readings as one', async () => {
  const one = bench();
  const ten = bench();
  const viewers = [watch(one.poller), ...Array.from({ length: 10 }, () => watch(ten.poller))];
  await jest.advanceTimersByTimeAsync(20_000);
  for (const { leave } of viewers) leave();

  expect(ten.begun).toEqual(one.begun);
});

test('a viewer who comes later is told at once what is known', async () => {
  const { poller } = bench();
  const first = watch(poller);
  await jest.advanceTimersByTimeAsync(1_000);
  const second = watch(poller);
  const told = second.sections.length;
  first.leave();
  second.leave();

  expect(told).toBe(NAMES.length);
});

test('who comes and goes again and again causes no more readings than who stays', async () => {
  const { poller, begun } = bench();
  for (let visit = 0; visit < 50; visit += 1) {
    const viewer = watch(poller);
    await jest.advanceTimersByTimeAsync(100);
    viewer.leave();
  }

  expect(begun['signals']).toBeLessThanOrEqual(6);
  expect(begun['trades']).toBe(1);
});

test('what was read when somebody looked long ago is not told as if it were new', async () => {
  const { poller } = bench();
  const first = watch(poller);
  await jest.advanceTimersByTimeAsync(1_000);
  first.leave();
  await jest.advanceTimersByTimeAsync(60_000);
  const second = watch(poller);
  const told = second.sections.length;
  second.leave();

  expect(told).toBe(0);
});

test('a reading that does not end is told, and no other one is begun beside it', async () => {
  const { poller, begun, answers } = bench();
  let answer: (value: unknown) => void = () => undefined;
  answers.set('trading', () => new Promise((resolve) => (answer = resolve)));
  const viewer = watch(poller);
  await jest.advanceTimersByTimeAsync(30_000);
  expect(begun['trading']).toBe(1);
  expect(viewer.sections.filter(({ name }) => name === 'trading')).toEqual([
    { name: 'trading', problem: 'No answer came within 5 s.' },
  ]);

  answers.delete('trading');
  answer({ state: 'active' });
  await jest.advanceTimersByTimeAsync(0);
  const [, late] = viewer.sections.filter(({ name }) => name === 'trading');
  viewer.leave();
  expect(late).toMatchObject({ value: { state: 'active' } });
  expect(late).not.toHaveProperty('problem');
});

test('a reading that fails is told in one sentence with the value of before, once, and so is its end', async () => {
  const { poller, answers, failures } = bench();
  const viewer = watch(poller);
  await jest.advanceTimersByTimeAsync(500);
  answers.set('balances', async () => {
    throw new Error('nobody answers');
  });
  await jest.advanceTimersByTimeAsync(5_000);
  answers.delete('balances');
  await jest.advanceTimersByTimeAsync(2_000);
  viewer.leave();

  const told = viewer.sections.filter(({ name }) => name === 'balances');
  expect(told).toMatchObject([
    { value: { of: 'balances' } },
    { value: { of: 'balances' }, problem: 'It failed: nobody answers.', read_at: told[0]?.read_at },
    { value: { of: 'balances' } },
  ]);
  expect(told[2]).not.toHaveProperty('problem');
  expect(failures).toEqual(['balances']);
});

test('a beat tells how old every section is, also where nothing changes', async () => {
  const { poller } = bench();
  const viewer = watch(poller);
  await jest.advanceTimersByTimeAsync(10_000);
  viewer.leave();

  const ages = viewer.beats.map(({ now, read_at: readAt }) => Date.parse(now) - Date.parse(readAt['signals'] ?? ''));
  expect(ages).toHaveLength(5);
  expect(Math.max(...ages)).toBeLessThanOrEqual(SECTION_INTERVAL_MS.signals);
});

test('a secret that this process knows does not leave with a section', async () => {
  const { poller, answers } = bench();
  answers.set('alerts', async () => ({ text: 'refused with hidden-key' }));
  const viewer = watch(poller);
  await jest.advanceTimersByTimeAsync(0);
  viewer.leave();

  expect(viewer.sections.find(({ name }) => name === 'alerts')).toMatchObject({
    value: { text: 'refused with [redacted]' },
  });
});

test.each(['too much', 'no text'])(
  'a section that cannot be looked through is a problem of its own: %s',
  async (text) => {
    const { poller, answers } = bench();
    answers.set('signals', async () => [{ strategy: text }]);
    const viewer = watch(poller);
    await jest.advanceTimersByTimeAsync(0);
    viewer.leave();

    expect(viewer.sections).toHaveLength(NAMES.length);
    expect(viewer.sections.find(({ name }) => name === 'signals')).toEqual({
      name: 'signals',
      problem: 'It holds too much to look for secrets in it, so that it is not shown.',
    });
  },
);

test('a section is looked through once for each change, however many viewers come and however often it is read', async () => {
  const { poller, answers, looked } = bench();
  answers.set('signals', async () => [{ fingerprint: 'a' }]);
  const viewers = [watch(poller)];
  for (let second = 0; second < 5; second += 1) {
    await jest.advanceTimersByTimeAsync(1_000);
    viewers.push(watch(poller));
  }
  answers.set('signals', async () => [{ fingerprint: 'b' }]);
  await jest.advanceTimersByTimeAsync(3_000);
  const last = watch(poller);
  for (const { leave } of [...viewers, last]) leave();

  expect(looked.filter((json) => json.includes('fingerprint'))).toHaveLength(2);
  const told = last.sections.find(({ name }) => name === 'signals');
  expect(told?.value).toEqual([{ fingerprint: 'b' }]);
  // Read again since it changed.
  expect(Date.parse(told?.read_at ?? '')).toBeGreaterThan(Date.now() - 1_001);
});
