import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  acquire,
  acquireCommandFault,
  createRateWindow,
  feedback,
  giveBack,
  limitsFault,
  reconfigure,
  stats,
  usage,
} from '../src/domain/rate-window/rate-window';
import type { RateWindowState } from '../src/domain/rate-window/rate-window';
import type { AcquireCommand, GiveBackCommand } from '../src/domain/rate-window/types';
import {
  acquireUpdate,
  configureLimiterSignal,
  feedbackSignal,
  rateStatsQuery,
  usageQuery,
  type AcquireReply,
  type LimiterSettings,
} from '../src/messages/rate-limiter';
import { handleBatch } from './entity-batch';
import { reject } from './reject';

/**
 * One venue's request budget, for all processes together. Every handler answers at once: callers do their waiting
 * themselves, so that a full window never blocks this workflow.
 */
export async function rateLimiter(settings: LimiterSettings, carried?: RateWindowState): Promise<void> {
  let current = settings;
  let state = carried ?? createRateWindow(settings.limits);

  setHandler(
    feedbackSignal,
    (command) => {
      state = feedback(state, command, Date.now()).state;
    },
    { description: "Takes in what the venue's answers say about its limits." },
  );
  setHandler(
    configureLimiterSignal,
    (next) => {
      // Anyone with the command line can send this: an error here would stop the limiter for good.
      const fault = limitsFault(next?.limits);
      if (fault) {
        log.warn('The configured limits were refused; the former ones stay in force.', { fault });
        return;
      }
      current = next;
      state = reconfigure(state, next.limits);
      setCurrentDetails(describe(next));
    },
    { description: 'Replaces the configured limits.' },
  );
  function acquirePermit(command: AcquireCommand): AcquireReply {
    const answer = acquire(state, command, Date.now());
    state = answer.state;
    return { ...answer.result, answeredAtMs: Date.now(), blockedUntilMs: state.blockedUntilMs };
  }
  setHandler(acquireUpdate, acquirePermit, {
    validator: (command) => reject(acquireCommandFault(command)),
    description: 'Books a request and says when it may be sent.',
  });
  handleBatch({
    acquire: acquirePermit,
    giveBack(command: GiveBackCommand) {
      const answer = giveBack(state, command, Date.now());
      state = answer.state;
      return answer.result;
    },
  });
  setHandler(usageQuery, () => usage(state, Date.now()), { description: 'Used weight and limit of every window.' });
  setHandler(rateStatsQuery, () => stats(state), {
    description: 'Requests, waits, refusals, penalties and bans so far.',
  });

  setCurrentDetails(describe(current));
  await condition(() => workflowInfo().continueAsNewSuggested);
  await condition(allHandlersFinished);
  await continueAsNew<typeof rateLimiter>(current, state);
}

function describe({ venue, limits }: LimiterSettings): string {
  return (
    `Paces requests to **${venue}**: ${limits.global.limit} in ${limits.global.windowMs / 1000} s overall, ` +
    `margin ${limits.safetyMargin}.`
  );
}
