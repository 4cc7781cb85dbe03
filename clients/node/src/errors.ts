import * as grpc from "@grpc/grpc-js";
import { decode } from "./protos.js";

/** What a service says of a failure. */
export interface Failure {
  /** The gRPC status code. */
  readonly code: grpc.status;
  /** What is wrong and what would be right, for people. */
  readonly message: string;
  /** The service's constant, such as IMAGE_UNREADABLE; empty when it gave none. */
  readonly reason: string;
  /** Path of the request's field at fault, such as settings.epsilon; empty when it is no field. */
  readonly field: string;
  /** Milliseconds to wait before another attempt, when the service said so. */
  readonly retryAfter: number | undefined;
}

/** One item of a stream failed; the others are unharmed. */
export class ItemError extends Error implements Failure {
  readonly code: grpc.status;
  readonly reason: string;
  readonly field: string;
  readonly retryAfter: number | undefined;

  constructor(readonly id: string, status: RpcStatus) {
    super(status.message);
    this.name = "ItemError";
    this.code = status.code;
    ({ reason: this.reason, field: this.field, retryAfter: this.retryAfter } = details(status));
  }
}

/** A call, or a stream as a whole, failed. */
export class CallError extends Error implements Failure {
  readonly code: grpc.status;
  readonly reason: string;
  readonly field: string;
  readonly retryAfter: number | undefined;

  constructor(cause: grpc.ServiceError) {
    super(cause.details || cause.message, { cause });
    this.name = "CallError";
    this.code = cause.code;
    const packed = cause.metadata?.get("grpc-status-details-bin")[0];
    const status: RpcStatus = packed instanceof Buffer ? decode("google.rpc.Status", packed) : { code: cause.code, message: "", details: [] };
    ({ reason: this.reason, field: this.field, retryAfter: this.retryAfter } = details(status));
  }
}

/** google.rpc.Status. */
export interface RpcStatus {
  code: number;
  message: string;
  details: { type_url: string; value: Buffer }[];
}

/** Whether a failure is one of gRPC. */
export function isServiceError(error: unknown): error is grpc.ServiceError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "number" && "metadata" in error;
}

/** Whether the same item may be answered a moment later, or by another replica. */
export function mayPass(error: Failure): boolean {
  return error.code === grpc.status.UNAVAILABLE || (error.code === grpc.status.RESOURCE_EXHAUSTED && error.retryAfter !== undefined);
}

function details(status: RpcStatus): Pick<Failure, "reason" | "field" | "retryAfter"> {
  const find = (name: string) => {
    const any = status.details.find((detail) => detail.type_url.endsWith(`/google.rpc.${name}`));
    return any && decode(`google.rpc.${name}`, any.value);
  };
  const delay = find("RetryInfo")?.retryDelay;
  return {
    reason: find("ErrorInfo")?.reason ?? "",
    field: find("BadRequest")?.fieldViolations[0]?.field ?? "",
    retryAfter: delay && delay.seconds * 1000 + delay.nanos / 1e6,
  };
}
