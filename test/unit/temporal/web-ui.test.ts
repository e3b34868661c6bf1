import { findFreePort } from '../../../harness/free-ports';
import { prepareWebUi } from '../../../src/temporal/web-ui';

const HIDDEN = { host: '127.9.8.7', port: 5_555 };

test("the server's own Web UI listens at the hidden address, and people use the configured port", async () => {
  const port = await findFreePort();
  const webUi = await prepareWebUi(port, fail, () => Promise.resolve(HIDDEN));
  expect(webUi).toMatchObject({ port, flags: ['--ui-ip', '127.9.8.7', '--ui-port', '5555'] });
});

test('where nothing can be hidden it stays off, and says so', async () => {
  const said: string[] = [];
  const port = await findFreePort();
  const webUi = await prepareWebUi(
    port,
    (line) => said.push(line),
    () => Promise.resolve(undefined),
  );
  expect([webUi.port, webUi.flags]).toEqual([undefined, ['--headless']]);
  expect(said).toHaveLength(1);
});

test('without a port there is none, and nothing is said', async () => {
  const webUi = await prepareWebUi(undefined, fail);
  expect([webUi.port, webUi.flags]).toEqual([undefined, ['--headless']]);
});

function fail(line: string): never {
  throw new Error(`Nothing should be said, but: ${line}`);
}
