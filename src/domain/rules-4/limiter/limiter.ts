/**
 * Paces one venue's requests below its limits with exact sliding windows. Pure reducers over a plain JSON state; none
 * throws for any command, and none changes its input. What a step of the clock does to the state: clock.ts.
 */
export { acquire } from './acquire';
export { blockOf } from './block';
export { limitsFault } from './capacity';
export { feedback } from './feedback';
export type { FeedbackResult } from './feedback';
export { giveBack } from './give-back';
export { createLimiter, reconfigure } from './reconfigure';
export { GRANTS_MAX, PERMITS_MAX, RateLimitsError } from './state';
export type { LimiterState, LimiterStep } from './state';
export { stats, usage } from './usage';
