import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../src/config.ts";
import { loadPolicy } from "../../src/guard/policy.ts";
import { loadAccess } from "../../src/hosted/access.ts";
import { DATABASE_SETTINGS } from "../../src/hosted/database-settings.ts";
import { HOSTED_SETTINGS } from "../../src/hosted/settings.ts";

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const text = (path: string) => readFileSync(at(path), "utf8");

describe("the examples for hosting", () => {
  it("name no setting that does not exist", () => {
    const known: readonly string[] = [...SETTINGS, ...HOSTED_SETTINGS, ...DATABASE_SETTINGS].map(({ env }) => env);
    for (const file of ["Dockerfile", "deploy/compose.yaml", "deploy/kubernetes.yaml", "docs/hosting.md"]) {
      const named = text(file).match(/INVOICES_[A-Z]+(_[A-Z]+)*/g) ?? [];
      expect(named.length).toBeGreaterThan(1);
      expect(
        named.filter((name) => !known.includes(name)),
        file,
      ).toEqual([]);
    }
  });

  it("send the address itself and what is below it to the server, and what signing in takes", () => {
    const locations = [...text("deploy/nginx.conf").matchAll(/location (=)? ?(\S+) \{ proxy_pass/g)];
    const reaches = (path: string) =>
      locations.some(([, exact, prefix = ""]) => (exact === "=" ? path === prefix : path.startsWith(prefix)));
    for (const path of [
      "/mcp",
      "/mcp/",
      "/mcp/o/4711",
      "/.well-known/oauth-protected-resource/mcp",
      "/.well-known/oauth-protected-resource/mcp/o/4711",
      "/approve",
      "/approve/",
      "/approve/callback",
      "/approve/approvals/a",
      "/credentials",
      "/credentials/remove",
    ]) {
      expect(reaches(path), path).toBe(true);
    }
    for (const path of ["/metrics", "/readyz", "/healthz", "/mcpx"]) expect(reaches(path), path).toBe(false);
  });

  it("hold an access file that is understood", () => {
    const settings = { path: at("deploy/access.example.json"), base_url: "co", policy: undefined, env: {} };
    const access = loadAccess(settings, { text: (path) => readFileSync(path, "utf8"), policy: loadPolicy }, null);
    expect(access.tenants).toMatchObject([{ origin: "https://b.anny.co", mode: "full" }]);
  });

  it("run as nobody, on a file system that cannot be written to", () => {
    expect(text("Dockerfile")).toMatch(/^USER 1000:1000$/m);
    expect(text("Dockerfile")).toMatch(/^HEALTHCHECK /m);
    expect(text("deploy/compose.yaml")).toContain("read_only: true");
    for (const word of [
      "readOnlyRootFilesystem: true",
      "runAsNonRoot: true",
      "PodDisruptionBudget",
      "readinessProbe",
    ]) {
      expect(text("deploy/kubernetes.yaml")).toContain(word);
    }
  });
});
