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

  test.each(['http_proxy', 'HTTPS_PROXY', 'all_proxy', 'grpc_proxy'])(
    'holds the password in %s, as it is written, as it is meant and as it travels',
    (name) => {
      const found = secretValues({ [name]: 'http://anna:pass%40word@proxy.corp:3128' });
      expect(found).toEqual(expect.arrayContaining(['pass%40word', 'pass@word', 'YW5uYTpwYXNzQHdvcmQ=']));
      expect(secretValues({ [name]: 'anna:hush-hush@proxy:3128' })).toContain('hush-hush');
      expect(secretValues({ [name]: 'http://anna:pa%zz@word@proxy:3128' })).toContain('pa%zz@word');
      expect(secretValues({ [name]: 'http://proxy.corp:3128' })).toEqual([]);
    },
  );

  test('holds each secret of a source of alerts', () => {
    const secrets = ['new-secret-of-a-source', 'old-secret-of-a-source'];
    expect(secretValues({ HOOK_MY_BOT_SECRETS: secrets.join(' '), HOOK_MY_BOT_SECRETS_FILE: '/run/secret' })).toEqual([
      secrets.join(' '),
      ...secrets,
    ]);
  });

  test('holds each key that seals histories, and not its id', () => {
    const keys = ['0123456789abcdef'.repeat(4), 'A'.repeat(43)];
    const list = `first:${keys[0]},second-key:${keys[1]}=`;
    expect(secretValues({ ONCEFILL_HISTORY_KEYS: list })).toEqual([list, ...keys]);
  });
});
