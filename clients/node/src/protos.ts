import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const root = join(dirname(fileURLToPath(import.meta.url)), "../proto");

const definition = loadSync(
  ["features", "perturbation", "retrieval"].map((area) => `uaagan/${area}/v1/${area}.proto`).concat("google/rpc/error_details.proto"),
  { includeDirs: [root], keepCase: false, longs: Number, enums: String, defaults: true, oneofs: true },
);

const loaded = grpc.loadPackageDefinition(definition) as any;

/** Constructors of the three services' stubs. */
export const stubs = {
  features: loaded.uaagan.features.v1.FeatureExtractionService as grpc.ServiceClientConstructor,
  perturbation: loaded.uaagan.perturbation.v1.PerturbationService as grpc.ServiceClientConstructor,
  scoring: loaded.uaagan.retrieval.v1.RetrievalScoringService as grpc.ServiceClientConstructor,
};

/** Reads a message of a type such as google.rpc.ErrorInfo. */
export function decode(type: string, bytes: Buffer): any {
  return (definition[type] as unknown as { deserialize(bytes: Buffer): unknown }).deserialize(bytes);
}
