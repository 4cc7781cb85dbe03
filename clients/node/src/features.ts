import { ItemError } from "./errors.js";
import { type Item, messages, readFolder } from "./images.js";
import { stubs } from "./protos.js";
import { type ClientOptions, ServiceClient, type StreamOptions } from "./service.js";
import type { Source } from "./streams.js";
import { toArray } from "./vectors.js";

/** A model of the repository. */
export interface Model {
  name: string;
  version: string;
  architecture: string;
  featureDimension: number;
  inputHeight: number;
  inputWidth: number;
}

/** The feature of one image, or the error that stands in its place. */
export interface Extracted {
  id: string;
  feature?: Float32Array;
  error?: ItemError;
}

/** Which network, and how the stream runs. */
export interface ExtractOptions extends StreamOptions {
  model: string;
  /** Default: the highest present. */
  version?: string;
}

/** Deep features of images. */
export class FeatureClient extends ServiceClient {
  constructor(target: string | readonly string[], options?: ClientOptions) {
    super(stubs.features, target, options);
  }

  /** All models of the repository. */
  async models(): Promise<Model[]> {
    const found: Model[] = [];
    for (let pageToken = ""; ; ) {
      const page = await this.unary("listModels", { pageToken });
      found.push(...page.models);
      pageToken = page.nextPageToken;
      if (pageToken === "") return found;
    }
  }

  /** The feature of one image file. Throws CallError. */
  async one(image: Uint8Array, options: { model: string; version?: string; timeout?: number }): Promise<Float32Array> {
    const request = { model: { name: options.model, version: options.version ?? "" }, image: { encoded: image } };
    return toArray((await this.unary("extract", request, options.timeout)).feature);
  }

  /**
   * Streams the images of a folder, or items, and yields their features in the same order, each once. Only what the service accepts is in
   * flight. A stream that breaks goes on with another replica. Throws CallError when the service can't be reached or refuses.
   */
  extract(source: string | Source<Item>, options: ExtractOptions): AsyncGenerator<Extracted> {
    return this.stream("streamExtract", {
      settings: { settings: { model: { name: options.model, version: options.version ?? "" } } },
      requests: messages,
      outcome: (result): Extracted =>
        result.error ? { id: result.id, error: new ItemError(result.id, result.error) } : { id: result.id, feature: toArray(result.feature) },
    }, typeof source === "string" ? readFolder(source) : source, options);
  }
}
