import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { redactDeep, redactError } from '../src/secrets/known-secrets';

/**
 * The last step before the history: what an activity answers, and how it fails, holds no secret that this process knows.
 * Whoever reads histories later (the API, the supervisor, a person) may not know them, and could not take them out.
 */
export const withoutSecrets: ActivityInterceptorsFactory = () => ({
  inbound: {
    async execute(input, next) {
      try {
        return redactDeep(await next(input));
      } catch (error) {
        redactError(error);
        throw error;
      }
    },
  },
});
