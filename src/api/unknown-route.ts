import type { FastifyInstance } from 'fastify';
import { quoteValue } from '../domain/quote-value';
import { ApiError } from './errors';

/** What other programs call the address that charts send their alerts to. */
const HOOK_PATH = /hook|tradingview|alert/i;
const NO_HOOKS =
  'Webhooks have a port of their own, hooks.port, and are off by default (docs/hooks.md); a program of yours can send signals as JSON with POST /api/signals.';

interface KnownRoute {
  readonly method: string;
  readonly path: RegExp;
}

/** Answers every request that no route is for with 404 and the nearest thing that there is. Called before routes are added. */
export function answerUnknownRoutes(server: FastifyInstance): void {
  const known: KnownRoute[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replaceAll(/:[^/]+/g, '[^/]+')}$`);
    for (const name of [method].flat()) if (name !== 'HEAD') known.push({ method: name, path });
  });
  server.setNotFoundHandler(({ method, url }) => {
    throw new ApiError('NOT_FOUND', describeUnknown(method, url.split('?', 1)[0] ?? '', known));
  });
}

function describeUnknown(method: string, path: string, known: readonly KnownRoute[]): string {
  const shown = quoteValue(path);
  const methods = methodsOf(path, known);
  if (methods.length > 0) return `${method} does nothing at ${shown}; use ${methods.join(' or ')}.`;
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed !== path && methodsOf(trimmed, known).length > 0) {
    return `There is nothing at ${shown}; leave out the slash at its end: ${quoteValue(trimmed)}.`;
  }
  if (HOOK_PATH.test(path)) return NO_HOOKS;
  return `There is nothing at ${shown}; signals are sent with POST /api/signals and read with GET /api/signals/FINGERPRINT.`;
}

function methodsOf(path: string, known: readonly KnownRoute[]): readonly string[] {
  return known.filter((route) => route.path.test(path)).map(({ method }) => method);
}
