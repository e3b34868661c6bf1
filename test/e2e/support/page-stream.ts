import type { Installation } from '../../../harness/installation';
import type { PageSection } from '../../../src/page/feed';

/** A page that is open. */
export interface OpenPage {
  /** The newest of every section, by its name. */
  readonly sections: ReadonlyMap<string, PageSection>;
  readonly close: () => void;
}

/** Opens the stream of the page, as the page does. */
export function openPage({ apiUrl }: Installation): OpenPage {
  const sections = new Map<string, PageSection>();
  const leave = new AbortController();
  const read = async (): Promise<void> => {
    const { body } = await fetch(`${apiUrl}/api/page/stream`, { signal: leave.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of body ?? []) {
      const events = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const data = /^event: section\ndata: (.*)$/.exec(event)?.[1];
        if (data === undefined) continue;
        const section = JSON.parse(data) as PageSection;
        sections.set(section.name, section);
      }
    }
  };
  // That it was left ends it in an error.
  void read().catch(() => undefined);
  return { sections, close: () => leave.abort() };
}
