import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Config } from '../config/schema';
import { EXIT_STRATEGY_PREFIX, isExitStrategyTaken } from '../domain/position/exit-strategy';
import { quoteValue } from '../domain/quote-value';
import type { TradingSignal } from '../domain/signal';
import {
  freshBudget,
  putBack,
  spend,
  withSpent,
  type BudgetLimits,
  type BudgetName,
  type Rate,
  type Spender,
} from '../domain/signal-budget';
import { countSignals, LISTED_LATE_MAX_MS } from './count-signals';
import { DiskWatch } from './disk-watch';
import { OpenSignals } from './open-signals';
import { KnownStrategies } from './known-strategies';
import type { RefusedSignal } from './types';

const MINUTE_MS = 60_000;
/** What is full may have room again after this. */
const OPEN_RETRY_MS = 5_000;
const DISK_RETRY_MS = 60_000;
/** No more are sent by processes of one signal each, one after another, before the server lists the first. */
const UNLISTED_MAX = 20;

export interface AdmissionOptions {
  readonly client: Client;
  readonly config: Pick<Config, 'dataDir' | 'ml' | 'signals' | 'storage' | 'venue'>;
  /** Absent: one of its own. */
  readonly disk?: Pick<DiskWatch, 'fault'>;
  /** A process that sends one signal and ends: what others sent is asked of the server. */
  readonly isShortLived?: boolean;
}

/**
 * Whether one more signal is taken: strategies by list, entries while there is room on the disk and among those under way,
 * and all of them within their budgets. Whatever is refused here was not accepted, and may be sent again.
 *
 * A process counts what it takes itself.
 */
export class Admission {
  private readonly limits: BudgetLimits;
  private readonly disk: Pick<DiskWatch, 'fault'>;
  private readonly open: OpenSignals;
  private readonly strategies: KnownStrategies;
  private budget = freshBudget();

  constructor(private readonly options: AdmissionOptions) {
    const { client, config, disk } = options;
    const { ml, signals } = config;
    this.limits = {
      all: { burst: signals.burst, perMinute: signals.perMinute },
      perStrategy: { burst: signals.perStrategyBurst, perMinute: signals.perStrategyPerMinute },
      newStrategies: { burst: signals.newStrategiesPerMinute, perMinute: signals.newStrategiesPerMinute },
    };
    this.strategies = new KnownStrategies(new Set([ml.strategy, ...(signals.strategies ?? [])]));
    this.disk = disk ?? new DiskWatch({ dataDir: config.dataDir, ...config.storage });
    this.open = new OpenSignals(client, config.venue);
  }

  /** What no other moment changes: a strategy that may not trade here. */
  strategyFault({ strategy }: TradingSignal): RefusedSignal | undefined {
    const { ml, signals } = this.options.config;
    if (isExitStrategyTaken(strategy)) {
      const message = `The strategy ${quoteValue(strategy)} may not trade here: only the exits of positions begin with "${EXIT_STRATEGY_PREFIX}", and no sender makes those. Use another name.`;
      return { status: 'refused', code: 'UNKNOWN_STRATEGY', message };
    }
    if (signals.strategies === undefined || strategy === ml.strategy) return undefined;
    if (signals.strategies.includes(strategy)) return undefined;
    return {
      status: 'refused',
      code: 'UNKNOWN_STRATEGY',
      message: `The strategy ${quoteValue(strategy)} may not trade here; signals.strategies lists those that may.`,
    };
  }

  /** Takes the signal out of its budgets, unless something stands in its way now. @returns what does */
  async enter(signal: TradingSignal): Promise<RefusedSignal | undefined> {
    if (signal.intent === 'entry') {
      const fault = await this.roomFault();
      if (fault) return fault;
    }
    if (this.options.isShortLived && signal.intent === 'entry') await this.learnSpent(signal);
    const nowMs = performance.now();
    const { state, result } = spend(this.budget, this.limits, this.spenderOf(signal, nowMs), nowMs);
    this.budget = state;
    if (result.status === 'refused') return this.spentRefusal(signal, result.spent, result.retryAfterMs);
    this.strategies.note(signal.strategy, nowMs);
    return undefined;
  }

