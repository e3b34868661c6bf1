import type { IncomingHttpHeaders } from 'node:http';
import { guardRequest, type GuardRules, loopbackHosts } from '../../../src/net/browser-guard';

const HOST = '127.0.0.1:8080';
const RULES: GuardRules = { hosts: loopbackHosts(8080), bodies: 'json', silentBrowsers: 'refused' };
const JSON_BODY = { 'content-type': 'application/json' };

function guard(method: string, headers: IncomingHttpHeaders, rules = RULES) {
  return guardRequest({ method, headers: { host: HOST, ...headers } }, rules);
}

describe('programs pass:', () => {
  test.each<[string, string, IncomingHttpHeaders]>([
    ['curl', 'GET', { 'user-agent': 'curl/8.5', accept: '*/*' }],
    ["Node's fetch", 'GET', { 'accept-language': '*', 'sec-fetch-mode': 'cors', 'user-agent': 'node' }],
    ['ccxt, which calls itself Chrome', 'GET', { 'accept-language': '*', 'user-agent': 'Mozilla/5.0 Chrome/62' }],
    ["Python's requests", 'POST', { 'user-agent': 'python-requests/2.32', ...JSON_BODY }],
    ['ccxt, which names its broker', 'POST', { referer: 'CCXT', ...JSON_BODY }],
    ['a change with a character set', 'POST', { 'content-type': 'Application/JSON; charset=utf-8' }],
    ['another loopback name', 'GET', { host: 'LOCALHOST:8080' }],
    ['the loopback name of IPv6', 'GET', { host: '[::1]:8080' }],
  ])('%s', (_name, method, headers) => {
    expect(guard(method, headers)).toBeUndefined();
  });
});

test.each([
  ['host', 'evil.example', 'HOST_REFUSED'],
  ['Host', HOST, 'HOST_REFUSED'],
  ['Origin', 'http://evil.example', 'ORIGIN_REFUSED'],
])('of two headers %s, the second %s, neither counts', (name, value, refusal) => {
  const headers = { host: HOST, origin: `http://${HOST}` };
  const rawHeaders = ['Host', HOST, 'Origin', headers.origin];
  expect(guardRequest({ method: 'GET', headers, rawHeaders }, RULES)).toBeUndefined();
  expect(guardRequest({ method: 'GET', headers, rawHeaders: [...rawHeaders, name, value] }, RULES)).toBe(refusal);
});

describe('a browser passes with', () => {
  test.each<[string, string, IncomingHttpHeaders]>([
    ['what is typed into its address bar', 'GET', { 'accept-language': 'de', 'sec-fetch-site': 'none' }],
    [
      'a page of our own',
      'POST',
      {
        origin: 'http://localhost:8080',
        referer: 'http://localhost:8080/a',
        'sec-fetch-site': 'same-origin',
        ...JSON_BODY,
      },
    ],
  ])('%s', (_name, method, headers) => {
    expect(guard(method, headers)).toBeUndefined();
  });
});

describe('refused is', () => {
  test.each<[string, string, IncomingHttpHeaders, string]>([
    ['a name that was made to point here', 'GET', { host: 'evil.example:8080' }, 'HOST_REFUSED'],
    ['no host', 'GET', { host: undefined }, 'HOST_REFUSED'],
    ['a host without its port', 'GET', { host: '127.0.0.1' }, 'HOST_REFUSED'],
    ['another port of ours', 'GET', { host: '127.0.0.1:8081' }, 'HOST_REFUSED'],
    ['another loopback address', 'GET', { host: '127.0.0.2:8080' }, 'HOST_REFUSED'],
    ['the address of everything', 'GET', { host: '0.0.0.0:8080' }, 'HOST_REFUSED'],
    ["another page's request", 'GET', { origin: 'http://evil.example' }, 'ORIGIN_REFUSED'],
    ["a sandboxed frame's request", 'GET', { origin: 'null' }, 'ORIGIN_REFUSED'],
    ['a page of another port', 'GET', { origin: 'http://127.0.0.1:3000' }, 'ORIGIN_REFUSED'],
    ['a page of our name over TLS', 'GET', { origin: 'https://127.0.0.1:8080' }, 'ORIGIN_REFUSED'],
    ['an origin without its scheme', 'GET', { origin: '127.0.0.1:8080' }, 'ORIGIN_REFUSED'],
    ['an image on another page', 'GET', { 'sec-fetch-site': 'cross-site' }, 'ORIGIN_REFUSED'],
    ['a page of another port, said so', 'GET', { 'sec-fetch-site': 'same-site' }, 'ORIGIN_REFUSED'],
    ['a word that no browser uses yet', 'GET', { 'sec-fetch-site': 'near-site' }, 'ORIGIN_REFUSED'],
    ['an image that an older browser loads', 'GET', { referer: 'http://evil.example/page' }, 'ORIGIN_REFUSED'],
    ['an image on a page over TLS', 'GET', { referer: 'https://127.0.0.1:8080/' }, 'ORIGIN_REFUSED'],
    ['an older browser that says nothing', 'GET', { 'accept-language': 'en-GB,en;q=0.9' }, 'ORIGIN_REFUSED'],
    ['text', 'POST', { 'content-type': 'text/plain' }, 'MEDIA_TYPE_REFUSED'],
    ['a form', 'POST', { 'content-type': 'application/x-www-form-urlencoded' }, 'MEDIA_TYPE_REFUSED'],
    ['a form with files', 'POST', { 'content-type': 'multipart/form-data; boundary=a' }, 'MEDIA_TYPE_REFUSED'],
    ['text that mentions JSON', 'POST', { 'content-type': 'text/plain; application/json' }, 'MEDIA_TYPE_REFUSED'],
    ['a change without a type', 'POST', {}, 'MEDIA_TYPE_REFUSED'],
    ['a change by another method', 'DELETE', {}, 'MEDIA_TYPE_REFUSED'],
    ['a method that nobody knows', 'BREW', {}, 'MEDIA_TYPE_REFUSED'],
  ])('%s', (_name, method, headers, refusal) => {
    expect(guard(method, headers)).toBe(refusal);
  });
});

