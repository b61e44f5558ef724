import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { JournalError } from "../../../src/errors.ts";
import { Database } from "../../../src/store/postgres/database.ts";

/** One message of the protocol: its letter, its length, its body. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(letter), length, body]);
}

const WELCOME = Buffer.concat([message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))]);
const FAREWELL = message("E", Buffer.from("SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"));

it("outlives a server that says good-bye in the same breath as its welcome", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Buffer.concat([WELCOME, FAREWELL])));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const database = new Database({ url: `postgres://u@127.0.0.1:${port}/x`, schema: "invoicing", patience_ms: 100 });
  for (let time = 0; time < 5; time += 1)
    await expect(database.writable(async () => {})).rejects.toBeInstanceOf(JournalError);
  await expect(database.brief(null, async () => 1)).rejects.toBeInstanceOf(JournalError);
  // None of them is used a second time.
  expect(connections).toBeGreaterThanOrEqual(6);
  await database.close();
  server.close();
});
