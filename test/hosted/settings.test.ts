import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { ConfigError } from "../../src/errors.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import { accessSource } from "../../src/hosted/access-source.ts";
import { authorizationServer } from "../../src/hosted/authorization-server.ts";
import { loadDatabaseConfig } from "../../src/hosted/database-settings.ts";
import { newKey } from "../../src/hosted/serve.ts";
import { loadHostedConfig } from "../../src/hosted/settings.ts";
import { staticKey } from "./setup.ts";

/** What a newcomer gets wrong, and the sentence that helps. */

const KEY = randomBytes(32).toString("base64");
const ACCESS = { INVOICES_HTTP_ACCESS: "/etc/invoicing/access.json" };

function refusal(env: Readonly<Record<string, string>>): string {
  try {
    loadHostedConfig({}, { ...ACCESS, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

describe("settings", () => {
  it("take keys that are keys, at both places", () => {
    for (const keys of [KEY, `${KEY},${randomBytes(32).toString("base64url")}`, ` ${KEY} , ${KEY} `]) {
      expect(refusal({ INVOICES_HTTP_KEYS: keys }), keys).toBe("");
      expect(() => loadDatabaseConfig({ INVOICES_DATABASE_KEYS: keys })).not.toThrow();
    }
    // Node.js would read base64 out of each of these, 32 bytes of most.
    for (const keys of [
      "a",
      `${"x".repeat(43)}!!!`,
      `${KEY.slice(0, 20)} ${KEY.slice(20)}`,
      `${KEY},`,
      `${KEY};${KEY}`,
    ]) {
      expect(refusal({ INVOICES_HTTP_KEYS: keys }), keys).toContain("INVOICES_HTTP_KEYS is not a list of keys");
      expect(() => loadDatabaseConfig({ INVOICES_DATABASE_KEYS: keys })).toThrow(
        "INVOICES_DATABASE_KEYS is not a list",
      );
    }
  });

  it("are not half of a pair", () => {
    const issuer = { INVOICES_HTTP_ISSUER: "https://login.example.com" };
    expect(refusal({ INVOICES_HTTP_CLIENT_ID: "x" })).toBe(
      "INVOICES_HTTP_CLIENT_ID is set, and INVOICES_HTTP_ISSUER is not.",
    );
    expect(refusal({ ...issuer, INVOICES_HTTP_CLIENT_SECRET: "x" })).toContain("INVOICES_HTTP_CLIENT_ID is not.");
    expect(refusal({ INVOICES_HTTP_UPSTREAM_CLIENT_SECRET: "x" })).toContain(
      "INVOICES_HTTP_UPSTREAM_CLIENT_ID is not.",
    );
    expect(refusal({ ...issuer, INVOICES_HTTP_CLIENT_ID: "x", INVOICES_HTTP_CLIENT_SECRET: "x" })).toBe("");
  });

  it("name an address that can be served", () => {
    for (const path of ["", "/", "/mcp", "/mcp/", "/team-1/v1.0/mcp", "/approved", "/credentials-of-mine"]) {
      expect(refusal({ INVOICES_HTTP_URL: `https://invoices.example.com${path}` }), path).toBe("");
    }
    for (const path of [
      "//mcp",
      "/m%20p",
      "/approve",
      "/approve/mcp",
      "/credentials",
      "/.well-known/mcp",
      "/mcp;x=1",
    ]) {
      const sentence = refusal({ INVOICES_HTTP_URL: `https://invoices.example.com${path}` });
      expect(sentence, path).toBe("INVOICES_HTTP_URL has a path that cannot be served.");
    }
  });

  it("make no key that the access file would not take", () => {
    for (const name of ["", "a b", "x".repeat(65), "é"]) expect(() => newKey(name)).toThrow(ConfigError);
    expect(newKey("agents.1")).toContain('"name":"agents.1"');
  });
});

describe("the access file", () => {
  const agent = staticKey("agent").entry;
  const id = "0b6f3c1e-5a44-4c58-9d3a-8f1c2e7b6a10";
  const good = { version: 1, keys: [agent], organizations: [{ id, members: [{ key: "agent" }] }] };

  function refused(content: object | string, env: Readonly<Record<string, string>> = {}): string {
    const source = accessSource({
      config: loadConfig({}, {}, true),
      hosted: loadHostedConfig({}, { ...ACCESS, ...env }),
      env,
    });
    try {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      source({ text: () => text, policy: () => defaultPolicy }, null);
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
    return "";
  }

  it("says who cannot be meant, and what stands there twice", () => {
    expect(refused(good)).toBe("");
    const of = (member: object) => ({ ...good, organizations: [{ id, members: [member] }] });
    for (const member of [{ subjct: "jane" }, { subject: "jane", rights: ["write"] }, { claim: "groups" }, {}]) {
      expect(refused(of(member)), JSON.stringify(member)).toContain("must name somebody by subject");
    }
    const twice = { ...good, keys: [agent, { ...agent, name: "other" }] };
    expect(refused(twice)).toContain("one key stands there under two names");
    const [one] = good.organizations;
    const spelt = { ...good, organizations: [one, { ...one, id: id.toUpperCase() }] };
    expect(refused(spelt)).toContain("an organization stands there twice");
    const loose = JSON.stringify(good).replace('"members":', '"mode":"read-only","mode":"full","members":');
    expect(refused(loose)).toContain("it has the key organizations.mode twice");
  });

  it("takes no blank token for none, and names what is wrong as the file does", () => {
    const of = (more: object) => ({ ...good, organizations: [{ ...good.organizations[0], ...more }] });
    const named = of({ token_env: "ACME_TOKEN" });
    expect(refused(named, { ACME_TOKEN: "t".repeat(40) })).toBe("");
    expect(refused(named)).toContain(`${id} takes its token from ACME_TOKEN, which is not set`);
    for (const blank of ["", " ", "\n"]) {
      expect(refused(named, { ACME_TOKEN: blank })).toContain("ACME_TOKEN, which is blank");
    }
    const wrong = [
      refused(named, { ACME_TOKEN: "Bearer x" }),
      refused(of({ timezone: "Mars" })),
      refused(of({ base_url: "http://invoices.example" })),
      refused(of({ language: "Klingon" })),
    ];
    const names = ["ACME_TOKEN", "timezone", "base_url", "language"];
    for (const [index, sentence] of wrong.entries()) {
      expect(sentence).toContain(`INVOICES_HTTP_ACCESS is not usable: ${id}: ${names[index]} `);
      expect(sentence).not.toMatch(/INVOICES_(API|TIME|BASE|LANG)/);
    }
  });

  it("lets nobody wait before a door that has no key and no sign-in", () => {
    const people = { ...good, organizations: [...good.organizations, { id: "other", members: [{ subject: "jane" }] }] };
    expect(refused(people)).toBe("Nobody can get in to other: it names no key, and there is no issuer for people.");
    expect(refused(people, { INVOICES_HTTP_ISSUER: "https://login.example.com" })).toBe("");
    expect(refused({ ...good, keys: [], organizations: [{ id, members: [{ subject: "jane" }] }] })).toContain(
      "there is neither an issuer nor a key",
    );
  });
});

describe("an issuer", () => {
  it("is found where it describes itself, whatever its other addresses answer, and named as it names itself", async () => {
    let described = "";
    const server = createServer((request, response) => {
      if (request.url?.endsWith("/openid-configuration") === true) response.end(described);
      else response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const origin = typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
    described = JSON.stringify({ issuer: `${origin}/`, jwks_uri: `${origin}/keys` });
    expect((await authorizationServer(`${origin}/`).metadata()).jwks_uri).toBe(`${origin}/keys`);
    await expect(authorizationServer(origin).metadata()).rejects.toThrow(
      `describes the issuer ${origin}/, and INVOICES_HTTP_ISSUER has to be exactly that`,
    );
    described = "{}";
    await expect(authorizationServer(origin).metadata()).rejects.toThrow("does not describe an authorization server");
    server.close();
  });
});
