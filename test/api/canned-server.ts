import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface CannedServer {
  readonly url: string;
  readonly requests: {
    readonly method: string;
    readonly target: string;
    readonly headers: IncomingMessage["headers"];
  }[];
  close(): Promise<void>;
}

/** A real HTTP server that answers as the test says. */
export async function startCannedServer(
  answer: (request: IncomingMessage, response: ServerResponse, url: string) => void,
): Promise<CannedServer> {
  const requests: CannedServer["requests"] = [];
  let url = "";
  const server = createServer((request, response) => {
    requests.push({ method: request.method ?? "", target: request.url ?? "", headers: request.headers });
    request.resume();
    request.on("end", () => answer(request, response, url));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
