// Compiles src/ to dist/ and gathers the protos that the package loads: the suite's, and the google.rpc types from the .NET build's package.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const packages = execFileSync("dotnet", ["nuget", "locals", "global-packages", "-l"], { encoding: "utf8" }).replace(/^.*?: /s, "").trim();
const versions = readdirSync(join(packages, "google.api.commonprotos")).sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
const rpc = join(packages, "google.api.commonprotos", versions.at(-1), "content/protos/google/rpc");

rmSync(join(here, "proto"), { recursive: true, force: true });
cpSync(join(here, "../../protos/uaagan"), join(here, "proto/uaagan"), { recursive: true });
mkdirSync(join(here, "proto/google/rpc"), { recursive: true });
for (const name of ["status.proto", "error_details.proto"]) cpSync(join(rpc, name), join(here, "proto/google/rpc", name));
execFileSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-p", here], { stdio: "inherit" });
