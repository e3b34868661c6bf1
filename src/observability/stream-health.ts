import type { StreamHeartbeat } from '../messages/component';

/**
 * What follows a part's line about its venue's private stream. The stream saves requests and settles nothing: without it
 * nothing is unwell.
 *
 * @param stream absent: the part has none, and nothing is said
 */
export function describeStream(stream: StreamHeartbeat | undefined): string {
  return describe(stream, 'stream');
}

/** The same of its public stream of candles; one that nobody has needed yet is not worth a word. */
export function describeCandleStream(stream: StreamHeartbeat | undefined): string {
  return stream?.state === 'off' ? '' : describe(stream, 'candle stream');
}

function describe(stream: StreamHeartbeat | undefined, name: string): string {
  if (stream === undefined) return '';
  const { state, forMs, lastMessageAtMs, fault } = stream;
  if (state === 'off_by_configuration') return `, ${name} off by configuration`;
  const heard = lastMessageAtMs === undefined ? '' : `, heard ${sinceText(lastMessageAtMs)} s ago`;
  const why = fault === undefined ? '' : ` because ${fault}`;
  const isLive = state === 'live';
  return `, ${name} ${isLive ? 'live' : `not live (${state})`} for ${Math.round(forMs / 1000)} s${isLive ? heard : why}`;
}

function sinceText(atMs: number): string {
  return String(Math.max(0, Math.round((Date.now() - atMs) / 1000)));
}
