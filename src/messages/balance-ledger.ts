import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Denial } from '../domain/denial';
import type {
  AcknowledgeCommand,
  AssetView,
  CommitCommand,
  EndReservationResult,
  ReleaseCommand,
  Reservation,
  ReserveCommand,
  ReserveResult,
  SetTradingStateCommand,
  SetTradingStateResult,
  SnapshotCommand,
  TradingState,
} from '../domain/ledger/types';

/** May this reservation's order be sent? Asked right before every send that is not fresh from `reserve`. */
export interface Authorization {
  readonly authorized: boolean;
  readonly denial?: Denial;
}

export interface BalancesReply {
  readonly venue: string;
  readonly tradingState: TradingState;
  /** When the venue last reported, milliseconds UTC; 0: never. */
  readonly asOfMs: number;
  readonly assets: Readonly<Record<string, AssetView>>;
}

export const reserveUpdate = defineUpdate<ReserveResult, [ReserveCommand]>('reserve');
export const releaseUpdate = defineUpdate<EndReservationResult, [ReleaseCommand]>('release');
export const commitSignal = defineSignal<[CommitCommand]>('commit');
/** The order rests at the venue, which now holds margin for it in its own report. */
export const acknowledgeSignal = defineSignal<[AcknowledgeCommand]>('acknowledge');
export const snapshotSignal = defineSignal<[SnapshotCommand]>('snapshot');
/** Asks the venue for its balances now (the older bots' force_update_all_balances). */
export const refreshSignal = defineSignal('refresh');
export const balancesQuery = defineQuery<BalancesReply>('balances');
/** Pending reservations, oldest first. */
export const reservationsQuery = defineQuery<readonly Reservation[]>('reservations');
export const setTradingStateUpdate = defineUpdate<SetTradingStateResult, [SetTradingStateCommand]>('setTradingState');
export const authorizationQuery = defineQuery<Authorization, [reservationId: string]>('authorization');
