import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it was handed over, headers and body. */
  readonly raw: string;
}

export interface MailServer {
  readonly port: number;
  readonly mails: Mail[];
  /** Who signed in. */
  readonly users: string[];
  close(): Promise<void>;
}

/** A real mail server on this computer that keeps what it is given. `offersTls`: with the certificate of a test, which nobody trusts. */
export async function startMailServer({ offersTls = false } = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const users: string[] = [];
  const server = new SMTPServer({
    disabledCommands: offersTls ? [] : ["STARTTLS"],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      users.push(`${username}:${password}`);
      done(null, { user: username });
    },
    onData(stream, { envelope }, done) {
      void text(stream).then((raw) => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: portOf(server.server.address()),
    mails,
    users,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

export interface Chat {
  readonly url: string;
  readonly posts: string[];
  /** What it answers from now on; `null`: nothing at all. */
  status: number | null;
  close(): Promise<void>;
}

/** The incoming webhook of a chat. */
export async function startChat(): Promise<Chat> {
  const posts: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      posts.push(`${request.url} ${body}`);
      if (chat.status === null) return;
      response.writeHead(chat.status, chat.status === 302 ? { location: "/elsewhere" } : {}).end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const chat: Chat = {
    url: `http://127.0.0.1:${portOf(server.address())}/hooks/s3cret-of-the-chat?key=k3y`,
    posts,
    status: 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return chat;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
