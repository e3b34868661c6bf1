import type { PageSection, PageSectionName } from './feed';
import { sectionFrame } from './frames';

const NOT_SHOWN = 'It holds too much to look for secrets in it, so that it is not shown.';

interface Made {
  readonly value: unknown;
  readonly problem: string | undefined;
  /** What is sent of them, a JSON object; undefined: nothing can be. */
  readonly json: string | undefined;
}

/**
 * Makes of sections what viewers are sent. A section is put together and looked through for secrets once for each change of it,
 * however many viewers come; only when it was read is written anew.
 */
export class SectionFrames {
  private readonly made = new Map<PageSectionName, Made>();

  /** @param redactJson see PagePollerOptions */
  constructor(private readonly redactJson: (json: string) => string | undefined) {}

  /** A whole event, whatever the section holds: what cannot be sent is a problem of this section alone. */
  of({ name, read_at, value, problem }: PageSection): string {
    const json = this.jsonOf(name, value, problem);
    if (json === undefined) return sectionFrame(JSON.stringify({ name, problem: NOT_SHOWN }));
    const head = JSON.stringify({ name, read_at }).slice(0, -1);
    const rest = json.slice(1);
    return sectionFrame(rest === '}' ? `${head}${rest}` : `${head},${rest}`);
  }

  private jsonOf(name: PageSectionName, value: unknown, problem: string | undefined): string | undefined {
    const before = this.made.get(name);
    if (before !== undefined && before.value === value && before.problem === problem) return before.json;
    const json = this.cleanOf({ value, problem });
    this.made.set(name, { value, problem, json });
    return json;
  }

  private cleanOf(shown: object): string | undefined {
    try {
      return this.redactJson(JSON.stringify(shown));
    } catch {
      return undefined;
    }
  }
}
