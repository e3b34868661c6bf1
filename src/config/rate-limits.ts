import type { RateLimits } from '../domain/limiter/types';
import type { Config, VenueConfig } from './schema';

/** A venue's limits as the limiter takes them. */
export function rateLimitsOf(
  { rateLimits }: Pick<Config, 'rateLimits'>,
  { limits }: Pick<VenueConfig, 'limits'>,
): RateLimits {
  const endpoints = Object.entries(limits.endpoints).flatMap(([name, limit]) =>
    limit ? [[name, limit] as const] : [],
  );
  return { ...rateLimits, global: limits.global, endpoints: Object.fromEntries(endpoints) };
}
