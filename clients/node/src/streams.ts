import { setTimeout as sleep } from "node:timers/promises";
import * as grpc from "@grpc/grpc-js";
import { CallError, isServiceError, type ItemError } from "./errors.js";
import type { StreamLimits } from "./images.js";
import { type Progress, type Retry, Window } from "./window.js";

export type Source<I> = Iterable<I> | AsyncIterable<I>;
type Call = grpc.ClientDuplexStream<any, any>;

/** How one method spells the suite's rules: settings first, the announced limits first, then one outcome an item. */
export interface StreamMethod<I, R> {
  settings: object;
  requests(item: I, limits: StreamLimits): Iterable<object>;
  outcome(result: any): R;
}

/** Yields the outcome of every item, in the order of the items, each once. Throws what the source throws, and CallError. */
export async function* run<I, R extends { error?: ItemError }>(
  start: () => Call, method: StreamMethod<I, R>, items: Source<I>, retry: Retry, signal: AbortSignal | undefined, onProgress?: (progress: Progress) => void,
): AsyncGenerator<R> {
  const window = new Window<I, R>(retry);
  const source = new SourceReader(items, window);
  let reached = false;
  while (!window.done) {
    signal?.throwIfAborted();
    const stream = new OneStream(start(), method, source, window);
    const abort = () => stream.close();
    signal?.addEventListener("abort", abort);
    let broken = new CallError({ name: "", code: grpc.status.INTERNAL, details: "the service ended the stream before it had answered every item",
      message: "", metadata: new grpc.Metadata() });
    try {
      for await (const outcome of stream.outcomes()) {
        onProgress?.({ ...window.progress });
        yield outcome;
      }
    } catch (error) {
      signal?.throwIfAborted();
      stream.check();
      if (!isServiceError(error)) throw error;
      broken = new CallError(error);
      reached ||= stream.accepted || broken.reason !== "";
      // A service that was never there is told at once: its address may be wrong.
      if (broken.code !== grpc.status.UNAVAILABLE || !reached) throw broken;
    } finally {
      signal?.removeEventListener("abort", abort);
      stream.close();
    }
    stream.check();
    if (window.done) return;
    const wait = window.pause(broken.retryAfter);
    if (wait === undefined) throw broken;
    await sleep(wait, undefined, signal ? { signal } : {});
  }
}

/** The caller's items, taken one at a time by whichever stream is open. */
class SourceReader<I> {
  readonly #items: AsyncIterator<I> | Iterator<I>;
  #taking: Promise<void> | undefined;

  constructor(items: Source<I>, readonly window: Window<I, any>) {
    this.#items = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  }

  /** Adds the next item to the window; a stream that ends meanwhile leaves it to the next one. */
  take(): Promise<void> {
    return this.#taking ??= this.#next().finally(() => (this.#taking = undefined));
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#items.next();
    if (done) this.window.exhausted = true;
    else this.window.add(value);
  }
}

/** One call, and the loop that writes to it. */
class OneStream<I, R extends { error?: ItemError }> {
  #limits: StreamLimits | undefined;
  #closed = false;
  #failure: unknown;
  readonly #sent: number[] = [];
  #wake: () => void = () => {};

  constructor(readonly call: Call, readonly method: StreamMethod<I, R>, readonly source: SourceReader<I>, readonly window: Window<I, R>) {
    this.#write().catch((failure) => {
      this.#failure = failure;
      this.call.cancel();
    });
  }

  get accepted(): boolean {
    return this.#limits !== undefined;
  }

  async *outcomes(): AsyncGenerator<R> {
    for await (const reply of this.call) {
      if (reply.accepted) {
        this.#limits = reply.accepted.limits as StreamLimits;
      } else {
        const position = this.#sent.shift();
        if (position === undefined) throw new Error("the service answered an item that was not sent");
        this.window.answer(position, this.method.outcome(reply.result));
        for (const outcome of this.window.ready()) {
          this.#wake();
          yield outcome;
        }
      }
      this.#wake();
    }
  }

  /** Throws what went wrong on the side that sends. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    this.#closed = true;
    this.#wake();
    // Without a listener, the cancellation that follows would be an uncaught error.
    this.call.on("error", () => {});
    this.call.cancel();
  }

  async #write(): Promise<void> {
    this.call.write(this.method.settings);
    for (let position = 0; await this.#room(position); ) {
      const found = this.window.unanswered(position);
      if (found === undefined) {
        if (this.window.exhausted) break;
        await this.source.take();
        continue;
      }
      position = found[0] + 1;
      const requests = [...this.method.requests(found[1], this.#limits!)];
      this.#sent.push(found[0]);
      for (const request of requests) this.call.write(request);
    }
    if (!this.#closed) this.call.end();
  }

  /** Waits until there is room; false when nothing more is to be sent on this stream. */
  async #room(position: number): Promise<boolean> {
    while (!this.#closed && !this.window.pausing && !this.#hasRoom(position)) await new Promise<void>((resolve) => (this.#wake = resolve));
    return !this.#closed && !this.window.pausing;
  }

  #hasRoom(position: number): boolean {
    if (this.#limits === undefined || this.#sent.length >= this.#limits.maxInFlight) return false;
    return this.window.size < this.#limits.maxInFlight || this.window.unanswered(position) !== undefined;
  }
}