test('where reading changes nothing, a browser that says nothing may read', () => {
  const rules: GuardRules = { ...RULES, silentBrowsers: 'allowed' };
  expect(guard('GET', { 'accept-language': 'en-GB' }, rules)).toBeUndefined();
});

describe('a page that is not ours to change sends text, and', () => {
  const rules: GuardRules = { ...RULES, bodies: 'ownPages' };
  const text = { 'content-type': 'text/plain;charset=UTF-8' };

  test.each<IncomingHttpHeaders>([{ origin: `http://${HOST}` }, { 'sec-fetch-site': 'same-origin' }])(
    'passes with %p',
    (proof) => expect(guard('POST', { ...text, ...proof }, rules)).toBeUndefined(),
  );

  test.each<IncomingHttpHeaders>([{}, { 'sec-fetch-site': 'none' }])('not with %p', (proof) => {
    expect(guard('POST', { ...text, ...proof }, rules)).toBe('MEDIA_TYPE_REFUSED');
  });
});

test("HTTP's own port is left out of the host by clients", () => {
  expect(guard('GET', { host: 'localhost' }, { ...RULES, hosts: loopbackHosts(80) })).toBeUndefined();
});

describe('a link that a person follows', () => {
  const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' };
  const from = (site: string): IncomingHttpHeaders => ({
    ...link,
    'sec-fetch-site': site,
    referer: 'http://127.0.0.1:3000/',
  });

  test.each<[string, readonly ('same-site' | 'cross-site')[]]>([
    ['same-site', ['same-site']],
    ['cross-site', ['same-site', 'cross-site']],
  ])('opens what may be linked from %s', (site, linksFrom) => {
    expect(guard('GET', from(site), { ...RULES, linksFrom })).toBeUndefined();
    expect(guard('GET', from(site))).toBe('ORIGIN_REFUSED');
  });

  test.each<[string, string, IncomingHttpHeaders]>([
    ['another site, where only other ports of this machine may link', 'GET', from('cross-site')],
    ['a page that opens it by itself', 'GET', { ...from('same-site'), 'sec-fetch-user': undefined }],
    ['a frame', 'GET', { ...from('same-site'), 'sec-fetch-dest': 'iframe' }],
    ['what a page loads', 'GET', { ...from('same-site'), 'sec-fetch-mode': 'no-cors' }],
    ['a form that is sent', 'POST', { ...from('same-site'), ...JSON_BODY }],
    ['an origin', 'GET', { ...from('same-site'), origin: 'http://127.0.0.1:3000' }],
    ['another host', 'GET', { ...from('same-site'), host: 'evil.example:8080' }],
  ])('is none from %s', (_name, method, headers) => {
    expect(guard(method, headers, { ...RULES, linksFrom: ['same-site'] })).toMatch(/_REFUSED$/);
  });
});

test('pages over TLS are our own under the names alone that a proxy stands before', () => {
  const hosts = new Set([...loopbackHosts(8080), 'trading.example']);
  const rules: GuardRules = { ...RULES, hosts, tlsHosts: new Set(['trading.example']) };
  const headers = { host: 'trading.example', 'sec-fetch-site': 'same-origin', ...JSON_BODY };
  expect(guard('POST', { ...headers, origin: 'https://trading.example' }, rules)).toBeUndefined();
  for (const origin of ['https://127.0.0.1:8080', 'https://evil.example', 'https://trading.example.evil.example']) {
    expect(guard('POST', { ...headers, origin }, rules)).toBe('ORIGIN_REFUSED');
  }
});
