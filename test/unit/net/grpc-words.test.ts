import { withoutGrpcWords } from '../../../src/net/grpc-words';

test.each([
  [
    '4 DEADLINE_EXCEEDED: Deadline exceeded after 2.979s,LB pick: 0.000s,remote_addr=127.0.0.1:7233',
    'no answer within 3.0 s',
  ],
  [
    'It failed (Deadline exceeded after 10.5s,Waiting for LB pick): ask again.',
    'It failed (no answer within 10.5 s): ask again.',
  ],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded', 'no answer in time'],
  ['14 UNAVAILABLE: No connection established, remote_addr=127.0.0.1:7233', 'No connection established'],
  ['The answer had 4 parts, after 2.5s, of many.', 'The answer had 4 parts, after 2.5s, of many.'],
])('"%s" is said as "%s"', (text, expected) => {
  expect(withoutGrpcWords(text)).toBe(expected);
});
