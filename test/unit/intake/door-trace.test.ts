import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TradingSignal } from '../../../src/domain/signal';
import { DOOR_FILE_BYTES_MAX, DOOR_NOTES_MAX, DoorTrace, readDoorNotes } from '../../../src/intake/door-trace';
import { fingerprintOf } from '../../../src/intake/fingerprint';
import { tracedIntake } from '../../../src/intake/traced-intake';
import type { IntakeResult, SignalIntake } from '../../../src/intake/types';

const DAY_MS = 86_400_000;
const SIGNAL: TradingSignal = {
  symbol: 'BTCUSDT',
  direction: 'BUY',
  strategy: 's',
  timestampMs: Date.now(),
  intent: 'entry',
};

let dataDir: string;
let nowMs: number;
let trace: DoorTrace;
const faults: unknown[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'oncefill-door-'));
  nowMs = Date.now();
  faults.length = 0;
  trace = new DoorTrace({
    dataDir,
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
    onFault: (error) => faults.push(error),
    clock: () => nowMs,
  });
});

afterEach(() => {
  trace.flush();
  rmSync(dataDir, { recursive: true, force: true });
});

function refuse(parts: object = {}): void {
  trace.note({ kind: 'refused', code: 'UNKNOWN_SYMBOL', message: 'No.', symbol: 'XUSDT', strategy: 's', ...parts });
}

const fileOf = (name = 'door.jsonl'): string => join(dataDir, 'door', name);

test('what was refused is found by fingerprint, symbol, strategy and time', () => {
  refuse({ fingerprint: 'f1' });
  refuse({ fingerprint: 'f2', symbol: 'YUSDT', strategy: 't' });
  trace.flush();
  for (const question of [{ fingerprint: 'f2' }, { symbol: 'YUSDT' }, { strategy: 't', sinceMs: nowMs - 1 }]) {
    expect(readDoorNotes(dataDir, question)).toMatchObject([{ fingerprint: 'f2', code: 'UNKNOWN_SYMBOL', count: 1 }]);
  }
  expect(readDoorNotes(dataDir, { symbol: 'YUSDT', sinceMs: nowMs + 1 })).toEqual([]);
  expect(readDoorNotes(dataDir, { fingerprint: 'f3' })).toEqual([]);
});

test('nobody else can read it', () => {
  refuse();
  trace.flush();
  expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'door')).mode & 0o777).toBe(0o700);
});

test('the same one again and again is one line with a count', () => {
  for (let count = 0; count < 1_000; count += 1) refuse({ fingerprint: 'f1', kind: 'repeated' });
  trace.flush();
  expect(readDoorNotes(dataDir, {})).toMatchObject([{ kind: 'repeated', fingerprint: 'f1', count: 1_000 }]);
});

test('a flood of one strategy is counted, and leaves room for what another one is refused', () => {
  for (let count = 0; count < 5_000; count += 1) refuse({ fingerprint: `f${count}`, strategy: 'flood' });
  refuse({ fingerprint: 'own', strategy: 'quiet' });
  trace.flush();
  const notes = readDoorNotes(dataDir, {});
  expect(notes.length).toBeLessThan(30);
  expect(notes.reduce((sum, { count }) => sum + count, 0)).toBe(5_001);
  expect(notes).toContainEqual(expect.objectContaining({ fingerprint: 'own' }));
});

