import { proxySinks, type Sinks } from '@temporalio/workflow';
import type { DenialCode } from '../src/domain/denial';
import type { SignalOutcome } from '../src/domain/signal-view';

/** What a saga tells the process that runs it, outside of its history. Nothing may depend on it. */
export interface AnnouncementSinks extends Sinks {
  announcements: {
    /** A line for the person who watches `npm start`. */
    line(text: string): void;
    /** Something that a person has to look at. */
    alert(text: string): void;
    /** A named point of a saga or a position, where the crash sweep may end the process. */
    reached(point: SagaPoint): void;
    /** A signal ended: for who counts. */
    ended(end: SignalEndFigures): void;
  };
}

/** How a signal ended, for who counts. Spans in milliseconds. */
export interface SignalEndFigures {
  readonly outcome: SignalOutcome;
  readonly denialCode?: DenialCode;
  readonly road: 'short' | 'durable';
  /** From its start until its order was answered; absent: the venue has no order of it, or it took more than one run. */
  readonly toOrderMs?: number;
  /** The short road's steps, from the start on. */
  readonly steps?: { readonly reserveMs: number; readonly sendMs: number; readonly bookMs: number };
}

type SagaPoint =
  | 'saga.started'
  | 'saga.traded'
  | 'saga.settling'
  | 'saga.committed'
  | 'saga.ended'
  | 'position.started'
  | 'exit.before-start'
  | 'exit.after-start';

const { announcements } = proxySinks<AnnouncementSinks>();

export function reached(point: SagaPoint): void {
  announcements.reached(point);
}

export function alert(text: string): void {
  announcements.alert(text);
}

export function announce(text: string): void {
  announcements.line(text);
}

export function tellEnd(end: SignalEndFigures): void {
  announcements.ended(end);
}
