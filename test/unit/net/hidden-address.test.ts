import { createServer } from 'node:net';
import { once } from 'node:events';
import { pickHiddenAddress } from '../../../src/net/hidden-address';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('it is another loopback address each time, and can be listened on', async () => {
  const [first, second] = [await pickHiddenAddress(), await pickHiddenAddress()];
  expect(first?.host).toMatch(/^127\.\d+\.\d+\.\d+$/);
  expect(first?.host).not.toBe('127.0.0.1');
  expect(first).not.toEqual(second);
  const server = createServer().listen(first);
  await once(server, 'listening');
  server.close();
});
