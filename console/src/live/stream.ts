/**
 * A stream of server-sent events, listened to while somebody looks at the page: a browser has few connections to one server, and a page
 * in the background hears nothing. It is opened again when it ends, and when somebody comes back.
 */

interface Handlers {
  /** The stream is there; after the first time something may have been missed. */
  opened?: (isFirst: boolean) => void;
  /** What is done with a document, by the name of its event. What is no document is passed over. */
  events: Readonly<Record<string, (document: unknown) => void>>;
}

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;

/** Opens, closes and opens again; ends with what it returns. */
export function listen(address: string, { opened, events }: Handlers): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait = FIRST_WAIT;
  let wasOpen = false;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
  };
  const open = () => {
    close();
    const now = new EventSource(address);
    source = now;
    now.addEventListener("open", () => {
      wait = FIRST_WAIT;
      opened?.(!wasOpen);
      wasOpen = true;
    });
    now.addEventListener("error", () => {
      // One that was refused, or whose session ended, is not tried again by the browser.
      if (now.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
    for (const [name, hear] of Object.entries(events)) {
      now.addEventListener(name, (event) => {
        const document = parsed((event as MessageEvent<string>).data);
        if (document !== null) hear(document);
      });
    }
  };
  const look = () => (document.visibilityState === "visible" ? open() : close());
  look();
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    close();
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
