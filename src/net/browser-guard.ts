import type { IncomingHttpHeaders } from 'node:http';

/*
 * Any web page that the user opens can send requests to this machine: listening on loopback alone is no protection. This is
 * the one rule of all our HTTP servers. It refuses what only a browser on somebody else's behalf sends, and what a page could
 * send without the browser asking us first.
 */

/** What is known of a request before a byte of its body is read. */
export interface GuardedRequest {
  readonly method?: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came: of some that come twice `headers` has the first alone. */
  readonly rawHeaders?: readonly string[];
}

export interface GuardRules {
  /** The `host:port` that our clients write into the Host header, in lower case; see `loopbackHosts`. */
  readonly hosts: ReadonlySet<string>;
  /**
   * `json`: a change must come as application/json. `ownPages`: other types, too, if the browser says that the page is ours;
   * for a page that is not ours to change. `any`: whoever changes something shows a secret, which no page has.
   */
  readonly bodies: 'json' | 'ownPages' | 'any';
  /**
   * Whether a browser that does not say where a request comes from (those before 2023) is refused as well. Needed where even
   * reading changes something, as it does where requests are counted.
   */
  readonly silentBrowsers: 'refused' | 'allowed';
  /** Of `hosts`, those that a proxy with TLS stands before: their pages come over https. Absent: none. */
  readonly tlsHosts?: ReadonlySet<string>;
  /**
   * From where a person may follow a link to here, in the browser's words: pages of other ports, or any page. Only for what opens as a
   * page of its own, shows nothing before it asks by itself, and is never in a frame. Absent: from nowhere.
   */
  readonly linksFrom?: readonly ('same-site' | 'cross-site')[];
}

export type GuardRefusal = 'HOST_REFUSED' | 'ORIGIN_REFUSED' | 'MEDIA_TYPE_REFUSED';

/** What each refusal is answered with. */
export const GUARD_REPLIES: Readonly<Record<GuardRefusal, { readonly status: number; readonly message: string }>> = {
  HOST_REFUSED: {
    status: 403,
    message: 'The Host header must be 127.0.0.1, localhost or [::1] with the port of this server.',
  },
  ORIGIN_REFUSED: {
    status: 403,
    message: "Requests from other web pages are refused; type the address into the browser's address bar.",
  },
  MEDIA_TYPE_REFUSED: { status: 415, message: 'The content type must be application/json.' },
};

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
/** Clients leave it out of the Host header. */
const HTTP_PORT = 80;

/** A server that answers with data only: whatever shows it in a browser may neither frame, embed nor run it. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * The hosts that a server of ours goes by. A proxy in front may listen on the port that nobody names.
 *
 * @param allowedHosts names, with or without a port, that it is also known by
 */
export function hostsOf(port: number, allowedHosts: readonly string[]): ReadonlySet<string> {
  return new Set([...loopbackHosts(port), ...namedHosts(port, allowedHosts)]);
}

/** Those of them that were named: what a proxy with TLS may stand before. */
export function namedHosts(port: number, allowedHosts: readonly string[]): ReadonlySet<string> {
  const names = allowedHosts.map((name) => name.toLowerCase());
  return new Set([...names, ...names.map((name) => `${name}:${port}`)]);
}

/** The Host headers of clients on this machine. */
export function loopbackHosts(port: number): ReadonlySet<string> {
  return new Set(
    LOOPBACK_NAMES.flatMap((name) => (port === HTTP_PORT ? [name, `${name}:${port}`] : `${name}:${port}`)),
  );
}

const READING_METHODS = ['GET', 'HEAD', 'OPTIONS'];

interface RefusalRule {
  readonly refusal: GuardRefusal;
  readonly refuses: (request: GuardedRequest, rules: GuardRules) => boolean;
}

