// npm start: set up, then serve the bundled samples. `npm start -- --http-port 9000` passes options on; naming a model
// or a configuration serves that instead.
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const { main } = await import('../dist/src/cli/main.js');
const given = process.argv.slice(2);
const names = (option) => given.some((word) => word === option || word.startsWith(`${option}=`));
const variables = ['FURIOSA_SERVER_MODEL_CONFIG', 'FURIOSA_SERVER_MODEL_PATH'];
const isOwn =
  ['--model-config', '--model-path', '--help', '--version'].some(names) ||
  variables.some((name) => process.env[name]);
const samples = ['--model-config', join(root, 'samples', 'model_config_example.yaml')];
endWithParent();
await main(['server', ...(isOwn ? [] : samples), ...given]);

/** npm and its shell die of a SIGTERM without passing it on; the server they started must not outlive them. */
function endWithParent() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}
