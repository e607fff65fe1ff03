/** One metric, as it is told to Prometheus and to people. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: 'requests' | 'rows' | 'runs' | 'us' | 's' | 'bytes' | 'celsius' | 'ratio' | '0 or 1' | '';
  readonly labels: readonly string[];
  /** One sentence. */
  readonly help: string;
}

const MODEL = ['model', 'version'];
const OPERATION = ['transport', 'operation'];

type Line = readonly [
  name: string,
  type: MetricDefinition['type'],
  unit: MetricDefinition['unit'],
  labels: readonly string[],
  help: string,
];

/** Names and meanings: docs/user_guide/metrics.md of Triton. */
const TRITON: readonly Line[] = [
  ['nv_inference_request_success', 'counter', 'requests', MODEL, 'Inference requests that succeeded'],
  [
    'nv_inference_request_failure',
    'counter',
    'requests',
    [...MODEL, 'reason'],
    'Inference requests that failed: REJECTED, CANCELED, BACKEND or OTHER',
  ],
  [
    'nv_inference_count',
    'counter',
    'rows',
    MODEL,
    'Inferences: rows of requests that were run, without kept answers',
  ],
  [
    'nv_inference_exec_count',
    'counter',
    'runs',
    MODEL,
    'Runs of the model, each for one request or for several',
  ],
  [
    'nv_inference_request_duration_us',
    'counter',
    'us',
    MODEL,
    'Time of all requests that succeeded, from when they came to the model until their answers, kept answers too',
  ],
  ['nv_inference_queue_duration_us', 'counter', 'us', MODEL, 'Time that these requests waited'],
  [
    'nv_inference_compute_input_duration_us',
    'counter',
    'us',
    MODEL,
    'Time in which their inputs were made ready',
  ],
  ['nv_inference_compute_infer_duration_us', 'counter', 'us', MODEL, 'Time that the engine ran for them'],
  [
    'nv_inference_compute_output_duration_us',
    'counter',
    'us',
    MODEL,
    'Time in which their outputs were made ready',
  ],
  ['nv_inference_pending_request_count', 'gauge', 'requests', MODEL, 'Requests that wait to be run'],
  [
    'nv_cache_num_hits_per_model',
    'counter',
    'requests',
    MODEL,
    'Requests that were answered from kept answers',
  ],
  [
    'nv_cache_num_misses_per_model',
    'counter',
    'requests',
    MODEL,
    'Requests that were looked for among them in vain',
  ],
  ['nv_cache_hit_duration_per_model', 'counter', 'us', MODEL, 'Time in which kept answers were found'],
  [
    'nv_cache_miss_duration_per_model',
    'counter',
    'us',
    MODEL,
    'Time in which kept answers were looked for in vain',
  ],
  ['nv_model_load_duration_secs', 'gauge', 's', MODEL, 'Time that the load took of what is loaded now'],
  ['nv_cpu_utilization', 'gauge', 'ratio', [], 'Part of the processors of the host that is in use, 0 to 1'],
  ['nv_cpu_memory_total_bytes', 'gauge', 'bytes', [], 'Memory of the host'],
  ['nv_cpu_memory_used_bytes', 'gauge', 'bytes', [], 'Memory of the host that is in use'],
];

