// Credentials: where they come from, where they go, and where they must not go.
import assert from "node:assert/strict";
import { test } from "node:test";
import { credentials } from "@grpc/grpc-js";
import { accessFromEnvironment, FeatureClient } from "../dist/index.js";
import { fakeFeatures } from "./fake-features.js";

const make = (target, access) => new FeatureClient(target, { access }).close();

test("the environment is read", () => {
  const before = { ...process.env };
  try {
    Object.assign(process.env, { UAAGAN_API_KEY: "k", UAAGAN_TOKEN: "t", UAAGAN_CA: "", UAAGAN_CERTIFICATE: "c", UAAGAN_KEY: "p", UAAGAN_TLS: "1" });
    assert.deepEqual(accessFromEnvironment(), { apiKey: "k", token: "t", certificate: "c", key: "p", tls: true });
  } finally {
    process.env = before;
  }
});

test("a key and a token go with every call, beside other metadata", async () => {
  const fake = await fakeFeatures();
  const client = new FeatureClient(fake.target, { access: { apiKey: "k", token: "t" }, metadata: { "x-mine": "m" } });
  for await (const _ of client.extract([{ id: "a", image: Uint8Array.of(1) }], { model: "m" }));
  client.close();
  fake.stop();
  const { "x-api-key": apiKey, authorization, "x-mine": mine } = fake.metadata[0];
  assert.deepEqual([apiKey, authorization, mine], ["k", "Bearer t", "m"]);
});

test("a secret does not go to another machine in the clear", () => {
  const refused = (target, access, named) => assert.throws(() => make(target, access), (error) =>
    error instanceof TypeError && error.message.includes(`${named} in the clear`) && !error.message.includes("secret"));
  refused("features.example:5101", { apiKey: "secret" }, "features.example:5101");
  refused("dns:///features.example:5101", { apiKey: "secret" }, "dns:///features.example:5101");
  refused(["127.0.0.1:5101", "10.0.0.2:5101"], { token: "secret" }, "10.0.0.2:5101");
  for (const target of ["localhost:5101", "127.0.0.1:5101", "[::1]:5101"]) make(target, { apiKey: "secret" });
  make("features.example:5101", {});
  make("features.example:5101", { apiKey: "secret", tls: true });
});

test("files that can't be used are told when the client is made", () => {
  assert.throws(() => make("localhost:5101", { ca: "/nowhere/ca.pem" }), /ENOENT.*\/nowhere\/ca\.pem/);
  assert.throws(() => make("localhost:5101", { certificate: "me.pem" }), /certificate without its key/);
  assert.throws(() => make("localhost:5101", { key: "me.key" }), /key without its certificate/);
});

test("access and credentials exclude one another", () => {
  assert.throws(() => new FeatureClient("localhost:5101", { access: {}, credentials: credentials.createInsecure() }), /both access and credentials/);
});