/** In the order in which they are asked. */
const REFUSALS: readonly RefusalRule[] = [
  // A page of another name that was made to resolve to this machine (DNS rebinding) still sends its own name.
  { refusal: 'HOST_REFUSED', refuses: ({ headers: { host } }, { hosts }) => !hosts.has(host?.toLowerCase() ?? '') },
  // Whoever stands in front may have gone by the other one of two.
  { refusal: 'HOST_REFUSED', refuses: (request) => comesTwice(request, 'host') },
  { refusal: 'ORIGIN_REFUSED', refuses: (request) => comesTwice(request, 'origin') },
  // `null` is the origin of a sandboxed frame, which can be anybody's; https and other ports are other programs.
  {
    refusal: 'ORIGIN_REFUSED',
    refuses: ({ headers: { origin } }, rules) => origin !== undefined && !isOwnOrigin(origin, rules),
  },
  // With plain GET requests (an image, a link) browsers send no Origin, but say where they come from.
  {
    refusal: 'ORIGIN_REFUSED',
    refuses: (request, rules) => {
      const { 'sec-fetch-site': site } = request.headers;
      return site !== undefined && site !== 'same-origin' && site !== 'none' && !isFollowedLink(request, rules);
    },
  },
  // Browsers that do not say that may still name the page. What is no address is a program's (brokers are named there).
  {
    refusal: 'ORIGIN_REFUSED',
    refuses: (request, rules) => {
      const { referer } = request.headers;
      if (referer === undefined || !URL.canParse(referer) || isFollowedLink(request, rules)) return false;
      return !isOwnOrigin(new URL(referer).origin, rules);
    },
  },
  {
    refusal: 'ORIGIN_REFUSED',
    refuses: (request, { silentBrowsers }) => silentBrowsers === 'refused' && isSilentBrowser(request),
  },
  { refusal: 'MEDIA_TYPE_REFUSED', refuses: isUnaskedChange },
];

/**
 * Why a request is refused. Ask it before anything is counted, read or done.
 *
 * @returns undefined when it may pass
 */
export function guardRequest(request: GuardedRequest, rules: GuardRules): GuardRefusal | undefined {
  return REFUSALS.find(({ refuses }) => refuses(request, rules))?.refusal;
}

function comesTwice({ rawHeaders = [] }: GuardedRequest, name: string): boolean {
  let times = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? '';
    if (header.length === name.length && header.toLowerCase() === name) times += 1;
  }
  return times > 1;
}

type OwnNames = Pick<GuardRules, 'hosts' | 'tlsHosts'>;

function isOwnOrigin(origin: string | undefined, { hosts, tlsHosts }: OwnNames): boolean {
  if (origin === undefined) return false;
  if (origin.startsWith('http://')) return hosts.has(origin.slice('http://'.length));
  return origin.startsWith('https://') && tlsHosts?.has(origin.slice('https://'.length)) === true;
}

/** No page can make the browser say this of what it loads by itself: a person clicked, and a window shows what comes. */
function isFollowedLink({ method, headers }: GuardedRequest, { linksFrom }: GuardRules): boolean {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': to, 'sec-fetch-user': byPerson } = headers;
  const isOpened = method === 'GET' && mode === 'navigate' && to === 'document' && byPerson === '?1';
  return isOpened && linksFrom?.some((from) => from === site) === true;
}

/**
 * Every browser sends the user's languages, and no page can take them out. Programs send none; Node's fetch sends `*`. The
 * User-Agent tells nothing: ccxt sends a browser's.
 */
function isSilentBrowser({ headers }: GuardedRequest): boolean {
  const languages = headers['accept-language'];
  return languages !== undefined && languages !== '*' && headers['sec-fetch-site'] === undefined;
}

/** A change that a page may send without the browser asking us first: with text, a form, or no type at all. */
function isUnaskedChange({ method = 'GET', headers }: GuardedRequest, { bodies, ...names }: GuardRules): boolean {
  if (READING_METHODS.includes(method) || bodies === 'any') return false;
  if (mediaType(headers['content-type']) === 'application/json') return false;
  const isOwnPage = headers['sec-fetch-site'] === 'same-origin' || isOwnOrigin(headers.origin, names);
  return bodies === 'json' || !isOwnPage;
}

/** The type alone, in lower case; empty: none was said. */
export function mediaType(contentType = ''): string {
  const [type = ''] = contentType.split(';', 1);
  return type.trim().toLowerCase();
}
