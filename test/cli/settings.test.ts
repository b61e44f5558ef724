import { describe, expect, it } from "vitest";
import { CONFIRM_CHOICES, loadConfig, SETTINGS } from "../../src/config.ts";
import { ConfigError } from "../../src/errors.ts";
import { CONFIRM_MODES } from "../../src/guard/ladder.ts";

const TOKEN = { INVOICES_API_TOKEN: "canary-token-1234567890" };

/** What a desktop host passes for a setting that was left empty. */
const placeholder = (name: string) => `${"$"}{${name}}`;

function refusal(flags: Record<string, string>, env: Record<string, string>, demo = false): ConfigError {
  try {
    loadConfig(flags, env, demo);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

describe("settings", () => {
  it("need a token, and the message names it, where to get it, and the demo", () => {
    for (const env of [
      {},
      { INVOICES_API_TOKEN: "" },
      { INVOICES_API_TOKEN: "  " },
      { INVOICES_API_TOKEN: placeholder("user_config.api_token") },
    ]) {
      const error = refusal({}, env);
      expect(error.message).toBe("INVOICES_API_TOKEN is not set.");
      expect(error.next).toMatch(/dashboard.*INVOICES_API_TOKEN.*--demo/);
    }
    expect(loadConfig({}, {}, true).api_token).toBeUndefined();
  });

  it("take the demo from the environment, too, and nothing unclear for it", () => {
    expect(loadConfig({}, { INVOICES_DEMO: "true" }, false)).toMatchObject({ demo: true });
    expect(loadConfig({}, { ...TOKEN, INVOICES_DEMO: "" }, false)).toMatchObject({ demo: false });
    expect(refusal({}, { INVOICES_DEMO: "false" }).message).toBe("INVOICES_API_TOKEN is not set.");
    for (const unclear of ["yes", "1", "TRUE", placeholder("STAGING")]) {
      expect(refusal({}, { ...TOKEN, INVOICES_DEMO: unclear }).message).toMatch(/^INVOICES_DEMO /);
    }
  });

  it("have sensible defaults", () => {
    expect(loadConfig({}, TOKEN, false)).toMatchObject({
      api_token: TOKEN.INVOICES_API_TOKEN,
      base_url: "https://b.anny.co",
      mode: "full",
      confirm: "auto",
    });
  });

  it.each([
    ["co", "https://b.anny.co"],
    ["eu", "https://b.anny.eu"],
    ["staging", "https://b.staging.anny.co"],
    ["https://b.anny.eu", "https://b.anny.eu"],
    ["https://b.anny.eu/", "https://b.anny.eu"],
    ["https://b.anny.eu/api/v1", "https://b.anny.eu"],
    ["https://api.example.com:8443", "https://api.example.com:8443"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["  eu ", "https://b.anny.eu"],
    [placeholder("user_config.base_url"), "https://b.anny.co"],
  ])("read %j as %s", (INVOICES_BASE_URL, base_url) => {
    expect(loadConfig({}, { ...TOKEN, INVOICES_BASE_URL }, false).base_url).toBe(base_url);
  });

  it.each([
    ["http://b.anny.co", "https://"],
    ["http://127.0.0.1.example.com", "https://"],
    ["http://10.0.0.1", "https://"],
    ["ftp://b.anny.co", "https://"],
    ["javascript:alert(1)", "https://"],
    ["file:///etc/passwd", "https://"],
    ["https://user:pass@b.anny.co", "user name or password"],
    ["https://b.anny.co@evil.example", "user name or password"],
    ["https://b.anny.co/admin", "without a path"],
    ["https://b.anny.co/?x=1", "without a path"],
    ["https://b.anny.co/#x", "without a path"],
    ["b.anny.co", "https://"],
    ["de", "region"],
    ["constructor", "region"],
    ["__proto__", "region"],
  ])("refuse the address %j and say why", (INVOICES_BASE_URL, why) => {
    const error = refusal({}, { ...TOKEN, INVOICES_BASE_URL });
    expect(error.message).toContain("INVOICES_BASE_URL");
    expect(error.message).toContain(why);
    expect(`${error.message} ${error.next}`).not.toContain("pass@");
  });

  it.each([
    [{ INVOICES_API_TOKEN: "two words" }, "INVOICES_API_TOKEN"],
    [{ INVOICES_API_TOKEN: "line\nbreak" }, "INVOICES_API_TOKEN"],
    [{ INVOICES_API_TOKEN: "tökén" }, "INVOICES_API_TOKEN"],
    [{ INVOICES_ORGANIZATION_ID: "../1" }, "INVOICES_ORGANIZATION_ID"],
    [{ INVOICES_MODE: "readonly" }, "read-only"],
    [{ INVOICES_CONFIRM: "yes" }, "terminal"],
    [{ INVOICES_DATA_DIR: "relative/folder" }, "INVOICES_DATA_DIR"],
    [{ INVOICES_DOWNLOAD_DIR: "./here" }, "INVOICES_DOWNLOAD_DIR"],
    [{ INVOICES_LANGUAGE: "de_DE;q=1" }, "INVOICES_LANGUAGE"],
    [{ INVOICES_TIMEZONE: "Mars/Olympus" }, "INVOICES_TIMEZONE"],
  ])("refuse %j and name the variable", (wrong, word) => {
    const error = refusal({}, { ...TOKEN, ...wrong });
    expect(error.message).toContain(word);
    expect(error.message).toContain(Object.keys(wrong)[0]);
    // A wrong token is still a secret.
    expect(`${error.message} ${error.next}`).not.toMatch(/two words|line\nbreak|tökén/);
  });

  it("take a flag before the variable, and a placeholder as not set", () => {
    const env = { ...TOKEN, INVOICES_MODE: "read-only", INVOICES_TIMEZONE: placeholder("HOME") };
    expect(loadConfig({ mode: "draft-only" }, env, false).mode).toBe("draft-only");
    expect(() => loadConfig({}, env, false)).not.toThrow();
  });

  const UNFILLED = [
    "",
    "   ",
    placeholder("user_config.mode"),
    placeholder("POLICY"),
    "{{ policy }}",
    "<policy>",
    "$POLICY",
    "%POLICY%",
  ];
  it.each(
    ["INVOICES_POLICY", "INVOICES_MODE", "INVOICES_CONFIRM", "INVOICES_DATA_DIR"].flatMap((name) =>
      UNFILLED.map((value) => [name, value] as const),
    ),
  )("refuse %s=%j: absent would permit more", (name, value) => {
    expect(refusal({}, { ...TOKEN, [name]: value }, true).message).toMatch(
      new RegExp(`^${name} (is set but blank|still holds a placeholder)`),
    );
    const flag = SETTINGS.find(({ env }) => env === name);
    if (flag !== undefined && "flag" in flag) refusal({ [flag.flag]: value }, TOKEN, true);
  });

  it.each(["INVOICES_BASE_URL", "INVOICES_ORGANIZATION_ID", "INVOICES_API_TOKEN"])(
    "refuse a placeholder in %s, which another value would be taken for",
    (name) => {
      for (const value of [placeholder("STAGING"), `https://${placeholder("HOST")}`, "<yours>", "{{x}}"]) {
        expect(refusal({}, { ...TOKEN, [name]: value }).message).toContain(`${name} still holds a placeholder`);
      }
    },
  );

  it.each([
    ["INVOICES_POLCY", "INVOICES_POLICY"],
    ["INVOICES_POLICY_FILE", "INVOICES_POLICY"],
    ["INVOICE_POLICY", "INVOICES_POLICY"],
    ["INVOICES_CONFRIM", "INVOICES_CONFIRM"],
    ["INVOICES_READ_MODE", "INVOICES_MODE"],
    ["INVOICES_TOKEN", "INVOICES_API_TOKEN"],
    ["INVOICES_ORG_ID", "INVOICES_ORGANIZATION_ID"],
    ["Invoices_Policy", "INVOICES_POLICY"],
  ])("refuse %s and name %s", (name, nearest) => {
    const error = refusal({}, { ...TOKEN, [name]: "x" }, true);
    expect(error.message).toBe(`${name} is no setting. Was ${nearest} meant?`);
    expect(error.next).toContain(nearest);
  });

  it("leave other programs' variables alone", () => {
    const env = { ...TOKEN, INVOICENINJA_URL: "x", INVOICE_PLANE_DB: "x", PATH: "/bin" };
    expect(() => loadConfig({}, env, false)).not.toThrow();
  });

  it.each([
    ["Bearer abcdefgh", "Bearer"],
    ["bearer abcdefgh", "Bearer"],
    ['"abcdefgh"', "quotation marks"],
    ["'abcdefgh'", "quotation marks"],
    ["“abcdefgh”", "quotation marks"],
    ["abc defgh", "blanks"],
  ])("name what is wrong with the token %j, without it", (INVOICES_API_TOKEN, why) => {
    const error = refusal({}, { INVOICES_API_TOKEN });
    expect(error.message).toContain(why);
    expect(`${error.message} ${error.next}`).not.toContain("defgh");
  });

  it("have no flag for a secret, and every one a sentence", () => {
    for (const setting of SETTINGS) {
      expect(setting.env).toMatch(/^INVOICES_[A-Z_]+$/);
      expect(setting.description).toMatch(/^[A-Z].*\.$/);
      if (setting.secret) expect("flag" in setting).toBe(false);
    }
  });

  it("offer the ways of approving that the guard knows", () => {
    expect(CONFIRM_CHOICES).toEqual(CONFIRM_MODES);
  });
});
