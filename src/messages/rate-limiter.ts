import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { AcquireCommand, AcquireResult, FeedbackCommand, RateUsage } from '../domain/rate-window/types';

/** The limiter's clock when it answered lets a caller turn instants into waits without trusting its own clock. */
export type AcquireReply = AcquireResult & {
  readonly answeredAtMs: number;
  /** A ban or penalty may be younger than the permit: nothing may be sent before it ends. 0: none. */
  readonly blockedUntilMs: number;
};

export const acquireUpdate = defineUpdate<AcquireReply, [AcquireCommand]>('acquire');
export const feedbackSignal = defineSignal<[FeedbackCommand]>('feedback');
export const usageQuery = defineQuery<RateUsage>('usage');
