import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ALERT_RULES } from '../../../../src/domain/alerts/alert';
import { delivered, OUTBOX_MAX } from '../../../../src/domain/alerts/outbox';
import { INHIBITIONS } from '../../../../src/domain/alerts/rules';
import { SUBJECTS_PER_RULE_MAX, type AlertEvent } from '../../../../src/domain/alerts/state';
import { bookPath, readBook } from '../../../../src/observability/alerts/book-file';
import { AlertKeeper } from '../../../../src/observability/alerts/keeper';
import {
  EVENT_BYTES_MAX,
  leaveEvent,
  leaveFinding,
  readSpool,
  SPOOLED_MAX,
  spoolFolder,
} from '../../../../src/observability/alerts/spool';
import { rememberSecret } from '../../../../src/secrets/known-secrets';
import { FakeChannel, finding, useDataFolder } from './folder';

const dataDir = useDataFolder();
const mail = new FakeChannel('mail');
const faults: string[] = [];
beforeEach(() => (faults.length = 0));

const open = (): AlertKeeper => new AlertKeeper(dataDir(), [mail], (text) => faults.push(text), Date.now());
const found = (subject: string): AlertEvent => ({ kind: 'finding', finding: finding('disk_full', subject) });
const waiting = (keeper: AlertKeeper): readonly string[] =>
  keeper.outboxOf('mail').waiting.map(({ kind, subject, number }) => `${kind} ${subject} ${number}`);

describe('the book', () => {
  test('knows after a crash what it knew before, and what waits to be told', () => {
    open().step([found('/data')], Date.now());
    const again = open();
    expect(waiting(again)).toEqual(['firing /data 1']);
    again.step([found('/data')], Date.now());
    expect(waiting(again)).toEqual(['firing /data 1']);
  });

  test('is its owner alone to read', () => {
    open().step([found('/data')], Date.now());
    expect(statSync(bookPath(dataDir())).mode & 0o777).toBe(0o600);
  });

  test.each(['{', '{}', '{"version":2}', '', '[1]', '\0\0\0'])(
    'that holds %j is set aside, and somebody is told',
    (text) => {
      mkdirSync(dirname(bookPath(dataDir())), { recursive: true });
      writeFileSync(bookPath(dataDir()), text);
      const keeper = open();
      expect(readFileSync(`${bookPath(dataDir())}.damaged`, 'utf8')).toBe(text);
      expect(waiting(keeper)).toEqual(['firing alerts.json 1']);
      expect(waiting(open())).toEqual(['firing alerts.json 1']);
    },
  );

  test('that cannot be written is kept in memory and told once, and what was found stays in the spool', () => {
    const keeper = open();
    leaveFinding(dataDir(), finding('disk_full', '/data'));
    // A folder in its place cannot be replaced by a file.
    mkdirSync(join(bookPath(dataDir()), 'x'), { recursive: true });
    keeper.step([], Date.now());
    keeper.step([found('/logs')], Date.now());
    expect(waiting(keeper)).toEqual(['firing /data 1', 'firing /logs 1']);
    expect(readSpool(dataDir())).toHaveLength(1);
    expect(faults).toHaveLength(1);
    rmSync(bookPath(dataDir()), { recursive: true });
    keeper.step([], Date.now());
    expect(waiting(open())).toEqual(['firing /data 1', 'firing /logs 1']);
    expect(readSpool(dataDir())).toEqual([]);
  });

  test('keeps nothing for a channel that is not configured any more', () => {
    open().step([found('/data')], Date.now());
    const keeper = new AlertKeeper(dataDir(), [], () => undefined, Date.now());
    keeper.step([found('/logs')], Date.now());
    expect(readBook(dataDir()).book.outboxes).toEqual({});
  });

  test('is not written again while nothing is known and nothing comes', () => {
    open().step([], Date.now());
    expect(existsSync(bookPath(dataDir()))).toBe(false);
  });
});

test('no secret that this process knows is written down or told', () => {
  const canary = 'canary-5f0c1f8e7d';
  rememberSecret(canary);
  const keeper = open();
  const told = { ...finding('key_refused', `bybit ${canary}`), text: `It refused ${canary}.` };
  keeper.step([{ kind: 'finding', finding: told }], Date.now());
  expect(readFileSync(bookPath(dataDir()), 'utf8')).not.toContain(canary);
});

