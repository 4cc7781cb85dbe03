import * as grpc from "@grpc/grpc-js";
import { type Access, accessMetadata, channelCredentials } from "./access.js";
import { CallError } from "./errors.js";
import { defaultRetry, type Progress, type Retry } from "./window.js";
import { run, type Source, type StreamMethod } from "./streams.js";
import type { ItemError } from "./errors.js";

/** How a client talks to its service. */
export interface ClientOptions {
  /** Credentials and trust. Default: none, and the connection is plain text. */
  access?: Access;
  /** A channel's credentials of your own making, in the place of access. */
  credentials?: grpc.ChannelCredentials;
  /** Sent with every call. */
  metadata?: Record<string, string>;
  /** When items are sent again. Default: 8 attempts, from 200 ms to 5 s apart. */
  retry?: Retry;
  /** Milliseconds that a call with one answer may take. Default: 120,000. */
  timeout?: number;
}

/** What every stream takes. */
export interface StreamOptions {
  /** Told after every answer. */
  onProgress?: (progress: Progress) => void;
  /** Ends the stream. */
  signal?: AbortSignal;
  /** Milliseconds that each stream may take. Default: no limit. */
  timeout?: number;
}

const channelOptions: grpc.ChannelOptions = {
  "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  // Room for a raw image of 80 megapixels.
  "grpc.max_receive_message_length": 256 << 20,
  "grpc.max_send_message_length": -1,
  "grpc.keepalive_time_ms": 60_000,
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 5_000,
};

/** What the three clients share. */
export abstract class ServiceClient {
  readonly #stub: any;
  readonly #options: ClientOptions;
  readonly #sent: Record<string, string>;

  /**
   * @param target host:port, of which every address that the name has is a replica; or a list of ip:port. Calls go to each in turn.
   */
  protected constructor(stub: grpc.ServiceClientConstructor, target: string | readonly string[], options: ClientOptions = {}) {
    if ((options.retry?.attempts ?? 1) < 1) throw new RangeError(`retry.attempts is ${options.retry!.attempts}; it must be at least 1`);
    if (options.access && options.credentials) throw new TypeError("there are both access and credentials; give one of them");
    const access = options.access ?? {};
    const credentials = options.credentials ?? channelCredentials(access, typeof target === "string" ? [target] : target);
    const address = typeof target === "string" ? target : `ipv4:${target.map((one) => one.replace(/^localhost:/, "127.0.0.1:")).join(",")}`;
    this.#stub = new stub(address, credentials, channelOptions);
    this.#options = options;
    this.#sent = { ...accessMetadata(access), ...options.metadata };
  }

  /** Closes the connections. */
  close(): void {
    this.#stub.close();
  }

  protected unary(method: string, request: object, timeout = this.#options.timeout ?? 120_000): Promise<any> {
    return new Promise((resolve, reject) => {
      this.#stub[method](request, this.#metadata(), { deadline: Date.now() + timeout }, (error: grpc.ServiceError | null, reply: any) =>
        error ? reject(new CallError(error)) : resolve(reply));
    });
  }

  /** Uploads messages and waits for the one answer. */
  protected async upload(method: string, requests: Source<object>): Promise<any> {
    let call!: grpc.ClientWritableStream<any>;
    const answer = new Promise((resolve, reject) => {
      call = this.#stub[method](this.#metadata(), (error: grpc.ServiceError | null, reply: any) => (error ? reject(new CallError(error)) : resolve(reply)));
    });
    // Told below, or by the failure of the source.
    answer.catch(() => {});
    try {
      for await (const request of requests) {
        if (!call.write(request)) await Promise.race([new Promise((drained) => call.once("drain", drained)), answer]);
      }
      call.end();
    } catch (failure) {
      call.cancel();
      throw failure;
    }
    return answer;
  }

  protected stream<I, R extends { error?: ItemError }>(
    method: string, shape: StreamMethod<I, R>, items: Source<I>, options: StreamOptions = {},
  ): AsyncGenerator<R> {
    const start = () => this.#stub[method](this.#metadata(), options.timeout === undefined ? {} : { deadline: Date.now() + options.timeout });
    return run(start, shape, items, this.#options.retry ?? defaultRetry, options.signal, options.onProgress);
  }

  #metadata(): grpc.Metadata {
    const metadata = new grpc.Metadata();
    for (const [name, value] of Object.entries(this.#sent)) metadata.set(name, value);
    return metadata;
  }
}
