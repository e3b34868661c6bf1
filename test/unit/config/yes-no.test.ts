import { loadConfig } from '../../../src/config/load-config';
import { checkYesNo, readYesNo, YES_NO_VARIABLES } from '../../../src/config/yes-no';
import { externalTarget } from '../../../src/temporal/connection';

describe.each(YES_NO_VARIABLES)('%s', (name) => {
  test.each(['on', 'yes', 'true', '1', 'ON', ' True '])('says yes with "%s"', (value) => {
    expect(readYesNo(name, { [name]: value })).toBe(true);
  });

  test.each(['off', 'no', 'false', '0', 'OFF', 'No'])('says no with "%s"', (value) => {
    expect(readYesNo(name, { [name]: value })).toBe(false);
  });

  test.each([undefined, '', ' '])('says nothing with %p', (value) => {
    expect(readYesNo(name, { [name]: value })).toBeUndefined();
  });

  test.each(['maybe', '2', 'on off', 'x'.repeat(1_000)])('is refused by name with "%s"', (value) => {
    const env = { [name]: value };
    expect(() => checkYesNo(env)).toThrow(new RegExp(`${name}.*set it to on or off`));
    expect(() => loadConfig({ env, cwd: '/tmp' })).toThrow(name);
  });
});

test.each([
  ['TRUE', true],
  ['on', true],
  ['off', false],
])('TEMPORAL_TLS=%s means for the connection what it says', (value, isOn) => {
  const target = externalTarget({
    namespace: 'oncefill-paper',
    env: { TEMPORAL_ADDRESS: 'host:1', TEMPORAL_TLS: value },
  });
  expect(Boolean(target?.connectionOptions.tls)).toBe(isOn);
});
