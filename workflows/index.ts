export { balanceLedger } from './balance-ledger';
export { component } from './component';
export { mlManager } from './ml-manager';
export { rateLimiter } from './rate-limiter';
export { signal } from './signal';