describe('a channel', () => {
  const keep = (channels: readonly FakeChannel[]): AlertKeeper =>
    new AlertKeeper(dataDir(), channels, () => undefined, Date.now());
  const waitingFor = (keeper: AlertKeeper, name: string): readonly string[] =>
    keeper.outboxOf(name).waiting.map(({ kind, subject }) => `${kind} ${subject}`);
  const takeAll = (keeper: AlertKeeper, name: string): void => {
    keeper.changeOutbox(name, (outbox) => outbox.waiting.reduce((box) => delivered(box, box.dropped), outbox));
  };
  const gone = (subject: string): AlertEvent => ({ kind: 'finding', finding: finding('disk_full', subject, false) });
  /** Long enough for an end. */
  const settle = (keeper: AlertKeeper): void => {
    for (let ms = 0; ms < 120_000; ms += 5_000) keeper.step([], Date.now() + ms);
  };

  test('that is new is told once what holds, and hears of its end', () => {
    keep([]).step([found('/data')], Date.now());
    const keeper = keep([mail]);
    keeper.step([], Date.now());
    keeper.step([], Date.now());
    expect(waitingFor(keeper, 'mail')).toEqual(['firing /data']);
    takeAll(keeper, 'mail');
    const again = keep([mail]);
    again.step([gone('/data')], Date.now());
    settle(again);
    expect(waitingFor(again, 'mail')).toEqual(['resolved /data']);
  });

  test('that never heard of an alert hears of no end', () => {
    const keeper = keep([]);
    keeper.step([found('/data')], Date.now());
    keeper.step([gone('/data')], Date.now());
    const later = keep([mail]);
    settle(later);
    expect(waitingFor(later, 'mail')).toEqual([]);
  });

  test('that was down until its first messages were dropped is told of what holds once it has room', () => {
    const keeper = keep([mail]);
    const unexplained = ALERT_RULES.filter((rule) => !INHIBITIONS.some(({ of }) => of.includes(rule)));
    const events = unexplained.flatMap((rule) =>
      Array.from({ length: SUBJECTS_PER_RULE_MAX }, (_, index): AlertEvent => {
        return { kind: 'finding', finding: finding(rule, `x${index}`) };
      }),
    );
    expect(events.length).toBeGreaterThan(OUTBOX_MAX);
    let nowMs = Date.now();
    for (let look = 0; look < 20; look += 1) keeper.step(look === 0 ? events : [], (nowMs += 5_000));
    expect(keeper.dropsOf('mail')).toBeGreaterThan(0);
    takeAll(keeper, 'mail');
    keeper.step([], Date.now());
    takeAll(keeper, 'mail');
    expect(keeper.outboxOf('mail').heard).toHaveLength(keeper.state.alerts.filter(({ told }) => told > 0).length);
  });

  test('that refuses a message for good is not told of the alert again until the next start', () => {
    const keeper = keep([mail]);
    keeper.step([found('/data')], Date.now());
    keeper.giveUp('mail', true);
    keeper.step([], Date.now());
    expect(waitingFor(keeper, 'mail')).toEqual([]);
    const again = keep([mail]);
    again.step([], Date.now());
    expect(waitingFor(again, 'mail')).toEqual(['firing /data']);
  });

  test('counts as told in the book of a release that did not note it', () => {
    const keeper = keep([mail]);
    keeper.step([found('/data')], Date.now());
    takeAll(keeper, 'mail');
    keeper.step([found('/logs')], Date.now());
    const text = readFileSync(bookPath(dataDir()), 'utf8');
    writeFileSync(bookPath(dataDir()), text.replace(/"heard":\[[^\]]*\],?/g, '').replace(/,}/g, '}'));
    const again = keep([mail]);
    again.step([], Date.now());
    expect(waitingFor(again, 'mail')).toEqual(['firing /logs']);
    expect(again.outboxOf('mail').heard).toHaveLength(1);
  });
});