const REQUESTS: readonly Line[] = [
  [
    'furiosa_requests_total',
    'counter',
    'requests',
    [...OPERATION, 'code'],
    'Requests of every kind by how they ended: the HTTP status, or the gRPC code; 499 or CANCELLED where the caller left',
  ],
  [
    'furiosa_request_duration_seconds',
    'histogram',
    's',
    OPERATION,
    'From when the head of a request was read until its answer was sent',
  ],
  [
    'furiosa_request_bytes_total',
    'counter',
    'bytes',
    ['transport'],
    'Bodies and messages that came in, decompressed',
  ],
  ['furiosa_response_bytes_total', 'counter', 'bytes', ['transport'], 'Bodies and messages that went out'],
  [
    'furiosa_requests_inside',
    'gauge',
    'requests',
    [],
    'Inference requests that wait, run or are being answered',
  ],
  [
    'furiosa_inflight_bytes',
    'gauge',
    'bytes',
    [],
    'Bodies and messages that were announced or have come, of requests that are not answered yet',
  ],
  ['furiosa_inflight_limit_bytes', 'gauge', 'bytes', [], 'How many of them there may be'],
  ['furiosa_connections', 'gauge', '', [], 'Connections that are open, on all ports'],
  ['furiosa_connections_limit', 'gauge', '', [], 'How many of them there may be'],
  [
    'furiosa_refused_requests_total',
    'counter',
    'requests',
    ['reason'],
    'Requests that a limit refused: inflight_bytes, client_rate, client_concurrency, slow_body',
  ],
  [
    'furiosa_refused_connections_total',
    'counter',
    '',
    ['reason'],
    'Connections that a limit refused or ended: max_connections, client_connections, control_frames, stream_resets, misuse',
  ],
];

const MODELS: readonly Line[] = [
  [
    'furiosa_queue_oldest_age_seconds',
    'gauge',
    's',
    MODEL,
    'For how long the oldest request has waited, 0 where none waits',
  ],
  [
    'furiosa_model_ready',
    'gauge',
    '0 or 1',
    MODEL,
    'Whether a version that is wanted, or still serves, can serve',
  ],
  [
    'furiosa_model_request_duration_seconds',
    'histogram',
    's',
    MODEL,
    'Requests that succeeded, from when they came to the model until their answers',
  ],
  [
    'furiosa_model_phase_duration_seconds',
    'histogram',
    's',
    [...MODEL, 'phase'],
    'The same in parts: queue, compute_input, compute_infer, compute_output; without kept answers',
  ],
  ['furiosa_batch_rows', 'histogram', 'rows', MODEL, 'Rows of each run'],
  [
    'furiosa_instance_busy_seconds_total',
    'counter',
    's',
    MODEL,
    'Time that all instances together spent in the engine',
  ],
  ['furiosa_model_instances', 'gauge', '', [...MODEL, 'device'], 'Loaded copies on each device'],
  [
    'furiosa_model_memory_bytes',
    'gauge',
    'bytes',
    [...MODEL, 'type'],
    'What the instances held when they had been loaded',
  ],
  ['furiosa_model_loads_total', 'counter', '', [...MODEL, 'outcome'], 'Loads that ended: success or failure'],
  [
    'furiosa_engine_thread_deaths_total',
    'counter',
    '',
    MODEL,
    'How often the thread or process of an instance died, or the next one could not begin',
  ],
  [
    'furiosa_instance_restarts_total',
    'counter',
    '',
    [...MODEL, 'reason'],
    'How often an instance was started again, by why: crash, killed from outside, hang (run_timeout), load, where the start before failed',
  ],
  [
    'furiosa_shadow_requests_total',
    'counter',
    'requests',
    [...MODEL, 'outcome'],
    'Copies that a shadow got, by outcome: equal, different, failed, unanswered; and skipped, which it did not get',
  ],
];

