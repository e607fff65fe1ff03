/** The least that can be ready: Node, ONNX Runtime, and a session with the options that the server gives it. */
import { InferenceSession } from 'onnxruntime-node';

const [path = ''] = process.argv.slice(2);
const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.(session.inputNames);
