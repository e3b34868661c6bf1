import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import { hostOf, regionsWith, VENUE_REGIONS } from '../../../src/venues/definitions';

const REMOTE = ['testnet', 'demo', 'live'] as const;

function load(settings: Readonly<Record<string, unknown>>) {
  const flags = Object.entries(settings).map(([path, value]) => ({ flag: '--test', path, value }));
  return loadConfig({ env: {}, cwd: tmpdir(), flags });
}

test('every host is https, without a path, and belongs to one region', () => {
  const hosts = VENUE_REGIONS.flatMap((region) =>
    REMOTE.flatMap((environment) => hostOf('bybit', environment, region) ?? []),
  );
  expect(hosts.map((host) => new URL(host).origin)).toEqual(hosts);
  expect(hosts.every((host) => host.startsWith('https://'))).toBe(true);
  expect(new Set(hosts).size).toBe(hosts.length);
});

test('the page names every region with its hosts, and says of Europe what it does not offer', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'venue-check.md'), 'utf8');
  const told = [...page.matchAll(/^\| `([a-z]+)`(?: \(default\))? \|(.*)\|$/gm)].map(([, region, cells]) => [
    region,
    ...cells!.split('|').map((cell) => cell.trim()),
  ]);
  const known = VENUE_REGIONS.map((region) => {
    const hosts = (['live', 'testnet', 'demo'] as const).map((environment) => hostOf('bybit', environment, region));
    return [region, ...hosts.map((host) => (host === undefined ? '' : new URL(host).host))];
  });
  expect(told).toEqual([['region', 'live', 'testnet', 'demo'], ...known]);
  expect(known).toContainEqual(['europe', 'api.bybit.eu', '', '']);
  expect(page).toMatch(/`europe` serves keys of API brokers only/);
});

test.each([
  ['live', undefined, 'https://api.bybit.com'],
  ['demo', undefined, 'https://api-demo.bybit.com'],
  ['testnet', 'japan', 'https://api-testnet.manepa.jp'],
  ['live', 'turkey', 'https://api.bybit.tr'],
  ['demo', 'turkey', undefined],
  ['live', 'nowhere', undefined],
  ['live', '__proto__', undefined],
] as const)('%s in the region %p is at %p', (environment, region, host) => {
  expect(hostOf('bybit', environment, region)).toBe(host);
});

test.each([
  ['demo', 'turkey', 'has no demo; allowed: global'],
  ['testnet', 'emirates', 'has no testnet; allowed: global, japan'],
])('%s in the region %s is refused at the start', (environment, region, sentence) => {
  const settings = { 'venues.bybit.environment': environment, 'venues.bybit.region': region };
  expect(() => load({ ...settings, 'temporal.namespace': `oncefill-${environment}` })).toThrow(sentence);
});

test.each(['', 'https://api.example', 'Global', 'eu'])(
  'the region %j is refused with those that there are',
  (region) => {
    expect(() => load({ 'venues.bybit.region': region })).toThrow('allowed: global, bytick, netherlands, turkey');
  },
);

test('demo is configured as any other environment, in a namespace of its own', () => {
  const { venues } = load({ 'venues.bybit.environment': 'demo', 'temporal.namespace': 'oncefill-demo' });
  expect(venues['bybit']?.environment).toBe('demo');
  expect(() => load({ 'venues.bybit.environment': 'demo' })).toThrow('use another namespace, such as oncefill-demo');
  expect(regionsWith('bybit', 'demo')).toEqual(['global']);
});
