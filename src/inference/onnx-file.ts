/** What an ONNX file says of itself, read before the runtime sees any of it. */
import { ModelError } from './errors';
import { WireError, wireFields, WireLimitError, type FieldBudget } from './wire-reader';

/** Entries of metadata that are looked at. */
const ENTRIES_MAX = 1_000;
const KEY_BYTES_MAX = 256;

/** Of all messages of a file; they are read in one go, in a quarter of a second. A model of 100,000 operators has two million. */
const FIELDS_MAX = 4_000_000;

/** The numbers of the fields of ONNX's messages that are read. */
const MODEL = { irVersion: 1, graph: 7, metadata: 14, functions: 25 };
const ENTRY = { key: 1, value: 2 };
const GRAPH = { nodes: 1, initializers: 5, sparseInitializers: 15 };
/** Operators of the model's own; the values that their attributes have where an operator names none. */
const FUNCTION = { nodes: 7, defaults: 11 };
const NODE = { attributes: 5 };
const ATTRIBUTE = { tensors: [5, 10], graphs: [6, 11], sparseTensors: [22, 23] };
/** Its values and its indices. */
const SPARSE_TENSORS = [1, 2];
const TENSOR = { externalData: 13, dataLocation: 14 };
const EXTERNAL = 1;
/** Bodies of conditions and loops within each other. */
const GRAPHS_DEEP_MAX = 32;

/** Kinds of files that people take for ONNX, by their first bytes. */
const OTHER_KINDS: readonly (readonly [firstBytes: readonly number[], kind: string])[] = [
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive, the form in which PyTorch saves weights'],
  [[0x1f, 0x8b], 'compressed by gzip'],
  [[0x89, 0x48, 0x44, 0x46], 'HDF5, a form in which Keras saves weights'],
  [[0x80, 0x02], 'a Python pickle'],
  [[0x80, 0x03], 'a Python pickle'],
  [[0x80, 0x04], 'a Python pickle'],
  [[0x80, 0x05], 'a Python pickle'],
  [[0x7b], 'text, such as JSON'],
  [[0x5b], 'text, such as JSON'],
  [[0x3c], 'text, such as HTML'],
  [[0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x20], 'the pointer that Git LFS leaves in place of a file'],
];
const EXPORT_IT = 'export the model to ONNX, with its weights in the one file';

export interface OnnxFile {
  /** The raw values of the entries of metadata, by key: views into the file. */
  readonly metadata: ReadonlyMap<string, Uint8Array>;
}

/**
 * @param path named in errors
 * @throws ModelError MODEL_NOT_ONNX, MODEL_DAMAGED, MODEL_TOO_LARGE, MODEL_EXTERNAL_DATA, or MODEL_METADATA_INVALID where entries are repeated
 */
export function readOnnxFile(content: Uint8Array, path: string): OnnxFile {
  const kind = OTHER_KINDS.find(([firstBytes]) => firstBytes.every((byte, index) => content[index] === byte))?.[1];
  if (kind !== undefined) {
    throw new ModelError('MODEL_NOT_ONNX', `${path} is no ONNX model but ${kind}`, { advice: EXPORT_IT });
  }
  try {
    return readModel(content, path, { left: FIELDS_MAX });
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    if (error instanceof WireLimitError) {
      throw new ModelError('MODEL_TOO_LARGE', `${path} has more than ${FIELDS_MAX} parts, beside its weights`, {
        advice: 'choose a smaller one',
      });
    }
    // ONNX begins with its version, field 1: what does not was never one.
    const isOnnx = content[0] === MODEL.irVersion * 8;
    if (isOnnx && error.isCutOff) {
      throw new ModelError('MODEL_DAMAGED', `${path} is cut off: ${error.message}`, { advice: 'copy it here again' });
    }
    throw new ModelError('MODEL_NOT_ONNX', `${path} is no ONNX model: ${error.message}`, { advice: EXPORT_IT });
  }
}

function readModel(content: Uint8Array, path: string, budget: FieldBudget): OnnxFile {
  const metadata = new Map<string, Uint8Array>();
  const functions: Uint8Array[] = [];
  let graph: Uint8Array | undefined;
  let hasVersion = false;
  for (const { number, value, bytes } of wireFields(content, budget)) {
    if (number === MODEL.irVersion && value !== undefined) hasVersion = true;
    if (number === MODEL.graph && bytes) {
      if (graph) throw new ModelError('MODEL_DAMAGED', `${path} holds two graphs`, { advice: EXPORT_IT });
      graph = bytes;
    }
    if (number === MODEL.functions && bytes) functions.push(bytes);
    if (number === MODEL.metadata && bytes) addEntry(metadata, bytes, { path, budget });
  }
  if (!hasVersion || !graph) {
    const missing = hasVersion ? 'it holds no graph' : 'it names no version of the format';
    throw new ModelError('MODEL_NOT_ONNX', `${path} is no ONNX model: ${missing}`, { advice: EXPORT_IT });
  }
  refuseExternalData(graph, functions, { path, budget });
  return { metadata };
}

