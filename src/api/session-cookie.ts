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

/** Never readable for scripts, never sent along from another site; elsewhere than on this machine only over TLS. */
function attributesFor(hostname: string): string {
  const isHere = isLoopback(hostname.replaceAll(/[[\]]/g, ''));
  return `Path=/; HttpOnly; SameSite=Strict${isHere ? '' : '; Secure'}`;
}

/** @param hostname what the browser calls us, without a port */
export function sessionCookie(secret: string, port: number, hostname: string): string {
  return `${nameOf(port)}=${secret}; ${attributesFor(hostname)}; Max-Age=${SESSION_MAX_MS / 1_000}`;
}

export function endedSessionCookie(port: number, hostname: string): string {
  return `${nameOf(port)}=; ${attributesFor(hostname)}; Max-Age=0`;
}
