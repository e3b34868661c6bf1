import { childEnvironment } from '../../../harness/child-environment';
import { ENVIRONMENT_VARIABLES } from '../../../src/config/environment';
import { credentialVariables } from '../../../src/venues/credential-variables';

const KEYS = [...Object.values(credentialVariables('bybit')), 'TEMPORAL_API_KEY'];
const NAMES = [...ENVIRONMENT_VARIABLES.map(({ name }) => name), ...KEYS, 'ONCEFILL_CONFIG'];

let original: NodeJS.ProcessEnv;

beforeEach(() => {
  original = process.env;
});

afterEach(() => {
  process.env = original;
});

test('a child inherits what it needs to run, and neither settings nor keys', () => {
  process.env = { PATH: '/somewhere', ...Object.fromEntries(NAMES.map((name) => [name, 'from outside'])) };
  expect(childEnvironment()).toEqual({ PATH: '/somewhere', NO_COLOR: '1' });
});

test('a child gets the variables of its own', () => {
  process.env = { PATH: '/somewhere', API_PORT: '1' };
  expect(childEnvironment({ API_PORT: '2' })).toEqual({ PATH: '/somewhere', NO_COLOR: '1', API_PORT: '2' });
});