const SERVER: readonly Line[] = [
  ['furiosa_build_info', 'gauge', '', ['version', 'node'], 'Always 1; its labels tell what runs'],
  ['furiosa_server_ready', 'gauge', '0 or 1', [], 'Whether the server is ready, as /v2/health/ready says'],
  ['furiosa_uptime_seconds', 'gauge', 's', [], 'For how long the server has been there'],
  [
    'furiosa_server_restarts_total',
    'counter',
    '',
    [],
    'How often the server was started again by its supervisor after a crash (--supervise)',
  ],
  [
    'furiosa_config_reloads_total',
    'counter',
    '',
    ['outcome'],
    'Reloads of the configuration: success or failure',
  ],
  ['furiosa_config_last_reload_successful', 'gauge', '0 or 1', [], 'Whether the last reload went well'],
  [
    'furiosa_config_last_reload_success_timestamp_seconds',
    'gauge',
    's',
    [],
    'When the configuration that counts was taken, in seconds since 1970',
  ],
  [
    'furiosa_tls_certificate_expiry_timestamp_seconds',
    'gauge',
    's',
    [],
    'When the certificate expires that new connections see, in seconds since 1970; only with TLS',
  ],
  [
    'furiosa_repository_source_up',
    'gauge',
    '0 or 1',
    ['source'],
    'Whether a place that models come from could be looked at the last time',
  ],
  [
    'furiosa_memory_limit_bytes',
    'gauge',
    'bytes',
    [],
    'Memory that the process may use: of the host, or of its cgroup',
  ],
  ['furiosa_cpus', 'gauge', '', [], 'Processors that the process may use: of the host, or of its cgroup'],
  [
    'furiosa_device_info',
    'gauge',
    '',
    ['device', 'kind', 'arch', 'simulated'],
    'Always 1; one for each device',
  ],
  ['furiosa_device_held', 'gauge', '0 or 1', ['device'], 'Whether a model, or another process, has the NPU'],
  ['furiosa_device_temperature_celsius', 'gauge', 'celsius', ['device'], 'Temperature of the card'],
];

/** Of `prom-client`, for this process. They begin with the first scrape. */
const PROCESS: readonly Line[] = [
  ['process_cpu_seconds_total', 'counter', 's', [], 'Processor time of the process, since the first scrape'],
  ['process_resident_memory_bytes', 'gauge', 'bytes', [], 'Memory that the process holds'],
  ['process_start_time_seconds', 'gauge', 's', [], 'When the process began, in seconds since 1970'],
  ['process_open_fds', 'gauge', '', [], 'Files and sockets that are open'],
  ['process_max_fds', 'gauge', '', [], 'How many of them may be'],
  [
    'nodejs_eventloop_lag_p50_seconds',
    'gauge',
    's',
    [],
    'How late timers of the main thread are since the last scrape: the median',
  ],
  ['nodejs_eventloop_lag_p99_seconds', 'gauge', 's', [], 'The same of one in a hundred'],
  ['nodejs_eventloop_lag_max_seconds', 'gauge', 's', [], 'The latest since the last scrape'],
  ['nodejs_heap_size_used_bytes', 'gauge', 'bytes', [], 'Memory that JavaScript objects take'],
  ['nodejs_heap_size_total_bytes', 'gauge', 'bytes', [], 'Memory that is set aside for them'],
  ['nodejs_external_memory_bytes', 'gauge', 'bytes', [], 'Memory of tensors and other buffers'],
  [
    'nodejs_gc_duration_seconds',
    'histogram',
    's',
    ['kind'],
    'Collections of garbage in the main thread, since the first scrape',
  ],
];

/** The groups in which docs/metrics.md tells them. */
export const CATALOG_GROUPS: readonly (readonly [title: string, metrics: readonly MetricDefinition[]])[] = [
  ["Triton's", TRITON],
  ['Requests', REQUESTS],
  ['Models', MODELS],
  ['Server and devices', SERVER],
  ['Process', PROCESS],
].map(([title, lines]) => [title as string, (lines as readonly Line[]).map(definitionOf)]);

/** Every metric there is: no other is ever told. */
export const CATALOG: ReadonlyMap<string, MetricDefinition> = new Map(
  CATALOG_GROUPS.flatMap(([, metrics]) => metrics).map((each) => [each.name, each]),
);

/** The process metrics that are taken from `prom-client`. */
export const PROCESS_METRICS: ReadonlySet<string> = new Set(PROCESS.map(([name]) => name));

function definitionOf([name, type, unit, labels, help]: Line): MetricDefinition {
  return { name, type, unit, labels, help: `${help}.` };
}
