import { LEDGER_STATE_BYTES_MAX } from '../../../src/domain/ledger/state';
import { LIMITER_STATE_BYTES_MAX } from '../../../src/domain/limiter/state';

/** Temporal refuses an input that is larger in all. */
const INPUT_BYTES_MAX = 2 * 1024 * 1024;
/** The settings and what JSON needs around the parts. */
const REST_BYTES_MAX = 16 * 1024;

test("what a venue's account carries over into its next run fits Temporal's limit", () => {
  expect(LEDGER_STATE_BYTES_MAX + LIMITER_STATE_BYTES_MAX + REST_BYTES_MAX).toBeLessThan(INPUT_BYTES_MAX);
});
