import { LOG_FORMATS, type LogSettings } from '#core/log-settings.js';
import {
  REQUEST_SHARE_FORM,
  type RequestShare,
  requestShareOf,
  requestShareText,
} from '#core/request-share.js';
import type { ParameterValue } from '#inference/request.js';
import { wrongValue } from './request-faults.js';
import { fixedFile, unknownSetting } from './setting-faults.js';

/** The settings of the log by the names that V2's `logging` extension has for them, and `log_requests`, which is ours. */
export interface LogSettingValues {
  /** Always empty: the log goes to standard error. */
  readonly log_file: string;
  readonly log_info: boolean;
  readonly log_warning: boolean;
  readonly log_error: boolean;
  readonly log_verbose_level: number;
  readonly log_format: string;
  /** `off`, `errors`, `all` or a number. */
  readonly log_requests: string;
}

const NAMES: readonly (keyof LogSettingValues)[] = [
  'log_file',
  'log_info',
  'log_warning',
  'log_error',
  'log_verbose_level',
  'log_format',
  'log_requests',
];

/** The most that gRPC's `uint32_param` holds. */
export const MAX_VERBOSE_LEVEL = 4_294_967_295;

export function logSettingValues(settings: LogSettings): LogSettingValues {
  return {
    log_file: '',
    log_info: settings.info,
    log_warning: settings.warning,
    log_error: settings.error,
    log_verbose_level: settings.verboseLevel,
    log_format: settings.format,
    log_requests: requestShareText(settings.requests),
  };
}

/**
 * What a request wants changed; null is a value that was named and not given. Throws INVALID_ARGUMENT for a setting that
 * does not exist or cannot have that value, and UNIMPLEMENTED for `log_file`.
 */
export function readLogChange(values: ReadonlyMap<string, ParameterValue | null>): Partial<LogSettings> {
  return Object.assign({}, ...[...values].map(([name, value]) => readOne(name, value)));
}

function readOne(name: string, value: ParameterValue | null): Partial<LogSettings> {
  switch (name) {
    case 'log_file':
      throw fixedFile('log');
    case 'log_info':
      return { info: flagOf(name, value) };
    case 'log_warning':
      return { warning: flagOf(name, value) };
    case 'log_error':
      return { error: flagOf(name, value) };
    case 'log_verbose_level':
      return { verboseLevel: levelOf(name, value) };
    case 'log_format':
      return { format: formatOf(name, value) };
    case 'log_requests':
      return { requests: shareOf(name, value) };
    default:
      throw unknownSetting(name, 'the log', NAMES);
  }
}

function flagOf(name: string, value: ParameterValue | null): boolean {
  if (typeof value === 'boolean') return value;
  throw wrongValue(name, 'true or false', value);
}

function levelOf(name: string, value: ParameterValue | null): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_VERBOSE_LEVEL)
    return value;
  throw wrongValue(name, `an integer from 0 to ${MAX_VERBOSE_LEVEL}`, value);
}

function formatOf(name: string, value: ParameterValue | null): LogSettings['format'] {
  const found = LOG_FORMATS.find((format) => format === value);
  if (found !== undefined) return found;
  throw wrongValue(name, 'default or ISO8601', value);
}

/** A number may be written as one. */
function shareOf(name: string, value: ParameterValue | null): RequestShare {
  const isText = typeof value === 'string' || typeof value === 'number';
  const share = isText ? requestShareOf(String(value)) : undefined;
  if (share !== undefined) return share;
  throw wrongValue(name, REQUEST_SHARE_FORM, value);
}
