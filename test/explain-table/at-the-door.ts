import { TRUSTED_STORE } from '../../harness/trusted-store';
import { loadConfig } from '../../src/config/load-config';
import { explainAtTheDoor } from '../../src/domain/explain/door';
import type { DoorNote, Explanation } from '../../src/domain/explain/types';
import type { TradingSignal } from '../../src/domain/signal';
import { parseSignal } from '../../src/intake/parse-signal';
import { createSignalIntake } from '../../src/intake/signal-intake';
import { tracedIntake } from '../../src/intake/traced-intake';
import { ScriptedServer } from '../unit/intake/scripted-server';
import { SIGNAL, type Scenario } from './scenario';

/*
 * Signals that the real intake refuses, repeats or finds in conflict, over a server in memory. They are of now: its clock is.
 */

const ROOM = { fault: async () => undefined };
const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];

interface Door {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly disk?: { readonly fault: () => Promise<string | undefined> };
  readonly server?: ScriptedServer;
}

function signalNow(change: Partial<TradingSignal> = {}): TradingSignal {
  return { ...SIGNAL, timestampMs: Date.now(), ...change };
}

/** Hands all of them in, one after another. @returns what the door wrote down of the last of which it wrote anything */
async function send(signals: readonly TradingSignal[], { settings = {}, disk = ROOM, server }: Door = {}) {
  const flags = Object.entries(settings).map(([path, value]) => ({ flag: 'test', path, value }));
  const config = loadConfig({ env: {}, cwd: '/', flags: flags as never });
  const notes: DoorNote[] = [];
  const trace = {
    note: (note: Omit<DoorNote, 'atMs' | 'count'>) => notes.push({ ...note, atMs: Date.now(), count: 1 }),
  };
  const { client } = server ?? new ScriptedServer();
  const intake = tracedIntake(
    createSignalIntake({ client, config, store: TRUSTED_STORE, disk }),
    { by: 'http' },
    trace,
  );
  for (const signal of signals) await intake.submit(signal);
  return notes.slice(-1);
}

async function atTheDoor(signals: readonly TradingSignal[], door?: Door): Promise<Explanation> {
  return explainAtTheDoor(await send(signals, door));
}

function invalid(): Explanation {
  const parsed = parseSignal({ symbol: 'BTCUSDT', direction: 'UP', strategy: 'trend-4h' }, { nowMs: Date.now() });
  if (parsed.ok) throw new Error('It was taken.');
  const { code, message } = parsed;
  return explainAtTheDoor([{ atMs: Date.now(), kind: 'refused', code, message, source: 'http', count: 1 }]);
}

function serverOf(change: Partial<ScriptedServer>): ScriptedServer {
  return Object.assign(new ScriptedServer(), change);
}

const HOUR_MS = 3_600_000;
const MODEL_OFF = { 'ml.enabled': false };
const NARROW_STRATEGY = { ...MODEL_OFF, 'signals.perStrategyBurst': 1, 'signals.perStrategyPerMinute': 1 };
const NARROW_ALL = { ...NARROW_STRATEGY, 'signals.strategies': ['a', 'b'], 'signals.burst': 1, 'signals.perMinute': 1 };

export const REFUSED_AT_THE_DOOR = {
  INVALID_SIGNAL: { what: 'a direction that is none', told: invalid },
  STALE_SIGNAL: {
    what: 'an alert that carries when its bar began',
    told: () => atTheDoor([signalNow({ timestampMs: Date.now() - HOUR_MS })]),
  },
  SIGNAL_FROM_FUTURE: {
    what: "a sender's clock that is an hour ahead",
    told: () => atTheDoor([signalNow({ timestampMs: Date.now() + HOUR_MS })]),
  },
  ENVIRONMENT_MISMATCH: {
    what: 'a namespace that belongs to testnet',
    told: () => atTheDoor([signalNow()], { server: serverOf({ data: { 'oncefill.environment': 'testnet' } }) }),
  },
  UNKNOWN_SYMBOL: {
    what: 'a symbol that is not traded here',
    told: () => atTheDoor([signalNow({ symbol: 'BTCUSD' })]),
  },
  UNKNOWN_STRATEGY: {
    what: 'a strategy that signals.strategies does not list',
    told: () => atTheDoor([signalNow()], { settings: { 'signals.strategies': ['other'] } }),
  },
  STRATEGY_BUDGET: {
    what: 'a strategy that floods',
    told: () =>
      atTheDoor(
        SYMBOLS.map((symbol) => signalNow({ symbol })),
        { settings: NARROW_STRATEGY },
      ),
  },
  SIGNAL_BUDGET: {
    what: 'two strategies that flood together',
    told: () =>
      atTheDoor(
        ['a', 'b'].map((strategy) => signalNow({ strategy })),
        { settings: NARROW_ALL },
      ),
  },
  TOO_MANY_SIGNALS: {
    what: 'as many signals under way as are allowed',
    told: () => atTheDoor([signalNow()], { settings: { 'signals.openMax': 50 }, server: serverOf({ counted: 50 }) }),
  },
  DISK_LOW: {
    what: 'a disk that is nearly full',
    told: () =>
      atTheDoor([signalNow()], {
        disk: { fault: async () => '312 MB are free on the disk of /data; 500 MB are needed.' },
      }),
  },
} as const satisfies Readonly<Record<string, Scenario>>;

/** What the door writes down that is no refusal by a code. */
export const KEPT_AT_THE_DOOR: Readonly<Record<Exclude<DoorNote['kind'], 'refused'>, Scenario>> = {
  repeated: {
    what: 'the same signal twice, and a server that forgot it since',
    told: () => {
      const signal = signalNow();
      return atTheDoor([signal, signal]);
    },
  },
  conflict: {
    what: 'another amount under the same fingerprint',
    told: () => {
      const signal = signalNow();
      return atTheDoor([signal, { ...signal, amount: '0.02' }]);
    },
  },
};
