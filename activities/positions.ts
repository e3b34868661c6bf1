import type {
  Execution,
  MoneyRow,
  PositionRowsReport,
  ProtectionAnswer,
  ProtectionChange,
} from '../src/domain/position/types';
import type { NamedVenue, TradingVenue } from '../src/domain/trading-venue';
import type { PositionReport } from '../src/messages/position';

/** The position's report, for its workflow, which is started where there is none. */
export interface TellPositionInput extends TradingVenue {
  readonly symbol: string;
  readonly report: PositionReport;
}

export interface SetProtectionInput extends TradingVenue {
  readonly change: ProtectionChange;
}

export interface ExecutionsInput extends NamedVenue {
  readonly symbol: string;
  readonly sinceMs: number;
}

export interface MoneyLogInput extends NamedVenue {
  readonly sinceMs: number;
}

/** What workflows do about positions, on the venue's task queue. */
export interface PositionActivities {
  /** Every open position; fails as a whole where anything of it is missing. */
  fetchPositions(of: NamedVenue): Promise<PositionRowsReport>;
  /** Signals the position's workflow, or starts it with the report (signal with start). */
  tellPosition(input: TellPositionInput): Promise<void>;
  /** Sets what guards a position, under an order permit of an exit. */
  setProtection(input: SetProtectionInput): Promise<ProtectionAnswer>;
  fetchExecutions(input: ExecutionsInput): Promise<readonly Execution[]>;
  fetchMoneyLog(input: MoneyLogInput): Promise<readonly MoneyRow[]>;
}
