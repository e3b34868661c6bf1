import { SESSION_MAX_MS } from '../access/sessions';
import { isLoopback } from '../config/api-access';

/** Cookies are shared by all ports of a host: two installations on one machine must not sign each other out. */
function nameOf(port: number): string {
  return `oncefill_session_${port}`;
}

/**
 * The session that a browser shows.
 *
 * @param cookie the header as it was sent, if it was
 * @returns undefined: none, or more than one: another program on this name has put its own beside ours
 */
export function sessionOf(cookie: string | undefined, port: number): string | undefined {
  if (cookie === undefined) return undefined;
  const start = `${nameOf(port)}=`;
  const values = cookie.split(';').flatMap((pair) => {
    const text = pair.trim();
    return text.startsWith(start) ? [text.slice(start.length)] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

/** What the browser calls us. */
export interface Called {
  /** Without a port. A proxy may have written its own. */
  readonly hostname: string;
  /** Of the page, where the browser says it. */
  readonly origin?: string;
}

/** Never readable for scripts, never sent along from another site; elsewhere than on this machine only over TLS. */
function attributesFor({ hostname, origin = '' }: Called): string {
  const isHere = isLoopback(hostname.replaceAll(/[[\]]/g, '')) && !origin.startsWith('https:');
  return `Path=/; HttpOnly; SameSite=Strict${isHere ? '' : '; Secure'}`;
}

export function sessionCookie(secret: string, port: number, called: Called): string {
  return `${nameOf(port)}=${secret}; ${attributesFor(called)}; Max-Age=${SESSION_MAX_MS / 1_000}`;
}

export function endedSessionCookie(port: number, called: Called): string {
  return `${nameOf(port)}=; ${attributesFor(called)}; Max-Age=0`;
}
