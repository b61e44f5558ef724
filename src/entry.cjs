"use strict";
// The first file that runs, as it stands here: hosts pick the oldest Node they find, so this is the syntax of Node 14.
const wanted = "__NODE__";
const have = process.versions.node;

/** Each part of a version in three digits: equal length, so that text compares as numbers do. */
const comparable = (version) => version.replace(/\d+/g, (digits) => digits.padStart(3, "0"));

if (comparable(have) < comparable(wanted)) {
  process.stderr.write(
    `invoicing-mcp: needs Node ${wanted} or newer, but was started with Node ${have} (${process.execPath}).\n` +
      "invoicing-mcp: nothing was done. Install a current Node from https://nodejs.org, or name a newer one in the " +
      "settings of your MCP client, then restart the client.\n",
  );
  process.exitCode = 2;
} else {
  require("./__MAIN__");
}
