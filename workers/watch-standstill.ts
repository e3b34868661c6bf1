import type { AccountHealth } from '../src/messages/venue-account';
import type { MlManagerState } from '../src/messages/ml-manager';
import { inWords, tradingProblem } from '../src/observability/account-health';
import type { Problems } from '../src/trading/problems';

/** How often the account and the loop of predictions are asked. */
const LOOK_INTERVAL_MS = 60_000;
/** One tick that failed is left behind; a person hears of a loop that makes none. */
const PREDICTIONS_FAIL_AFTER_MS = 5 * 60_000;

/** Whom to ask; each may fail, which says nothing. */
export interface StandstillSources {
  readonly account: () => Promise<AccountHealth>;
  /** Absent: no predictions are made. */
  readonly predictions?: () => Promise<MlManagerState>;
}

/**
 * Tells a person while nothing can come of signals, though every process runs: trading is halted or reduced, or no
 * prediction succeeds. Health says the same by itself.
 *
 * @param problems alerts only: what it holds is listed nowhere
 * @returns ends the watch
 */
export function watchStandstill(venue: string, sources: StandstillSources, problems: Problems): () => void {
  let failingSinceMs: number | undefined;

  const lookAtTrading = async (): Promise<void> => {
    const stopped = tradingProblem(venue, await sources.account());
    if (stopped === undefined) problems.clear('TRADING_STOPPED');
    else problems.set('TRADING_STOPPED', `${stopped}; "oncefill resume --reason TEXT" goes on`);
  };
  const lookAtPredictions = async (): Promise<void> => {
    const state = await sources.predictions?.();
    if (state?.lastError === undefined || state.status === 'paused') {
      failingSinceMs = undefined;
      return problems.clear('PREDICTIONS_FAIL');
    }
    failingSinceMs ??= performance.now();
    const failingMs = performance.now() - failingSinceMs;
    if (failingMs < PREDICTIONS_FAIL_AFTER_MS) return;
    const since = new Date(Date.now() - failingMs).toISOString().slice(0, 16);
    problems.set(
      'PREDICTIONS_FAIL',
      `No prediction has succeeded for ${inWords(failingMs)} (since ${since}Z), so the model makes no signals: ${state.lastError}`,
    );
  };
  const look = (): void => {
    // Who cannot be asked is told of by health, and proves nothing here.
    for (const question of [lookAtTrading, lookAtPredictions]) void question().catch(() => undefined);
  };
  look();
  const looking = setInterval(look, LOOK_INTERVAL_MS).unref();
  problems.start();
  return () => {
    clearInterval(looking);
    problems.stop();
  };
}
