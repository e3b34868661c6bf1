import { BYBIT_REGIONS } from '../../../../src/venues/bybit/urls';
import { privateStreamUrl, publicStreamUrl } from '../../../../src/venues/bybit/stream/hosts';

/** Of these the venue documents no stream. */
const WITHOUT = [
  'https://api.bytick.com',
  'https://api.bybit.nl',
  'https://api.bybit.ae',
  'https://api.bybit.eu',
  'https://api-testnet.manepa.jp',
];

const HOSTS = Object.values(BYBIT_REGIONS).flatMap((hosts) => Object.entries(hosts));

test.each(HOSTS)('the stream of the %s host %s is of the same owner, and encrypted', (environment, host) => {
  const url = privateStreamUrl(host, environment as 'live');
  if (WITHOUT.includes(host)) {
    expect(url).toBeUndefined();
    return;
  }
  const { protocol, hostname, pathname } = new URL(url!);
  expect([protocol, pathname]).toEqual(['wss:', '/v5/private']);
  expect(hostname).toBe(new URL(host).hostname.replace(/^api/, 'stream'));
});

test.each([
  'https://evil.example',
  'https://api.bybit.com.evil.example',
  'http://127.0.0.1:8787',
  'https://constructor',
])('keys of a real account are not sent to %s', (host) => {
  expect(privateStreamUrl(host, 'live')).toBeUndefined();
});

test('the paper venue has it on its own port, and nowhere else', () => {
  expect(privateStreamUrl('http://127.0.0.1:8787', 'paper')).toBe('ws://127.0.0.1:8787/v5/private');
  expect(privateStreamUrl('http://evil.example:8787', 'paper')).toBeUndefined();
});

test.each(HOSTS)(
  'the public stream of the %s host %s is its own, and of the demo the real one',
  (environment, host) => {
    const own = privateStreamUrl(host, environment as 'live');
    const shown = publicStreamUrl(host, environment as 'live');
    expect(shown).toBe(own?.replace('stream-demo', 'stream').replace('/v5/private', '/v5/public/linear'));
  },
);
