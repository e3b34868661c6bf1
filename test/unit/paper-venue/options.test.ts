import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { configSchema } from '../../../src/config/schema';
import { assertSymbols, paperVenueOptions } from '../../../src/paper-venue/options';
import { testOptions } from './support/paper-server';

const DEFAULTS = resolve(__dirname, '../../../config/default.yaml');
const config = configSchema.parse(parse(readFileSync(DEFAULTS, 'utf8')));

test('the default configuration makes a paper venue with the limits of its venue', () => {
  const venue = config.venues[config.venue]!;
  const options = paperVenueOptions(config);
  expect(options).toMatchObject({
    symbols: venue.symbols,
    limits: venue.limits,
    stateDir: join(config.dataDir, 'paper-venue'),
  });
  expect(() => assertSymbols(options)).not.toThrow();
});

test('limits of its own go before those of the venue', () => {
  const limits = { ...config.venues[config.venue]!.limits, global: { limit: 1, windowMs: 1_000, weight: 1 } };
  const paperVenue = { ...config.paperVenue, limits, documentedLimits: false };
  expect(paperVenueOptions({ ...config, paperVenue }).limits).toMatchObject(limits);
});

test('a live venue never gets a paper server', () => {
  const live = { ...config.venues[config.venue]!, environment: 'live' as const };
  expect(() => paperVenueOptions({ ...config, venues: { [config.venue]: live } })).toThrow('environment: live');
});

test('a symbol of another settle asset is refused by name', () => {
  expect(() => assertSymbols(testOptions('unused', { symbols: ['BTCUSDT', 'ETHBTC'] }))).toThrow('ETHBTC');
});
