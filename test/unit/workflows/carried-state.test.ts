import { LEDGER_STATE_BYTES_MAX } from '../../../src/domain/ledger/state';
import { RISK_BOOK_BYTES_MAX } from '../../../src/domain/risk/book';
import { RISK_TERMS_BYTES_MAX } from '../../../src/domain/risk/types';
import { LIMITER_STATE_BYTES_MAX } from '../../../src/domain/limiter/state';

/** Temporal refuses an input that is larger in all. */
const INPUT_BYTES_MAX = 2 * 1024 * 1024;
/** The settings, less the terms of risk, and what JSON needs around the parts; entries to tell get what is left of it all. */
const REST_BYTES_MAX = 16 * 1024;

test("what a venue's account carries over into its next run fits Temporal's limit", () => {
  const state = LEDGER_STATE_BYTES_MAX + LIMITER_STATE_BYTES_MAX + RISK_BOOK_BYTES_MAX;
  expect(state + RISK_TERMS_BYTES_MAX + REST_BYTES_MAX).toBeLessThan(INPUT_BYTES_MAX);
});
