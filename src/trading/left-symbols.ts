import type { Client } from '@temporalio/client';
import type { Logger } from '@temporalio/common';
import type { PositionSettings } from '../domain/risk/types';
import type { TradingVenue } from '../domain/trading-venue';
import { positionWorkflowId } from '../messages/ids';
import { POSITION_WORKFLOW_TYPE } from '../messages/position';
import { TRADE_STRATEGY } from '../messages/search-attributes';
import type { Problems } from './problems';

/** How often it is looked; the configuration changes with a start alone, and positions are closed meanwhile. */
const LOOK_INTERVAL_MS = 60_000;
/** Until the server answers, it is looked more often. */
const RETRY_INTERVAL_MS = 5_000;
/** A venue has at most this many configured symbols. */
const POSITIONS_MAX = 200;
/** Symbols that one sentence names. */
const NAMED_MAX = 5;

export interface LeftSymbolsOptions {
  readonly client: Pick<Client, 'workflow'>;
  readonly ours: TradingVenue;
  /** As they are configured. */
  readonly symbols: readonly string[];
  /** protect: positions that nobody here opened are looked after, too. */
  readonly foreign: PositionSettings['foreign'];
  readonly problems: Pick<Problems, 'set' | 'clear'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Tells a person while a position that is looked after is open in a symbol that is not configured any more: every exit of it
 * is refused as UNKNOWN_SYMBOL.
 *
 * @returns ends the watch
 */
export function watchLeftSymbols(options: LeftSymbolsOptions): () => void {
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const look = async (): Promise<void> => {
    let isKnown = true;
    try {
      await lookOnce(options);
    } catch (error) {
      isKnown = false;
      options.logger.warn('Open positions could not be listed.', { reason: String(error) });
    }
    if (!hasEnded) timer = setTimeout(() => void look(), isKnown ? LOOK_INTERVAL_MS : RETRY_INTERVAL_MS).unref();
  };
  void look();
  return () => {
    hasEnded = true;
    clearTimeout(timer);
  };
}

async function lookOnce({ client, ours, symbols, foreign, problems }: LeftSymbolsOptions): Promise<void> {
  const query = `WorkflowType = '${POSITION_WORKFLOW_TYPE}' AND ExecutionStatus = 'Running'`;
  const prefix = positionWorkflowId(ours, '');
  const left: string[] = [];
  let seen = 0;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query, pageSize: POSITIONS_MAX })) {
    // One that nobody here opened has no strategy.
    const isOurs = foreign === 'protect' || typedSearchAttributes.get(TRADE_STRATEGY) !== undefined;
    const symbol = workflowId.slice(prefix.length);
    if (workflowId.startsWith(prefix) && isOurs && !symbols.includes(symbol)) left.push(symbol);
    seen += 1;
    if (seen >= POSITIONS_MAX) break;
  }
  if (left.length === 0) problems.clear('SYMBOLS_LEFT');
  else problems.set('SYMBOLS_LEFT', sentenceOf(left.toSorted(), ours));
}

function sentenceOf(left: readonly string[], { venue }: TradingVenue): string {
  const [first = ''] = left;
  const more = left.length > NAMED_MAX ? ` and ${left.length - NAMED_MAX} more` : '';
  const named = `${left.slice(0, NAMED_MAX).join(', ')}${more}`;
  const [what, these, them] =
    left.length === 1 ? ['A position is', 'which is', `Add ${first}`] : ['Positions are', 'which are', 'Add them'];
  return (
    `${what} open in ${named}, ${these} not among the symbols of ${venue} any more: no exit of ours can leave, only what lies at the exchange closes it. ` +
    `${them} to venues.${venue}.symbols again, and restart, until it is closed.`
  );
}
