/**
 * A thread of an engine process that ends it when the server is gone, however that ended, and also while the engine's native
 * code has the main thread and never gives it back.
 */
import { Socket } from 'node:net';
import process from 'node:process';
import { LIFELINE_FD } from './pipe.js';

const line = new Socket({ fd: LIFELINE_FD });
line.on('error', () => process.kill(process.pid, 'SIGKILL'));
line.on('end', () => process.kill(process.pid, 'SIGKILL'));
line.resume();
