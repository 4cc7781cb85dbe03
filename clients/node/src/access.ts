import { readFileSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";

/** What a service is shown, and whom the client trusts. The files are PEM; they are read when the client is made. */
export interface Access {
  /** Sent with every call as x-api-key. */
  apiKey?: string;
  /** Sent with every call as a bearer token. */
  token?: string;
  /** File of the authorities that the service's certificate may come from. Default: those that Node knows. */
  ca?: string;
  /** File of the client's certificate; needs `key`. */
  certificate?: string;
  /** File of its private key, not encrypted; needs `certificate`. */
  key?: string;
  /** Whether the connection is encrypted; a `ca` or a `certificate` says so too. */
  tls?: boolean;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** UAAGAN_API_KEY, UAAGAN_TOKEN, the files UAAGAN_CA, UAAGAN_CERTIFICATE, UAAGAN_KEY, and UAAGAN_TLS=1. */
export function accessFromEnvironment(): Access {
  const { UAAGAN_API_KEY: apiKey, UAAGAN_TOKEN: token, UAAGAN_CA: ca, UAAGAN_CERTIFICATE: certificate, UAAGAN_KEY: key, UAAGAN_TLS } = process.env;
  return {
    ...(apiKey && { apiKey }), ...(token && { token }), ...(ca && { ca }), ...(certificate && { certificate }), ...(key && { key }),
    ...(UAAGAN_TLS === "1" && { tls: true }),
  };
}

/** The credentials of a channel. Throws where a key or token would go over the network in the clear, and where a file can't be read. */
export function channelCredentials(access: Access, targets: readonly string[]): grpc.ChannelCredentials {
  if ((access.certificate === undefined) !== (access.key === undefined))
    throw new TypeError(`access has a ${access.key === undefined ? "certificate without its key" : "key without its certificate"}; give both files`);
  if (isEncrypted(access)) return grpc.credentials.createSsl(read(access.ca), read(access.key), read(access.certificate));
  const open = Object.keys(accessMetadata(access)).length === 0 ? undefined : targets.find((target) => !loopback.has(target.replace(/:\d+$/, "")));
  if (open !== undefined) throw new TypeError(`the API key or token would go to ${open} in the clear; give access.tls or an authority's file`);
  return grpc.credentials.createInsecure();
}

/** The metadata of every call. */
export function accessMetadata({ apiKey, token }: Access): Record<string, string> {
  return { ...(apiKey && { "x-api-key": apiKey }), ...(token && { authorization: `Bearer ${token}` }) };
}

function isEncrypted({ tls, ca, certificate }: Access): boolean {
  return tls === true || ca !== undefined || certificate !== undefined;
}

function read(file: string | undefined): Buffer | null {
  return file === undefined ? null : readFileSync(file);
}
