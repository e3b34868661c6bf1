import type { CandleStreamHeartbeat, StreamHeartbeat } from '../messages/component';

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
export function describeCandleStream(stream: CandleStreamHeartbeat | undefined): string {
  return stream === undefined || stream.state === 'off' ? '' : describe(stream, 'candle stream') + comparedText(stream);
}

/** How it compares with what requests answered. */
function comparedText({ connections = 0, taken, compared = 0, differed = 0 }: CandleStreamHeartbeat): string {
  const times = connections > 1 ? `, ${connections} connections` : '';
  if (taken === undefined || taken === 0) return times;
  const differences = differed === 0 ? 'no difference' : `${differed} ${differed === 1 ? 'difference' : 'differences'}`;
  return `${times}, ${taken} candles taken, ${compared} compared with requests: ${differences}`;
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
