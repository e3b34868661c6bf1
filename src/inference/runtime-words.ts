/** What the runtime says, in words for whoever brought the model: its own hold the paths of its makers' machine. */
import { ModelError, type ModelErrorCode } from './errors';

interface Words {
  readonly pattern: RegExp;
  readonly code: ModelErrorCode;
  /** @param groups those of the pattern */
  readonly fault: (...groups: readonly string[]) => string;
  readonly advice: string;
}

const EXPORT_OLDER = 'export it for an older version: opset_version=17 fits every runtime of the last years';
const STANDARD = "build it of ONNX's standard operators";

const REFUSALS: readonly Words[] = [
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    code: 'MODEL_TOO_NEW',
    fault: (found, most) => `has version ${found} of ONNX's format, and this runtime knows ${most} at most`,
    advice: EXPORT_OLDER,
  },
  {
    pattern: /Opset (\d+) is under development[^]*official support for domain (\S+) is till opset (\d+)/,
    code: 'MODEL_TOO_NEW',
    fault: (found, domain, most) => `needs opset ${found} of ${domain}, and this runtime knows ${most} at most`,
    advice: EXPORT_OLDER,
  },
  {
    pattern: /(\S+)\(-?\d+\) is not a registered function\/op/,
    code: 'MODEL_OPERATOR_UNKNOWN',
    fault: (operator) => `uses the operator ${operator}, which this runtime does not have`,
    advice: STANDARD,
  },
  {
    pattern: /No Op registered for (\S+) with domain_version of (\d+)/,
    code: 'MODEL_OPERATOR_UNKNOWN',
    fault: (operator, opset) => `uses the operator ${operator}, which opset ${opset} does not have`,
    advice: STANDARD,
  },
  {
    pattern: /No opset import for domain '?([^\s']+)/,
    code: 'MODEL_OPERATOR_UNKNOWN',
    fault: (domain) => `uses operators of ${domain}, of which it names no version`,
    advice: STANDARD,
  },
  {
    pattern: /[Ee]xternal data/,
    code: 'MODEL_EXTERNAL_DATA',
    fault: () => 'keeps weights in another file',
    advice: 'save it with all weights inside: onnx.save(model, FILE, save_as_external_data=False)',
  },
  {
    pattern: /protobuf parsing failed/,
    code: 'MODEL_DAMAGED',
    fault: () => 'is damaged: the runtime cannot read it',
    advice: 'copy it here again',
  },
];

/** An error for what the runtime refused to load. @param words its own */
export function refusalOf(path: string, words: string): ModelError {
  for (const { pattern, code, fault, advice } of REFUSALS) {
    const match = pattern.exec(words);
    if (match) return new ModelError(code, `${path} ${fault(...match.slice(1))}`, { advice });
  }
  return new ModelError('MODEL_LOAD_FAILED', `${path} cannot be loaded: ${plainWords(words)}`, {
    advice: 'check it with onnx.checker.check_model(model, full_check=True), and export it again',
  });
}

const WORDS_LENGTH_MAX = 300;

/** The runtime's words without the paths and the signatures of its code, on one line, without a point at its end. */
export function plainWords(words: string): string {
  const plain = words
    // "/path/file.cc:12 type name(arguments)::<lambda()> const What is wrong"
    .replaceAll(
      /\S*[\w-]\.(?:cc|cpp|h|hpp|cu):?\d*:?\s+(?:[\w:<>&*~,\s]*\((?:[^()]|\([^()]*\))*\)(?:::<lambda\(\)>)?(?: const)?\s+)?/g,
      '',
    )
    .replaceAll(/\/(?:onnxruntime_src|build|__w|home|mnt)\/\S*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.\s]+$/, '');
  return plain === '' ? 'it gave no reason' : plain.slice(0, WORDS_LENGTH_MAX);
}

/** Why an execution provider cannot be used here. @param words the runtime's own */
export function providerRefusal(words: string): string {
  if (/no available backend found|backend not found/i.test(words)) return 'this runtime has no such provider';
  if (/Failed to load shared library/i.test(words)) return 'its libraries are not installed';
  if (/No supported adapters|Failed to get a WebGPU adapter/i.test(words)) return 'no graphics adapter was found';
  return plainWords(words);
}
