/** What the thread that runs the model is asked, and what it answers. */

/** An input or output of the graph, as the runtime sees it. */
export interface GraphValue {
  readonly name: string;
  /** float32, int64, ...; absent: no tensor. */
  readonly type?: string;
  /** A text: an axis of any size. */
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

/** One run: the input of some rows, and which outputs are wanted. */
export interface Run {
  readonly inputName: string;
  readonly data: Float32Array;
  readonly dimensions: readonly number[];
  readonly outputNames: readonly string[];
}

export type ThreadTask =
  | { readonly kind: 'open'; readonly provider: string; readonly content: Uint8Array }
  | { readonly kind: 'run'; readonly provider: string; readonly run: Run }
  | { readonly kind: 'release'; readonly provider: string };

export interface ThreadRequest {
  readonly id: number;
  readonly task: ThreadTask;
}

export type ThreadReply =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: string };
