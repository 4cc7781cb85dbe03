import { ItemError } from "./errors.js";
import { type Item, messages, type Pixels, readFolder } from "./images.js";
import { stubs } from "./protos.js";
import { type ClientOptions, ServiceClient, type StreamOptions } from "./service.js";
import type { Source } from "./streams.js";

/** How far an adversarial image is from its original, on its pixels. */
export interface Quality {
  linf_255: number;
  l2: number;
  psnrDb: number;
  ssim?: number;
}

/** The adversarial twin of one image, of its size and channels, or the error that stands in its place. */
export interface Perturbed {
  id: string;
  /** A PNG file; set unless pixels were asked for. */
  image?: Uint8Array;
  /** Set when pixels were asked for. */
  pixels?: Pixels;
  quality?: Quality;
  error?: ItemError;
}

/** The attack and its budget, and how the stream runs. */
export interface PerturbOptions extends StreamOptions {
  model: string;
  /** Such as pgd, random-sign or uaa-gan. */
  method: string;
  /** The L-infinity budget with its unit, such as 8/255. */
  epsilon: string;
  /** The trained generator, for methods that need one. */
  generator?: string;
  /** Options of the method by name. */
  options?: Record<string, string>;
  /** Together with an item's id it fixes random starts. Default: 0. */
  seed?: number;
  /** Allows a generator trained for another epsilon. */
  rescale?: boolean;
  /** Default: png. */
  output?: "png" | "pixels";
}

/** Adversarial queries. */
export class PerturbationClient extends ServiceClient {
  constructor(target: string | readonly string[], options?: ClientOptions) {
    super(stubs.perturbation, target, options);
  }

  /** Streams the images of a folder, or items, and yields their adversarial twins in the same order, each once; see FeatureClient.extract. */
  perturb(source: string | Source<Item>, options: PerturbOptions): AsyncGenerator<Perturbed> {
    const { model, method, epsilon, generator = "", seed = 0, rescale = false, output = "png" } = options;
    const outputFormat = output === "png" ? "OUTPUT_FORMAT_PNG" : "OUTPUT_FORMAT_RAW";
    const attack = { model: { name: model }, method, epsilon, generator, options: options.options ?? {}, seed, rescale, outputFormat };
    return this.stream("streamPerturb", {
      settings: { settings: { attack } },
      requests: messages,
      outcome: (result): Perturbed => {
        if (result.error) return { id: result.id, error: new ItemError(result.id, result.error) };
        const { image, quality } = result.adversarial;
        return { id: result.id, quality, ...(output === "png" ? { image: image.encoded } : { pixels: image.raw }) };
      },
    }, typeof source === "string" ? readFolder(source) : source, options);
  }
}
