/**
 * A network that fails on purpose: a TCP proxy which knows just enough of HTTP/1.1 to see where one request ends,
 * so that it can cut, hold back or drip at a chosen place. It never changes a byte.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Where the connection breaks. Up to `body` the other side never has a whole request; from `after-body` on it has.
 *
 * - `headers`, `body`: in the middle of them
 * - `after-body`: the whole request has gone on, nothing of the answer comes back
 * - `response`: in the middle of the answer
 */
export type Cut = 'headers' | 'body' | 'after-body' | 'response';

export type NetworkFault =
  | { kind: 'cut'; at: Cut }
  /** The request is held back, and goes on even if its sender has given up. */
  | { kind: 'delay'; ms: number }
  /** The answer comes in drops. */
  | { kind: 'trickle'; pauseMs: number };

export interface FaultProxyOptions {
  /** The port on this machine that connections go to; undefined while nobody listens there. */
  target(): number | undefined;
  /** Asked once for each request. */
  nextFault(): NetworkFault | undefined;
  /** Told of each request, and of each part of an answer. */
  overhear?: { request(text: string): void; answer(text: string): void };
}

export interface FaultProxy {
  port: number;
  /** `http://127.0.0.1:…` */
  url: string;
  /** Cut at SYN: connections are refused, those that stand break. Until {@link FaultProxy.accept}. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    remember(sockets, client);
    const port = options.target();
    if (port === undefined) return breakOff(client);
    relay(client, remember(sockets, connect({ port, host: '127.0.0.1', noDelay: true })), options);
  });
  const port = await listen(server, 0);
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) breakOff(socket);
    await closed;
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    refuse,
    accept: () => listenAgain(server, port),
    close: refuse,
  };
}

function remember(sockets: Set<Socket>, socket: Socket): Socket {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  // What breaks is seen by 'close'; an unheard 'error' would end the process.
  socket.on('error', () => undefined);
  return socket;
}

/** By RST, unless the connection is just being made or ended: Node cannot reset such a one cleanly, and would hang as it exits. */
function breakOff(socket: Socket): void {
  if (socket.connecting || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** An outgoing connection of somebody else may sit on the port for a moment. */
async function listenAgain(server: Server, port: number): Promise<void> {
  const isBack = await listen(server, port).then(() => true, () => false);
  if (isBack) return;
  await pause(20);
  return listenAgain(server, port);
}

/** What the present request of one connection does to its answer. */
interface Passage {
  fault: NetworkFault | undefined;
  /** Requests that are held back. */
  held: number;
}

function relay(client: Socket, server: Socket, { nextFault, overhear }: FaultProxyOptions): void {
  const passage: Passage = { fault: undefined, held: 0 };
  const reader = createRequestReader((request) => {
    passage.fault = nextFault();
    overhear?.request(`${request.head.toString('latin1')}${request.body.toString('latin1')}`);
    void sendOn(client, server, request, passage);
  });
  client.on('data', reader);
  client.on('close', () => {
    if (passage.held === 0 && passage.fault?.kind !== 'cut') server.destroy();
  });
  let answered = Promise.resolve();
  server.on('data', (chunk: Buffer) => {
    const { fault } = passage;
    overhear?.answer(chunk.toString('latin1'));
    answered = answered.then(() => answerOn(client, chunk, fault));
  });
  server.on('close', () => void answered.then(() => client.end()));
}

interface HttpRequest {
  head: Buffer;
  body: Buffer;
}

async function sendOn(client: Socket, server: Socket, { head, body }: HttpRequest, passage: Passage): Promise<void> {
  const { fault } = passage;
  if (fault?.kind === 'delay') {
    passage.held += 1;
    await pause(fault.ms);
    passage.held -= 1;
  }
  if (fault?.kind !== 'cut' || fault.at === 'response') return void server.write(Buffer.concat([head, body]));
  if (fault.at === 'headers') return breakAfter(client, server, head.subarray(0, head.length / 2));
  if (fault.at === 'body') return breakAfter(client, server, Buffer.concat([head, body.subarray(0, body.length / 2)]));
  // The other side gets all of it and answers into the void.
  server.write(Buffer.concat([head, body]), () => breakOff(client));
}

function breakAfter(client: Socket, server: Socket, part: Buffer): void {
  server.write(part, () => {
    server.destroy();
    breakOff(client);
  });
}

const dropBytes = 48;

async function answerOn(client: Socket, chunk: Buffer, fault: NetworkFault | undefined): Promise<void> {
  if (client.destroyed) return;
  if (fault?.kind === 'cut') {
    client.write(chunk.subarray(0, chunk.length / 2), () => breakOff(client));
    return;
  }
  if (fault?.kind !== 'trickle') return void client.write(chunk);
  for (let from = 0; from < chunk.length; from += dropBytes) {
    // Into a connection that is gone it goes nowhere.
    client.write(chunk.subarray(from, from + dropBytes));
    await pause(fault.pauseMs);
  }
}

/** Gathers bytes until a request is whole. Requests here have a length, never chunks. */
function createRequestReader(whole: (request: HttpRequest) => void): (chunk: Buffer) => void {
  let read: Buffer = Buffer.alloc(0);
  return (chunk) => {
    read = Buffer.concat([read, chunk]);
    for (let request = takeRequest(read); request !== undefined; request = takeRequest(read)) {
      read = read.subarray(request.head.length + request.body.length);
      whole(request);
    }
  };
}

function takeRequest(read: Buffer): HttpRequest | undefined {
  const end = read.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = read.subarray(0, end + 4);
  const length = Number(/^content-length: *(\d+)/im.exec(head.toString('latin1'))?.[1] ?? 0);
  return read.length < head.length + length ? undefined : { head, body: read.subarray(head.length, head.length + length) };
}
