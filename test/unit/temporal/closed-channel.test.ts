import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Connection } from '@temporalio/client';
import { connectServer, localTarget, unansweredError } from '../../../src/temporal/connection';

/** An answer without a field, in gRPC's frame: not packed, no bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5);
const UNAVAILABLE = '14';

let server: Http2Server;
let refused: () => void;
let firstRefusal: Promise<void>;
let connection: Connection;

/** Tells about itself, and has no answer to anything else. */
function answer(stream: ServerHttp2Stream, path: string): void {
  const head = { ':status': 200, 'content-type': 'application/grpc' };
  if (!path.endsWith('/GetSystemInfo')) {
    stream.respond({ ...head, 'grpc-status': UNAVAILABLE }, { endStream: true });
    return refused();
  }
  stream.respond(head, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(EMPTY_MESSAGE);
}

beforeEach(async () => {
  firstRefusal = new Promise((resolve) => (refused = resolve));
  server = createServer().on('stream', (stream, headers) => answer(stream, headers[':path'] ?? ''));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  connection = await connectServer(localTarget(`127.0.0.1:${port}`, 'here'));
});

afterEach(async () => {
  await connection.close();
  await new Promise((resolve) => server.close(resolve));
});

test('a call that is repeated when its connection is closed ends as given up', async () => {
  const asked = connection.workflowService.describeNamespace({ namespace: 'here' });
  const ended = expect(asked).rejects.toMatchObject({ code: 1 });
  await firstRefusal;
  // Its answer arrives, and the repetition waits.
  await new Promise((resolve) => setTimeout(resolve, 30));
  await connection.close();
  await ended;
});

test('an answer that does not come is told in one sentence that names the server', () => {
  const target = localTarget('127.0.0.1:7', 'here');
  const late = Object.assign(
    new Error('4 DEADLINE_EXCEEDED: Deadline exceeded after 2.979s,LB pick: 0.000s,remote_addr=127.0.0.1:7'),
    {
      code: 4,
      details: '',
      metadata: {},
    },
  );
  expect(unansweredError(target, late)).toMatchObject({
    name: 'ServerUnavailableError',
    message: expect.stringContaining('127.0.0.1:7 was reached and does not answer (no answer within 3.0 s): it hangs'),
  });
  expect(unansweredError(target, new Error('one of ours', { cause: late }))).toBeUndefined();
});
