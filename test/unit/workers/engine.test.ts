import type { NativeConnection } from '@temporalio/worker';
import { DefaultLogger } from '@temporalio/worker';
import { loadConfig } from '../../../src/config/load-config';
import { openEngine } from '../../../workers/engine';

// Whoever loads ccxt in this file hears of it.
jest.mock('ccxt', () => {
  throw new Error('ccxt was loaded');
});

const TRUSTED_STORE = { isConfirmed: true, confirm: () => Promise.resolve() };

it('a process that asks the venue for nothing loads no exchange library and needs no keys', async () => {
  const config = loadConfig({ env: {}, cwd: process.cwd() });
  const logger = new DefaultLogger('ERROR', () => undefined);
  const engine = openEngine(config, {} as NativeConnection, logger, TRUSTED_STORE, { asksVenue: false });
  await expect(engine.venue.balances()).rejects.toThrow('the trading engine does');
  await engine.close();
});
