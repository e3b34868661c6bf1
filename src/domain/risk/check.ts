import { ExactDecimal } from '../decimal';
import type { Denial } from '../denial';
import { orderSizeOf } from '../ledger/positions';
import type { ReserveCommand, Rewrite } from '../ledger/types';
import { cutText } from '../plain-values';
import { boundsDenial } from './bounds';
import type { Circumstances, Entry } from './entry';
import { knowledgeDenial, netting } from './netting';
import { pauseDenial } from './pauses';
import { valueOf } from './take-fill';

/** A denial's sentence as JSON: as many as are remembered have to fit the ledger's state. */
export const RISK_MESSAGE_BYTES_MAX = 240;

/**
 * Whether an entry may be reserved, by all bounds of risk. Exits are never asked about. What is missing denies until it is
 * known, and comes after what is certain: whoever waits for a report must not wait in vain.
 *
 * @returns undefined: as it is; a rewrite: as that says
 */
export function check(command: ReserveCommand, at: Circumstances): Denial | Rewrite | undefined {
  const answer = judge(command, at);
  if (answer === undefined || !('code' in answer)) return answer;
  return { ...answer, message: cutText(answer.message, RISK_MESSAGE_BYTES_MAX) };
}

function judge(command: ReserveCommand, at: Circumstances): Denial | Rewrite | undefined {
  const { metadata } = command;
  const order = orderSizeOf(metadata);
  const value = valueOf(metadata);
  if (order === undefined || value === undefined) {
    return {
      code: 'INVALID_SIGNAL',
      message: 'The reservation names no symbol, direction, quantity and price, so that its risk cannot be told.',
    };
  }
  const { symbol, direction } = order;
  const textOf = (name: 'stopLoss' | 'limitPrice'): string | undefined => {
    const text = metadata[name];
    return typeof text === 'string' ? text : undefined;
  };
  const entry: Entry = {
    symbol,
    direction,
    value: new ExactDecimal(value),
    asset: command.asset,
    stopLoss: textOf('stopLoss'),
    limitPrice: textOf('limitPrice'),
  };
  const rewrite = netting(entry, at);
  if (rewrite !== undefined && 'exit' in rewrite) return rewrite;
  return (
    pauseDenial(entry, at) ??
    knowledgeDenial(entry, at) ??
    (rewrite !== undefined && 'code' in rewrite ? rewrite : undefined) ??
    boundsDenial(entry, at) ??
    rewrite
  );
}
