import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandHelp, programHelp } from './help.js';
import { findCommand } from './parse.js';
import { FURIOSA } from './program.js';

const SERVER_HELP = `Usage: furiosa server [OPTIONS]

    Start serving models from FuriosaAI model server

Options:
    --log-level [ERROR|INFO|WARN|DEBUG|TRACE]
                                    [default: INFO]
    --model-path TEXT               Path to Model file (tflite, onnx are
                                    supported)
    --model-name TEXT               Model name used in URL path
    --model-version TEXT            Model version used in URL path  [default:
                                    default]
    --host TEXT                     IP address to bind  [default: 0.0.0.0]
    --http-port INTEGER             HTTP port to listen to requests  [default:
                                    8080]
    --model-config FILENAME         Path to a config file about models with
                                    specific configurations
    --server-config FILENAME        Path to a config file about the server
    --model-repository TEXT         Folder or address of a model repository as
                                    Triton lays it out; may be given several
                                    times
    --model-control-mode [explicit|none|poll|watch]
                                    Who decides what is loaded: clients and
                                    --load-model (explicit), nobody after the
                                    start (none), the files (poll, watch); left
                                    out, all is loaded at the start and clients
                                    decide from then on
    --load-model TEXT               Model to load at the start in place of all,
                                    * for all; may be given several times
    --repository-poll-secs SECONDS  Seconds from one look at the files to the
                                    next, where the files decide  [default: 15]
    --model-load-thread-count INTEGER
                                    Model versions that are loaded at the same
                                    time  [default: 4]
    --model-load-retry-count INTEGER
                                    How often a load that failed is tried again,
                                    after 1 s, 2 s, 4 s and so on  [default: 0]
    --allow-model-upload / --no-allow-model-upload
                                    Clients may give the files of a model when
                                    they load it  [default:
                                    no-allow-model-upload]
    --model-cache-dir TEXT          Folder for models from addresses such as
                                    s3://; else furiosa-server in the cache
                                    folder of the user
    --model-cache-size INTEGER      What models from addresses may take in that
                                    folder, in bytes  [default: 107374182400]
    --weight-sharing [auto|always|off]
                                    Instances of an ONNX model map their weights
                                    from one prepared copy: auto where there are
                                    several instances or a copy is there,
                                    always, or off  [default: auto]
    --weight-cache-size INTEGER     What prepared copies may take in the folder
                                    of --model-cache-dir, in bytes  [default:
                                    21474836480]
    --grpc-port INTEGER             gRPC port to listen to requests; 0 turns
                                    gRPC off  [default: 8081]
    --platform [npu|cpu|cuda]       Platform of the model; npu where an NPU is
                                    found, else cpu, unless --device says
    --device TEXT                   Device selector of the model, for instance
                                    warboy(1)*1 or cpu(2)*1
    --batch-size INTEGER            Multiplies the first axis of the model's
                                    inputs and outputs
    --workers INTEGER               Copies of the model per device
    --threads INTEGER               Threads that one run may use, for models
                                    whose configuration does not say
    --isolation [thread|process|none]
                                    Where models run whose configuration does
                                    not say: in threads of the server, in
                                    processes of their own, or in the thread
                                    that reads requests (none)  [default:
                                    thread]
    --strict / --no-strict          Inputs must carry the model's own names and
                                    exact shapes  [default: no-strict]
    --strict-readiness / --no-strict-readiness
                                    Ready only when every model is ready; else
                                    as soon as one is  [default:
                                    strict-readiness]
    --exit-on-error / --no-exit-on-error
                                    End with status 1 when a model cannot be
                                    loaded at the start  [default:
                                    no-exit-on-error]
    --drain-delay SECONDS           Seconds to go on serving after SIGTERM
                                    turned readiness off  [default: 0]
    --listen-when-ready / --no-listen-when-ready
                                    Open the ports once the models are loaded
                                    and not before, for proxies that do not look
                                    at readiness  [default:
                                    no-listen-when-ready]
    --supervise / --no-supervise    Start the server again when it crashes or
                                    hangs, behind ports that stay open
                                    [default: no-supervise]
    --hang-timeout SECONDS          Seconds without a sign of life after which a
                                    supervised server is started again
                                    [default: 30]
    --max-body-bytes INTEGER        Largest request body, or gRPC message, in
                                    bytes  [default: 268435456]
    --max-inflight-bytes INTEGER    Bytes of requests that are not answered yet,
                                    in all; else a quarter of the memory that
                                    the server may use
    --max-queue-size INTEGER        Requests that one model version may hold
                                    waiting  [default: 1024]
    --grpc-infer-response-compression-level [none|low|medium|high]
                                    How hard gRPC answers are compressed, for
                                    clients that take them so  [default: none]
    --allow-client-shm / --no-allow-client-shm
                                    Clients may pass tensors in shared memory of
                                    this host  [default: no-allow-client-shm]
    --tls-cert FILENAME             Certificate of the server in PEM, with those
                                    that lead to its root: all ports speak TLS
    --tls-key FILENAME              Private key of that certificate in PEM
    --tls-client-ca FILENAME        Certificates in PEM of those who sign
                                    certificates of clients: clients are asked
                                    for one
    --tls-client-auth [optional|require]
                                    Whether clients may come without a
                                    certificate  [default: require]
    --tls-hsts-seconds INTEGER      For so long browsers use https alone for all
                                    ports of this host; 0 tells them nothing
                                    [default: 0]
    --grpc-use-ssl / --no-grpc-use-ssl
                                    TLS for gRPC alone, with the three options
                                    below; as Triton spells it  [default:
                                    no-grpc-use-ssl]
    --grpc-use-ssl-mutual / --no-grpc-use-ssl-mutual
                                    The same, and clients must have a
                                    certificate  [default:
                                    no-grpc-use-ssl-mutual]
    --grpc-server-cert FILENAME     Certificate of the server for these
    --grpc-server-key FILENAME      Private key of that certificate
    --grpc-root-cert FILENAME       Certificates of those who sign certificates
                                    of clients
    --auth-config FILENAME          Path to a config file about who may do what:
                                    API keys, tokens, certificates, roles
    --http-restricted-api TEXT      Parts of the REST API that need a header, as
                                    api,api:header=value; may be given several
                                    times
    --grpc-restricted-protocol TEXT
                                    The same for gRPC, where the header is
                                    called triton-grpc-protocol-header
    --cors-allow-origin TEXT        Origin of pages that may use the REST API
                                    from a browser, * for all; may be given
                                    several times
    --ui / --no-ui                  Serve the dashboard at / on the HTTP port
                                    [default: ui]
    --allow-metrics / --no-allow-metrics
                                    Metrics for Prometheus at /metrics
                                    [default: allow-metrics]
    --metrics-port INTEGER          Port of their own for the metrics; 0 leaves
                                    them on the HTTP port  [default: 0]
    --metrics-interval-ms INTEGER   Metrics of the host and its devices may be
                                    so many milliseconds old  [default: 2000]
    --log-format [auto|pretty|json]
                                    Format of the log; auto is pretty on a
                                    terminal, else json  [default: auto]
    --log-requests TEXT             Requests that get a line each in the log:
                                    off, errors, all, or a number such as 0.01
                                    for that part of those that succeed and
                                    every error  [default: off]
    --trace-config TEXT             What is traced, as key=value: file, level,
                                    rate, count, log-frequency, mode
    --cache-config TEXT             Where answers are kept: local,size=BYTES or
                                    redis,host=HOST,port=PORT, with username,
                                    password, db, tls
    --simulate TEXT                 Software devices in place of NPUs: auto
                                    (where there is none), never, or warboy*N
                                    [default: auto]
    --install-completion [bash|zsh|fish|powershell|pwsh]
                                    Install completion for the specified shell.
    --show-completion [bash|zsh|fish|powershell|pwsh]
                                    Show completion for the specified shell, to
                                    copy it or customize the installation.
    --version                       Show the version and exit.
    --help                          Show this message and exit.
`;

