import type { NativeConnectionOptions } from '@temporalio/worker';

/**
 * Whether these settings show a server who we are, in a way that nobody on the way can copy: by a client certificate, or by a
 * key (or an `authorization` header) that travels inside TLS. TLS alone shows us who the server is, and not it who we are:
 * it may trust everybody. Settings for a certificate without its key, or a key with TLS switched off, show nothing.
 */
export function showsWhoWeAre({ tls, apiKey, metadata = {} }: NativeConnectionOptions): boolean {
  if (!tls) return false;
  if (tls !== true && tls.clientCertPair) return true;
  const names = Object.keys(metadata).map((name) => name.toLowerCase());
  return (apiKey !== undefined && apiKey !== '') || names.includes('authorization');
}
