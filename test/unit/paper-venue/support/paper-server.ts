import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PaperVenueOptions } from '../../../../src/paper-venue/options';
import { type PaperVenue, startPaperVenue } from '../../../../src/paper-venue/paper-venue';

export const API_KEY = 'test-key';
export const API_SECRET = 'test-secret';

/** Limits that no test reaches by accident. */
const WIDE = { limit: 1_000_000, windowMs: 60_000, weight: 1 };

/** A small market of BTCUSDT and ETHUSDT; `candlesDir: undefined` gives the simulator, which takes longer to start. */
export const SAMPLES = resolve(__dirname, '../../../../src/paper-venue/test_data');

export function testOptions(stateDir: string, changes: Partial<PaperVenueOptions> = {}): PaperVenueOptions {
  return {
    port: 0,
    stateDir,
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    symbols: ['BTCUSDT', 'ETHUSDT'],
    settleAsset: 'USDT',
    leverage: 10,
    limits: { global: WIDE, endpoints: {} },
    seed: 7,
    candlesDir: SAMPLES,
    balance: '100000',
    spreadFraction: '0.0002',
    takerFee: '0.00055',
    makerFee: '0.0002',
    banMs: 10_000,
    matchIntervalMs: 20,
    ...changes,
  };
}

/** Starts venues in folders of their own and ends all of them with `cleanUp`. */
export class PaperVenues {
  readonly #venues: PaperVenue[] = [];
  readonly #folders: string[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'paper-venue-'));
    this.#folders.push(folder);
    return folder;
  }

  async start(changes: Partial<PaperVenueOptions> = {}): Promise<PaperVenue> {
    const venue = await startPaperVenue(testOptions(changes.stateDir ?? this.folder(), changes));
    this.#venues.push(venue);
    return venue;
  }

  async cleanUp(): Promise<void> {
    await Promise.all(this.#venues.splice(0).map((venue) => venue.close()));
    for (const folder of this.#folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}