interface File {
  /** Named in errors. */
  readonly path: string;
  readonly budget: FieldBudget;
}

function addEntry(metadata: Map<string, Uint8Array>, entry: Uint8Array, { path, budget }: File): void {
  let key = '';
  let text: Uint8Array = new Uint8Array();
  for (const { number, bytes } of wireFields(entry, budget)) {
    if (number === ENTRY.key && bytes) key = Buffer.from(bytes.subarray(0, KEY_BYTES_MAX)).toString('utf8');
    if (number === ENTRY.value && bytes) text = bytes;
  }
  const fault = metadata.has(key)
    ? `holds the entry ${JSON.stringify(key)} twice`
    : metadata.size >= ENTRIES_MAX && `holds more than ${ENTRIES_MAX} entries`;
  if (fault !== false) {
    throw new ModelError('MODEL_METADATA_INVALID', `${path} ${fault} in its metadata`, {
      advice: 'write each one once',
    });
  }
  metadata.set(key, text);
}

/**
 * Weights in another file may be changed, or lie where nobody should read. The runtime reads those that lie in the working folder.
 */
function refuseExternalData(graph: Uint8Array, functions: readonly Uint8Array[], { path, budget }: File): void {
  const parts = countParts(graph, 0, budget);
  if (parts.external > 0 || functions.some((one) => externalInFunction(one, budget) > 0)) {
    throw new ModelError('MODEL_EXTERNAL_DATA', `${path} keeps weights in another file`, {
      advice: 'save it with all weights inside: onnx.save(model, FILE, save_as_external_data=False)',
    });
  }
  if (parts.nodes > 0) return;
  throw new ModelError('MODEL_NOT_ONNX', `${path} is no ONNX model: its graph computes nothing`, { advice: EXPORT_IT });
}

interface Parts {
  /** Operators of the graph itself. */
  readonly nodes: number;
  /** Weights outside of the file, in the graph and all within it. */
  readonly external: number;
}

function countParts(graph: Uint8Array, depth: number, budget: FieldBudget): Parts {
  if (depth > GRAPHS_DEEP_MAX) throw new WireError(`it has graphs in graphs more than ${GRAPHS_DEEP_MAX} deep`, false);
  let nodes = 0;
  let external = 0;
  for (const { number, bytes } of wireFields(graph, budget)) {
    if (!bytes) continue;
    if (number === GRAPH.nodes) {
      nodes += 1;
      external += externalInNode(bytes, depth, budget);
    } else if (number === GRAPH.initializers) external += isExternal(bytes, budget) ? 1 : 0;
    else if (number === GRAPH.sparseInitializers) external += externalInSparse(bytes, budget);
  }
  return { nodes, external };
}

function externalInFunction(body: Uint8Array, budget: FieldBudget): number {
  let external = 0;
  for (const { number, bytes } of wireFields(body, budget)) {
    if (!bytes) continue;
    if (number === FUNCTION.nodes) external += externalInNode(bytes, 0, budget);
    else if (number === FUNCTION.defaults) external += externalInAttribute(bytes, 0, budget);
  }
  return external;
}

function externalInNode(node: Uint8Array, depth: number, budget: FieldBudget): number {
  let external = 0;
  for (const { number, bytes } of wireFields(node, budget)) {
    if (number === NODE.attributes && bytes) external += externalInAttribute(bytes, depth, budget);
  }
  return external;
}

function externalInAttribute(attribute: Uint8Array, depth: number, budget: FieldBudget): number {
  let external = 0;
  for (const { number, bytes } of wireFields(attribute, budget)) {
    if (!bytes) continue;
    if (ATTRIBUTE.tensors.includes(number)) external += isExternal(bytes, budget) ? 1 : 0;
    else if (ATTRIBUTE.sparseTensors.includes(number)) external += externalInSparse(bytes, budget);
    else if (ATTRIBUTE.graphs.includes(number)) external += countParts(bytes, depth + 1, budget).external;
  }
  return external;
}

function externalInSparse(sparse: Uint8Array, budget: FieldBudget): number {
  let external = 0;
  for (const { number, bytes } of wireFields(sparse, budget)) {
    if (SPARSE_TENSORS.includes(number) && bytes && isExternal(bytes, budget)) external += 1;
  }
  return external;
}

function isExternal(tensor: Uint8Array, budget: FieldBudget): boolean {
  for (const { number, value } of wireFields(tensor, budget)) {
    if (number === TENSOR.externalData || (number === TENSOR.dataLocation && value === EXTERNAL)) return true;
  }
  return false;
}
