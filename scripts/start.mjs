// npm start: set up, then serve the bundled samples. `npm start -- --http-port 9000` passes options on; naming a model
// or a configuration serves that instead.
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const { main } = await import('../dist/src/cli/main.js');
const given = process.argv.slice(2);
const names = (option) => given.some((word) => word === option || word.startsWith(`${option}=`));
const isOwn = names('--model-config') || names('--model-path') || names('--help');
const samples = ['--model-config', join(root, 'samples', 'model_config_example.yaml')];
await main(['server', ...(isOwn ? [] : samples), ...given]);
