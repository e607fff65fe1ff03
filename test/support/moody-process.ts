/** A moody engine in a process. */
import { Pipe } from '#worker/pipe.js';
import { obey } from './moody-engine.js';

const pipe = new Pipe();
for (let message = pipe.receive(); message !== null && message.kind !== 'end'; message = pipe.receive()) {
  obey(message, (answer) => pipe.send(answer));
}