test('a flood of names is bounded, too', () => {
  for (let count = 0; count < 5_000; count += 1) refuse({ fingerprint: `f${count}`, strategy: `name ${count}` });
  trace.flush();
  const lines = readFileSync(fileOf(), 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(201);
});

test('of a long list the newest are told', () => {
  for (let count = 0; count < 300; count += 1) {
    refuse({ fingerprint: `f${count}` });
    trace.flush();
  }
  const notes = readDoorNotes(dataDir, {});
  expect(notes).toHaveLength(DOOR_NOTES_MAX);
  expect(notes.at(-1)).toMatchObject({ fingerprint: 'f299' });
});

test('texts are cut, and secrets are taken out', () => {
  refuse({ message: `hunter2 ${'x'.repeat(10_000)}`, strategy: 'y'.repeat(10_000) });
  trace.flush();
  const text = readFileSync(fileOf(), 'utf8');
  expect(text.length).toBeLessThan(1_000);
  expect(text).not.toContain('hunter2');
});

test('a full file becomes the older one, and that of before is forgotten', () => {
  refuse({ fingerprint: 'first' });
  trace.flush();
  writeFileSync(fileOf(), `${readFileSync(fileOf(), 'utf8')}${' '.repeat(DOOR_FILE_BYTES_MAX)}\n`);
  refuse({ fingerprint: 'second' });
  trace.flush();
  expect(readDoorNotes(dataDir, {}).map(({ fingerprint }) => fingerprint)).toEqual(['first', 'second']);
  expect(statSync(fileOf()).size).toBeLessThan(1_000);
});

test('after two weeks nothing is told of it, and the older file is removed', () => {
  refuse({ fingerprint: 'old' });
  trace.flush();
  expect(readDoorNotes(dataDir, {}, nowMs + 15 * DAY_MS)).toEqual([]);
  writeFileSync(fileOf('door.1.jsonl'), '{}\n');
  utimesSync(fileOf('door.1.jsonl'), nowMs / 1_000 - 15 * 86_400, nowMs / 1_000 - 15 * 86_400);
  refuse();
  trace.flush();
  expect(existsSync(fileOf('door.1.jsonl'))).toBe(false);
});

test('lines that are none are left out', () => {
  refuse({ fingerprint: 'f1' });
  trace.flush();
  const line = readFileSync(fileOf(), 'utf8');
  writeFileSync(fileOf(), `{"atMs":1\nnull\n[]\n{"atMs":"x","kind":"refused"}\n\u0000\n${line}`);
  expect(readDoorNotes(dataDir, {})).toHaveLength(1);
});

test('what cannot be written is told once, and stops nobody', () => {
  writeFileSync(join(dataDir, 'door'), 'a file');
  for (let count = 0; count < 3; count += 1) {
    refuse();
    expect(() => trace.flush()).not.toThrow();
  }
  expect(faults).toHaveLength(1);
  expect(readDoorNotes(dataDir, {})).toEqual([]);
});

describe('an intake that is traced', () => {
  const given: unknown[] = [];

  function intakeThatSays(result: IntakeResult): SignalIntake {
    const intake = { submit: (...args: unknown[]) => (given.push(args), Promise.resolve(result)) };
    return tracedIntake(intake as unknown as SignalIntake, { by: 'http' }, trace);
  }

  beforeEach(() => void (given.length = 0));

  test.each<readonly [string, IntakeResult, object | undefined]>([
    ['accepted', { status: 'accepted', fingerprint: 'f' }, undefined],
    ['repeated', { status: 'accepted', fingerprint: 'f', repeated: true }, { kind: 'repeated' }],
    [
      'conflicting',
      { status: 'duplicate', fingerprint: 'f', conflicting: true, message: 'Other.' },
      { kind: 'conflict', message: 'Other.' },
    ],
    ['refused', { status: 'refused', code: 'DISK_LOW', message: 'Full.' }, { kind: 'refused', code: 'DISK_LOW' }],
  ])('notes one that is %s with its names and its source', async (_name, result, expected) => {
    await intakeThatSays(result).submit(SIGNAL);
    trace.flush();
    const about = { fingerprint: fingerprintOf(SIGNAL), symbol: 'BTCUSDT', strategy: 's', source: 'http' };
    expect(readDoorNotes(dataDir, {})).toMatchObject(expected ? [{ ...about, ...expected }] : []);
  });

  test('says where signals come from, unless their sender does', async () => {
    const intake = intakeThatSays({ status: 'accepted', fingerprint: 'f' });
    await intake.submit(SIGNAL);
    await intake.submit(SIGNAL, { by: 'hook', name: 'tv' });
    expect(given).toEqual([
      [SIGNAL, { by: 'http' }],
      [SIGNAL, { by: 'hook', name: 'tv' }],
    ]);
  });
});