const FURIOSA_HELP = `Usage: furiosa [OPTIONS] COMMAND [ARGS]...

    Serve ONNX and TFLite models over the Open Inference Protocol

Options:
    --install-completion [bash|zsh|fish|powershell|pwsh]
                                    Install completion for the specified shell.
    --show-completion [bash|zsh|fish|powershell|pwsh]
                                    Show completion for the specified shell, to
                                    copy it or customize the installation.
    --version                       Show the version and exit.
    --help                          Show this message and exit.

Commands:
    server   Start serving models from FuriosaAI model server
    models   Show, load and unload the models of a running server
    top      Show what the models of a running server do, as it happens
    plan     Tell how many servers a model needs for a load
    devices  List the devices that models can run on
    inspect  Show what a model file expects, answers and contains
    keys     Make API keys for a server with --auth-config
    help     Show the help of a command
`;

const MODELS_HELP = `Usage: furiosa models [COMMAND] [OPTIONS] [NAME]

    Show, load and unload the models of a running server

Options:
    --url URL        Address of the running server; else FURIOSA_SERVER_URL
                     [default: http://localhost:8080]
    --ca FILENAME    Certificates to trust for https in place of the system's
    --cert FILENAME  Certificate to show to a server that asks for one
    --key FILENAME   Private key of that certificate
    --api-key TEXT   Key to the server; better FURIOSA_API_KEY, which others do
                     not see
    --json           Print JSON for machines instead of a table.
    --wide           Show platform, instances, traffic, policy and source, too
    --help           Show this message and exit.

Commands:
    list    Show the models and their versions (the default)
    load    Load a model, and wait until it is ready
    unload  Unload a model, and wait until it is gone
    plan    Show what reload would do
    reload  Apply the changed configuration, whole or not at all
`;

