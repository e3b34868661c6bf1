import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { quoteValue } from '../domain/quote-value';
import { type Asset, type Assets, PAGE_FILE } from '../page/assets';
import { ApiError } from './errors';
import { PAGE_FILE_PATH, PAGE_PATH } from './open-routes';

/** Nothing that is not served here, nothing inline, nothing in a frame, and no text that becomes code. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  // A page that has opened this one by a link has no hold of its window.
  'cross-origin-opener-policy': 'same-origin',
};

/** `GET /` and `GET /page/:name`: the page and its files. They hold no data and need no token. */
export function addPageRoutes(server: FastifyInstance, assets: Assets): void {
  server.get(PAGE_PATH, (request, reply) => send(request, reply, assets.get(PAGE_FILE)));
  server.get(PAGE_FILE_PATH, (request, reply) => {
    const { name } = request.params as { readonly name: string };
    return send(request, reply, assets.get(name), name);
  });
}

function send(request: FastifyRequest, reply: FastifyReply, asset: Asset | undefined, name = PAGE_FILE): FastifyReply {
  if (!asset) throw new ApiError('NOT_FOUND', `The page has no file ${quoteValue(name)}.`);
  const { body, type, etag } = asset;
  void reply.headers(PAGE_HEADERS).header('etag', etag);
  if (namesTag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type(type).send(body);
}

/** Whether what the browser has is what there is; a cache on the way may have marked the tag as weak. */
function namesTag(header: string | undefined, etag: string): boolean {
  return header?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) === true;
}
