import fc from 'fast-check';
import { credentialVariables, isCredentialVariable } from '../../../src/venues/credential-variables';

/** As the configuration allows them. */
const venueName = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);

describe('credentialVariables', () => {
  it.each([
    ['bybit', 'BYBIT_API_KEY', 'BYBIT_API_SECRET'],
    ['bybit-eu', 'BYBIT_EU_API_KEY', 'BYBIT_EU_API_SECRET'],
    ['main2', 'MAIN2_API_KEY', 'MAIN2_API_SECRET'],
  ])('a venue named %s reads %s and %s', (name, apiKey, apiSecret) => {
    expect(credentialVariables(name)).toEqual({ apiKey, apiSecret });
  });

  it('gives names that every shell can export', () => {
    fc.assert(
      fc.property(venueName, (name) =>
        Object.values(credentialVariables(name)).every((v) => /^[A-Z][A-Z0-9_]*$/.test(v)),
      ),
    );
  });

  it('gives names that are known to hold a secret, whatever the venue is called', () => {
    fc.assert(fc.property(venueName, (name) => Object.values(credentialVariables(name)).every(isCredentialVariable)));
  });
});
