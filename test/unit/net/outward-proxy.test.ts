import { OUTWARD_PROXY_VARIABLES, outwardProxyOf, ProxyError } from '../../../src/net/outward-proxy';

const VENUE = 'https://api.bybit.com';

test.each(['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])('%s names the proxy', (variable) => {
  const proxy = outwardProxyOf(VENUE, { [variable]: 'http://proxy.corp:3128' });
  expect(proxy).toEqual({ variable, origin: 'http://proxy.corp:3128' });
});

test('the variable for this kind of address wins, and one that is empty is none', () => {
  const env = { https_proxy: ' ', HTTPS_PROXY: 'http://one:1', all_proxy: 'socks5://two:2' };
  expect(outwardProxyOf(VENUE, env)?.variable).toBe('HTTPS_PROXY');
});

test.each(['http_proxy', 'HTTP_PROXY', 'grpc_proxy', 'npm_config_proxy', 'npm_config_https_proxy'])(
  '%s names none for a venue',
  (variable) => expect(outwardProxyOf(VENUE, { [variable]: 'http://proxy:3128' })).toBeUndefined(),
);

test.each([
  ['http://proxy:3128', 'http://proxy:3128'],
  ['http://proxy:3128/', 'http://proxy:3128'],
  ['proxy.corp:3128', 'http://proxy.corp:3128'],
  ['proxy', 'http://proxy'],
  ['https://proxy:3129', 'https://proxy:3129'],
  ['HTTP://PROXY:3128', 'http://proxy:3128'],
  ['http://[fd00::1]:3128', 'http://[fd00::1]:3128'],
  ['127.0.0.1:7890', 'http://127.0.0.1:7890'],
])('%s is the proxy %s', (value, origin) => {
  expect(outwardProxyOf(VENUE, { HTTPS_PROXY: value })?.origin).toBe(origin);
});

test.each([
  ['http://anna:pa%40ss@proxy:3128', 'anna:pa@ss'],
  ['anna:secret@proxy:3128', 'anna:secret'],
  ['http://token@proxy:3128', 'token:'],
  ['http://:secret@proxy:3128', ':secret'],
])('who comes in as %s is told to the proxy, and not shown', (value, credentials) => {
  const proxy = outwardProxyOf(VENUE, { HTTPS_PROXY: value });
  expect(proxy?.origin).toBe('http://proxy:3128');
  expect(proxy?.authorization).toBe(`Basic ${Buffer.from(credentials).toString('base64')}`);
});

test.each([
  [
    'socks5://anna:hush-hush@proxy:1080',
    /a proxy of the kind socks5, and the venue is reached through http and https ones only/,
  ],
  ['socks5h://proxy:1080', /of the kind socks5h/],
  ['ftp://proxy', /of the kind ftp/],
  ['http://', /no proxy that can be understood/],
  ['http://anna:hush-hush@proxy:99999', /no proxy that can be understood/],
  ['://', /no proxy that can be understood/],
  ['not a proxy', /no proxy that can be understood/],
  ['http://anna:hush-%zz-hush@proxy:1', /write it as %25/],
])('%s is refused in one sentence without what it holds', (value, words) => {
  const ask = (): unknown => outwardProxyOf(VENUE, { HTTPS_PROXY: value });
  expect(ask).toThrow(ProxyError);
  expect(ask).toThrow(words);
  expect(ask).toThrow(/^HTTPS_PROXY names .*\.$/);
  expect(ask).not.toThrow(/hush|anna/);
});

describe('no proxy', () => {
  const env = { HTTPS_PROXY: 'http://proxy:3128' };

  test.each([
    'localhost',
    'LOCALHOST',
    'venue.localhost',
    'localhost.',
    '127.0.0.1',
    '127.3.2.1',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
  ])('stands between us and this machine, here called %s', (host) => {
    expect(outwardProxyOf(`https://${host}:8443`, env)).toBeUndefined();
    expect(outwardProxyOf(`https://${host}`, { HTTPS_PROXY: 'nonsense value' })).toBeUndefined();
  });

  test.each(['127.example.com', 'localhost.example.com', '10.0.0.1', '[fd00::1]'])('but %s is another one', (host) => {
    expect(outwardProxyOf(`https://${host}`, env)).toBeDefined();
  });

  test.each([
    '*',
    'api.bybit.com',
    'API.Bybit.com',
    'bybit.com',
    '.bybit.com',
    '*.bybit.com',
    'localhost, bybit.com',
    'localhost bybit.com',
    'api.bybit.com:443',
  ])('stands before the venue where NO_PROXY is %s', (exceptions) => {
    expect(outwardProxyOf(VENUE, { ...env, NO_PROXY: exceptions })).toBeUndefined();
    expect(outwardProxyOf(VENUE, { ...env, no_proxy: exceptions })).toBeUndefined();
  });

  test.each(['', ' , ', 'it.com', 'bit.com', 'com.', 'api.bybit.com:8443', 'localhost,127.0.0.1', '.', '10.0.0.0/8'])(
    'is left out where NO_PROXY is "%s"',
    (exceptions) => expect(outwardProxyOf(VENUE, { ...env, NO_PROXY: exceptions })).toBeDefined(),
  );
});

test('the variables that decide are listed, so that processes may be given them', () => {
  expect([...OUTWARD_PROXY_VARIABLES].sort()).toEqual(
    ['ALL_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'all_proxy', 'https_proxy', 'no_proxy'].sort(),
  );
});
