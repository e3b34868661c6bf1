import type { PageBeat, PageHello } from './feed';

/** After so long a browser whose stream ended asks for another one. */
const RETRY_MS = 2_000;

/** JSON has no line breaks of its own, so that one event is two lines. */
function frame(event: string, data: object): string {
  return jsonFrame(event, JSON.stringify(data));
}

function jsonFrame(event: string, json: string): string {
  return `event: ${event}\ndata: ${json}\n\n`;
}

export function helloFrame(hello: PageHello): string {
  return `retry: ${RETRY_MS}\n${frame('hello', hello)}`;
}

/** @param json a PageSection */
export function sectionFrame(json: string): string {
  return jsonFrame('section', json);
}

export function beatFrame(beat: PageBeat): string {
  return frame('beat', beat);
}
