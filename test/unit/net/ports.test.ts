import { createServer, type AddressInfo, type Server } from 'node:net';
import {
  assertPortFree,
  assertPortsFree,
  isPortListening,
  ListenHostError,
  type PortInUseError,
} from '../../../src/net/ports';

let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

afterEach(() => {
  if (server.listening) server.close();
});

async function failureOf(attempt: Promise<void>): Promise<PortInUseError> {
  return attempt.then(
    () => {
      throw new Error('The port was free.');
    },
    (error: PortInUseError) => error,
  );
}

it('accepts a free port and leaves it free', async () => {
  await new Promise((resolve) => server.close(resolve));
  await assertPortFree(port, { variable: 'API_PORT' });
  await assertPortFree(port, { variable: 'API_PORT' });
  expect(await isPortListening(port)).toBe(false);
});

it('names the port and the variable that changes it', async () => {
  const error = await failureOf(assertPortFree(port, { variable: 'API_PORT' }));
  expect(error).toMatchObject({ name: 'PortInUseError', code: 'PORT_IN_USE', port, variable: 'API_PORT' });
  expect(error.message).toContain('set API_PORT to a free port');
  expect(await isPortListening(port)).toBe(true);
});

it('names every port that is taken at once', async () => {
  const uses = ['API_PORT', 'HOOKS_PORT'].map((variable) => ({ variable, port }));
  const error = await failureOf(assertPortsFree(uses));
  expect(error.message).toMatch(new RegExp(`Ports are in use: ${port} by .*API_PORT.*${port} by .*HOOKS_PORT`));
});

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('names the process that holds it', async () => {
  const { holder } = await failureOf(assertPortFree(port, { variable: 'API_PORT' }));
  expect(holder?.pid).toBe(process.pid);
});

it.each(['203.0.113.7', 'nowhere.invalid'])('says of %p that this machine does not listen there', async (host) => {
  await new Promise((resolve) => server.close(resolve));
  const attempt = assertPortFree(port, { variable: 'API_PORT', host });
  await expect(attempt).rejects.toThrow(ListenHostError);
  await expect(attempt).rejects.toThrow(`api.host is "${host}", which`);
});
