import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeInventory, type ProductSocket } from '../../../harness/socket-inventory';
import { loadConfig } from '../../../src/config/load-config';
import { packageRoot } from '../../../src/config/package-root';
import { LISTED_SOCKETS, type ListedSocket } from '../../../src/net/sockets';

const CONFIG = loadConfig({ env: {}, cwd: process.cwd() });
const API = LISTED_SOCKETS.filter(({ name }) => name === 'API');
const OWN: ProductSocket = { process: 'api', transport: 'tcp', address: '127.0.0.1', port: 8080 };
const INNER_UI: ProductSocket = { process: 'temporal_server', transport: 'tcp', address: '127.9.8.7', port: 5_555 };

describe('the comparison of sockets with the list', () => {
  test('finds nothing wrong with what is listed', () => {
    expect(takeInventory([OWN], API, CONFIG).problems).toEqual([]);
  });

  test.each<[string, ProductSocket]>([
    ['another port', { ...OWN, port: 8081 }],
    ['another process', { ...OWN, process: 'trading_engine' }],
    ['another protocol', { ...OWN, transport: 'udp' }],
    ['a second one of the same kind', OWN],
    ['a Unix socket', { process: 'api', transport: 'unix', address: '/tmp/s', port: 0 }],
    ["the server's own Web UI where everybody looks", { ...INNER_UI, address: '127.0.0.1' }],
  ])('finds %s', (_name, socket) => {
    expect(takeInventory([OWN, socket], API, CONFIG).problems).toContainEqual(
      expect.stringContaining('not on the list'),
    );
  });

  test.each(['0.0.0.0', '::', '192.168.1.7'])('finds a socket on %s', (address) => {
    expect(takeInventory([{ ...OWN, address }], API, CONFIG).problems).toContainEqual(
      expect.stringContaining('not on loopback'),
    );
  });

  test('finds what is listed and not there', () => {
    expect(takeInventory([], API, CONFIG).problems).toEqual(['1 of "API" on the list are not there.']);
  });
});

test('the page shows the list', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'sockets.md'), 'utf8');
  const [table = ''] = page.split('\n\n').filter((block) => block.startsWith('| socket'));
  const rows = table.split('\n').slice(2);
  const cells = rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(cells).toEqual(LISTED_SOCKETS.map(rowOf));
});

function rowOf({ name, process, protocol, address, port, count, present, guard }: ListedSocket): string[] {
  return [count === 1 ? name : `${name} (${count})`, process, protocol, address, port, present, guard];
}
