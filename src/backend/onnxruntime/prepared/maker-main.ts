/** The whole life of a process that makes a prepared copy: its argument is the job, its status whether that is done. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { openEngine } from '#backend/onnxruntime/engine.js';
import { engineMessage } from '#backend/onnxruntime/engine-message.js';
import { messageOf } from '#core/errors.js';
import type { MakerJob } from './copy-maker.js';

const { path, options, tensorsPath } = JSON.parse(process.argv[2] ?? '{}') as MakerJob;
try {
  const { inputMetadata, outputMetadata } = await openEngine(path, options);
  writeFileSync(tensorsPath, JSON.stringify({ inputMetadata, outputMetadata }));
  process.exit(0);
} catch (thrown) {
  process.stderr.write(engineMessage(messageOf(thrown)), () => process.exit(1));
}
