import { pageModule } from '../../support/page-module';

interface State {
  readonly kind: string;
  readonly message?: string;
}
interface Streams {
  Stream: new (options: { url: string; onEvent: () => void; onState: (state: State) => void }) => {
    open(): void;
    pause(): void;
  };
}
const { Stream } = pageModule<Streams>('stream.js');
const { ApiFailure } = pageModule<{
  ApiFailure: new (code: string, message: string, status: number) => { needsToken: boolean };
}>('api.js');

const WORDS = 'Too many requests without a valid token came from this address.';

describe('a viewer is asked for a token', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    [401, 'UNAUTHENTICATED', 'token needed'],
    [429, 'TOO_MANY_ATTEMPTS', 'token needed'],
    [429, 'TOO_MANY_OPENINGS', 'lost'],
    [403, 'ORIGIN_REFUSED', 'lost'],
    [503, 'TOO_MANY_VIEWERS', 'lost'],
  ])('or not, by the answer %d %s of the stream: %s', async (status, code, kind) => {
    const body = JSON.stringify({ code, message: WORDS });
    jest.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(body, { status }));
    const state = await new Promise<State>((onState) => {
      const stream = new Stream({
        url: 'http://127.0.0.1/api/page/stream',
        onEvent: () => undefined,
        onState: (told) => {
          onState(told);
          if (told.kind === 'lost') queueMicrotask(() => stream.pause());
        },
      });
      stream.open();
    });
    expect(state).toEqual({ kind, message: WORDS });
    expect(new ApiFailure(code, WORDS, status).needsToken).toBe(kind === 'token needed');
  });
});
