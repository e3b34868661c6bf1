import type { Client } from '@temporalio/client';
import { EXIT_STRATEGY_PREFIX, readExitStrategy, type ExitName } from '../src/domain/position/exit-strategy';
import { clientOrderIdOf } from '../src/intake/fingerprint';
import { SIGNAL_WORKFLOW_TYPE } from '../src/messages/signal';
import { TRADE_STRATEGY, TRADE_SYMBOL } from '../src/messages/search-attributes';
import { isUnanswered } from './passing-errors';
import { pause } from './waiting';

const LIST_INTERVAL_MS = 2_000;
const LIST_TIMEOUT_MS = 5_000;
/**
 * An order or reservation that nobody handed in is an exit of a position, and the server's list says so: it may be a moment
 * late, and not be there while the server is down.
 */
const LISTED_MAX_MS = 90_000;

/** An exit that a position's workflow started. */
export interface KnownExit extends ExitName {
  readonly fingerprint: string;
  readonly clientOrderId: string;
  readonly symbol: string;
}

/** Knows the exits that positions start by themselves, so that every order belongs to somebody. */
export class ExitWatch {
  private readonly byClientOrderId = new Map<string, KnownExit>();
  private readonly fingerprints = new Set<string>();
  private readonly claimedSinceMs = new Map<string, number>();

  get exits(): readonly KnownExit[] {
    return [...this.byClientOrderId.values()];
  }

  /** Whether it is an exit's client id or fingerprint, as far as is known: one that is not listed yet may still be. */
  mayBeExit(id: string): boolean {
    if (this.isExit(id)) return true;
    const sinceMs = this.claimedSinceMs.get(id) ?? performance.now();
    this.claimedSinceMs.set(id, sinceMs);
    return performance.now() - sinceMs < LISTED_MAX_MS;
  }

  /** What was seen, and belongs neither to a signal that was handed in nor to an exit. For the end, after `refresh`. */
  strangers(): readonly string[] {
    return [...this.claimedSinceMs.keys()].filter((id) => !this.isExit(id));
  }

  /** Looks again and again until it is stopped. */
  async run(client: Client, signal: AbortSignal): Promise<never> {
    for (;;) {
      await this.refresh(client);
      await pause(LIST_INTERVAL_MS, signal);
    }
  }

  /** @returns whether the server answered */
  async refresh(client: Client): Promise<boolean> {
    const strategies = `${TRADE_STRATEGY.name} STARTS_WITH '${EXIT_STRATEGY_PREFIX}'`;
    const query = `WorkflowType = '${SIGNAL_WORKFLOW_TYPE}' AND ${strategies}`;
    try {
      await client.withDeadline(Date.now() + LIST_TIMEOUT_MS, async () => {
        for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
          const name = readExitStrategy(typedSearchAttributes.get(TRADE_STRATEGY) ?? '');
          if (name) this.note(workflowId, name, typedSearchAttributes.get(TRADE_SYMBOL) ?? '');
        }
      });
      return true;
    } catch (error) {
      if (isUnanswered(error)) return false;
      throw error;
    }
  }

  private note(fingerprint: string, name: ExitName, symbol: string): void {
    const clientOrderId = clientOrderIdOf(fingerprint);
    this.byClientOrderId.set(clientOrderId, { ...name, fingerprint, clientOrderId, symbol });
    this.fingerprints.add(fingerprint);
  }

  private isExit(id: string): boolean {
    return this.byClientOrderId.has(id) || this.fingerprints.has(id);
  }
}
