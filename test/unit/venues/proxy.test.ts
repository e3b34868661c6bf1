import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../../../harness/child-environment';
import { findFreePort } from '../../../harness/free-ports';
import { ConnectProxy } from '../../support/connect-proxy';
import { runSource } from '../../support/run-source';

const TLS = join(__dirname, '../../support/tls');
const CERTIFICATE = join(TLS, 'certificate.pem');

let venue: Server;
let proxy: ConnectProxy;
let venuePort: number;
let heard: (string | undefined)[];

beforeEach(async () => {
  heard = [];
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(join(TLS, name)));
  venue = createServer({ key, cert }, ({ url, headers }, response) => {
    heard.push(url, headers['proxy-authorization'] as string | undefined);
    response.end('{}');
  });
  await new Promise<void>((resolve) => venue.listen(0, '127.0.0.1', resolve));
  venuePort = (venue.address() as AddressInfo).port;
  proxy = await ConnectProxy.start(venuePort);
});

afterEach(async () => {
  await proxy.stop();
  venue.closeAllConnections();
  venue.close();
});

/** In a process of its own, whose environment names the proxy and vouches for the venue's certificate. */
async function ask(urls: readonly string[], address = `http://127.0.0.1:${proxy.port}`): Promise<unknown> {
  const words = runSource(join(__dirname, 'fixtures/ask-through-proxy.ts'), ...urls);
  const env = childEnvironment({ HTTPS_PROXY: address, NODE_EXTRA_CA_CERTS: CERTIFICATE });
  const { stdout } = await promisify(execFile)(process.execPath, [...words], { env });
  return JSON.parse(stdout);
}

test('requests reach the venue through a tunnel, and the password reaches the proxy alone', async () => {
  const address = `http://anna:pass%20word@127.0.0.1:${proxy.port}`;
  const outcomes = await ask([`https://localhost:${venuePort}/one`, `https://localhost:${venuePort}/two`], address);
  expect(outcomes).toEqual([
    { httpStatus: 200, left: true },
    { httpStatus: 200, left: true },
  ]);
  expect(heard).toEqual(['/one', undefined, '/two', undefined]);
  const authorization = `Basic ${Buffer.from('anna:pass word').toString('base64')}`;
  expect(proxy.asked[0]).toEqual({ target: `localhost:${venuePort}`, authorization });
});

test('whoever answers for a venue of another name through the proxy is not trusted', async () => {
  expect(await ask(['https://venue.example/one'])).toEqual([
    { transportError: 'ERR_TLS_CERT_ALTNAME_INVALID', left: false },
  ]);
  expect(proxy.asked.map(({ target }) => target)).toEqual(['venue.example:443']);
  expect(heard).toEqual([]);
});

test.each([407, 403, 502])('a proxy that answers %i lets nothing leave', async (status) => {
  proxy.status = status;
  expect(await ask([`https://localhost:${venuePort}/one`])).toEqual([
    { transportError: 'UND_ERR_ABORTED', left: false },
  ]);
  expect(heard).toEqual([]);
});

test('a proxy that does not answer, or is not there, lets nothing leave either', async () => {
  proxy.status = undefined;
  const url = `https://localhost:${venuePort}/one`;
  expect(await ask([url])).toEqual([{ transportError: 'UND_ERR_HEADERS_TIMEOUT', left: false }]);
  expect(await ask([url], `http://127.0.0.1:${await findFreePort()}`)).toEqual([
    { transportError: 'ECONNREFUSED', left: false },
  ]);
});
