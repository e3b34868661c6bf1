import { ExactDecimal } from '../../domain/decimal';
import type { PositionRecord } from '../book/records';
import { openProfit } from './maintenance';

/** Profits in relation to the margin from which on each higher rank is shown. */
const RANK_BOUNDS = ['0', '0.1', '0.25', '0.5'] as const;

/**
 * How near a position is to being reduced in favour of somebody else's bankruptcy: from 1 to 5 as its profit in relation to its
 * margin grows; 0 where nothing is open.
 */
export function adlRank(position: PositionRecord, mark: string): number {
  if (position.size === '0') return 0;
  const entry = new ExactDecimal(position.entryValue);
  const gain = entry.isZero() ? entry : openProfit(position, mark).mul(position.leverage).div(entry);
  return 1 + RANK_BOUNDS.filter((bound) => gain.gt(bound)).length;
}
