// A FeatureExtraction that misbehaves as it is told, in this process.
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { stubs } from "../dist/protos.js";
import { toFeature } from "../dist/vectors.js";

const details = loadSync("google/rpc/error_details.proto", { includeDirs: [new URL("../proto", import.meta.url).pathname] });

/** Answers each image with its bytes as a feature. breaks: for each stream, after how many answers it ends with UNAVAILABLE; refusals:
 * for each id, the statuses of its first answers. */
export async function fakeFeatures({ breaks = [], refusals = {}, maxInFlight = 4 } = {}) {
  const server = new grpc.Server();
  const fake = { streams: [], metadata: [], cancelled: false };
  server.addService(stubs.features.service, {
    streamExtract(call) {
      const ids = [];
      const after = breaks.shift();
      let index = 0;
      fake.streams.push(ids);
      fake.metadata.push(call.metadata.getMap());
      call.on("cancelled", () => (fake.cancelled = true));
      const stop = () => call.emit("error", { code: grpc.status.UNAVAILABLE, details: "stopping" });
      if (after === 0) return stop();
      call.on("data", ({ settings, item }) => {
        if (settings) return call.write({ accepted: { limits: { maxInFlight, maxMessageBytes: 4 << 20 } } });
        if (ids.length === after) return;
        if (ids.includes(item.id)) throw new Error("an id came twice on one stream");
        ids.push(item.id);
        const error = refusals[item.id]?.shift();
        call.write({ result: { id: item.id, index: index++, ...(error ? { error } : { feature: toFeature(item.image.encoded) }) } });
        if (ids.length === after) stop();
      });
      call.on("end", () => call.end());
    },
  });
  const port = await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))));
  return Object.assign(fake, { target: `127.0.0.1:${port}`, stop: () => server.forceShutdown() });
}

/** A status with its details. */
export function status(code, message, reason, retryMilliseconds) {
  const pack = (type, value) => ({ type_url: `type.googleapis.com/${type}`, value: details[type].serialize(value) });
  return {
    code,
    message,
    details: [pack("google.rpc.ErrorInfo", { reason }), ...(retryMilliseconds === undefined ? [] : [pack("google.rpc.RetryInfo", { retryDelay: { nanos: retryMilliseconds * 1e6 } })])],
  };
}
