import { secretValues } from '../../../src/config/variables';

describe('secretValues', () => {
  test('holds the keys of every venue, whatever its name, and of the Temporal server', () => {
    const env = {
      BYBIT_API_KEY: 'one',
      BYBIT_EU_API_SECRET: 'two',
      TEMPORAL_API_KEY: 'three',
      TEMPORAL_TLS_CLIENT_KEY_DATA: 'four',
      TEMPORAL_GRPC_META_AUTHORIZATION: 'five',
      TEMPORAL_GRPC_META_TENANT: 'acme',
      BYBIT_API_SECRET_FILE: '/run/secret',
      API_PORT: '8080',
      OTHER_API_KEY: '',
    };
    expect(secretValues(env)).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  test('holds each key that seals histories, and not its id', () => {
    const keys = ['0123456789abcdef'.repeat(4), 'A'.repeat(43)];
    const list = `first:${keys[0]},second-key:${keys[1]}=`;
    expect(secretValues({ ONCEFILL_HISTORY_KEYS: list })).toEqual([list, ...keys]);
  });
});
