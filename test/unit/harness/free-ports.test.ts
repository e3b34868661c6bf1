import { findFreePort, findFreePorts } from '../../../harness/free-ports';
import { assertPortFree } from '../../../src/net/ports';

test('finds as many ports as asked for, all different and all free', async () => {
  const ports = await findFreePorts(5);
  expect(new Set(ports).size).toBe(5);
  for (const port of ports) await assertPortFree(port, { variable: 'PORT' });
});

test('finds one', async () => {
  expect(await findFreePort()).toBeGreaterThan(0);
});