const UNLOAD_HELP = `Usage: furiosa models unload [OPTIONS] NAME

    Unload a model, and wait until it is gone

Options:
    --url URL          Address of the running server; else FURIOSA_SERVER_URL
                       [default: http://localhost:8080]
    --ca FILENAME      Certificates to trust for https in place of the system's
    --cert FILENAME    Certificate to show to a server that asks for one
    --key FILENAME     Private key of that certificate
    --api-key TEXT     Key to the server; better FURIOSA_API_KEY, which others
                       do not see
    --with-dependents  Unload the ensembles that need it, too
    --timeout SECONDS  How long to wait for requests in flight  [default: 60]
    --help             Show this message and exit.
`;

/** The original's documentation, beside the repository where this server is developed. */
const ORIGINAL = join(import.meta.dirname, '../../../../shared/data/seed/000_763289a365181f35.txt');

/** The two lines of the original that are slips: a name from inside Python, and the text of another option. */
const MENDED: Readonly<Record<string, string>> = {
  '[default: LogLevel.INFO]': '[default: INFO]',
  '--server-config FILENAME        Path to Model file (tflite, onnx are':
    '--server-config FILENAME        Path to a config file about the server',
};

describe('help', () => {
  it('of furiosa server, whole', () => {
    assert.equal(serverHelp(null), SERVER_HELP);
  });

  it('of furiosa, whole', () => {
    assert.equal(programHelp(FURIOSA, null), FURIOSA_HELP);
  });

  it('of furiosa models, whole, and of one of its commands', () => {
    assert.equal(helpOf('models', null), MODELS_HELP);
    assert.equal(helpOf('models unload', null), UNLOAD_HELP);
  });

  const missing = existsSync(ORIGINAL) ? false : `${ORIGINAL} is not here to compare with.`;
  it('of furiosa server has every line of the original, in its order', { skip: missing }, () => {
    const [, after = ''] = readFileSync(ORIGINAL, 'utf8').split('$ furiosa server --help\n');
    const [block = ''] = after.split('\n\n\n');
    const original = block.split('\n').map((line) => line.trim());
    assert.equal(original.length, 25);
    const slip = original.findIndex((line) => line.startsWith('--server-config'));
    original.splice(slip + 1, 1);
    const ours = serverHelp(null)
      .split('\n')
      .map((line) => line.trim());
    let from = 0;
    for (const line of original.map((each) => MENDED[each] ?? each)) {
      const found = ours.indexOf(line, from);
      assert.ok(found !== -1, `"${line}" is missing, or stands too early.`);
      from = found + 1;
    }
  });

  it('has its columns where the original has them', () => {
    const lines = serverHelp(null).split('\n');
    assert.equal(lines.find((line) => line.includes('--model-name'))?.indexOf('Model name'), 36);
    assert.ok(lines.every((line) => line.length <= 80));
  });

  it('is no wider than a narrow terminal, and no wider than 80 on a wide one', () => {
    const widest = (columns: number): number =>
      Math.max(
        ...serverHelp(columns)
          .split('\n')
          .filter((line) => line.startsWith(' '.repeat(36)))
          .map((line) => line.length),
      );
    assert.ok(widest(64) <= 64);
    assert.equal(serverHelp(200), serverHelp(null));
  });
});

function serverHelp(columns: number | null): string {
  return helpOf('server', columns);
}

function helpOf(path: string, columns: number | null): string {
  return commandHelp(`furiosa ${path}`, findCommand(path, FURIOSA), columns);
}
