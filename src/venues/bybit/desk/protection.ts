import type { VenueOutcome } from '../../../domain/outcome';
import type { ProtectionAnswer, ProtectionChange } from '../../../domain/position/types';
import type { RefusalMeaning } from '../refusal-words';
import { isPositiveDecimal, ONE_WAY, TRIGGER_WORDS } from '../triggers';

/** What takes a leg away. */
const NONE = '0';

/** Names what is wrong with a change, or undefined. Its side is not known here: whether a price fits it the venue says. */
export function findProtectionFault(change: ProtectionChange, symbols: ReadonlySet<string>): string | undefined {
  const { symbol, stopLoss, takeProfit, trailingDistance, stopTrigger, targetTrigger } = change;
  if (!symbols.has(symbol)) return `The symbol "${symbol}" is not configured for this venue.`;
  const legs = Object.entries({ stop: stopLoss, target: takeProfit, 'trailing distance': trailingDistance });
  if (legs.every(([, value]) => value === undefined)) return `Nothing of the protection of ${symbol} is to change.`;
  for (const [what, value] of legs) {
    if (value === undefined || value === null || isPositiveDecimal(value)) continue;
    return `The ${what} must be a positive decimal number, or none, and was "${value}".`;
  }
  for (const trigger of [stopTrigger, targetTrigger]) {
    if (!Object.hasOwn(TRIGGER_WORDS, trigger)) return `The trigger "${trigger}" is not known here.`;
  }
  return undefined;
}

/** The body of `POST /v5/position/trading-stop`: for the whole position, and only the legs that are named. */
export function buildProtectionRequest(change: ProtectionChange): Readonly<Record<string, string | number>> {
  const { symbol, stopLoss, takeProfit, trailingDistance, stopTrigger, targetTrigger } = change;
  return {
    category: 'linear',
    symbol,
    positionIdx: ONE_WAY,
    tpslMode: 'Full',
    ...(stopLoss !== undefined && { stopLoss: stopLoss ?? NONE }),
    // Left out, the venue would take the last price.
    ...(typeof stopLoss === 'string' && { slTriggerBy: TRIGGER_WORDS[stopTrigger] }),
    ...(takeProfit !== undefined && { takeProfit: takeProfit ?? NONE }),
    ...(typeof takeProfit === 'string' && { tpTriggerBy: TRIGGER_WORDS[targetTrigger] }),
    ...(trailingDistance !== undefined && { trailingStop: trailingDistance ?? NONE }),
  };
}

const REFUSED_AS: Readonly<Partial<Record<RefusalMeaning, ProtectionAnswer['status']>>> = {
  price_passed: 'price_passed',
  no_position: 'no_position',
  // Or a parameter is missing, the venue says: the next report proves which.
  unchanged: 'already',
};

/**
 * What an outcome is to whoever keeps a position. What did not leave, or may not have arrived, is unknown: setting it again does
 * no harm.
 *
 * @param meaning of the refusal's words
 */
export function protectionAnswerOf(outcome: VenueOutcome, meaning?: RefusalMeaning): ProtectionAnswer {
  const { kind, message } = outcome;
  switch (kind) {
    case 'PLACED':
      return { status: 'set', message };
    case 'REJECTED':
      return { status: (meaning && REFUSED_AS[meaning]) ?? 'rejected', message };
    case 'FATAL':
      return { status: 'rejected', message };
    case 'RATE_LIMITED':
    case 'BANNED':
      return { status: 'rate_limited', message };
    case 'NOT_PLACED':
    case 'DUPLICATE':
    case 'UNKNOWN':
      return { status: 'unknown', message };
  }
}
