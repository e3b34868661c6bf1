import type { Installation } from '../../../harness/installation';

/** The figures of one answer of `/metrics`, by series as they stand in it. */
export interface Figures {
  readonly text: string;
  /** @param series such as `name{label="value"}`, its labels in any order; undefined: there is none */
  readonly of: (series: string) => number | undefined;
}

export async function readFigures({ apiUrl }: Pick<Installation, 'apiUrl'>): Promise<Figures> {
  const response = await fetch(`${apiUrl}/metrics`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`/metrics answered HTTP ${response.status}: ${text}`);
  const figures = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, series, value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (series !== undefined) figures.set(sorted(series), Number(value));
  }
  return { text, of: (series) => figures.get(sorted(series)) };
}

function sorted(series: string): string {
  const [, name = '', labels = ''] = /^([a-z_]+)(?:\{(.*)\})?$/.exec(series) ?? [];
  return `${name}{${labels.split(',').toSorted().join(',')}}`;
}
