/** The worker that all pages of a browser share. */
import { Streams } from "./streams";

const streams = new Streams();
(globalThis as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = ({ ports: [port] }) => {
  if (port) streams.connect(port);
};
