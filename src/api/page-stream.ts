import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BEAT_INTERVAL_MS, VIEWERS_MAX, type PageHello } from '../page/feed';
import { helloFrame } from '../page/frames';
import type { PagePoller } from '../page/poller';
import { ApiError } from './errors';
import { OPENING_AFTER_SECONDS, ViewerShares } from './viewer-share';
import { callerOf, type Caller, type TokenGuard } from './token-guard';

/** What one viewer has not read yet, bytes; of more, it does not read. A whole page is some hundred kilobytes. */
export const VIEWER_BYTES_MAX = 2 * 1_048_576;

export interface PageStreamOptions {
  readonly poller: Pick<PagePoller, 'watch' | 'viewerCount'>;
  readonly guard: Pick<TokenGuard, 'isStillGood'>;
  /** What a viewer is told first. */
  readonly hello: (caller: Caller, request: FastifyRequest) => PageHello;
  readonly viewersMax?: number;
  /** Milliseconds. */
  readonly recheckMs?: number;
}

/**
 * `GET /api/page/stream`: server-sent events for the page (src/page/feed.ts). A stream ends when its viewer leaves or does not read,
 * when what he was let in with is not good any more, and before the server closes, which would wait for it.
 */
export function addPageStream(server: FastifyInstance, options: PageStreamOptions): void {
  const { poller, viewersMax = VIEWERS_MAX } = options;
  const open = new Set<() => void>();
  const shares = new ViewerShares();
  server.addHook('preClose', (done) => {
    for (const end of open) end();
    done();
  });
  // Of a stream there is no head alone.
  server.get('/api/page/stream', { exposeHeadRoute: false }, (request, reply) => {
    const caller = callerOf(request);
    if (!caller) throw new ApiError('UNAUTHENTICATED');
    const refusal = shares.refusalFor(caller.who);
    if (refusal) {
      void reply.header('retry-after', OPENING_AFTER_SECONDS);
      throw new ApiError(refusal);
    }
    if (poller.viewerCount >= viewersMax) throw new ApiError('TOO_MANY_VIEWERS');
    stream(request, reply, { ...options, caller, open, shares });
  });
}

interface StreamParts extends PageStreamOptions {
  readonly caller: Caller;
  readonly shares: ViewerShares;
  /** How to end each stream that goes on. */
  readonly open: Set<() => void>;
}

/** Past Fastify: its deadline for handlers would cut what is meant to go on. */
function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  { poller, guard, hello, caller, shares, open, recheckMs = BEAT_INTERVAL_MS }: StreamParts,
): void {
  const { raw } = reply.hijack();
  const send = (frame: string): void => {
    if (raw.destroyed || raw.writableEnded) return;
    raw.write(frame);
    if (raw.writableLength > VIEWER_BYTES_MAX) raw.destroy();
  };
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  send(helloFrame(hello(caller, request)));
  const leave = poller.watch(send);
  const giveBack = shares.enter(caller.who);
  const end = (): void => void raw.end();
  const recheck = setInterval(() => {
    if (!guard.isStillGood(request)) end();
  }, recheckMs);
  open.add(end);
  raw.once('close', () => {
    clearInterval(recheck);
    open.delete(end);
    leave();
    giveBack();
  });
}
