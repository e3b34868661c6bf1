import type { LimitScope } from './http/request-limits';

type Counts = Record<string, number>;

/** What the venue has seen since it started; what it accepted is in the book, and survives restarts. */
export class TrafficAudit {
  readonly requestsPerEndpoint: Counts = {};
  readonly rejectedByCode: Counts = {};
  readonly limitBreaches: Record<LimitScope, number> = { global: 0, market_data: 0, order: 0, account: 0 };
  readonly faultsInjected: Counts = {};
  /** Orders refused because their client id had been used. */
  duplicatesRefused = 0;
  /** Orders refused because their client id was that of an order that vanished. */
  vanishedRefused = 0;
  ordersRejected = 0;

  countRequest(endpoint: string): void {
    increment(this.requestsPerEndpoint, endpoint);
  }

  countRefusal(code: number | string): void {
    increment(this.rejectedByCode, String(code));
  }

  countLimitBreach(scope: LimitScope): void {
    this.limitBreaches[scope] += 1;
  }

  countFault(faultClass: string): void {
    increment(this.faultsInjected, faultClass);
  }

  get limitBreachesTotal(): number {
    return Object.values(this.limitBreaches).reduce((total, count) => total + count, 0);
  }
}

function increment(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
