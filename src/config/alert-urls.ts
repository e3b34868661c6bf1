import { isThisMachine } from '../net/this-machine';

const URL_CHARACTERS_MAX = 2_048;

/**
 * What is wrong with an address that alerts are sent to, as words after the name of what holds it. What is sent there, and the
 * address itself, is for nobody else: only this machine is reached without TLS.
 */
export function faultOfOutwardUrl(text: string): string | undefined {
  if (text.length > URL_CHARACTERS_MAX) return `has more than ${URL_CHARACTERS_MAX} characters; copy it again`;
  if (!URL.canParse(text) || /[^\x21-\x7e]/.test(text)) {
    return 'is no address that begins with https://; copy it again';
  }
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return 'names a user or a password before @; use an address without';
  if (protocol === 'https:') return undefined;
  if (protocol !== 'http:') return `begins with ${protocol.slice(0, 16)}; use one that begins with https://`;
  return isThisMachine(hostname) ? undefined : 'begins with http://, which anybody on the way can read; use https://';
}