  /** The signal that entered was started. */
  noteStart(): void {
    this.open.noteStart();
  }

  /** The signal that entered was not started, as far as is known. */
  leave(signal: TradingSignal): void {
    const nowMs = performance.now();
    this.budget = putBack(this.budget, this.limits, this.spenderOf(signal, nowMs), nowMs);
  }

  private spenderOf({ strategy, intent }: TradingSignal, nowMs: number): Spender {
    return { strategy, intent, standing: this.strategies.standingOf(strategy, nowMs) };
  }

  private async roomFault(): Promise<RefusedSignal | undefined> {
    const fault = await this.disk.fault();
    if (fault !== undefined) return passing('DISK_LOW', fault, DISK_RETRY_MS);
    const { openMax } = this.options.config.signals;
    const open = await this.open.number();
    if (open < openMax) return undefined;
    const message = `${open} signals are under way; signals.openMax allows ${openMax}.`;
    return passing('TOO_MANY_SIGNALS', message, OPEN_RETRY_MS);
  }

  private async learnSpent(signal: TradingSignal): Promise<void> {
    let spent = await this.countSpent(signal);
    const left = this.leftOf(spent);
    if (left >= 1 && left <= UNLISTED_MAX) {
      // Those sent just now may not be counted yet, and could be the last ones.
      await delay(LISTED_LATE_MAX_MS);
      spent = await this.countSpent(signal);
    }
    this.budget = withSpent(this.limits, signal, spent, performance.now());
  }

  private async countSpent({ strategy }: TradingSignal): Promise<{ readonly all: number; readonly own: number }> {
    const { client } = this.options;
    const startedAfterMs = Date.now() - MINUTE_MS;
    const [all, own] = await Promise.all([
      countSignals(client, { startedAfterMs }),
      countSignals(client, { startedAfterMs, strategy }),
    ]);
    return { all: all ?? 0, own: own ?? 0 };
  }

  private leftOf({ all, own }: { readonly all: number; readonly own: number }): number {
    const left = ({ burst, perMinute }: Rate, spent: number): number => Math.max(burst, perMinute) - spent;
    return Math.min(left(this.limits.all, all), left(this.limits.perStrategy, own));
  }

  private spentRefusal({ strategy }: TradingSignal, spent: BudgetName, retryAfterMs: number): RefusedSignal {
    if (spent === 'strategy') {
      const { burst, perMinute } = this.limits.perStrategy;
      const message = `The strategy ${quoteValue(strategy)} sends more signals than it may: ${burst} at once (signals.perStrategyBurst) and ${perMinute} a minute (signals.perStrategyPerMinute).`;
      return passing('STRATEGY_BUDGET', message, retryAfterMs);
    }
    if (spent === 'new') {
      const { perMinute } = this.limits.newStrategies;
      const message = `The strategy ${quoteValue(strategy)} was not seen here before, and ${perMinute} new ones a minute are taken (signals.newStrategiesPerMinute). List it in signals.strategies, or use the name of one that trades.`;
      return passing('STRATEGY_BUDGET', message, retryAfterMs);
    }
    if (spent === 'newcomers') {
      const message = `The strategy ${quoteValue(strategy)} is new here, and new ones together send more signals than two thirds of what all may (signals.burst, signals.perMinute). List it in signals.strategies.`;
      return passing('SIGNAL_BUDGET', message, retryAfterMs);
    }
    const { burst, perMinute } = this.limits.all;
    const message = `All strategies together send more signals than they may: ${burst} at once (signals.burst) and ${perMinute} a minute (signals.perMinute).`;
    return passing('SIGNAL_BUDGET', message, retryAfterMs);
  }
}

/** Refused for now: sent again as the same signal, it may be taken. */
function passing(code: RefusedSignal['code'], why: string, retryAfterMs: number): RefusedSignal {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  const message = `${why} Nothing was accepted: send this signal again, with the same timestamp, in ${seconds} s.`;
  return { status: 'refused', code, message, retryAfterMs };
}
