/** An `EventSource` that says what a test wants. */
export class Source extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;
  static all: Source[] = [];
  readyState: number = Source.OPEN;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  close() {
    this.readyState = Source.CLOSED;
  }
  say(name: string, data: unknown) {
    this.dispatchEvent(
      new MessageEvent(name, { data: typeof data === "string" ? data : JSON.stringify(data) }),
    );
  }
}
