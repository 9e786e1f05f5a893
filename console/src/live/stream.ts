/**
 * A stream of server-sent events, listened to while somebody looks at the page: a page in the background hears nothing. It is opened again
 * when it ends, and when somebody comes back.
 */
import { openSource, type Source } from "./source";

interface Handlers {
  /** The stream is there; after the first time something may have been missed. */
  opened?: (isFirst: boolean) => void;
  /** Other pages of this browser have all connections that there are for streams; it opens once one of them is closed. */
  waits?: () => void;
  /** What is done with a document, by the name of its event. What is no document is passed over. */
  events: Readonly<Record<string, (document: unknown) => void>>;
}

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;

/** Opens, closes and opens again; ends with what it returns. Pages that give the same key share the stream; one of `null` is this page's alone. */
export function listen(address: string, key: string | null, { opened, waits, events }: Handlers): () => void {
  let source: Source | null = null;
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
    const now = openSource(address, key, Object.keys(events));
    source = now;
    now.addEventListener("waiting", () => waits?.());
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
  const back = ({ persisted }: PageTransitionEvent) => persisted && look();
  look();
  document.addEventListener("visibilitychange", look);
  // A page that is left is closed, or kept for when somebody goes back.
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", back);
  return () => {
    document.removeEventListener("visibilitychange", look);
    window.removeEventListener("pagehide", close);
    window.removeEventListener("pageshow", back);
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
