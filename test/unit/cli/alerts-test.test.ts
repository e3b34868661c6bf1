import { channelsNamed, renderTrials } from '../../../src/cli/alerts-test';

const CHANNELS = [{ name: 'email' }, { name: 'webhook' }];

test('every channel that is on is tried, or the one that is named', () => {
  expect(channelsNamed(CHANNELS, undefined, 'a.yaml')).toEqual(CHANNELS);
  expect(channelsNamed(CHANNELS, 'email', 'a.yaml')).toEqual([{ name: 'email' }]);
});

test('a channel that is not on is refused with those that are', () => {
  expect(() => channelsNamed(CHANNELS, 'telegram', 'a.yaml')).toThrow(
    'No channel "telegram" is on in a.yaml; on are: email, webhook.',
  );
});

test('where no channel is on, it is said where to switch one on', () => {
  expect(() => channelsNamed([], undefined, 'a.yaml')).toThrow(
    'No alert channel is configured: switch one on in a.yaml',
  );
});

test('each channel has a line with the other side’s own words', () => {
  const trials = [
    { channel: 'email', taken: true, answer: '250 OK' },
    { channel: 'webhook', taken: false, answer: 'Slack answered 404: no_service.' },
  ];
  expect(renderTrials(trials)).toBe('● email: taken: 250 OK\n○ webhook: not taken: Slack answered 404: no_service.');
});