describe('the spool', () => {
  test('is taken in exactly once, also where the process died before it emptied it', () => {
    leaveFinding(dataDir(), finding('process_died', 'api'));
    const [left] = readdirSync(spoolFolder(dataDir()));
    const text = readFileSync(join(spoolFolder(dataDir()), left!), 'utf8');
    open().step([], Date.now());
    expect(readSpool(dataDir())).toEqual([]);
    writeFileSync(join(spoolFolder(dataDir()), left!), text);
    const again = open();
    again.step([], Date.now());
    expect(again.state.alerts.map(({ times }) => times)).toEqual([1]);
    expect(readSpool(dataDir())).toEqual([]);
  });

  test('is taken in when nobody kept the book at the time', () => {
    leaveFinding(dataDir(), finding('disk_full', '/data'));
    const keeper = open();
    keeper.step([], Date.now());
    expect(waiting(keeper)).toEqual(['firing /data 1']);
  });

  test('keeps the newest about the same thing', () => {
    leaveFinding(dataDir(), finding('disk_full', '/data'));
    leaveFinding(dataDir(), finding('disk_full', '/logs'));
    leaveFinding(dataDir(), finding('disk_full', '/data', false));
    const left = readSpool(dataDir()).map(({ event }) => event);
    // That it ended hides nobody that it held.
    expect(left).toMatchObject([
      { finding: { subject: '/data', holds: true } },
      { finding: { subject: '/logs', holds: true } },
      { finding: { subject: '/data', holds: false } },
    ]);
  });

  test('lets a silence that is taken back take the place of the silence', () => {
    const silence = { rule: 'disk_full', reason: 'x', who: 'y', untilMs: Date.now() + 1_000 } as const;
    leaveEvent(dataDir(), { kind: 'silence', silence });
    leaveEvent(dataDir(), { kind: 'unsilence', rule: 'disk_full' });
    expect(readSpool(dataDir()).map(({ event }) => event?.kind)).toEqual(['unsilence']);
  });

  test('has a bound', () => {
    const folder = spoolFolder(dataDir());
    mkdirSync(folder, { recursive: true });
    for (let index = 0; index < SPOOLED_MAX + 5; index += 1) {
      const number = String(index).padStart(6, '0');
      writeFileSync(join(folder, `000000000000001-1-${number}-0123456789abcdef.json`), '{}');
    }
    leaveFinding(dataDir(), finding('disk_full', '/data'));
    expect(readdirSync(folder)).toHaveLength(SPOOLED_MAX);
    expect(readSpool(dataDir()).at(-1)!.event).toMatchObject({ finding: { subject: '/data' } });
  });

  test('refuses what is too large', () => {
    const large = { ...finding('disk_full', '/data'), text: 'x'.repeat(EVENT_BYTES_MAX) };
    expect(() => leaveFinding(dataDir(), large)).toThrow(RangeError);
  });

  test.each(['{', '{"kind":"tick"}', '{"kind":"finding","finding":{"rule":"unknown"}}', ''])(
    'with %j in it holds nobody up, and loses it',
    (text) => {
      leaveFinding(dataDir(), finding('disk_full', '/data'));
      writeFileSync(join(spoolFolder(dataDir()), '000000000000001-1-000001-0123456789abcdef.json'), text);
      const keeper = open();
      keeper.step([], Date.now());
      expect(waiting(keeper)).toEqual(['firing /data 1']);
      expect(readSpool(dataDir())).toEqual([]);
    },
  );

  test('that is half written is removed at the next start', () => {
    leaveFinding(dataDir(), finding('disk_full', '/data'));
    writeFileSync(join(spoolFolder(dataDir()), '.x.1.draft'), '{');
    open();
    expect(readdirSync(spoolFolder(dataDir()))).toHaveLength(1);
  });

  test('that is no folder is told, and holds up nothing else', () => {
    mkdirSync(dirname(spoolFolder(dataDir())), { recursive: true });
    const keeper = open();
    writeFileSync(spoolFolder(dataDir()), '');
    keeper.step([found('/logs')], Date.now());
    expect(waiting(keeper)).toEqual(['firing /logs 1']);
    expect(faults).toHaveLength(1);
  });
});
