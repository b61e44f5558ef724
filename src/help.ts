import { SETTINGS, type Setting } from "./config.ts";
import { VERSION } from "./version.ts";

/** What the commands say about themselves. */

function rowsOf(settings: readonly Setting[]): readonly string[] {
  return settings.map(
    (setting) =>
      `  ${setting.env}${setting.flag === undefined ? "" : ` | --${setting.flag}`}${setting.default === undefined ? "" : ` (default: ${setting.default})`}\n      ${setting.description}`,
  );
}

export function help(): string {
  return [
    `invoicing-mcp ${VERSION}: an MCP server for the invoices admin API.`,
    "",
    "  invoicing-mcp                     serve one MCP client on stdin and stdout",
    "  invoicing-mcp --demo              the same on a built-in simulator: no account, no network",
    "  invoicing-mcp simulator --port N [--data FILE] [--seed firm|empty] [--now TIME]",
    "  invoicing-mcp setup               connect a client with your account, by questions; setup --help for scripts",
    "  invoicing-mcp doctor              what is wrong here, and what to do about it; --json for an issue report",
    "  invoicing-mcp approve             answer pending approvals in this terminal",
    "  invoicing-mcp passkey add [NAME] | list | remove ID    devices that may approve",
    "  invoicing-mcp journal list [--open] [--limit N] | show ID | verify | export --csv",
    "  invoicing-mcp serve               serve a team over HTTP; see serve --help and docs/hosting.md",
    "  invoicing-mcp migrate [--check] [--from-journal FILE]   the hosted server's database (docs/hosting.md)",
    "  invoicing-mcp credentials add | list | remove | rotate | mode MODE   what it may use upstream",
    "  invoicing-mcp --help | --version",
    "",
    "Settings (a flag beats the variable):",
    ...rowsOf(SETTINGS),
    "",
  ].join("\n");
}

export function serveHelp(settings: readonly Setting[]): string {
  return [
    "invoicing-mcp serve: many clients over HTTP (docs/hosting.md).",
    "  --demo             on a built-in simulator: no account, no network",
    "  --new-key NAME     print a new static key and its entry for the access file, and end",
    "",
    "All settings of --help, and:",
    ...rowsOf(settings),
    "",
  ].join("\n");
}

export const simulatorHelp = [
  "invoicing-mcp simulator: the invoices API on this computer, for trying and testing.",
  "  --port N       port on 127.0.0.1 (default: any free one)",
  "  --data FILE    keep the data in a SQLite file (default: in memory)",
  "  --seed NAME    firm (default) or empty",
  "  --now TIME     hold the clock at this time",
  "",
].join("\n");

export const doctorHelp = [
  "invoicing-mcp doctor: looks at everything that has to be right, and says what to do about what is not. Only reads.",
  "  --client NAME  take the settings that this client is configured with",
  "  --demo         look at the demo",
  "  --json         for an issue report: no secret, no name or id of an account",
  "Every setting of --help can be given. The exit code is 1 when something has to be put right.",
  "",
].join("\n");

export function databaseHelp(settings: readonly Setting[]): string {
  return [
    "invoicing-mcp migrate [--check] [--from-journal FILE]: makes and upgrades the hosted server's database.",
    "  --check                say what would change, and change nothing",
    "  --from-journal FILE    take the record of a local server over, all of it or nothing",
    "",
    "invoicing-mcp credentials add | list | remove | rotate | mode MODE: what the hosted server may use upstream.",
    "  --principal WHO        the issuer and the subject, with a bar between",
    "  --organization ID      the organization it is for",
    "  --base-url             region (co, eu, staging) or address of the API",
    "A token is asked for, unseen, or read from stdin.",
    "",
    ...rowsOf(settings),
    "",
  ].join("\n");
}
