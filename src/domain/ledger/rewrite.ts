import type { LedgerEntry } from './state';
import type { ReservationMetadata, ReserveCommand, Rewrite } from './types';

/*
 * An entry that the gate has reserved otherwise than it was asked for. The plan in its metadata is changed in the same step,
 * so that whoever sends it, at once or after a crash, sends what was reserved.
 */

/** What of a plan an exit has none of. */
const OF_ENTRIES = [
  'stopLoss',
  'takeProfit',
  'stopTrigger',
  'targetTrigger',
  'trailingDistance',
  'maxHoldingSeconds',
] as const;

/** What of the metadata each way of rewriting decides; what was asked for of these is not compared. */
const DECIDED: Readonly<Record<NonNullable<LedgerEntry['rewrote']>, readonly string[]>> = {
  exit: ['quantity', 'reduceOnly', 'closesOpposite', 'reserveAmount', ...OF_ENTRIES],
  protection: ['stopLoss', 'takeProfit'],
};

/** The command as it is reserved. */
export function rewritten(command: ReserveCommand, rewrite: Rewrite): ReserveCommand {
  const { metadata } = command;
  if ('protection' in rewrite) return { ...command, metadata: { ...metadata, ...rewrite.protection } };
  const { closingAmount: _closing, ...rest } = command;
  const { quantity } = rewrite.exit;
  const kept = Object.entries(metadata).filter(([key]) => !OF_ENTRIES.some((name) => name === key));
  const plan: ReservationMetadata = {
    ...Object.fromEntries(kept),
    quantity,
    reduceOnly: true,
    closesOpposite: true,
    ...(metadata.reserveAmount !== undefined && { reserveAmount: '0' }),
  };
  const purpose = `${plan.direction} ${quantity} ${plan.symbol}`;
  return { ...rest, amount: '0', intent: 'exit', purpose, metadata: plan };
}

/** What of a rewritten reservation is not compared with a command: metadata by name, and for an exit intent and purpose. */
export function decidedKeys({ rewrote }: LedgerEntry): readonly string[] {
  return rewrote === undefined ? [] : DECIDED[rewrote];
}
