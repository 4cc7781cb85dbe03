// The cases of the interop matrix with the Node client. Reads the configuration from the first line of standard input, prints one JSON a line.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { FeatureClient, PerturbationClient, readFolder, ScoringClient } from "../../../clients/node/dist/index.js";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const config = JSON.parse((await lines.next()).value);
const model = "tiny";

const options = { metadata: config.metadata };
const features = new FeatureClient(config.replicas ?? config.FeatureClient, options);
const slow = new FeatureClient(config.slow ?? config.replicas, { ...options, retry: { attempts: 1, delay: 0, maxDelay: 0 } });

/** Runs with a client of the service that speaks TLS and wants a key. */
async function guarded(access, use, metadata = {}) {
  const client = new FeatureClient(config.guarded.target, { access, metadata });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

const all = async (stream) => {
  const found = [];
  for await (const one of stream) found.push(one);
  return found;
};
const every = await all(readFolder(config.images));
const items = (count) => Array.from({ length: count }, (_, n) => ({ id: `i${n}`, image: every[n % every.length].image }));
const ids = (count) => JSON.stringify(Array.from({ length: count }, (_, n) => `i${n}`));
const text = (vector) => Buffer.from(Float32Array.from(vector).buffer).toString("hex");

async function failure(call) {
  try {
    await call();
  } catch ({ code, reason }) {
    return { code, reason };
  }
  throw new Error("the call did not fail");
}

const cases = {
  unary: async () => ({ feature: text(await features.one(every[0].image, { model })) }),
  stream: async () => {
    const results = await all(features.extract(config.images, { model }));
    return { ids: results.map(({ id }) => id), features: results.map(({ feature }) => text(feature)) };
  },
  perturb: async () => {
    const client = new PerturbationClient(config.PerturbationClient, options);
    const twins = await all(client.perturb(items(6), { model, method: "pgd", epsilon: "8/255", options: { steps: "3" }, seed: 5 }));
    client.close();
    return {
      ids: twins.map(({ id }) => id),
      sha256: twins.map(({ image }) => createHash("sha256").update(image).digest("hex")),
      linf: twins.map(({ quality }) => quality.linf_255),
    };
  },
  search: async () => {
    const client = new ScoringClient(config.ScoringClient, options);
    const gallery = `interop-${config.language}`;
    const rows = (await all(features.extract(config.images, { model }))).map(({ id, feature }) => ({ id, feature }));
    await client.createGallery(gallery, rows[0].feature.length);
    const stored = await all(client.upsert(gallery, rows));
    const found = await all(client.search(gallery, rows.slice(0, 2), 3));
    await client.deleteGallery(gallery);
    client.close();
    return {
      stored: stored.filter(({ error }) => !error).length,
      hits: found.map(({ hits }) => hits.map(({ id }) => id)),
      scores: found.map(({ hits }) => text(hits.map(({ score }) => score))),
    };
  },
  "large-image": async () => {
    const [result] = await all(features.extract([{ id: "large", image: await readFile(config.large) }], { model }));
    return { feature: text(result.feature) };
  },
  pixels: async () => {
    const { path, width, height } = config.pixels;
    const [result] = await all(features.extract([{ id: "pixels", image: { width, height, channels: 3, data: await readFile(path) } }], { model }));
    return { feature: text(result.feature) };
  },
  "slow-reader": async () => {
    const stream = features.extract(items(64), { model });
    const read = [(await stream.next()).value.id];
    const fast = (await all(features.extract(items(40), { model }))).map(({ id }) => id);
    for await (const { id } of stream) read.push(id);
    return { fast: JSON.stringify(fast) === ids(40), slow: JSON.stringify(read) === ids(64) };
  },
  cancel: async () => {
    const read = [];
    for await (const { id } of features.extract(items(64), { model })) if (read.push(id) === 3) break;
    return { ids: read, after: text(await features.one(every[0].image, { model })) };
  },
  deadline: () => failure(() => slow.one(every[0].image, { model, timeout: 300 })),
  "bad-item": async () => {
    const [good, also] = items(2);
    const results = await all(features.extract([good, { id: "bad", image: Buffer.from("no image at all") }, also], { model }));
    return {
      ids: results.map(({ id }) => id),
      codes: results.map(({ error }) => error?.code ?? 0),
      reasons: results.map(({ error }) => error?.reason ?? ""),
      features: results.map(({ feature }) => (feature ? text(feature) : "")),
    };
  },
  "unknown-model": () => failure(() => all(features.extract(items(1), { model: "nobody" }))),
  overload: async () => {
    const results = await all(slow.extract(items(6), { model }));
    const refused = results.flatMap(({ error }) => error ?? []);
    return {
      answered: results.length - refused.length,
      codes: refused.map(({ code }) => code),
      reasons: refused.map(({ reason }) => reason),
      retry: refused.every(({ retryAfter }) => retryAfter > 0),
    };
  },
  tls: () => {
    const { ca, otherCa, apiKey } = config.guarded;
    return guarded({ ca, apiKey }, async (trusting) => {
      const results = await all(trusting.extract(items(6), { model }));
      return {
        feature: text(await trusting.one(every[0].image, { model })),
        ids: results.map(({ id }) => id),
        features: results.map(({ feature }) => text(feature)),
        untrusted: await guarded({ ca: otherCa, apiKey }, (untrusting) => failure(() => untrusting.one(every[0].image, { model }))),
      };
    });
  },
  metadata: async () => {
    const { ca, apiKey } = config.guarded;
    const one = (client) => client.one(every[0].image, { model });
    return {
      feature: text(await guarded({ ca }, one, { "x-api-key": apiKey })),
      missing: await guarded({ ca }, (plain) => failure(() => one(plain))),
      wrong: await guarded({ ca, apiKey: "wrong" }, (wrong) => failure(() => one(wrong))),
      missingOnStream: await guarded({ ca }, (plain) => failure(() => all(plain.extract(items(1), { model })))),
    };
  },
};

const say = (line) => console.log(JSON.stringify(line));

/** Items up to the gate, and the others once a line comes. */
async function* gated() {
  for (const [n, item] of items(config.count).entries()) {
    if (n === config.gate) await lines.next();
    yield item;
  }
}

if (config.replicas) {
  const onProgress = ({ answered, reconnected }) => say({ answered, reconnected });
  const results = await all(features.extract(gated(), { model, onProgress }));
  say({ ids: results.map(({ id }) => id), features: results.map(({ feature }) => text(feature)) });
} else {
  for (const name of config.cases) say({ case: name, result: await cases[name]() });
}
features.close();
slow.close();
process.stdin.destroy();
