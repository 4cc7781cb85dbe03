/** Clients of the three UaaGan services: images in; features, adversarial images and rankings out. */
export { type Access, accessFromEnvironment } from "./access.js";
export { CallError, type Failure, ItemError } from "./errors.js";
export { type Extracted, type ExtractOptions, FeatureClient, type Model } from "./features.js";
export { type Item, type Pixels, readFolder } from "./images.js";
export { PerturbationClient, type Perturbed, type PerturbOptions, type Quality } from "./perturbation.js";
export { type Found, type Hit, type Metrics, type Row, type Score, ScoringClient, type Stored } from "./scoring.js";
export type { ClientOptions, StreamOptions } from "./service.js";
export type { Source } from "./streams.js";
export type { Progress, Retry } from "./window.js";
