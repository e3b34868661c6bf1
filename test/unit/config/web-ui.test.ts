import { hasWebUi } from '../../../src/config/web-ui';
import { loadConfig } from '../../../src/config/load-config';

const { temporal } = loadConfig({ env: {}, cwd: process.cwd() });

test.each([
  ['auto', 'paper', true],
  ['auto', 'testnet', false],
  ['auto', 'live', false],
  ['auto', undefined, false],
  ['on', 'live', true],
  ['off', 'paper', false],
] as const)('set to %s, in %s there is a Web UI: %s', (webUi, environment, expected) => {
  expect(hasWebUi({ temporal: { ...temporal, webUi } }, environment)).toBe(expected);
});
