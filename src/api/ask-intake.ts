import type { FastifyRequest } from 'fastify';
import { IntakeUnavailableError } from '../intake/types';
import { OtherStoreError } from '../temporal/errors';
import { ApiError } from './errors';

const FINGERPRINT = /^[0-9a-f]{16}$/;

/** @throws ApiError INVALID_FINGERPRINT */
export function readFingerprint(request: FastifyRequest): string {
  const { fingerprint } = request.params as { fingerprint: string };
  if (!FINGERPRINT.test(fingerprint)) throw new ApiError('INVALID_FINGERPRINT');
  return fingerprint;
}

/**
 * @param explanation what an unreachable server means for the caller
 * @throws ApiError OTHER_STORE, SERVER_UNAVAILABLE
 */
export async function askIntake<T>(ask: () => Promise<T>, explanation: string): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof OtherStoreError) throw new ApiError('OTHER_STORE');
    if (!(error instanceof IntakeUnavailableError)) throw error;
    throw new ApiError(
      'SERVER_UNAVAILABLE',
      `Nobody answered: the Temporal server cannot be reached, or no engine works for it. ${explanation}`,
    );
  }
}
