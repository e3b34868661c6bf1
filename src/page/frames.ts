import type { PageBeat, PageHello, PageSection } from './feed';

/** After so long a browser whose stream ended asks for another one. */
const RETRY_MS = 2_000;

/** JSON has no line breaks of its own, so that one event is two lines. */
function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function helloFrame(hello: PageHello): string {
  return `retry: ${RETRY_MS}\n${frame('hello', hello)}`;
}

export function sectionFrame(section: PageSection): string {
  return frame('section', section);
}

export function beatFrame(beat: PageBeat): string {
  return frame('beat', beat);
}
