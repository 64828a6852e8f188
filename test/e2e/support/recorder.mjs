/**
 * Loaded before the demo's server in tests: writes down what it says to the bank and hears from it, and every byte it
 * answers, for the watch over secrets.
 */
import { appendFileSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { join } from 'node:path';

const folder = process.env.RECORD_TO;
const write = (file, text) => appendFileSync(join(folder, file), `${text}\n`, 'latin1');

const send = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  write('bank.txt', `${Array.from(new Headers(init?.headers), (header) => header.join(': ')).join('\n')}\n${Buffer.from(init?.body ?? '').toString('latin1')}`);
  const response = await send(input, init);
  void response.clone().text().then((text) => write('bank.txt', text), () => undefined);
  return response;
};

for (const name of ['write', 'end']) {
  const answer = ServerResponse.prototype[name];
  ServerResponse.prototype[name] = function record(chunk, ...rest) {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) write('answers.txt', Buffer.from(chunk).toString('latin1'));
    return answer.call(this, chunk, ...rest);
  };
}
const head = ServerResponse.prototype.writeHead;
ServerResponse.prototype.writeHead = function record(...given) {
  const answered = head.apply(this, given);
  write('answers.txt', JSON.stringify([given, this.getHeaders()]));
  return answered;
};
