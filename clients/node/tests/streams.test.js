// Streams that break, items that are refused, sources that fail: every item is answered once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError, FeatureClient } from "../dist/index.js";
import { fakeFeatures, status } from "./fake-features.js";

const [invalid, exhausted, unavailable] = [3, 8, 14];
const full = () => status(exhausted, "full", "QUEUE_FULL", 1);
const items = (count) => Array.from({ length: count }, (_, n) => ({ id: `i${n}`, image: Uint8Array.of(n + 1, 7) }));
const expected = (count) => items(count).map(({ id, image }) => [id, [...image]]);

async function withFake(setup, use) {
  const fake = await fakeFeatures(setup);
  const client = new FeatureClient(fake.target, { retry: { attempts: 3, delay: 1, maxDelay: 10 }, metadata: { authorization: "me" } });
  try {
    return await use(client, fake);
  } finally {
    client.close();
    fake.stop();
  }
}

async function extract(client, source, options = {}) {
  const all = [];
  for await (const one of client.extract(source, { model: "m", ...options })) all.push(one);
  return all;
}
const pairs = (results) => results.map((result) => [result.id, [...result.feature]]);

test("a stream that breaks goes on and every item is answered once", () => withFake({ breaks: [3, 0, 5] }, async (client, fake) => {
  const seen = [];
  assert.deepEqual(pairs(await extract(client, items(20), { onProgress: (progress) => seen.push(progress) })), expected(20));
  assert.equal(fake.streams.length, 4);
  assert.equal(fake.streams[2][0], "i3");
  assert.equal(fake.metadata[0].authorization, "me");
  assert.deepEqual(seen.at(-1), { answered: 20, failed: 0, retried: 0, reconnected: 3 });
  assert.deepEqual(seen.map((progress) => progress.answered), Array.from({ length: 20 }, (_, n) => n + 1));
}));

test("an item refused for the moment is sent again and the order holds", () =>
  withFake({ refusals: { i2: [full()], i5: [full(), full()] } }, async (client) => {
    const seen = [];
    assert.deepEqual(pairs(await extract(client, items(12), { onProgress: (progress) => seen.push(progress) })), expected(12));
    assert.deepEqual(seen.at(-1), { answered: 12, failed: 0, retried: 3, reconnected: 0 });
  }));

test("a bad item fails alone and is not sent again", () =>
  withFake({ refusals: { i1: [status(invalid, "no image", "IMAGE_UNREADABLE")] } }, async (client, fake) => {
    const results = await extract(client, items(3));
    assert.deepEqual(results.map(({ error }) => error?.reason), [undefined, "IMAGE_UNREADABLE", undefined]);
    assert.deepEqual(fake.streams, [["i0", "i1", "i2"]]);
  }));

test("an item that is always refused fails after its attempts", () => withFake({ refusals: { i0: [full(), full(), full()] } }, async (client, fake) => {
  const results = await extract(client, items(2));
  assert.deepEqual(results.map(({ error }) => error?.retryAfter), [1, undefined]);
  assert.equal(fake.streams.flat().filter((id) => id === "i0").length, 3);
}));

test("a service that is gone is an error after the attempts, one that was never there at once", async () => {
  await withFake({ breaks: [1, 0, 0] }, async (client, fake) => {
    await assert.rejects(extract(client, items(2)), (error) => error instanceof CallError && error.code === unavailable);
    assert.equal(fake.streams.length, 3);
  });
  await withFake({ breaks: [0] }, async (client, fake) => {
    await assert.rejects(extract(client, items(2)), CallError);
    assert.equal(fake.streams.length, 1);
  });
});

test("a source that fails throws its own error", () => withFake({}, async (client) => {
  async function* source() {
    yield items(1)[0];
    throw new Error("unplugged");
  }
  await assert.rejects(extract(client, source()), /unplugged/);
}));

test("pixels of a wrong size are refused by their id", () => withFake({}, (client) =>
  assert.rejects(extract(client, [{ id: "portrait", image: { width: 2, height: 2, channels: 3, data: new Uint8Array(11) } }]), /portrait: 11 bytes/)));

test("no more items are taken than are allowed in flight", () => withFake({ maxInFlight: 3 }, async (client) => {
  let taken = 0;
  const ahead = [];
  function* source() {
    for (const item of items(30)) {
      taken++;
      yield item;
    }
  }
  await extract(client, source(), { onProgress: ({ answered }) => ahead.push(taken - answered) });
  assert.ok(Math.max(...ahead) <= 3, `${Math.max(...ahead)} items ahead`);
}));

test("leaving early and an abort end the call at the service", async () => {
  await withFake({}, async (client, fake) => {
    for await (const _ of client.extract(items(50), { model: "m" })) break;
    while (!fake.cancelled) await new Promise(setImmediate);
  });
  await withFake({}, async (client) => {
    const stop = new AbortController();
    await assert.rejects(extract(client, items(50), { signal: stop.signal, onProgress: ({ answered }) => answered === 5 && stop.abort() }), { name: "AbortError" });
  });
});

test("replicas share the streams", async () => {
  const replicas = await Promise.all([fakeFeatures(), fakeFeatures()]);
  const client = new FeatureClient(replicas.map(({ target }) => target));
  for (let call = 0; call < 100 && replicas.some(({ streams }) => streams.length === 0); call++) await extract(client, items(1));
  client.close();
  for (const replica of replicas) {
    replica.stop();
    assert.notEqual(replica.streams.length, 0);
  }
});
