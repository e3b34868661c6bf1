import { ANY_STORE } from '../src/temporal/store-gate';

/** For whoever has just started the server itself: it holds the store that it holds. */
export const TRUSTED_STORE = ANY_STORE;
